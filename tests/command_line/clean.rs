//! `elt clean` deletes what elt wrote.

use crate::{elt, project, write};

const TARGETS: &str = "name: shop\nversion: \"1.0.0\"\nclean-targets: [target, dbt_packages]\n";

#[test]
fn the_folders_of_clean_targets_go_and_the_warehouse_in_them_is_named() {
    let folder = project(&[
        ("dbt_project.yml", TARGETS),
        ("models/a.sql", "{{ config(materialized='table') }} select 1 as x\n"),
    ]);
    assert_eq!(elt(folder.path(), &["build"]).code, Some(0));
    let said = elt(folder.path(), &["clean"]);
    assert_eq!(
        (said.code, said.err.as_str()),
        (Some(0), "deleted target, the warehouse target/warehouse.duckdb with it")
    );
    assert!(!folder.path().join("target").exists());
    // Nothing left to clean is no mistake.
    assert_eq!(elt(folder.path(), &["clean"]).code, Some(0));
}

#[test]
fn what_another_tool_built_stays() {
    for mark in ["CACHEDIR.TAG", ".rustc_info.json", ".git/HEAD"] {
        let folder = project(&[("dbt_project.yml", TARGETS)]);
        write(folder.path(), &format!("target/{mark}"), "");
        write(folder.path(), "dbt_packages/x/dbt_project.yml", "name: x\n");
        let said = elt(folder.path(), &["clean"]);
        assert_eq!(said.code, Some(2), "{mark}");
        assert!(
            said.err.contains("`target` in clean-targets holds what another tool has made"),
            "{}",
            said.err
        );
        assert!(folder.path().join("target").join(mark).exists(), "{mark} was deleted");
        assert!(folder.path().join("dbt_packages/x").exists(), "nothing is deleted by halves");
    }
}

#[test]
fn the_example_cleans_only_what_elt_writes() {
    let text = include_str!("../../dbt_project.yml");
    let line = text.lines().find(|line| line.starts_with("clean-targets:"));
    assert_eq!(line, Some("clean-targets: [target/compiled, target/run]"));
}
