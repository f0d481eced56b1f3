//! `elt plan`, `--dry-run` and `--max-bytes` on an engine that bills nothing; what BigQuery is asked for
//! them is in `tests/bigquery_protocol`.

use crate::{copy_state, elt, project, write};

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

/// The columns of a snapshot are those of its query, which reads what is not built yet.
#[test]
fn a_plan_before_the_first_build_is_no_mistake() {
    let folder = project(&[
        ("models/a.sql", "{{ config(materialized='table') }}\nselect 1 as id, 2 as v\n"),
        (
            "snapshots/history.yml",
            "snapshots:\n  - name: history\n    relation: ref('a')\n    config:\n      \
             unique_key: id\n      strategy: check\n      check_cols: all\n",
        ),
    ]);
    let said = elt(folder.path(), &["plan"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    insta::assert_snapshot!(said.out, @r"
    node          materialization  why  step
    shop.a        table            new  create the table
    shop.history  snapshot         new  build it, once what it reads is there

    2 nodes; the engine bills nothing
    ");
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

#[test]
fn what_differs_from_an_earlier_state_is_a_reason() {
    let folder = shop();
    let files = [
        ("macros/twice.sql", "{% macro twice(x) %}{{ x }} * 2{% endmacro %}\n"),
        ("models/c.sql", "select {{ twice('id') }} as id from {{ ref('b') }}\n"),
        ("models/d.sql", "select * from {{ ref('c') }}\n"),
        ("models/e.sql", "select * from {{ ref('d') }}\n"),
        ("models/f.sql", "select 1 as id\n"),
    ];
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    assert_eq!(elt(folder.path(), &["build"]).code, Some(0));
    copy_state(folder.path());
    let same =
        elt(folder.path(), &["plan", "--state", "before", "--select", "resource_type:model"]);
    insta::assert_snapshot!(same.out, @r"
    node    materialization  why       step
    shop.a  view             rebuilt   create the view
    shop.f  view             rebuilt   create the view
    shop.b  incremental      new rows  merge
    shop.c  view             rebuilt   create the view
    shop.d  view             rebuilt   create the view
    shop.e  view             rebuilt   create the view
    1 test  test                       query

    7 nodes; the engine bills nothing
    ");
    for (path, text) in [
        ("macros/twice.sql", "{% macro twice(x) %}2 * {{ x }}{% endmacro %}\n"),
        ("models/a.sql", "{{ config(alias='one') }}\nselect 2 as id\n"),
        ("models/f.sql", "{{ config(materialized='table') }}\nselect 1 as id\n"),
        ("models/g.sql", "select * from {{ ref('f') }}\n"),
        ("seeds/cities.csv", "id,name\n1,Roubaix\n"),
    ] {
        write(folder.path(), path, text);
    }
    let plan = ["plan", "--state", "before", "--exclude", "resource_type:test"];
    let said = elt(folder.path(), &plan);
    assert_eq!(said.code, Some(0), "{}", said.err);
    insta::assert_snapshot!(said.out, @r"
    node         materialization  why                       step
    shop.one     view             new                       create the view
                                  modified: body, relation
    shop.b       incremental      new rows                  merge
                                  modified upstream: a
    shop.c       view             rebuilt                   create the view
                                  modified: macros
    shop.d       view             rebuilt                   create the view
                                  modified upstream: c
    shop.e       view             rebuilt                   create the view
                                  modified upstream: c
    shop.f       table            was a view                drop what was there
                                  modified: body, configs   create the table
    shop.g       view             new                       create the view
    shop.cities  seed             rebuilt                   load the file
                                  modified: body

    8 nodes; the engine bills nothing
    ");
    let full = elt(folder.path(), &[&plan[..], &["--full-refresh", "--select", "b"]].concat());
    let reasons = full.out.contains("full refresh") && full.out.contains("modified upstream: a");
    assert!(reasons, "{}", full.out);
    let missing = elt(folder.path(), &["plan", "--state", "nowhere"]);
    assert_eq!(missing.code, Some(2), "{}", missing.err);
    assert!(missing.err.contains("nowhere/manifest.json"), "{}", missing.err);
}
