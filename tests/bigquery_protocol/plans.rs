//! What a build would do, why, and what it would cost: asked of BigQuery by dry runs and metadata.

use serde_json::{Value, json};

use crate::{
    server::{Behaviour, Server},
    small_project::{elt, shop},
};

const MIB: u64 = 1 << 20;

/// What BigQuery says of a statement that it would read so much.
fn reads(mib: u64) -> Behaviour {
    let bytes = (mib * MIB).to_string();
    Behaviour { more_statistics: json!({"totalBytesProcessed": bytes}), ..Behaviour::default() }
}

/// A table by days.
fn by_day(mib: u64) -> Value {
    json!({
        "timePartitioning": {"type": "DAY", "field": "day"},
        "numBytes": (mib * MIB).to_string(),
        "schema": {"fields": [{"name": "id", "type": "INTEGER"}, {"name": "day", "type": "DATE"}]},
    })
}

/// Partitions with the hours after some moment in which they changed.
fn partitions(all: &[(&str, &str, u64)]) -> Behaviour {
    let fields = json!([
        {"name": "table_name", "type": "STRING"},
        {"name": "partition_id", "type": "STRING"},
        {"name": "modified", "type": "INTEGER"},
    ]);
    let row = |(table, partition, hours): &(&str, &str, u64)| {
        json!([table, partition, (hours * 3_600_000).to_string()])
    };
    Behaviour::gives(fields, all.iter().map(row).collect())
}

const SOURCES: &str =
    "sources:\n  - name: raw\n    tables: [{name: orders, config: {event_time: day}}]\n";
const DAILY: &str = "{{ config(materialized='incremental', incremental_strategy='insert_overwrite', \
    partition_by={'field': 'day', 'data_type': 'date'}) }}\n\
    select * from {{ source('raw', 'orders') }}{% if is_incremental() %} where day > '2024-01-03'{% endif %}\n";
const BATCHES: &str = "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day', \
    begin='2024-01-01', batch_size='day', partition_by={'field': 'day', 'data_type': 'date'}) }}\n\
    select * from {{ source('raw', 'orders') }}\n";

/// A server with the source and the tables of earlier builds.
fn server() -> Server {
    let server = Server::start();
    {
        let catalog = &mut server.state().catalog;
        catalog.dataset("shop", "gold");
        catalog.dataset("shop", "raw");
        catalog.table("shop", "raw", "orders", &by_day(4000));
        catalog.table("shop", "gold", "daily", &by_day(300));
    }
    server.on(
        "`gold`.INFORMATION_SCHEMA.PARTITIONS",
        partitions(&[
            ("daily", "20240101", 10),
            ("daily", "20240102", 20),
            ("daily", "20240103", 30),
            ("batches", "20240101", 40),
            ("batches", "20240102", 40),
            ("batches", "20240103", 40),
        ]),
    );
    server.on(
        "`raw`.INFORMATION_SCHEMA.PARTITIONS",
        partitions(&[
            ("orders", "20240101", 9),
            // After it was built, and before the day after it was.
            ("orders", "20240102", 25),
            ("orders", "20240103", 29),
            ("orders", "20240104", 39),
        ]),
    );
    server
}

#[test]
fn a_late_partition_is_a_reason_and_nothing_is_scanned_for_it() {
    let server = server();
    server.on("where day >", reads(1000));
    let files = [("models/_sources.yml", SOURCES), ("models/daily.sql", DAILY)];
    let folder = shop(&server, &files);
    let said = elt(folder.path(), &["plan"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    insta::assert_snapshot!(said.out, @r"
    node        materialization  why                                       step                         reads     cost
    gold.daily  incremental      new rows                                  compute the new rows   1000.00 MiB  $0.0060
                                 late partition of raw.orders: 2024-01-02  replace partitions    ≤ 300.00 MiB  $0.0018
                                 new partition of raw.orders: 2024-01-04

    1 node: at most 1.27 GiB, $0.0077
    ");
    // One question for each dataset; all else is metadata and dry runs.
    let ran: Vec<String> = server.effects();
    assert_eq!(ran.len(), 2, "{ran:?}");
    assert!(ran.iter().all(|sql| sql.contains("INFORMATION_SCHEMA.PARTITIONS")), "{ran:?}");
    let said = elt(folder.path(), &["plan", "--output", "json"]);
    let plan: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(
        plan["nodes"][0]["newer_partitions"],
        json!([{"of": "raw.orders", "late": ["2024-01-02"], "new": ["2024-01-04"]}])
    );
}

#[test]
fn late_partitions_that_no_batch_takes_are_told_with_what_to_do() {
    let server = server();
    server.state().catalog.table("shop", "gold", "batches", &by_day(300));
    server.on(
        "`raw`.INFORMATION_SCHEMA.PARTITIONS",
        partitions(&[
            ("orders", "20240101", 50),
            ("orders", "20240102", 39),
            ("orders", "20240103", 60),
        ]),
    );
    let files = [("models/_sources.yml", SOURCES), ("models/batches.sql", BATCHES)];
    let folder = shop(&server, &files);
    let said = elt(folder.path(), &["plan"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.out.contains("late partitions of raw.orders: 2024-01-01, 2024-01-03"),
        "{}",
        said.out
    );
    insta::assert_snapshot!(said.err, @r"
    warning[late-partitions]: 2 partitions that `batches` reads changed after it was built from them, and are in none of this build's batches
     --> models/batches.sql:1:1
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='day', partition_by={'field': 'day', 'data_type': 'date'}) }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: elt backfill --select batches --from 2024-01-01T00:00:00 --to 2024-01-04T00:00:00

    warning: 1 warning
    ");
}

#[test]
fn tables_by_other_columns_are_not_compared() {
    let server = server();
    let mut other = by_day(10);
    other["timePartitioning"]["field"] = "landed_on".into();
    server.state().catalog.table("shop", "raw", "orders", &other);
    let files = [("models/_sources.yml", SOURCES), ("models/daily.sql", DAILY)];
    let folder = shop(&server, &files);
    let said = elt(folder.path(), &["plan"]);
    assert!(!said.out.contains("late"), "{}", said.out);
}

/// Partitions are compared to say why: a plan is right without it.
#[test]
fn a_dataset_that_tells_no_partitions_hinders_no_plan() {
    let server = server();
    let denied = Behaviour::fails("accessDenied", "Access Denied: Dataset shop:gold");
    server.on("`gold`.INFORMATION_SCHEMA.PARTITIONS", denied);
    let more = DAILY.replace("'day', 'data_type'", "'day' , 'data_type'");
    server.state().catalog.table("shop", "gold", "daily_too", &by_day(300));
    let files = [
        ("models/_sources.yml", SOURCES),
        ("models/daily.sql", DAILY),
        ("models/daily_too.sql", more.as_str()),
    ];
    let folder = shop(&server, &files);
    let said = elt(folder.path(), &["plan"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(
        said.err,
        "warning: which partitions are new or late is not known: Access Denied: Dataset shop:gold"
    );
}
