//! Hooks are tried by dry runs too: those of the run, and those around all batches of a model.

use serde_json::json;

use crate::{
    server::{Behaviour, Server},
    small_project::{elt, shop},
};

const MIB: u64 = 1 << 20;

const PROJECT: &str = "name: shop\nprofile: shop\n\
    on-run-start:\n\
    \x20 - create table if not exists {{ target.schema }}.audit (what string)\n\
    \x20 - insert into {{ target.schema }}.audit values ('begun')\n\
    \x20 - \"{% do run_query('select 1 as asked') %}\"\n\
    on-run-end:\n\
    \x20 - insert into {{ target.schema }}.audit values ('{{ results | length }} in {{ schemas | join }}')\n";

const BATCHES: &str = "{{ config(materialized='incremental', incremental_strategy='microbatch', \
    event_time='day', begin='2024-01-01', batch_size='day', \
    partition_by={'field': 'day', 'data_type': 'date'}, \
    pre_hook='select \"before\"', post_hook='select \"after\"') }}\n\
    select date '2024-01-01' as day, 1 as id\n";

/// A statement that would read so much, and gives a row of a day where it runs.
fn reads(mib: u64) -> Behaviour {
    let bytes = (mib * MIB).to_string();
    let fields = json!([{"name": "day", "type": "DATE"}, {"name": "id", "type": "INTEGER"}]);
    Behaviour {
        more_statistics: json!({"totalBytesProcessed": bytes}),
        statistics: json!({"statementType": "SELECT", "totalBytesProcessed": bytes}),
        ..Behaviour::gives(fields, json!([["2024-01-01", "1"]]))
    }
}

fn server() -> Server {
    let server = Server::start();
    {
        let catalog = &mut server.state().catalog;
        catalog.dataset("shop", "gold");
        let fields = json!([{"name": "day", "type": "DATE"}, {"name": "id", "type": "INTEGER"}]);
        let table = json!({
            "numBytes": MIB.to_string(),
            "schema": {"fields": fields},
            "timePartitioning": {"type": "DAY", "field": "day"},
        });
        catalog.table("shop", "gold", "batches", &table);
    }
    server.on("as id", reads(100));
    server.on("\"before\"", reads(3));
    server.on("\"after\"", reads(5));
    server
}

const WINDOW: [&str; 4] = ["--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04"];

#[test]
fn a_plan_shows_hooks_of_the_run_and_those_around_batches_once() {
    let server = server();
    let folder = shop(&server, &[("dbt_project.yml", PROJECT), ("models/batches.sql", BATCHES)]);
    let args = [&["build", "--dry-run"][..], &WINDOW].concat();
    let said = elt(folder.path(), &args);
    assert_eq!(said.code, Some(0), "{}", said.err);
    insta::assert_snapshot!(said.out, @r"
    node                 materialization  why       step                                        reads      cost
    shop-on-run-start-0  operation        hook      run a hook                                    0 B        $0
    shop-on-run-start-1  operation        hook      run a hook                                    0 B        $0
    shop-on-run-start-2  operation        hook      run a hook that asks the warehouse              ?
    gold.batches         incremental      new rows  run a hook                               3.00 MiB  <$0.0001
                                                    replace the batch's rows, 3 batches  ≤ 300.00 MiB   $0.0018
                                                    run a hook                               5.00 MiB  <$0.0001
    shop-on-run-end-0    operation        hook      run a hook                                    0 B        $0

    5 nodes: at most 308.00 MiB, $0.0018; what 1 node reads is not known before
    ");
    assert_eq!(server.effects(), Vec::<String>::new(), "nothing ran");
}

#[test]
fn what_is_wrong_in_a_hook_is_found_where_it_is_written() {
    let server = server();
    let wrong = |text: &str, message: &str| {
        server.on(text, Behaviour::fails("invalidQuery", message));
    };
    wrong("'begun'", "Unrecognized name: begun at [1:8]");
    wrong("1 in gold", "Unrecognized name: results at [1:8]");
    wrong("\"before\"", "Unrecognized name: before at [1:8]");
    wrong("\"after\"", "Unrecognized name: after at [1:8]");
    let folder = shop(&server, &[("dbt_project.yml", PROJECT), ("models/batches.sql", BATCHES)]);
    let args = [&["build", "--dry-run"][..], &WINDOW].concat();
    let said = elt(folder.path(), &args);
    assert_eq!(said.code, Some(1), "{}", said.err);
    insta::assert_snapshot!(said.err, @r#"
    warning[microbatch-reads-all]: no `ref` or `source` of the microbatch model `batches` has an `event_time`: each batch reads all of their rows
     --> models/batches.sql:1:39
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='day', part...
      |                                       ^^^^^^^^^^^^^^^^^^^^
      |
      = help: set `event_time` on those that are to be read batch by batch

    warning: 1 warning
    error[bigquery-invalid]: Unrecognized name: begun at [1:8]
     --> dbt_project.yml:5:12
      |
    5 |   - insert into {{ target.schema }}.audit values ('begun')
      |            ^^^^

    error[bigquery-invalid]: Unrecognized name: before at [1:8]
     --> models/batches.sql:1:1
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='day', partition_by={'field': 'day', 'data_type': 'date'}, pre_hook='select "before"', post_hook='select "after"') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error[bigquery-invalid]: Unrecognized name: after at [1:8]
     --> models/batches.sql:1:1
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='day', partition_by={'field': 'day', 'data_type': 'date'}, pre_hook='select "before"', post_hook='select "after"') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error[bigquery-invalid]: Unrecognized name: results at [1:8]
     --> dbt_project.yml:8:12
      |
    8 |   - insert into {{ target.schema }}.audit values ('{{ results | length }} in {{ schemas | join }}')
      |            ^^^^

    error: 4 errors
    "#);
    assert_eq!(server.effects(), Vec::<String>::new(), "nothing ran");
}

