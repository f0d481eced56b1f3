//! Nodes run on a warehouse that only pretends.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use chrono::DateTime;
use serde_json::json;

use super::{
    pretended::{Templates, Warehouse},
    *,
};
use crate::{
    adapter::{Adapter, Cancel},
    compile::UnitTestRows,
    diagnostic::{SourceFile, Span, WarnOptions, render_terminal},
    manifest::{
        Access, Fixture, Node, NodeConfig, Overrides, ResourceType, TestNode, UniqueId, UnitTest,
    },
    plan::{Engine, PlanOptions},
    relation::{Cell, Column, Dialect, Relation, RelationKind, Table},
    run::{EventSink, Executor, NodeResult, Status, Threads},
};

fn node(kind: ResourceType, code: &str, config: serde_json::Value) -> Arc<Node> {
    let file = if kind == ResourceType::Test { "tests/m.sql" } else { "models/m.sql" };
    Arc::new(Node {
        unique_id: UniqueId::new(format!("{kind}.p.m")),
        resource_type: kind,
        name: "m".to_owned(),
        package: Arc::from("p"),
        fqn: vec!["p".to_owned(), "m".to_owned()],
        path: "m.sql".to_owned(),
        original_file_path: file.to_owned(),
        source: SourceFile::new(file, code),
        code_range: 0..code.len(),
        generated_code: None,
        properties: None,
        relation: Relation::new(Dialect::GoogleSql, Some("db".to_owned()), "silver", "m"),
        config: NodeConfig(config.as_object().unwrap().clone()),
        description: String::new(),
        columns: indexmap::IndexMap::new(),
        refs: Vec::new(),
        sources: Vec::new(),
        functions: Vec::new(),
        function: None,
        depends_on_nodes: Vec::new(),
        depends_on_macros: Vec::new(),
        access: Access::default(),
        group: None,
        version: None,
        latest_version: None,
        constraints: Vec::new(),
        checksum: String::new(),
        test: (kind == ResourceType::Test).then(TestNode::default),
        seed_path: None,
        details: crate::manifest::NodeDetails::default(),
    })
}

struct Ran {
    result: NodeResult,
    statements: String,
    listings: usize,
}

impl Ran {
    fn shown(&self) -> String {
        let each = self.result.diagnostics.iter().map(|each| render_terminal(each, false));
        each.collect::<Vec<_>>().join("\n")
    }
}

fn run(work: Work, warehouse: Warehouse, warn_error: bool) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = Arc::new(warehouse);
    let options = RunOptions {
        plan: PlanOptions {
            full_refresh: false,
            empty: false,
            run_started_at: DateTime::UNIX_EPOCH,
            engine: Engine::Embedded,
            staging_suffix: String::new(),
        },
        store_failures: false,
        warnings: WarnOptions { all_fail: warn_error, ..WarnOptions::default() },
        target_path: folder.path().to_owned(),
        shown_target: "target".to_owned(),
        scrubber: Default::default(),
        batches: BatchOptions::of_run(DateTime::UNIX_EPOCH),
        clone_from: None,
    };
    let events: EventSink = Arc::new(|_| {});
    let adapter: Arc<dyn Adapter> = Arc::clone(&warehouse) as _;
    let runner = NodeRunner::new(
        Arc::new(Templates),
        adapter,
        options,
        events,
        Threads::new(1),
        WorkList { works: vec![work], ..WorkList::default() },
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
    let result = runtime.block_on(Arc::new(runner).execute(0, 1, Cancel::default()));
    let plans = warehouse.plans.lock().unwrap();
    let statements = plans.iter().map(|plan| plan.to_string()).collect::<Vec<_>>().join("--\n");
    let listings = *warehouse.listings.lock().unwrap();
    Ran { result, statements, listings }
}

fn model(code: &str, config: serde_json::Value) -> Ran {
    run(Work::Node(node(ResourceType::Model, code, config)), Warehouse::default(), false)
}

