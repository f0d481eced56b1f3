//! `result:`, `state:` and `retry` look at what an earlier run left behind.

use crate::{copy_state, elt, listed, project, write};

const MODELS: [(&str, &str); 4] = [
    ("models/good.sql", "select 1 as x\n"),
    (
        "models/bad.sql",
        "{{ config(materialized='table') }}\nselect cast('x' as int64) as x from {{ ref('good') }}\n",
    ),
    ("models/below.sql", "select * from {{ ref('bad') }}\n"),
    (
        "models/_models.yml",
        "models:\n  - name: good\n    columns:\n      - name: x\n        data_tests:\n          - accepted_values:\n              arguments: {values: [2], quote: false}\n",
    ),
];

#[test]
fn results_of_the_last_run_or_of_a_folder() {
    let folder = project(&MODELS);
    let project = folder.path();
    let said = elt(project, &["ls", "--select", "result:error"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("run_results.json"), "{}", said.err);
    assert_eq!(elt(project, &["run"]).code, Some(1));
    copy_state(project);
    assert_eq!(
        listed(project, &["--select", "result:success"]),
        "accepted_values_good_x__False__2 good"
    );
    assert_eq!(listed(project, &["--select", "result:error+"]), "bad below");
    assert_eq!(
        listed(project, &["--select", "1+result:error"]),
        "accepted_values_good_x__False__2 bad good"
    );
    assert_eq!(listed(project, &["--select", "result:skipped"]), "below");
    assert_eq!(elt(project, &["test"]).code, Some(1));
    // The last run was of tests; the folder still holds the one before.
    assert_eq!(listed(project, &["--select", "result:fail"]), "accepted_values_good_x__False__2");
    assert_eq!(listed(project, &["--select", "result:error", "--state", "before"]), "bad");
    let said = elt(project, &["ls", "--select", "result:eror"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("did you mean `error`?"), "{}", said.err);
}

#[test]
fn retry_takes_another_runs_results() {
    let folder = project(&MODELS);
    let project = folder.path();
    assert_eq!(elt(project, &["run"]).code, Some(1));
    copy_state(project);
    assert_eq!(elt(project, &["run", "--select", "good"]).code, Some(0));
    assert!(elt(project, &["retry"]).err.contains("nothing to retry"));
    write(project, "models/bad.sql", "select x from {{ ref('good') }}\n");
    let said = elt(project, &["retry", "--state", "before"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("2 built"), "{}", said.err);
}

#[test]
fn what_changed_since_an_earlier_manifest() {
    let folder = project(&[
        ("models/body.sql", "select 1 as x\n"),
        ("models/configs.sql", "{{ config(materialized='table') }}\nselect 1 as x\n"),
        ("models/relation.sql", "select 1 as x\n"),
        ("models/macros.sql", "select {{ outer_macro() }} as x\n"),
        ("models/described.sql", "{{ config(persist_docs={'relation': true}) }}\nselect 1 as x\n"),
        ("models/same.sql", "select 1 as x\n"),
        ("models/gone.sql", "select 1 as x\n"),
        ("macros/m.sql", "{% macro outer_macro() %}{{ inner_macro() }}{% endmacro %}\n"),
        ("macros/inner.sql", "{% macro inner_macro() %}1{% endmacro %}\n"),
        ("models/_models.yml", "models:\n  - name: described\n    description: before\n"),
    ]);
    let project = folder.path();
    let said = elt(project, &["ls", "--select", "state:modified"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--state DIR"), "{}", said.err);
    assert_eq!(elt(project, &["parse"]).code, Some(0));
    copy_state(project);
    let select = |what: &str| listed(project, &["--select", what, "--state", "before"]);
    assert_eq!(
        listed(project, &["--select", "state:unmodified", "--state", "before"]),
        "body configs described gone macros relation same"
    );
    write(project, "models/body.sql", "select 2 as x\n");
    write(project, "models/configs.sql", "{{ config(materialized='view') }}\nselect 1 as x\n");
    write(project, "models/relation.sql", "{{ config(alias='other') }}\nselect 1 as x\n");
    write(project, "macros/inner.sql", "{% macro inner_macro() %}2{% endmacro %}\n");
    write(project, "models/_models.yml", "models:\n  - name: described\n    description: after\n");
    write(project, "models/fresh.sql", "select * from {{ ref('same') }}\n");
    std::fs::remove_file(project.join("models/gone.sql")).expect("deleted");
    assert_eq!(select("state:new"), "fresh");
    assert_eq!(select("state:old"), "body configs described macros relation same");
    assert_eq!(select("state:modified"), "body configs described fresh macros relation");
    assert_eq!(select("state:unmodified"), "same");
    assert_eq!(select("state:modified.macros"), "fresh macros");
    assert_eq!(select("state:modified.persisted_descriptions"), "described fresh");
    // Configuration in the file is its text too.
    assert_eq!(select("state:modified.body"), "body configs fresh relation");
    assert_eq!(select("state:modified.relation"), "fresh relation");
    let said = elt(project, &["ls", "--select", "state:changed", "--state", "before"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("the states are modified"), "{}", said.err);
}
