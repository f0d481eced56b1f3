//! Nodes planned and built on the embedded engine, again and again.

#[path = "../duckdb_adapter_support/mod.rs"]
mod duckdb_adapter_support;
mod microbatch;
#[path = "../node_support/mod.rs"]
mod node_support;
mod on_bigquery;
#[path = "../plans_on_bigquery/mod.rs"]
mod plans_on_bigquery;

use std::path::PathBuf;

use chrono::{DateTime, TimeZone, Utc};
use duckdb_adapter_support::*;
use elt::{
    adapter::{Adapter, AdapterError},
    diagnostic::Diagnostic,
    manifest::{Node, ResourceType},
    plan::{self, Engine, Observed, PlanInput, PlanOptions},
    relation::Dialect,
};

const DIALECTS: [Dialect; 2] = [Dialect::GoogleSql, Dialect::DuckDb];

struct Project {
    warehouse: Warehouse,
    full_refresh: bool,
    now: DateTime<Utc>,
    plans: std::cell::RefCell<String>,
}

impl Project {
    fn new(dialect: Dialect) -> Self {
        Self {
            warehouse: Warehouse::in_memory(dialect),
            full_refresh: false,
            now: Utc.timestamp_opt(1_700_000_000, 0).single().expect("a time"),
            plans: std::cell::RefCell::default(),
        }
    }

    fn node(&self, kind: ResourceType, code: &str, config: serde_json::Value) -> Node {
        node_support::node(kind, self.warehouse.relation("m"), code, config)
    }

    /// Observes, plans and applies, as a run does.
    fn build_node(&self, node: &Node) -> Result<Option<u64>, Failure> {
        let warehouse = &self.warehouse;
        let options = PlanOptions {
            full_refresh: self.full_refresh,
            empty: false,
            run_started_at: self.now,
            engine: Engine::Embedded,
            staging_suffix: String::new(),
        };
        let listed = warehouse.wait(warehouse.adapter.relations(Some("db"), SCHEMA));
        let existing = listed.expect("a list").into_iter().find(|known| known.identifier == "m");
        let mut observed = Observed { existing, ..Observed::default() };
        let needs = plan::needs(node, &observed, &options);
        let sql = node.raw_code();
        if needs.existing_columns {
            let columns = warehouse.wait(warehouse.adapter.columns(&node.relation));
            observed.existing_columns = columns.expect("the table's columns");
        }
        if needs.query_columns {
            let columns = warehouse.wait(warehouse.adapter.describe("", sql));
            observed.query_columns = Some(columns.map_err(Failure::Adapter)?);
        }
        let input = PlanInput { node, sql, observed: &observed, options: &options };
        let plan = plan::plan(&input).map_err(Failure::Plan)?;
        self.plans.borrow_mut().push_str(&format!("{plan}\n"));
        Ok(warehouse.apply(&plan).map_err(Failure::Adapter)?.rows_affected)
    }

    fn model(&self, config: serde_json::Value, sql: &str) -> Result<Option<u64>, Failure> {
        self.build_node(&self.node(ResourceType::Model, sql, config))
    }

    fn snapshot(&self, config: serde_json::Value, sql: &str) -> Result<Option<u64>, Failure> {
        self.build_node(&self.node(ResourceType::Snapshot, sql, config))
    }

    fn rows(&self) -> String {
        self.warehouse.rows("select * from {m} order by 1, 2")
    }
}

#[derive(Debug)]
enum Failure {
    Plan(Vec<Diagnostic>),
    Adapter(AdapterError),
}