/// What an earlier hook, the nodes or their hooks make is there when the turn comes; what nothing makes
/// is missing.
#[test]
fn a_hook_may_read_what_is_made_before_its_turn() {
    let server = server();
    let gone = |text: &str, name: &str| {
        let message = format!("Not found: Table shop:{name} was not found in location EU");
        server.on(text, Behaviour::fails("notFound", &message));
    };
    gone("into gold.audit", "gold.audit");
    gone("from gold.m", "gold.m");
    gone("from gold.noted", "gold.noted");
    gone("from gold.misspelt", "gold.misspelt");
    let folder = shop(
        &server,
        &[
            (
                "dbt_project.yml",
                "name: shop\nprofile: shop\n\
             on-run-start:\n\
             \x20 - create table if not exists {{ target.schema }}.audit (what string)\n\
             \x20 - insert into {{ target.schema }}.audit values ('begun')\n\
             \x20 - select * from gold.misspelt\n\
             \x20 - select * from gold.m\n\
             on-run-end:\n\
             \x20 - select a, 1 as ended from gold.m\n\
             \x20 - select * from gold.noted\n\
             \x20 - select b from gold.misspelt\n",
            ),
            (
                "models/m.sql",
                "{{ config(materialized='table', post_hook='create table gold.noted (x int64)') }}\nselect 1 as a\n",
            ),
        ],
    );
    let said = elt(folder.path(), &["build", "--dry-run"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    insta::assert_snapshot!(said.err, @r"
    error[bigquery-not-found]: Not found: Table shop:gold.misspelt was not found in location EU
     --> dbt_project.yml:6:5
      |
    6 |   - select * from gold.misspelt
      |     ^^^^^^

    error[bigquery-not-found]: Not found: Table shop:gold.m was not found in location EU
     --> dbt_project.yml:7:5
      |
    7 |   - select * from gold.m
      |     ^^^^^^

    error: 2 errors
    ");
}

/// Whoever may not list a dataset is told that what is missing in it may be there and be denied.
#[test]
fn what_may_not_be_seen_may_be_made_by_the_run_and_is_else_told_at_its_line() {
    let server = server();
    let hidden = |text: &str, name: &str| {
        let message = format!(
            "Access Denied: Table shop:{name}: User does not have permission to query table shop:{name}, or perhaps it does not exist."
        );
        server.on(text, Behaviour::fails("accessDenied", &message));
    };
    hidden("`gold`.`first`", "gold.first");
    hidden("`raw`.`secret`", "raw.secret");
    let folder = shop(
        &server,
        &[
            ("models/_sources.yml", "sources:\n  - name: raw\n    tables: [{name: secret}]\n"),
            ("models/first.sql", "{{ config(materialized='table') }}\nselect 1 as id\n"),
            (
                "models/second.sql",
                "{{ config(materialized='table') }}\nselect * from {{ ref('first') }}\n",
            ),
            (
                "models/third.sql",
                "{{ config(materialized='table') }}\nselect *\nfrom {{ source('raw', 'secret') }}\n",
            ),
            (
                "snapshots/kept.yml",
                "snapshots:\n  - name: kept\n    relation: source('raw', 'secret')\n    config: {unique_key: id, strategy: check, check_cols: all}\n",
            ),
        ],
    );
    let said = elt(folder.path(), &["plan"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    insta::assert_snapshot!(format!("{}\n\n{}", said.out, said.err), @r"
    node         materialization  why  step                  reads  cost
    gold.first   table            new  create the table          ?
    gold.second  table            new  create the table          ?
    gold.third   table            new  create the table          ?
    gold.kept    snapshot         new  not known: see below

    4 nodes: 0 B, $0; what 3 nodes read is not known before

    error[bigquery-access-denied]: Access Denied: Table shop:raw.secret: User does not have permission to query table shop:raw.secret, or perhaps it does not exist.
     --> models/third.sql:1:1
      |
    1 | {{ config(materialized='table') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: compiled code: target/compiled/shop/models/third.sql

    error[bigquery-access-denied]: Access Denied: Table shop:raw.secret: User does not have permission to query table shop:raw.secret, or perhaps it does not exist.
     --> snapshots/kept.yml:1:1
      |
    1 | snapshots:
      | ^^^^^^^^^^

    error: 2 errors
    ");
}
