//! Plans for BigQuery itself, a JSON file each in `tests/cases/plans_on_bigquery`: a node and what
//! exists.

use elt::{
    diagnostic::Diagnostic,
    manifest::{Batch, BatchSize, ColumnProperties, Node, ResourceType, TimeSpan, parse_utc},
    plan::{self, BatchInput, CopySource, Engine, Observed, Plan, PlanInput, PlanOptions},
    relation::{Column, Dialect, PartitionLayout, Relation, RelationDetails, RelationKind},
};
use serde_json::{Map, Value};

use crate::node_support;

/// The plan of a case.
///
/// # Errors
/// What is refused.
pub fn planned(case: &Value) -> Result<Plan, Vec<Diagnostic>> {
    let node = node(case);
    let observed = observed(case, &node);
    let options = PlanOptions {
        full_refresh: case["full_refresh"] == true,
        empty: case["empty"] == true,
        run_started_at: chrono::DateTime::UNIX_EPOCH,
        engine: Engine::BigQuery,
        staging_suffix: "_1a2b3c4d".to_owned(),
    };
    let sql = node.raw_code();
    let input = PlanInput { node: &node, sql, observed: &observed, options: &options };
    match case["batch"].as_str() {
        Some(start) => plan::plan_batch(&input, &batch(case, start)),
        None => plan::plan(&input),
    }
}

/// The batch that starts at a time.
fn batch(case: &Value, start: &str) -> BatchInput {
    let size = case["config"]["batch_size"].as_str().and_then(BatchSize::from_name);
    let size = size.expect("a batch size");
    let start = parse_utc(start).expect("a time");
    BatchInput {
        batch: Batch { span: TimeSpan { start, end: size.after(start, 1) }, size },
        is_incremental: case["exists"] == "table",
        is_first: true,
    }
}

/// Statements that make what exists in a case: the node's relation, and the tables that queries and
/// keys of the cases name.
#[allow(dead_code, reason = "each test program uses a part")]
pub fn given(case: &Value) -> Vec<String> {
    let orders = node(case).relation;
    let mut all = vec![
        "create table `my-project`.`silver`.`raw` (id INT64, day DATE)".to_owned(),
        "create table `my-project`.`gold`.`dim_dates` (date_key DATE)".to_owned(),
    ];
    let columns = match case["table_columns"].as_object() {
        Some(columns) => {
            let column = |(name, kind): (&String, &Value)| format!("`{name}` {}", text(kind));
            columns.iter().map(column).collect::<Vec<_>>().join(", ")
        }
        None => "id INT64, day DATE, other_day DATE".to_owned(),
    };
    for name in case["copied"].as_array().into_iter().flatten() {
        all.push(format!("create table {} ({columns})", orders.with_identifier(text(name))));
    }
    all.extend(case["exists"].as_str().map(|kind| match kind {
        "table" => {
            let by = case["partitioned_by"].as_str().map(|by| format!(" partition by {by}"));
            format!("create table {orders} ({columns}){}", by.unwrap_or_default())
        }
        kind => {
            let query = case["definition"].as_str().unwrap_or("select 1 as id");
            format!("create {} {orders} as {query}", kind.replace('_', " "))
        }
    }));
    all
}

fn node(case: &Value) -> Node {
    let kind = match case["kind"].as_str() {
        Some("snapshot") => ResourceType::Snapshot,
        _ => ResourceType::Model,
    };
    let sql = case["sql"].as_str().unwrap_or("select 1 as id, date '2024-01-01' as day");
    let relation = Relation::new(Dialect::GoogleSql, Some("my-project".into()), "silver", "orders");
    let mut node = node_support::node(kind, relation, sql, case["config"].clone());
    node.description = text(&case["description"]);
    node.constraints = case["constraints"].as_array().cloned().unwrap_or_default();
    for column in case["columns"].as_array().into_iter().flatten() {
        let mut declared = ColumnProperties {
            name: text(&column["name"]),
            description: text(&column["description"]),
            data_type: column["data_type"].as_str().map(str::to_owned),
            constraints: column["constraints"].as_array().cloned().unwrap_or_default(),
            ..ColumnProperties::default()
        };
        if let Some(tags) = column.get("policy_tags") {
            declared.config = Map::from_iter([("policy_tags".to_owned(), tags.clone())]).into();
        }
        node.columns.insert(declared.name.clone(), declared);
    }
    node
}

fn observed(case: &Value, node: &Node) -> Observed {
    let kind = case["exists"].as_str().map(|kind| match kind {
        "view" => RelationKind::View,
        "materialized_view" => RelationKind::MaterializedView,
        _ => RelationKind::Table,
    });
    let columns = |value: &Value| {
        let pairs = value.as_object()?.iter();
        let pair =
            |(name, kind): (&String, &Value)| Column { name: name.clone(), data_type: text(kind) };
        Some(pairs.map(pair).collect::<Vec<_>>())
    };
    let copied = case["copied"].as_array().into_iter().flatten().map(|name| CopySource {
        relation: node.relation.with_identifier(text(name)),
        columns: columns(&case["table_columns"]).unwrap_or_default(),
    });
    Observed {
        copied: copied.collect(),
        existing: kind.map(|kind| Relation { kind: Some(kind), ..node.relation.clone() }),
        existing_columns: columns(&case["table_columns"]),
        query_columns: columns(&case["query_columns"]),
        details: kind.map(|_| RelationDetails {
            partition: case["partitioned_by"].as_str().map(|field| PartitionLayout::Time {
                field: (!field.contains("_partition")).then(|| field.to_owned()),
                unit: "DAY".to_owned(),
            }),
            query: case["definition"].as_str().map(str::to_owned),
            ..RelationDetails::default()
        }),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
