//! `publish: audited`: a table comes to its readers when its tests pass on it, and not before.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{Said, elt, project, write};

const DUCKDB: &str = "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: target/warehouse.duckdb, schema: shop}\n";
const TESTS: &str = "models:
  - name: orders
    columns:
      - name: id
        data_tests: [unique, not_null]
";

fn table(more: &str, sql: &str) -> String {
    format!("{{{{ config(materialized='table', publish='audited'{more}) }}}}\n{sql}\n")
}

/// Orders with tests, and what reads them.
fn shop(duckdb: bool, orders: &str) -> TempDir {
    let folder = project(&[
        ("models/orders.sql", orders),
        (
            "models/below.sql",
            "{{ config(materialized='table') }}\nselect count(*) as n from {{ ref('orders') }}\n",
        ),
        ("models/_models.yml", TESTS),
    ]);
    if duckdb {
        write(folder.path(), "profiles.yml", DUCKDB);
        write(folder.path(), "dbt_project.yml", "name: shop\nversion: \"1.0.0\"\nprofile: shop\n");
    }
    folder
}

fn built(folder: &Path, args: &[&str]) -> Said {
    let said = elt(folder, args);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said
}

fn rows(folder: &Path, sql: &str) -> String {
    let said = built(folder, &["show", "--output", "csv", "--limit", "-1", "--inline", sql]);
    said.out.lines().skip(1).collect::<Vec<_>>().join(" ")
}

fn ids(folder: &Path, name: &str) -> String {
    rows(folder, &format!("select id from shop.{name} order by id"))
}

fn exists(folder: &Path, name: &str) -> bool {
    let sql = format!("select 1 from shop.{name}");
    elt(folder, &["show", "--inline", &sql]).code == Some(0)
}

/// The status of each node and test, by name, in the order they ended.
fn statuses(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("target/run_results.json")).expect("written");
    let results: Value = serde_json::from_str(&text).expect("JSON");
    let one = |result: &Value| {
        let id = result["unique_id"].as_str().expect("an id");
        let name = id.split('.').nth(2).unwrap_or_default();
        format!("{name} {}", result["status"].as_str().expect("a status"))
    };
    let mut all: Vec<String> =
        results["results"].as_array().expect("a list").iter().map(one).collect();
    all.sort();
    all.join(", ")
}

#[test]
fn what_fails_its_tests_is_not_published() {
    for duckdb in [false, true] {
        let folder = shop(duckdb, &table("", "select 1 as id union all select 2"));
        let said = built(folder.path(), &["build"]);
        assert!(said.err.contains("running 4 nodes"), "{}", said.err);
        let well = "below success, not_null_orders_id pass, orders success, unique_orders_id pass";
        assert_eq!(statuses(folder.path()), well, "each test once");
        assert_eq!(ids(folder.path(), "orders"), "1 2");
        assert!(!exists(folder.path(), "orders__unpublished"));

        write(folder.path(), "models/orders.sql", &table("", "select 3 as id union all select 3"));
        let said = elt(folder.path(), &["build"]);
        assert_eq!(said.code, Some(1), "{}", said.err);
        assert_eq!(
            statuses(folder.path()),
            "below skipped, not_null_orders_id pass, orders error, unique_orders_id fail"
        );
        assert_eq!(ids(folder.path(), "orders"), "1 2", "the old table stays");
        assert_eq!(ids(folder.path(), "orders__unpublished"), "3 3");
        assert_eq!(rows(folder.path(), "select n from shop.below"), "2");
        let shown: Vec<&str> =
            said.err.lines().skip_while(|line| !line.starts_with("error[")).collect();
        insta::assert_snapshot!(
            format!("rejected_{}", if duckdb { "duckdb" } else { "bigquery" }),
            shown.join("\n").split("skipped because").next().expect("it is told")
        );
        let file = "target/compiled/shop/models/_models.yml/unique_orders_id.sql";
        let failing = built(folder.path(), &["sql", "--file", file, "--output", "csv"]).out;
        assert_eq!(failing.lines().nth(1), Some("3,2"), "the rejected rows: {failing}");

        write(folder.path(), "models/orders.sql", &table("", "select 4 as id"));
        built(folder.path(), &["retry"]);
        assert_eq!(ids(folder.path(), "orders"), "4");
        assert_eq!(rows(folder.path(), "select n from shop.below"), "1");
        assert!(!exists(folder.path(), "orders__unpublished"));
        let plan = std::fs::read_to_string(folder.path().join("target/run/shop/models/orders.sql"));
        insta::assert_snapshot!(
            format!("plan_{}", if duckdb { "duckdb" } else { "bigquery" }),
            plan.expect("written")
        );
    }
}