#[test]
fn a_table_with_its_hooks_is_one_plan() {
    let config = json!({
        "materialized": "table",
        "pre-hook": ["select 'first'", {"sql": "select 'before'", "transaction": false}],
        "post-hook": ["select 'last'", ""],
    });
    let ran = model("select 1 as id", config);
    assert_eq!(ran.result.status, Status::Success, "{}", ran.shown());
    assert_eq!(ran.result.rows_affected, Some(7));
    assert_eq!(ran.listings, 1);
    insta::assert_snapshot!(ran.statements, @r#"
    create schema if not exists `db`.`silver`;
    --
    select 'before';
    --
    create schema if not exists `db`.`silver`;

    select 'first';

    create or replace table `db`.`silver`.`m`
    as (
    select 1 as id
    );

    select 'last';
    "#);
}

#[test]
fn a_hook_that_asks_the_warehouse_waits_for_the_node() {
    let config = json!({
        "materialized": "table",
        "post-hook": ["select 'inside'", "select 'asks'", "select 'waits too'"],
    });
    let ran = model("select 1 as id", config);
    insta::assert_snapshot!(ran.statements, @r#"
    create schema if not exists `db`.`silver`;

    create or replace table `db`.`silver`.`m`
    as (
    select 1 as id
    );

    select 'inside';
    --
    select 'asks';
    --
    select 'waits too';
    "#);
}

#[test]
fn a_view_in_the_way_is_dropped() {
    let mut view = Relation::new(Dialect::GoogleSql, Some("db".to_owned()), "silver", "m");
    view.kind = Some(RelationKind::View);
    let warehouse = Warehouse { exists: vec![view], ..Warehouse::default() };
    let node = node(ResourceType::Model, "select 1", json!({"materialized": "table"}));
    let ran = run(Work::Node(node), warehouse, false);
    assert!(ran.statements.contains("drop view if exists"), "{}", ran.statements);
}

#[test]
fn an_error_is_said_at_the_users_word() {
    let ran = model("select\n  boom\nfrom x", json!({"materialized": "table"}));
    assert_eq!(ran.result.status, Status::Error);
    insta::assert_snapshot!(ran.shown(), @r#"
    error[unknown-column]: column `boom` does not exist
     --> models/m.sql:2:3
      |
    2 |   boom
      |   ^^^^
      |
      = note: compiled code: target/compiled/p/models/m.sql
    "#);
}

#[test]
fn an_error_in_a_hook_is_said_in_the_hook() {
    let config = json!({"materialized": "table", "post-hook": "update x set boom = 1"});
    let ran = model("select 1", config);
    assert_eq!(ran.result.status, Status::Error);
    assert!(ran.shown().contains("dbt_project.yml:1:14"), "{}", ran.shown());
}

#[test]
fn templates_fail_before_anything_runs() {
    let ran = model("nonsense", json!({"materialized": "table"}));
    assert_eq!(ran.result.message.as_deref(), Some("this is nonsense"));
    assert_eq!(ran.statements, "");
}

#[test]
fn an_ephemeral_model_is_nothing_to_do() {
    let ran = model("select 1", json!({"materialized": "ephemeral"}));
    assert_eq!((ran.result.status, ran.listings), (Status::NoOp, 0));
}

#[test]
fn materializations_are_the_users_or_refused_by_name() {
    let mine = model("select 1", json!({"materialized": "mine"}));
    assert_eq!(mine.result.status, Status::Success);
    assert_eq!(mine.statements, "create schema if not exists `db`.`silver`;\n");
    let wrong = model("select 1", json!({"materialized": "tabel"}));
    assert_eq!(wrong.result.diagnostics[0].code, "unknown-materialization");
}

fn counts(failures: i64) -> Warehouse {
    let column = |name: &str| Column { name: name.to_owned(), data_type: String::new() };
    let found = Cell::Bool(failures > 0);
    let table = Table {
        columns: ["failures", "should_warn", "should_error"].map(column).to_vec(),
        rows: vec![vec![Cell::Int(failures), found.clone(), found]],
    };
    let table = Mutex::new(HashMap::from([("counts".to_owned(), table)]));
    Warehouse { table, ..Warehouse::default() }
}

#[test]
fn a_data_test_passes_fails_or_warns() {
    let test = |config| Work::Node(node(ResourceType::Test, "select *\nfrom x", config));
    let ran = run(test(json!({})), counts(0), false);
    assert_eq!((ran.result.status, ran.result.failures), (Status::Pass, Some(0)));
    insta::assert_snapshot!(ran.statements, @r#"
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
    select *
    from x
    ) dbt_internal_test;
    "#);
    let ran = run(test(json!({"severity": "WARN"})), counts(2), false);
    assert_eq!(ran.result.status, Status::Warn);
    let ran = run(test(json!({})), counts(2), false);
    assert_eq!(ran.result.status, Status::Fail);
    insta::assert_snapshot!(ran.shown(), @r#"
    error[test-failed]: test `m` found 2 failing rows
     --> tests/m.sql:1:1
      |
    1 | select *
      | ^^^^^^^^
      |
      = note: compiled code: target/compiled/p/tests/m.sql
      = help: see the failing rows: elt show --select m
    "#);
}

#[test]
fn an_error_in_a_data_test_is_said_at_its_own_line() {
    let test = node(ResourceType::Test, "select *\nfrom x\nwhere boom", json!({"limit": 5}));
    let ran = run(Work::Node(test), counts(0), false);
    assert!(ran.shown().contains("tests/m.sql:3:7"), "{}", ran.shown());
}

#[test]
fn stored_failures_are_a_table() {
    let test = node(ResourceType::Test, "select 1 as id", json!({"store_failures": true}));
    let ran = run(Work::Node(test), counts(1), false);
    insta::assert_snapshot!(ran.statements, @r#"
    create schema if not exists `db`.`silver`;

    create or replace table `db`.`silver`.`m`
    as (
    select 1 as id
    );

    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
    select *
        from `db`.`silver`.`m`
    ) dbt_internal_test;
    "#);
    assert!(ran.shown().contains("the failing rows are in `db`.`silver`.`m`"), "{}", ran.shown());
}

#[test]
fn a_unit_test_shows_how_rows_differ() {
    let file = SourceFile::new("models/_m.yml", "unit_tests:\n  - name: adds_up\n");
    let test = UnitTest {
        unique_id: UniqueId::new("unit_test.p.m.adds_up"),
        name: "adds_up".to_owned(),
        package: Arc::from("p"),
        fqn: Vec::new(),
        path: "_m.yml".to_owned(),
        original_file_path: "models/_m.yml".to_owned(),
        declared: Span::new(&file, 22..29),
        model: "m".to_owned(),
        tested_node: None,
        version: None,
        description: String::new(),
        given: Vec::new(),
        expect: Fixture::Rows(Vec::new()),
        expect_file: None,
        versions: None,
        checksum: String::new(),
        overrides: Overrides::default(),
        config: NodeConfig::default(),
        depends_on_nodes: Vec::new(),
    };
    let rows = |total: i64| vec![vec![Cell::Int(1)], vec![Cell::Int(total)]];
    let columns = vec!["total".to_owned()];
    let rows = UnitTestRows { columns, expected: rows(4), actual: rows(5) };
    let mut result = NodeResult::new(unit_test_label(&test), Status::Success);
    super::unit_test::judge(&test, &rows, &mut result);
    assert_eq!((result.status, result.failures), (Status::Fail, Some(1)));
    insta::assert_snapshot!(render_terminal(&result.diagnostics[0], false), @r#"
    error[unit-test-failed]: `m` does not give the rows that `adds_up` expects
     --> models/_m.yml:2:11
      |
    2 |   - name: adds_up
      |           ^^^^^^^
      |
      = note: expected → actual
                          | total
              ------------+-------
               missing    | 4
               unexpected | 5
                          | 1
    "#);
}
