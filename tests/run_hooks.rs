//! Hooks of a run, by the real program on a fresh project.

use assert_cmd::Command;

fn elt(folder: &std::path::Path, args: &[&str]) -> std::process::Output {
    let mut command = Command::cargo_bin("elt").expect("the program is built");
    command.current_dir(folder).env("NO_COLOR", "1").args(args).output().expect("it runs")
}

/// As in dbt, the schemas of the selected nodes are there before the first hook.
#[test]
fn a_start_hook_finds_the_schema_of_a_fresh_project() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = "name: p\nprofile: p\n\
        on-run-start: create table if not exists {{ target.schema }}.audit (what string)\n\
        on-run-end: insert into {{ target.schema }}.audit values ('{{ results | length }} nodes')\n";
    std::fs::write(folder.path().join("dbt_project.yml"), project).expect("the project file");
    std::fs::create_dir(folder.path().join("models")).expect("a folder");
    std::fs::write(folder.path().join("models/m.sql"), "select 1 as a").expect("a model");
    let built = elt(folder.path(), &["build"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let shown = elt(
        folder.path(),
        &["show", "--inline", "select what from {{ target.schema }}.audit", "--output", "csv"],
    );
    assert_eq!(String::from_utf8_lossy(&shown.stdout), "what\n1 nodes\n");
}

/// Also those of nodes that run before the node's transaction, or ask the warehouse while they are
/// rendered.
#[test]
fn hooks_before_a_node_find_its_schema_in_a_fresh_project() {
    for hook in [
        "{'sql': 'create table if not exists ' ~ this.schema ~ '.audit (what string)', 'transaction': false}",
        "\"{% do run_query('create table if not exists ' ~ this.schema ~ '.audit (what string)') %}\"",
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |file: &str, text: &str| {
            std::fs::write(folder.path().join(file), text).expect("it can be written");
        };
        write("dbt_project.yml", "name: p\nprofile: p\n");
        std::fs::create_dir(folder.path().join("models")).expect("a folder");
        let config = format!("{{{{ config(materialized='table', pre_hook={hook}) }}}}");
        write("models/m.sql", &format!("{config}\nselect 1 as a"));
        let built = elt(folder.path(), &["build"]);
        assert!(built.status.success(), "{hook}: {}", String::from_utf8_lossy(&built.stderr));
    }
}