#[test]
fn incremental_models_add_to_a_copy() {
    for duckdb in [false, true] {
        let sql = "select {{ var('id', 1) }} as id, 'x' as name";
        let config = "{{ config(materialized='incremental', incremental_strategy='append', meta={'publish': 'audited'}) }}\n";
        let folder = shop(duckdb, &format!("{config}{sql}\n"));
        built(folder.path(), &["build"]);
        built(folder.path(), &["build", "--vars", "{id: 2}"]);
        assert_eq!(ids(folder.path(), "orders"), "1 2");
        let said = elt(folder.path(), &["build", "--vars", "{id: 2}"]);
        assert_eq!(said.code, Some(1), "{}", said.err);
        assert_eq!(ids(folder.path(), "orders"), "1 2");
        assert_eq!(ids(folder.path(), "orders__unpublished"), "1 2 2");
        built(folder.path(), &["build", "--vars", "{id: 3}"]);
        assert_eq!(ids(folder.path(), "orders"), "1 2 3");
        assert!(!exists(folder.path(), "orders__unpublished"));
    }
}

#[test]
fn a_plan_shows_the_publishing() {
    let folder = shop(false, &table("", "select 1 as id"));
    let shown = built(folder.path(), &["plan", "--select", "orders"]).out;
    assert!(shown.contains("publish") && shown.contains("2 tests "), "each once: {shown}");
}

