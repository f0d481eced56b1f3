//! `--defer`: what a target does not hold is read where an earlier run built it.

use std::path::Path;

use crate::{copy_state, elt, project};

const PROFILES: &str = "shop:
  target: dev
  outputs:
    dev: {type: bigquery, method: local, dataset: dev}
    prod: {type: bigquery, method: local, dataset: prod}
";

const FILES: [(&str, &str); 7] = [
    ("dbt_project.yml", "name: shop\nprofile: shop\n"),
    ("profiles.yml", PROFILES),
    ("seeds/raw.csv", "id,name\n1,ada\n2,jonas\n"),
    ("models/a.sql", "{{ config(materialized='table') }}\nselect id, name from {{ ref('raw') }}\n"),
    ("models/b.sql", "select id from {{ ref('a') }}\n"),
    ("models/c.sql", "select id from {{ ref('b') }}\n"),
    (
        "models/_models.yml",
        "models:
  - name: b
    columns:
      - name: id
        data_tests:
          - unique
          - relationships:
              arguments: {to: ref('a'), field: id}
unit_tests:
  - name: ids_stay
    model: a
    given: [{input: ref('raw'), rows: [{id: 4}]}]
    expect: {rows: [{id: 4, name: null}]}
",
    ),
];

/// Everything is built in `prod`; the manifest of that run is in `before`.
fn built() -> tempfile::TempDir {
    let folder = project(&FILES);
    let said = elt(folder.path(), &["build", "--target", "prod"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    copy_state(folder.path());
    folder
}

fn done(project: &Path, args: &[&str]) -> String {
    let said = elt(project, args);
    assert_eq!(said.code, Some(0), "{args:?}: {}", said.err);
    said.out
}

fn compiled(project: &Path, model: &str) -> String {
    let path = project.join(format!("target/compiled/shop/models/{model}.sql"));
    std::fs::read_to_string(path).expect("compiled")
}

#[test]
fn what_the_target_does_not_hold_is_read_where_it_was_built() {
    let folder = built();
    let project = folder.path();
    let said = elt(project, &["run", "-s", "b"]);
    assert_eq!(said.code, Some(1), "without --defer there is nothing to read");
    done(project, &["run", "-s", "b", "--defer", "--state", "before"]);
    assert!(compiled(project, "b").contains("`prod`.`a`"), "{}", compiled(project, "b"));
    // What exists here is read here, selected or not.
    done(project, &["run", "-s", "c", "--defer", "--state", "before"]);
    assert!(compiled(project, "c").contains("`dev`.`b`"), "{}", compiled(project, "c"));
    let rows = done(project, &["show", "-s", "c", "--output", "csv"]);
    assert_eq!(rows, "id\n1\n2");
}

#[test]
fn the_state_may_be_favoured() {
    let folder = built();
    let project = folder.path();
    done(project, &["build"]);
    let favoured = ["--defer", "--favor-state", "--state", "before"];
    done(project, &[&["run", "-s", "c"], &favoured[..]].concat());
    assert!(compiled(project, "c").contains("`prod`.`b`"), "{}", compiled(project, "c"));
    // What is selected is built here, and read here.
    done(project, &[&["run", "-s", "b", "c"], &favoured[..]].concat());
    assert!(compiled(project, "c").contains("`dev`.`b`"), "{}", compiled(project, "c"));
    done(project, &["run", "-s", "c", "--defer", "--state", "before"]);
    assert!(compiled(project, "c").contains("`dev`.`b`"), "{}", compiled(project, "c"));
}

#[test]
fn every_command_that_resolves_references_defers() {
    let folder = built();
    let project = folder.path();
    let defer = ["--defer", "--state", "before"];
    let with = |args: &[&str]| done(project, &[args, &defer[..]].concat());
    assert!(with(&["compile", "-s", "b"]).contains("`prod`.`a`"));
    assert!(with(&["compile", "--inline", "select * from {{ ref('b') }}"]).contains("`prod`.`b`"));
    assert_eq!(with(&["show", "-s", "c", "--output", "csv"]), "id\n1\n2");
    let inline = "select max(id) as id from {{ ref('c') }}";
    assert_eq!(with(&["show", "--inline", inline, "--output", "csv"]), "id\n2");
    // Tests look there too, and the columns that fixtures leave out are known from there.
    with(&["test"]);
    assert_eq!(with(&["ls", "-s", "c"]), "shop.c");
    with(&["docs", "generate"]);
}

#[test]
fn a_state_of_its_own_for_deferring() {
    let folder = built();
    let project = folder.path();
    std::fs::create_dir(project.join("compared")).expect("a new folder");
    std::fs::rename(
        project.join("before/run_results.json"),
        project.join("compared/run_results.json"),
    )
    .expect("moved");
    let states = ["--state", "compared", "--defer", "--defer-state", "before"];
    done(project, &[&["run", "-s", "result:success,b"], &states[..]].concat());
    assert!(compiled(project, "b").contains("`prod`.`a`"), "{}", compiled(project, "b"));
    // A run that is tried again defers as it did.
    std::fs::write(project.join("models/b.sql"), "select x from {{ ref('a') }}").expect("written");
    let said = elt(project, &[&["run", "-s", "b"], &states[..]].concat());
    assert_eq!(said.code, Some(1), "{}", said.err);
    std::fs::write(project.join("models/b.sql"), "select id from {{ ref('a') }}").expect("written");
    done(project, &["retry"]);
    assert!(compiled(project, "b").contains("`prod`.`a`"), "{}", compiled(project, "b"));
}

#[test]
fn a_state_that_is_not_there_is_told() {
    let folder = project(&FILES);
    let project = folder.path();
    let said = elt(project, &["run", "--defer"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--state DIR"), "{}", said.err);
    let said = elt(project, &["compile", "--defer", "--state", "nowhere"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("nowhere/manifest.json"), "{}", said.err);
    let said = elt(project, &["run", "--defer", "--no-defer", "-s", "raw"]);
    assert_eq!(said.code, Some(0), "the last one counts: {}", said.err);
    // The next run would compare with itself.
    done(project, &["parse"]);
    let said = elt(project, &["ls", "-s", "state:modified", "--state", "target"]);
    assert!(said.err.contains("warning[state-is-target]"), "{}", said.err);
}

/// As in dbt: from wherever the command is called.
#[test]
fn the_state_is_a_folder_of_the_project() {
    let folder = built();
    let models = folder.path().join("models");
    done(&models, &["compile", "-s", "b", "--defer", "--state", "before"]);
    assert!(compiled(folder.path(), "b").contains("`prod`.`a`"));
}