impl Failure {
    fn text(&self) -> String {
        match self {
            Self::Adapter(error) => error.to_string(),
            Self::Plan(diagnostics) => diagnostics
                .iter()
                .map(|one| format!("{}: {} {}", one.code, one.message, one.notes.join("; ")))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }
}

const TWO: &str = "select 1 as id, 'a' as name union all select 2, 'b'";
const LATER: &str = "select 2 as id, 'bb' as name union all select 3, 'c'";

fn config(value: serde_json::Value) -> serde_json::Value {
    value
}

#[test]
fn a_view_becomes_a_table_and_a_view_again() {
    for dialect in DIALECTS {
        let project = Project::new(dialect);
        for kind in ["view", "table", "table", "view", "view", "incremental", "incremental"] {
            let built = project.model(config(serde_json::json!({"materialized": kind})), TWO);
            built.unwrap_or_else(|error| panic!("{dialect:?} {kind}: {}", error.text()));
        }
    }
}

#[test]
fn every_incremental_strategy() {
    let cases = [
        ("append", "1 a, 2 b, 2 bb, 3 c"),
        ("merge", "1 a, 2 bb, 3 c"),
        ("delete+insert", "1 a, 2 bb, 3 c"),
        ("insert_overwrite", "1 a, 2 bb, 3 c"),
    ];
    for dialect in DIALECTS {
        for (strategy, wanted) in cases {
            if strategy == "insert_overwrite" && dialect == Dialect::DuckDb {
                continue;
            }
            let project = Project::new(dialect);
            let config = serde_json::json!({
                "materialized": "incremental",
                "incremental_strategy": strategy,
                "unique_key": "id",
                "partition_by": {"field": "id", "data_type": "int64",
                    "range": {"start": 0, "end": 10, "interval": 1}},
            });
            let times = if strategy == "append" { 1 } else { 2 };
            project.model(config.clone(), TWO).expect("the first build");
            for _ in 0..times {
                let built = project.model(config.clone(), LATER);
                built.unwrap_or_else(|error| panic!("{dialect:?} {strategy}: {}", error.text()));
            }
            assert_eq!(project.rows(), wanted, "{dialect:?} {strategy}");
            insta::assert_snapshot!(
                format!("{}_{}", dialect.adapter_type(), strategy.replace('+', "_")),
                project.plans.borrow()
            );
        }
    }
}

#[test]
fn merges_update_the_columns_they_are_told() {
    for dialect in DIALECTS {
        for key in ["merge_update_columns", "merge_exclude_columns"] {
            let project = Project::new(dialect);
            let column = if key == "merge_update_columns" { "name" } else { "size" };
            let config = serde_json::json!({"materialized": "incremental", key: [column],
                "incremental_strategy": "merge", "unique_key": ["id"],
                "incremental_predicates": ["DBT_INTERNAL_DEST.id > 0"]});
            project.model(config.clone(), "select 1 as id, 'a' as name, 1 as size").expect("built");
            project.model(config, "select 1 as id, 'b' as name, 2 as size").expect("merged");
            assert_eq!(project.rows(), "1 b 1", "{dialect:?} {key}");
        }
    }
}

#[test]
fn a_struct_gets_further_fields() {
    let project = Project::new(Dialect::GoogleSql);
    let config = serde_json::json!({"materialized": "incremental", "unique_key": "id",
        "on_schema_change": "append_new_columns"});
    project.model(config.clone(), "select 1 as id, struct(1 as x) as a").expect("built");
    let more = "select 2 as id, struct(2 as x, 'two' as y) as a";
    project.model(config, more).expect("the struct is extended");
    let rows = project.warehouse.rows("select id, a.x, a.y from {m} order by 1");
    assert_eq!(rows, "1 1 null, 2 2 two");
}

#[test]
fn rows_without_a_partition_replace_those_without_one() {
    let project = Project::new(Dialect::GoogleSql);
    let config = serde_json::json!({"materialized": "incremental",
        "incremental_strategy": "insert_overwrite", "partition_by": {"field": "day"}});
    let rows = "select 1 as id, cast(null as date) as day union all select 2, date '2024-01-01'";
    for _ in 0..3 {
        project.model(config.clone(), rows).expect("built");
    }
    assert_eq!(project.warehouse.rows("select id from {m} order by 1"), "1, 2");
}

#[test]
fn changes_of_the_columns() {
    let more = "select 3 as id, 'c' as name, 1.5 as size";
    for dialect in DIALECTS {
        for (setting, wanted) in [
            ("ignore", "1 a, 2 b, 3 c"),
            ("append_new_columns", "1 a null, 2 b null, 3 c 1.5"),
            ("sync_all_columns", "1 a null, 2 b null, 3 c 1.5"),
        ] {
            let project = Project::new(dialect);
            let config = serde_json::json!({"materialized": "incremental", "unique_key": "id",
                "on_schema_change": setting});
            project.model(config.clone(), TWO).expect("built");
            let built = project.model(config.clone(), more);
            built.unwrap_or_else(|error| panic!("{dialect:?} {setting}: {}", error.text()));
            assert_eq!(project.rows(), wanted, "{dialect:?} {setting}");
            if setting == "sync_all_columns" {
                let built = project.model(config, "select 3 as id, 2 as size");
                built.unwrap_or_else(|error| panic!("{dialect:?} {setting}: {}", error.text()));
                let columns = project.warehouse.columns("m");
                assert!(!columns.contains("name"), "{columns}");
            }
        }
        let project = Project::new(dialect);
        let config = serde_json::json!({"materialized": "incremental", "unique_key": "id",
            "on_schema_change": "fail"});
        project.model(config.clone(), TWO).expect("built");
        let error = project.model(config, more).expect_err("the columns changed");
        assert!(error.text().contains("new: `size`"), "{}", error.text());
    }
}

#[test]
fn full_refresh_builds_the_table_whole() {
    let mut project = Project::new(Dialect::GoogleSql);
    let config = serde_json::json!({"materialized": "incremental", "unique_key": "id"});
    project.model(config.clone(), TWO).expect("built");
    project.full_refresh = true;
    project.model(config, LATER).expect("built whole");
    assert_eq!(project.rows(), "2 bb, 3 c");
}

#[test]
fn what_cannot_be_done_is_refused_by_name() {
    let google = Project::new(Dialect::GoogleSql);
    let duckdb = Project::new(Dialect::DuckDb);
    let refused = |project: &Project, value: serde_json::Value| {
        let mut value = value;
        value["materialized"] = "incremental".into();
        project.model(value, TWO).expect_err("refused").text()
    };
    let told = [
        refused(&google, serde_json::json!({"incremental_strategy": "microbatch"})),
        refused(&google, serde_json::json!({"incremental_strategy": "merg"})),
        refused(&duckdb, serde_json::json!({"incremental_strategy": "insert_overwrite"})),
        refused(&google, serde_json::json!({"on_schema_change": "appendnew"})),
        refused(&google, serde_json::json!({"partition_by": "day"})),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn snapshots_over_time() {
    for dialect in DIALECTS {
        for (hard_deletes, wanted) in [
            ("ignore", "1 a open, 2 b closed, 2 bb open, 3 c open"),
            ("invalidate", "1 a closed, 2 b closed, 2 bb open, 3 c open"),
            (
                "new_record",
                "1 a False closed, 1 a True open, 2 b False closed, 2 bb False open, 3 c False open",
            ),
        ] {
            let mut project = Project::new(dialect);
            let config = serde_json::json!({"materialized": "snapshot", "strategy": "check",
                "check_cols": "all", "unique_key": "id", "hard_deletes": hard_deletes});
            let build = |project: &Project, sql: &str| {
                let built = project.snapshot(config.clone(), sql);
                built.unwrap_or_else(|error| {
                    panic!(
                        "{dialect:?} {hard_deletes}: {}\n{}",
                        error.text(),
                        project.plans.borrow()
                    )
                });
            };
            build(&project, TWO);
            project.now += chrono::Duration::hours(1);
            build(&project, TWO);
            for _ in 0..2 {
                project.now += chrono::Duration::hours(1);
                build(&project, LATER);
            }
            let deleted = if hard_deletes == "new_record" { "dbt_is_deleted, " } else { "" };
            let rows = project.warehouse.rows(&format!(
                "select id, name, {deleted}case when dbt_valid_to is null then 'open' else 'closed' end \
                 from {{m}} order by 1, 2, 3"
            ));
            assert_eq!(rows, wanted, "{dialect:?} {hard_deletes}");
            if hard_deletes == "new_record" {
                insta::assert_snapshot!(
                    format!("{}_snapshot", dialect.adapter_type()),
                    project.plans.borrow()
                );
            }
        }
    }
}

#[test]
fn snapshots_by_timestamp_with_names_of_ones_own() {
    for dialect in DIALECTS {
        let project = Project::new(dialect);
        let config = serde_json::json!({"materialized": "snapshot", "strategy": "timestamp",
            "updated_at": "changed_at", "unique_key": ["id", "name"],
            "snapshot_meta_column_names": {"dbt_valid_to": "ended", "dbt_valid_from": "began"},
            "dbt_valid_to_current": "timestamp '9999-12-31 00:00:00'"});
        let row = |at: &str| format!("select 1 as id, 'a' as name, timestamp '{at}' as changed_at");
        for at in ["2024-01-01 00:00:00", "2024-01-01 00:00:00", "2024-01-02 00:00:00"] {
            let built = project.snapshot(config.clone(), &row(at));
            built.unwrap_or_else(|error| {
                panic!("{dialect:?}: {}\n{}", error.text(), project.plans.borrow())
            });
        }
        let rows = project.warehouse.rows("select began, ended from {m} order by 1");
        let zone = if dialect == Dialect::GoogleSql { "+00:00" } else { "" };
        assert_eq!(
            rows,
            format!(
                "2024-01-01 00:00:00{zone} 2024-01-02 00:00:00{zone}, \
                 2024-01-02 00:00:00{zone} 9999-12-31 00:00:00{zone}"
            )
        );
    }
}

#[test]
fn seeds_with_nasty_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("m.csv");
    let text = "\u{feff}id;name;day;price;code;empty\r\n\
                1;\"a;\"\"x\"\"\nnext\";2024-01-31;1.5;007;\r\n\r\n\
                2;\"\";;null;08;\r\n3;;2024-02-01;2;é;\r\n";
    std::fs::write(&file, text).expect("written");
    for dialect in DIALECTS {
        let project = Project::new(dialect);
        let build = |path: PathBuf| {
            let types = serde_json::json!({"delimiter": ";", "column_types": {
                "code": if dialect == Dialect::DuckDb { "varchar" } else { "string" }}});
            let mut node = project.node(ResourceType::Seed, "", types);
            node.seed_path = Some(path);
            project.build_node(&node)
        };
        for _ in 0..2 {
            let built = build(file.clone());
            assert_eq!(built.unwrap_or_else(|error| panic!("{}", error.text())), Some(3));
        }
        assert_eq!(
            project.rows(),
            "1 a;\"x\"\nnext 2024-01-31 1.5 007 null, 2  null null 08 null, \
             3 null 2024-02-01 2 é null"
        );
        let wrong = folder.path().join("wrong.csv");
        std::fs::write(&wrong, "a;A\n1\n").expect("written");
        let error = build(wrong).expect_err("the file is wrong").text();
        assert_eq!(error.lines().count(), 2, "{error}");
        assert!(project.rows().starts_with("1 a;"), "the old table stays");
    }
}

#[test]
fn a_contract_names_the_columns_that_differ() {
    let project = Project::new(Dialect::GoogleSql);
    let contract = serde_json::json!({"materialized": "table", "contract": {"enforced": true}});
    let mut node = project.node(ResourceType::Model, TWO, contract);
    for (name, data_type) in [("id", "int64"), ("name", "string")] {
        let column = elt::manifest::ColumnProperties {
            name: name.to_owned(),
            data_type: Some(data_type.to_owned()),
            constraints: vec![serde_json::json!({"type": "not_null"})],
            ..Default::default()
        };
        node.columns.insert(name.to_owned(), column);
    }
    let built = project.build_node(&node);
    built.unwrap_or_else(|error| panic!("{}", error.text()));
    assert_eq!(project.rows(), "1 a, 2 b");
    node.columns["name"].data_type = Some("date".to_owned());
    let extra = elt::manifest::ColumnProperties {
        name: "gone".to_owned(),
        data_type: Some("int64".to_owned()),
        ..Default::default()
    };
    node.columns.insert("gone".to_owned(), extra);
    let error = project.build_node(&node).expect_err("the contract is broken");
    insta::assert_snapshot!(error.text());
}

#[test]
fn descriptions_are_kept_where_asked() {
    for dialect in DIALECTS {
        let project = Project::new(dialect);
        let config = serde_json::json!({"materialized": "table",
            "persist_docs": {"relation": true, "columns": true}});
        let mut node = project.node(ResourceType::Model, TWO, config);
        node.description = "it's a table".to_owned();
        let column = elt::manifest::ColumnProperties {
            name: "id".to_owned(),
            description: "the key".to_owned(),
            ..Default::default()
        };
        node.columns.insert("id".to_owned(), column);
        let built = project.build_node(&node);
        built.unwrap_or_else(|error| panic!("{}", error.text()));
    }
}
