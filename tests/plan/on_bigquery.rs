//! Plans for BigQuery itself, a JSON file each in `tests/cases/plans_on_bigquery`: the node, what
//! exists, and in the snapshot what would run.

use elt::{
    manifest::{ColumnProperties, Node, ResourceType},
    plan::{self, Engine, Observed, PlanInput, PlanOptions},
    relation::{Column, Dialect, PartitionLayout, Relation, RelationDetails, RelationKind},
};
use serde_json::Value;

#[test]
fn plans_on_bigquery() {
    insta::glob!("../cases/plans_on_bigquery", "*.json", |path| {
        let text = std::fs::read_to_string(path).expect("a readable case");
        let case: Value = serde_json::from_str(&text).expect("JSON");
        insta::assert_snapshot!(planned(&case));
    });
}

fn planned(case: &Value) -> String {
    let node = node(case);
    let observed = observed(case, &node);
    let options = PlanOptions {
        full_refresh: case["full_refresh"] == true,
        empty: false,
        run_started_at: chrono::DateTime::UNIX_EPOCH,
        engine: Engine::BigQuery,
        staging_suffix: "_1a2b3c4d".to_owned(),
    };
    let sql = node.raw_code();
    let input = PlanInput { node: &node, sql, observed: &observed, options: &options };
    match plan::plan(&input) {
        Ok(plan) => plan.to_string(),
        Err(problems) => {
            let line = |one: &elt::diagnostic::Diagnostic| format!("{}: {}", one.code, one.message);
            problems.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    }
}

fn node(case: &Value) -> Node {
    let kind = match case["kind"].as_str() {
        Some("snapshot") => ResourceType::Snapshot,
        _ => ResourceType::Model,
    };
    let sql = case["sql"].as_str().unwrap_or("select 1 as id, date '2024-01-01' as day");
    let mut node = super::bare_node(kind, sql, case["config"].clone());
    node.relation =
        Relation::new(Dialect::GoogleSql, Some("my-project".into()), "silver", "orders");
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
            declared.config.insert("policy_tags".into(), tags.clone());
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
    Observed {
        existing: kind.map(|kind| Relation { kind: Some(kind), ..node.relation.clone() }),
        existing_columns: columns(&case["table_columns"]),
        query_columns: columns(&case["query_columns"]),
        details: kind.map(|_| RelationDetails {
            partition: case["partitioned_by"].as_str().map(|field| PartitionLayout::Time {
                field: Some(field.to_owned()),
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
