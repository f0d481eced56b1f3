//! Steps by themselves: which test has each of them read, and those that no node's plan holds.

use std::path::PathBuf;

use elt::{
    manifest::UniqueId,
    plan::{Plan, RowSource, Rows, Step},
    relation::{Column, Relation, RelationKind},
};

use crate::{
    analyzer::Case,
    assert_right,
    nodes::{DATASET, columns, relation, source, statements},
};

/// What has the statements of a step read. A new step gets a line here, and a case where it is told.
fn read_by(step: &Step) -> &'static str {
    match step {
        Step::CreateSchema { .. }
        | Step::CreateTable { .. }
        | Step::CreateView { .. }
        | Step::DropRelation { .. }
        | Step::RenameRelation { .. }
        | Step::Describe { .. } => "tables and views",
        Step::AlterColumns { .. } => "changes of the columns",
        Step::DeleteInsert { .. } | Step::Merge { .. } => "incremental models",
        Step::CreateEmptyTable { .. }
        | Step::CopyPartitions { .. }
        | Step::InsertOverwrite { .. } => "partitions",
        // No SQL of its own; what is around it is.
        Step::CopyTables { .. } => "the golden plans",
        Step::ReplaceTimeSpan { .. } => "batches",
        Step::CloneTable { .. } | Step::Publish { .. } => "audited tables",
        Step::CreateMaterializedView { .. } | Step::RefreshMaterializedView { .. } => {
            "materialized views"
        }
        Step::Grant { .. } | Step::AuthorizeView { .. } => "grants and tags",
        Step::SnapshotMerge { .. } => "snapshots",
        Step::CreateFunction { .. } => "functions",
        Step::LoadSeed { .. } => "seeds",
        Step::Land { .. } => "landings",
        Step::Query { .. } | Step::Statement { .. } => "the example project",
        Step::Append { .. }
        | Step::CreateMissingTable { .. }
        | Step::AllowNull { .. }
        | Step::DeleteMatching { .. }
        | Step::DropSchema { .. }
        | Step::Header { .. }
        | Step::Insert { .. } => "here",
    }
}

#[test]
fn steps_that_no_plan_of_a_node_holds() {
    let [project, dataset] = DATASET;
    let target = relation("source");
    let staging = relation("staging");
    let names: Vec<String> = columns().into_iter().map(|column| column.name).collect();
    let keys = vec!["id".to_owned(), "group".to_owned()];
    let rows = || RowSource::Relation(staging.clone());
    let table = |name: &str| Relation { kind: Some(RelationKind::Table), ..relation(name) };
    let steps = vec![
        Step::Header { sql: "create temp function f(x int64) as (x);\n".to_owned() },
        Step::Insert { target: target.clone(), columns: names, rows: rows() },
        Step::DeleteMatching {
            target,
            rows: rows(),
            keys,
            predicates: vec!["DBT_INTERNAL_DEST.id > 1".to_owned()],
        },
        Step::Append {
            relation: relation("landed"),
            columns: vec![
                Column { name: "payload".to_owned(), data_type: "JSON".to_owned() },
                Column { name: "select".to_owned(), data_type: "ARRAY<STRING>".to_owned() },
            ],
            rows: Rows::Spooled { file: PathBuf::new(), count: 0 },
        },
        Step::RenameRelation { from: table("landed"), to: "select".to_owned() },
        Step::DropRelation { relation: table("select") },
        Step::DropSchema { database: Some(project.to_owned()), schema: dataset.to_owned() },
    ];
    let here = steps.iter().filter(|step| read_by(step) == "here").count();
    assert_eq!(here, 5, "each of them");
    let plan = Plan {
        context: Default::default(),
        unique_id: UniqueId::new("model.p.m"),
        materialization: "table".to_owned(),
        steps,
        relation: None,
    };
    let given = vec![source(), source().replacen("source", "staging", 1)];
    assert_right(&[Case { name: "steps".to_owned(), given, statements: statements(&plan) }]);
}
