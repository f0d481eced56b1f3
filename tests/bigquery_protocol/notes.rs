//! What BigQuery is told of each job: the comment in its statement, and its labels. Not only what plans
//! run, but all that templates ask, hooks, operations, materializations of one's own and tests.

use serde_json::{Value, json};

use crate::{
    server::{Behaviour, Server},
    small_project::{elt, shop},
};

const FILES: [(&str, &str); 9] = [
    (
        "macros/mine.sql",
        "{% materialization mine, adapter='bigquery' %}\n\
         {% call statement('main') %}create or replace table {{ this }} as {{ sql }}{% endcall %}\n\
         {% do run_query('select \"asked while it builds\"') %}\n\
         {{ return({'relations': [this]}) }}\n\
         {% endmaterialization %}\n\
         {% macro tidy() %}{% do run_query('select \"by a macro\"') %}{% endmacro %}\n",
    ),
    ("models/own.sql", "{{ config(materialized='mine') }}\nselect 1 as id\n"),
    (
        "models/asks.sql",
        "{{ config(materialized='table', labels={'team': 'sales'}) }}\n\
         {% if execute %}{% do run_query('select \"asked by a model\"') %}{% endif %}select 1 as id\n",
    ),
    (
        "models/hooked.sql",
        "{{ config(materialized='view', pre_hook={'sql': 'select \"alone before\"', 'transaction': false}, \
         post_hook=['select \"after\"', \"{% if execute %}{% do run_query('select \\\"asked by a hook\\\"') %}{% endif %}select \\\"later\\\"\"]) }}\n\
         select 1 as id\n",
    ),
    ("tests/none.sql", "select 1 as never from {{ ref('asks') }}\n"),
    (
        "models/_models.yml",
        "unit_tests:\n  - name: one\n    model: hooked\n    given: []\n    expect: {rows: [{id: 1}]}\n",
    ),
    ("models/below.sql", "select * from {{ ref('own') }}\n"),
    ("macros/unused.sql", "{% macro unused() %}{% endmacro %}\n"),
    ("analyses/none.sql", "select 1\n"),
];
const HOOKS: &str = "on-run-start: select \"at the start\"\non-run-end: \"{{ tidy() }}\"\n";

/// A server with tables enough for the project.
fn server() -> Server {
    let server = Server::start();
    server.state().catalog.dataset("shop", "gold");
    let counts = json!([
        {"name": "failures", "type": "INTEGER"},
        {"name": "should_warn", "type": "BOOLEAN"},
        {"name": "should_error", "type": "BOOLEAN"},
    ]);
    server.on("never", Behaviour::gives(counts, json!([["0", "false", "false"]])));
    server
}

/// Each job: who is said to run it in the comment, the labels, the statement without the comment.
fn jobs(server: &Server) -> Vec<(String, Value, String)> {
    let state = server.state();
    let mut all: Vec<(String, Value, String)> = Vec::new();
    for job in state.jobs.by_id.values() {
        let Some(sql) = job.configuration.pointer("/query/query").and_then(Value::as_str) else {
            continue;
        };
        let (comment, statement) = sql
            .strip_prefix("/* ")
            .and_then(|rest| rest.split_once(" */\n"))
            .unwrap_or(("no comment", sql));
        let mut labels = job.configuration["labels"].clone();
        labels.as_object_mut().expect("labels").shift_remove("elt_invocation_id");
        all.push((comment.to_owned(), labels, statement.trim().to_owned()));
    }
    all.sort_by(|one, two| (&one.2, &one.0).cmp(&(&two.2, &two.0)));
    all
}

fn shown(server: &Server) -> String {
    let line =
        |(comment, labels, sql): (String, Value, String)| format!("{comment}\n{labels}\n{sql}\n");
    jobs(server).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_statement_says_whose_it_is() {
    let server = server();
    let project = format!("name: shop\nversion: \"1.0.0\"\nprofile: shop\n{HOOKS}");
    let folder = shop(&server, &[&FILES[..], &[("dbt_project.yml", &project)]].concat());
    let said = elt(folder.path(), &["build", "--exclude", "resource_type:unit_test"]);
    assert_eq!(said.code, Some(0), "{}\n{}", said.err, said.out);
    insta::assert_snapshot!(shown(&server).replace(env!("CARGO_PKG_VERSION"), "[version]"));
}

#[test]
fn what_is_outside_of_nodes_says_so() {
    let server = server();
    let folder = shop(&server, &FILES);
    for args in [
        &["run-operation", "tidy"][..],
        &["run-operation", "--sql", "select 'from the command line'"],
        &["show", "--inline", "select 'shown'"],
        &["show", "--select", "below"],
    ] {
        let said = elt(folder.path(), args);
        assert_eq!(said.code, Some(0), "{args:?}: {}", said.err);
    }
    insta::assert_snapshot!(shown(&server).replace(env!("CARGO_PKG_VERSION"), "[version]"));
}

#[test]
fn a_comment_of_the_projects_own_sees_the_node_and_becomes_labels() {
    let server = server();
    let comment =
        "query-comment:\n  comment: \"{{ who(node) }}\"\n  append: true\n  job-label: true\n";
    let project = format!("name: shop\nversion: \"1.0.0\"\nprofile: shop\n{comment}{HOOKS}");
    let macros = "{% macro who(node) %}{{ tojson({'by': 'none' if node is none else node.name, 'as': connection_name}) }}{% endmacro %}\n";
    let folder = shop(
        &server,
        &[&FILES[..], &[("dbt_project.yml", &project), ("macros/who.sql", macros)]].concat(),
    );
    let said = elt(folder.path(), &["build", "--select", "own", "asks"]);
    assert_eq!(said.code, Some(0), "{}\n{}", said.err, said.out);
    insta::assert_snapshot!(shown(&server));
}

#[test]
fn a_unit_test_says_its_name() {
    let server = server();
    let id = json!([{"name": "id", "type": "INTEGER"}]);
    server.on("select 1 as id", Behaviour::gives(id, json!([])));
    let fields = json!([{"name": "id", "type": "INTEGER"}, {"name": "actual_or_expected", "type": "STRING"}]);
    server.on(
        "actual_or_expected",
        Behaviour::gives(fields, json!([["1", "actual"], ["1", "expected"]])),
    );
    let folder = shop(&server, &FILES);
    let said = elt(folder.path(), &["test", "--select", "test_type:unit"]);
    assert_eq!(said.code, Some(0), "{}\n{}", said.err, said.out);
    let jobs = jobs(&server);
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(jobs[0].1["elt_node"], "unit_test_shop_hooked_one");
    assert!(jobs[0].0.contains("\"app\":\"elt\""), "{}", jobs[0].0);
}
