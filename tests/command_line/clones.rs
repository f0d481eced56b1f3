//! `elt clone`: what an earlier run built elsewhere, in the target.

use std::path::Path;

use crate::{copy_state, elt, project, write};

const PROFILES: &str = "shop:
  target: dev
  outputs:
    dev: {type: bigquery, method: local, dataset: dev}
    prod: {type: bigquery, method: local, dataset: prod}
";

const FILES: [(&str, &str); 6] = [
    (
        "dbt_project.yml",
        "name: shop\nprofile: shop\non-run-start: [\"select error('no hook runs')\"]\n",
    ),
    ("profiles.yml", PROFILES),
    ("seeds/raw.csv", "id,name\n1,ada\n2,jonas\n"),
    ("models/a.sql", "{{ config(materialized='table') }}\nselect id, name from {{ ref('raw') }}\n"),
    ("models/b.sql", "select id from {{ ref('a') }}\n"),
    ("models/e.sql", "{{ config(materialized='ephemeral') }}\nselect 1 as one\n"),
];

fn told(project: &Path, args: &[&str], code: i32) -> String {
    let said = elt(project, args);
    assert_eq!(said.code, Some(code), "{args:?}: {}{}", said.out, said.err);
    let lines = said.err.lines().filter(|line| line.starts_with('['));
    let mut lines: Vec<&str> =
        lines.filter_map(|line| line.split_once("] ")).map(|(_, line)| line).collect();
    lines.sort_unstable();
    lines
        .iter()
        .map(|line| line.split(", 0.").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn sql(project: &Path, text: &str) -> String {
    let said = elt(project, &["sql", text, "--output", "csv"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out
}

fn built() -> tempfile::TempDir {
    let folder = project(&FILES);
    let without_hook = "name: shop\nprofile: shop\n";
    write(folder.path(), "dbt_project.yml", without_hook);
    let said = elt(folder.path(), &["build", "--target", "prod"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    copy_state(folder.path());
    write(folder.path(), "dbt_project.yml", FILES[0].1);
    folder
}

#[test]
fn what_the_state_holds_is_cloned_once() {
    let folder = built();
    let project = folder.path();
    let clone = |more: &[&str], code| {
        told(project, &[&["clone", "--state", "before"], more].concat(), code)
    };
    insta::assert_snapshot!(clone(&[], 0), @r"
    built seed dev.raw
    built table dev.a
    built view dev.b
    no-op ephemeral e
    ");
    assert_eq!(sql(project, "select count(*) as n from `local`.`dev`.`b`"), "n\n2");
    // What is there stays.
    insta::assert_snapshot!(clone(&["--select", "a", "b"], 0), @r"
    no-op table dev.a
    no-op view dev.b
    ");
    // Also a table makes room.
    let drop = "drop view `local`.`dev`.`a`; create table `local`.`dev`.`a` as select 7 as id, 'x' as name";
    assert_eq!(elt(project, &["sql", drop]).code, Some(0));
    clone(&["--select", "a"], 0);
    assert_eq!(sql(project, "select id from `local`.`dev`.`a`"), "id\n7");
    clone(&["--select", "a", "--full-refresh"], 0);
    assert_eq!(sql(project, "select id from `local`.`dev`.`a` order by id"), "id\n1\n2");
    // The target that the state is of has nothing to clone.
    insta::assert_snapshot!(clone(&["--target", "prod", "--full-refresh", "--select", "a"], 0), @"no-op table prod.a");
}

#[test]
fn what_the_state_promises_and_nobody_holds_is_an_error_of_that_node_alone() {
    let folder = built();
    let project = folder.path();
    assert_eq!(elt(project, &["sql", "drop table `local`.`prod`.`raw`"]).code, Some(0));
    insta::assert_snapshot!(told(project, &["clone", "--state", "before", "--select", "raw", "a"], 1), @r"
    built table dev.a
    error seed dev.raw
    ");
}

#[test]
fn a_state_is_needed() {
    let folder = project(&FILES);
    let said = elt(folder.path(), &["clone"]);
    assert_eq!(said.code, Some(2));
    insta::assert_snapshot!(said.err, @r"
    error[no-state]: `elt clone` needs an earlier run's artifacts
     |
     = help: name their folder: `--state DIR`

    error: 1 error
    ");
}
