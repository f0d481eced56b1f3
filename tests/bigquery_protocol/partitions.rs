//! Partitions copied by the adapter: side by side, and none is begun after one failed.

use std::time::{Duration, Instant};

use elt::{
    adapter::{Adapter, AdapterError, Cancel, PlanOutcome, bigquery::BigQueryAdapter},
    manifest::UniqueId,
    plan::{PartitionBy, Plan, Step},
    relation::{Dialect, Relation},
};
use serde_json::{Value, json};

use crate::{
    server::{Behaviour, Server},
    support::{client, wait},
};

/// Copies partitions of these names.
fn copy(server: &Server, names: &[String]) -> Result<PlanOutcome, AdapterError> {
    let rows: Vec<Value> = names.iter().map(|name| json!([name])).collect();
    let fields = json!([{"name": "f0_", "type": "STRING"}]);
    server.on("select distinct", Behaviour::gives(fields, Value::from(rows)));
    let relation =
        |name: &str| Relation::new(Dialect::GoogleSql, Some("shop".to_owned()), "gold", name);
    let partition_by = PartitionBy {
        field: "day".to_owned(),
        data_type: "date".to_owned(),
        granularity: "day".to_owned(),
        range: None,
        time_ingestion: false,
        copy_partitions: true,
    };
    let step = Step::CopyPartitions {
        target: relation("orders"),
        staging: relation("orders__dbt_tmp"),
        partition_by,
        partitions: None,
    };
    let plan = Plan {
        unique_id: UniqueId::new("model.shop.orders"),
        materialization: "incremental".to_owned(),
        steps: vec![step],
        relation: None,
        context: Default::default(),
    };
    let adapter = BigQueryAdapter::new(client(server));
    wait(async { adapter.apply(&plan, &Cancel::default()).await })
}

fn days(count: usize) -> Vec<String> {
    (1..=count).map(|day| format!("202401{day:02}")).collect()
}

#[test]
fn partitions_are_copied_side_by_side() {
    let server = Server::start();
    server.on(
        "copy",
        Behaviour {
            more_statistics: json!({"copy": {"copiedRows": "2"}}),
            ..Behaviour::takes(300)
        },
    );
    let begin = Instant::now();
    let outcome = copy(&server, &days(31)).expect("all are copied");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(outcome.rows_affected, Some(62));
    assert_eq!(server.effects().iter().filter(|effect| effect.starts_with("copy")).count(), 31);
    let most = server.state().jobs.most_running;
    assert!((8..=16).contains(&most), "{most} ran at a time");
}

#[test]
fn no_copy_is_begun_after_one_failed() {
    let server = Server::start();
    server.on("copy", Behaviour::takes(200));
    server.on("20240103", Behaviour::fails("invalid", "The partition does not fit."));
    let error = copy(&server, &days(31)).expect_err("one fails");
    assert!(error.message.contains("does not fit"), "{}", error.message);
    assert!(server.state().jobs.unfinished().is_empty(), "those under way are waited for");
    assert!(server.requests("POST") < 1 + 31, "{}", server.wire());
}