#[test]
fn a_first_build_that_fails_publishes_nothing() {
    let folder = shop(false, &table("", "select 1 as id union all select 1"));
    let said = elt(folder.path(), &["run"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(
        said.err.contains("`orders` is not published: 1 of its 2 tests failed"),
        "{}",
        said.err
    );
    assert!(said.err.contains("nothing is published yet"), "{}", said.err);
    assert!(!exists(folder.path(), "orders"));
    assert_eq!(ids(folder.path(), "orders__unpublished"), "1 1");
}

#[test]
fn tests_that_are_left_out_or_warn_are_run_all_the_same() {
    let folder = shop(false, &table("", "select 1 as id union all select 1"));
    let said = elt(folder.path(), &["build", "--exclude", "resource_type:test"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(!exists(folder.path(), "orders"));
    let warns = TESTS.replace("[unique, not_null]", "[{unique: {config: {severity: warn}}}]");
    write(folder.path(), "models/_models.yml", &warns);
    built(folder.path(), &["build"]);
    assert_eq!(statuses(folder.path()), "below success, orders success, unique_orders_id warn");
    assert_eq!(ids(folder.path(), "orders"), "1 1");
    built(folder.path(), &["test", "--select", "orders"]);
}

#[test]
fn a_test_that_needs_what_comes_later_runs_then() {
    let folder = shop(false, &table("", "select 1 as id union all select 2"));
    write(
        folder.path(),
        "tests/same_count.sql",
        "select * from {{ ref('below') }} where n != (select count(*) from {{ ref('orders') }})\n",
    );
    write(
        folder.path(),
        "tests/known.sql",
        "select * from {{ ref('orders') }} where id not in (select id from {{ ref('all_ids') }})\n",
    );
    write(
        folder.path(),
        "models/all_ids.sql",
        "{{ config(materialized='table') }}\nselect 1 as id union all select 2\n",
    );
    let orders =
        table("", "-- depends_on: {{ ref('all_ids') }}\nselect 1 as id union all select 2");
    write(folder.path(), "models/orders.sql", &orders);
    built(folder.path(), &["build", "--threads", "4"]);
    assert_eq!(
        statuses(folder.path()),
        "all_ids success, below success, known pass, not_null_orders_id pass, orders success, same_count pass, unique_orders_id pass"
    );
    write(folder.path(), "models/orders.sql", &orders.replace("select 2", "select 3"));
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("1 of its 3 tests failed"), "{}", said.err);
    assert_eq!(ids(folder.path(), "orders"), "1 2");
}

#[test]
fn hooks_stand_around_the_build_and_the_publishing() {
    let hooks = ", pre_hook=\"create table if not exists shop.log as select 'none' as s limit 0\", post_hook=\"insert into shop.log (s) select concat('published ', cast(count(*) as string)) from {{ this }}\"";
    let folder = shop(false, &table(hooks, "select 1 as id union all select 2"));
    built(folder.path(), &["build"]);
    assert_eq!(rows(folder.path(), "select s from shop.log"), "published 2");
    write(folder.path(), "models/orders.sql", &table(hooks, "select 1 as id union all select 1"));
    assert_eq!(elt(folder.path(), &["build"]).code, Some(1));
    assert_eq!(rows(folder.path(), "select s from shop.log"), "published 2");
}

#[test]
fn a_published_table_keeps_its_promises_and_descriptions() {
    for duckdb in [false, true] {
        let kind = if duckdb { "integer" } else { "int64" };
        let config = "{{ config(materialized='incremental', incremental_strategy='append', publish='audited', on_schema_change='fail', contract={'enforced': true}, persist_docs={'relation': true, 'columns': true}) }}\n";
        let folder = shop(duckdb, &format!("{config}select {{{{ var('id', 1) }}}} as id\n"));
        write(
            folder.path(),
            "models/_models.yml",
            &format!(
                "models:\n  - name: orders\n    description: what was ordered\n    columns: [{{name: id, description: the key, data_type: {kind}, constraints: [{{type: not_null}}], data_tests: [unique]}}]\n"
            ),
        );
        built(folder.path(), &["build"]);
        built(folder.path(), &["build", "--vars", "{id: 2}"]);
        assert_eq!(ids(folder.path(), "orders"), "1 2");
        let file = folder.path().join("target/warehouse.duckdb");
        let connection = duckdb::Connection::open(file).expect("the file opens");
        let kept: (String, String, bool) = connection
            .query_row(
                "select t.comment, c.comment, c.is_nullable from duckdb_tables() t join duckdb_columns() c using (table_oid) where t.table_name = 'orders'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .expect("the table is described");
        assert_eq!(kept, ("what was ordered".to_owned(), "the key".to_owned(), false));
    }
}

#[test]
fn a_view_gives_way_to_an_audited_table() {
    let folder = shop(false, "select 1 as id\n");
    built(folder.path(), &["build"]);
    write(folder.path(), "models/orders.sql", &table("", "select 2 as id union all select 2"));
    assert_eq!(elt(folder.path(), &["build"]).code, Some(1));
    assert_eq!(ids(folder.path(), "orders"), "1", "the view stays");
    write(folder.path(), "models/orders.sql", &table("", "select 2 as id"));
    built(folder.path(), &["build"]);
    assert_eq!(ids(folder.path(), "orders"), "2");
}

#[test]
fn a_test_that_cannot_run_publishes_nothing() {
    let folder = shop(false, &table("", "select 1 as id"));
    write(
        folder.path(),
        "tests/broken.sql",
        "select * from {{ ref('orders') }} where no_such_column\n",
    );
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(!exists(folder.path(), "orders"));
    assert!(said.err.contains("tests/broken.sql:1"), "{}", said.err);
}
