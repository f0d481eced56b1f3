//! A run of batches that is stopped or killed: what was built is known, and a retry builds the rest.
#![cfg(unix)]

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{command, elt, project, said, write};

const CONFIG: &str = "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', begin='2024-01-01', batch_size='day', concurrent_batches=false, partition_by={'field': 'happened_at', 'data_type': 'timestamp', 'granularity': 'day'}) }}\n";
const ROWS: &str = "select '{{ invocation_id }}' as run, timestamp(day) as happened_at from unnest(generate_date_array(date '2024-01-01', date '2024-01-05')) as day";
/// The third batch does not end.
const ENDLESS: &str = "{% if model.batch.id == '20240103' %}\nwhere (select sum(a * b) from unnest(generate_array(1, 300000)) as a cross join unnest(generate_array(1, 300000)) as b) > 0{% endif %}";
const DAYS: [&str; 4] = ["--event-time-start", "2024-01-01", "--event-time-end", "2024-01-06"];

fn shop() -> TempDir {
    project(&[
        ("models/daily.sql", &format!("{CONFIG}{ROWS}\n{ENDLESS}\n")),
        ("models/below.sql", "select count(*) as n from {{ ref('daily') }}\n"),
    ])
}

/// Starts a run and waits until the engine is at the third batch.
fn start(project: &Path, args: &[&str]) -> Child {
    let mut command = command(project, &[&["run"], args].concat());
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the program starts");
    let begun = project.join("target/run/shop/models/daily/daily_2024-01-03.sql");
    let clock = Instant::now();
    while !begun.exists() {
        assert!(clock.elapsed() < Duration::from_secs(60), "the run does not get on");
        sleep(Duration::from_millis(20));
    }
    sleep(Duration::from_millis(200));
    child
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
}

/// How many batches were built by how many runs, and how many rows there are below.
fn built(folder: &Path) -> String {
    let sql = "select count(*) as batches, count(distinct run) as runs, min(n) as below from {{ ref('daily') }} cross join {{ ref('below') }}";
    let said = elt(folder, &["show", "--output", "csv", "--inline", sql]);
    said.out.lines().skip(1).collect()
}

fn retried(folder: &Path) -> String {
    write(folder, "models/daily.sql", &format!("{CONFIG}{ROWS}\n"));
    let retried = elt(folder, &["retry"]);
    assert_eq!(retried.code, Some(0), "{}", retried.err);
    for day in ["01", "02"] {
        assert!(!retried.err.contains(&format!("batch 2024-01-{day}")), "{}", retried.err);
    }
    assert!(retried.err.contains("batch 2024-01-03 of shop.daily (1/3)"), "{}", retried.err);
    retried.err
}

#[test]
fn a_killed_run_is_taken_up_where_it_was() {
    for more in [&[][..], &["--full-refresh"]] {
        let folder = shop();
        let mut child = start(folder.path(), &[&DAYS[..], more].concat());
        let going_on = elt(folder.path(), &["retry"]);
        assert_eq!(going_on.code, Some(2), "{}", going_on.err);
        assert!(going_on.err.contains("is still going on"), "{}", going_on.err);
        signal(&child, "-KILL");
        let _ = child.wait();
        let said = retried(folder.path());
        assert!(said.contains("the last run was killed"), "{said}");
        assert_eq!(built(folder.path()), "5,2,5");
        let again = elt(folder.path(), &["retry"]);
        assert!(again.err.contains("nothing to retry"), "{}", again.err);
    }
}

#[test]
fn an_interrupted_run_is_taken_up_where_it_was() {
    let folder = shop();
    let child = start(folder.path(), &DAYS);
    signal(&child, "-INT");
    let clock = Instant::now();
    let stopped = said(child.wait_with_output().expect("it ends"));
    assert!(clock.elapsed() < Duration::from_secs(20), "it went on");
    assert_eq!(stopped.code, Some(130), "{}", stopped.err);
    let results = std::fs::read_to_string(folder.path().join("target/run_results.json"));
    assert!(results.expect("written").contains("2 of 5 batches were built, 2 were not started"));
    retried(folder.path());
    assert_eq!(built(folder.path()), "5,2,5");
}

#[test]
fn a_retry_that_is_killed_too_is_taken_up() {
    let folder = shop();
    let mut child = start(folder.path(), &DAYS);
    signal(&child, "-KILL");
    let _ = child.wait();
    std::fs::remove_dir_all(folder.path().join("target/run")).expect("it was written");
    let mut command = command(folder.path(), &["retry"]);
    let mut child = command.stderr(Stdio::null()).spawn().expect("the program starts");
    let begun = folder.path().join("target/run/shop/models/daily/daily_2024-01-03.sql");
    let clock = Instant::now();
    while !begun.exists() {
        assert!(clock.elapsed() < Duration::from_secs(60), "the retry does not get on");
        sleep(Duration::from_millis(20));
    }
    signal(&child, "-KILL");
    let _ = child.wait();
    retried(folder.path());
    assert_eq!(built(folder.path()), "5,2,5");
}
