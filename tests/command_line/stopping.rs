//! A build that is stopped, killed or not alone leaves tables whole and says what goes on.
#![cfg(unix)]

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{Said, command, elt, project, said, write};

const QUICK: &str = "{{ config(materialized='table') }}\nselect n from unnest([1, 2, 3]) as n\n";
const ENDLESS: &str = "{{ config(materialized='table') }}\nselect a * b as n from unnest(generate_array(1, 300000)) as a cross join unnest(generate_array(1, 300000)) as b\n";

/// A project whose models have been built once; the second of them has become endless.
fn built() -> TempDir {
    let folder = project(&[
        ("models/first.sql", QUICK),
        ("models/slow.sql", QUICK),
        ("models/last.sql", "select * from {{ ref('slow') }}\n"),
    ]);
    assert_eq!(elt(folder.path(), &["build"]).code, Some(0));
    write(folder.path(), "models/slow.sql", ENDLESS);
    folder
}

/// Starts a build and waits until the engine is at the endless model.
fn start(project: &Path) -> Child {
    let mut command = command(project, &["build", "--threads", "1", "--log-format", "json"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the program starts");
    let begun = project.join("target/compiled/shop/models/slow.sql");
    let clock = Instant::now();
    while !std::fs::read_to_string(&begun).is_ok_and(|sql| sql.contains("generate_array")) {
        assert!(clock.elapsed() < Duration::from_secs(60), "the build does not get on");
        sleep(Duration::from_millis(20));
    }
    sleep(Duration::from_millis(300));
    child
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
}

fn end(child: Child) -> Said {
    said(child.wait_with_output().expect("it ends"))
}

fn rows(project: &Path, name: &str) -> String {
    let sql =
        format!("select count(*) as rows_now, max(n) as greatest from {{{{ ref('{name}') }}}}");
    elt(project, &["show", "--output", "csv", "--inline", &sql]).out.replace('\n', " ")
}

#[test]
fn an_interrupt_leaves_the_old_table_and_a_retry_goes_on() {
    let folder = built();
    let child = start(folder.path());
    signal(&child, "-INT");
    let clock = Instant::now();
    let stopped = end(child);
    assert!(clock.elapsed() < Duration::from_secs(20), "it went on");
    assert_eq!(stopped.code, Some(130), "{}", stopped.err);
    assert!(stopped.err.contains("\"interrupted\""), "{}", stopped.err);
    let results = std::fs::read_to_string(folder.path().join("target/run_results.json"));
    let results = results.expect("artifacts are written");
    for status in ["error", "skipped"] {
        assert!(results.contains(&format!("\"status\":\"{status}\"")), "{results}");
    }
    assert_eq!(rows(folder.path(), "slow"), "rows_now,greatest 3,3");
    write(folder.path(), "models/slow.sql", &QUICK.replace("3]", "3, 4]"));
    let retried = elt(folder.path(), &["retry"]);
    assert_eq!(retried.code, Some(0), "{}", retried.err);
    assert!(retried.err.contains("3 built"), "{}", retried.err);
    assert_eq!(rows(folder.path(), "last"), "rows_now,greatest 4,4");
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let folder = built();
    let child = start(folder.path());
    signal(&child, "-INT");
    signal(&child, "-INT");
    assert_eq!(end(child).code, Some(130));
}

#[test]
fn a_killed_build_leaves_no_half_table_and_the_next_one_ends_as_if_alone() {
    let folder = built();
    let mut child = start(folder.path());
    child.kill().expect("killed");
    child.wait().expect("it is gone");
    assert_eq!(rows(folder.path(), "slow"), "rows_now,greatest 3,3");
    write(folder.path(), "models/slow.sql", QUICK);
    let again = elt(folder.path(), &["build"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    let sql = "select string_agg(table_name, ' ' order by table_name) as t from information_schema.tables";
    let profile = "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: target/warehouse.duckdb}\n";
    write(folder.path(), "profiles.yml", profile);
    write(folder.path(), "dbt_project.yml", "name: shop\nversion: \"1.0.0\"\nprofile: shop\n");
    let tables = elt(folder.path(), &["show", "--output", "csv", "--inline", sql]);
    assert_eq!(tables.out, "t\nfirst last slow", "{}", tables.err);
}

#[test]
fn a_second_build_waits_and_then_says_who_is_in_the_way() {
    let folder = built();
    write(
        folder.path(),
        "profiles.yml",
        "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: target/warehouse.duckdb, settings: {lock_timeout_secs: 2}}\n",
    );
    let mut child = start(folder.path());
    write(folder.path(), "dbt_project.yml", "name: shop\nversion: \"1.0.0\"\nprofile: shop\n");
    let second = elt(folder.path(), &["run", "--select", "first"]);
    let holder = format!("process id {}", child.id());
    child.kill().expect("killed");
    child.wait().expect("it is gone");
    assert_eq!(second.code, Some(2), "{}", second.err);
    assert!(second.err.contains("waiting: the database"), "{}", second.err);
    assert!(second.err.contains(&holder), "{}", second.err);
    assert!(second.err.contains("waited 2 seconds"), "{}", second.err);
}
