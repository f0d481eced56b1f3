//! Killed by SIGKILL at each stage of a landing, and run again: no row is lost, none is there twice.
#![cfg(unix)]

use std::{process::Child, time::Duration};

use crate::{
    landing_project::{End, arrive, end, landing_project},
    program::{elt_well, start},
    server::{Behaviour, Server},
};

/// Landings that are killed: in each line, one after the other, of another file each.
const LINES: usize = 4;
const DAYS: usize = 10;
/// How the script that commits begins.
const COMMIT: &str = "begin transaction";

fn server() -> Server {
    let server = Server::with_rows("shop");
    // Commits outlive the program that was killed: the next one finds them running.
    server.on("load", Behaviour::takes(20));
    server.on(COMMIT, Behaviour::takes(250));
    server
}

/// What there is after each day, and how many requests each landing takes.
fn undisturbed() -> Vec<(End, usize)> {
    let server = server();
    let project = landing_project(&server);
    let mut requests = 0;
    let day = |day| {
        arrive(project.path(), day);
        elt_well(project.path(), &["ingest"]);
        let before = std::mem::replace(&mut requests, server.requests(""));
        (end(&server), requests - before)
    };
    (0..DAYS).map(day).collect()
}

/// Kills the program behind a request of a number; whether it was still there.
fn kill_behind(mut child: Child, server: &Server, number: usize) -> bool {
    while server.requests("") < number && child.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    // It may have ended.
    let _ = child.kill();
    !child.wait().expect("it is gone").success()
}

/// How many landings were killed.
fn line(number: usize, expected: &[(End, usize)]) -> usize {
    let server = server();
    let project = landing_project(&server);
    let mut killed = 0;
    for (day, (expected, requests)) in expected.iter().enumerate() {
        arrive(project.path(), day);
        // All lines and days together are killed at all stages alike.
        let stage = (day * LINES + number * 7) % (LINES * DAYS);
        let behind = 1 + stage * requests / (LINES * DAYS);
        let child = start(project.path(), &["ingest"]);
        let before = server.requests("");
        killed += usize::from(kill_behind(child, &server, before + behind));
        elt_well(project.path(), &["ingest"]);
        assert_eq!(&end(&server), expected, "line {number}, day {day}, behind request {behind}");
        assert!(server.state().jobs.unfinished().is_empty());
    }
    killed
}

#[test]
fn landings_killed_at_all_stages_and_run_again_end_as_undisturbed_ones() {
    let expected = undisturbed();
    let expected = &expected;
    let killed: usize = std::thread::scope(|scope| {
        let lines: Vec<_> =
            (0..LINES).map(|number| scope.spawn(move || line(number, expected))).collect();
        lines.into_iter().map(|line| line.join().expect("the line is told above")).sum()
    });
    println!("{killed} of {} were killed", LINES * DAYS);
    assert!(killed >= LINES * DAYS * 3 / 5, "only {killed} were killed");
}

/// The commit of a process that was killed goes on: the next one finds it under the id that it would
/// take itself, waits for it, and lands nothing twice.
#[test]
fn a_commit_outlives_its_process_and_counts_once() {
    let calm = server();
    let project = landing_project(&calm);
    arrive(project.path(), 0);
    elt_well(project.path(), &["ingest"]);
    let server = Server::with_rows("shop");
    // Longer than killing the program takes.
    server.on(COMMIT, Behaviour::takes(4_000));
    let project = landing_project(&server);
    arrive(project.path(), 0);
    let mut child = start(project.path(), &["ingest"]);
    let commit = || server.state().jobs.unfinished().iter().any(|id| id.starts_with("elt_"));
    while !commit() {
        assert_eq!(child.try_wait().expect("it can be asked"), None, "it ended before its commit");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it is gone");
    assert!(commit(), "the commit goes on");
    elt_well(project.path(), &["ingest"]);
    assert_eq!(end(&server), end(&calm));
    assert_eq!(server.effects().iter().filter(|effect| effect.starts_with(COMMIT)).count(), 1);
}
