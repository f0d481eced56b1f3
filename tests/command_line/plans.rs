//! `elt plan`, `--dry-run` and `--max-bytes` on an engine that bills nothing; what BigQuery is asked for
//! them is in `tests/bigquery_protocol`.

use crate::{elt, project};

fn shop() -> tempfile::TempDir {
    project(&[
        ("seeds/cities.csv", "id,name\n1,Lille\n"),
        ("models/a.sql", "select 1 as id\n"),
        (
            "models/b.sql",
            "{{ config(materialized='incremental', unique_key='id') }}\nselect * from {{ ref('a') }}\n",
        ),
        (
            "models/_m.yml",
            "models:\n  - name: a\n    columns: [{name: id, data_tests: [unique]}]\n",
        ),
    ])
}

#[test]
fn a_plan_says_what_would_be_done_and_why_and_does_nothing() {
    let folder = shop();
    let said = elt(folder.path(), &["plan"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    insta::assert_snapshot!(said.out, @r"
    node         materialization  why  step
    shop.a       view             new  create the view
    shop.cities  seed             new  load the file
    shop.b       incremental      new  create the table
    1 test       test                  query

    4 nodes; the engine bills nothing
    ");
    assert_eq!(elt(folder.path(), &["show", "--inline", "select * from shop.a"]).code, Some(1));
    assert_eq!(elt(folder.path(), &["build"]).code, Some(0));
    let again = elt(folder.path(), &["plan", "--select", "b", "cities"]);
    insta::assert_snapshot!(again.out, @r"
    node         materialization  why       step
    shop.b       incremental      new rows  merge
    shop.cities  seed             rebuilt   load the file

    2 nodes; the engine bills nothing
    ");
    let full = elt(folder.path(), &["plan", "--full-refresh", "--select", "b", "--output", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&full.out).expect("one JSON document");
    assert_eq!(plan["nodes"][0]["why"], "full refresh");
    assert_eq!(plan["nodes"][0]["bytes"], serde_json::Value::Null);
    let statements = plan["nodes"][0]["statements"].as_str().expect("text");
    assert!(statements.contains("create or replace table `local`.`shop`.`b`"), "{statements}");
}

#[test]
fn a_dry_run_changes_nothing_and_tells_what_is_wrong() {
    let folder = shop();
    let said = elt(folder.path(), &["build", "--dry-run"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("create the table"), "{}", said.out);
    assert_eq!(elt(folder.path(), &["show", "--inline", "select * from shop.b"]).code, Some(1));
    std::fs::write(folder.path().join("models/a.sql"), "select {{ no_such() }} as id\n")
        .expect("written");
    let wrong = elt(folder.path(), &["build", "--dry-run"]);
    assert_ne!(wrong.code, Some(0));
    assert!(wrong.err.contains("no_such") && wrong.err.contains("models/a.sql:1"), "{}", wrong.err);
}

#[test]
fn a_limit_of_bytes_is_no_limit_where_nothing_is_billed() {
    let folder = shop();
    let said = elt(folder.path(), &["build", "--max-bytes", "1KB"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("the engine bills nothing"), "{}", said.err);
}
