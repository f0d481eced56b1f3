//! Ctrl-C, over the real program: no job is left running, and the exit code says what happened.
#![cfg(unix)]

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    program::{profile, signal, start, write},
    server::{Behaviour, Server},
};

/// A project of so many tables that do not depend on each other.
fn tables(server: &Server, count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "dbt_project.yml", "name: shop\nprofile: shop\n");
    write(folder.path(), "profiles.yml", &profile(server, ""));
    for number in 0..count {
        let sql = format!("{{{{ config(materialized='table') }}}}\nselect {number} as a\n");
        write(folder.path(), &format!("models/slow_{number}.sql"), &sql);
    }
    folder
}

/// Waits until something is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what} does not come");
        sleep(Duration::from_millis(10));
    }
}

#[test]
fn ctrl_c_cancels_every_job_and_waits_for_it() {
    let server = Server::with_rows("shop");
    server.on("as a", Behaviour::takes(600_000));
    let project = tables(&server, 12);
    let child = start(project.path(), &["build", "--threads", "8"]);
    until("the eighth job", || server.state().jobs.unfinished().len() == 8);
    let begin = Instant::now();
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert!(server.state().jobs.unfinished().is_empty());
    assert_eq!(server.requests("/cancel"), 8, "{}", server.wire());
    assert_eq!(server.effects(), Vec::<String>::new());
    assert!(server.state().catalog.tables.is_empty());
}

/// The run gives up waiting for its nodes after a while, the program does not.
#[test]
fn ctrl_c_waits_for_jobs_that_take_their_time_to_stop() {
    let server = Server::with_rows("shop");
    server.on("as a", Behaviour { stubborn: true, ..Behaviour::takes(14_000) });
    let project = tables(&server, 2);
    let child = start(project.path(), &["build"]);
    until("the second job", || server.state().jobs.unfinished().len() == 2);
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert!(server.state().jobs.unfinished().is_empty());
}

#[test]
fn jobs_of_a_killed_build_are_stopped_by_the_next_one() {
    let server = Server::with_rows("shop");
    server.on("as a", Behaviour::takes(600_000));
    let project = tables(&server, 3);
    let mut child = start(project.path(), &["build", "--threads", "2"]);
    until("the second job", || server.state().jobs.unfinished().len() == 2);
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    let left = server.state().jobs.unfinished();
    assert_eq!(left.len(), 2);
    server.on("as a", Behaviour::default());
    // Looking changes nothing.
    let looked = crate::program::elt(project.path(), &["build", "--dry-run"]);
    assert!(looked.status.success(), "{}", String::from_utf8_lossy(&looked.stderr));
    assert_eq!(server.state().jobs.unfinished(), left);
    let again = crate::program::elt(project.path(), &["build"]);
    let told = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.success(), "{told}");
    assert!(told.contains("stopped 2 jobs of an earlier run that was killed"), "{told}");
    assert!(server.state().jobs.unfinished().is_empty());
    // Those that were stopped have written nothing.
    assert_eq!(server.effects().iter().filter(|sql| sql.contains("as a")).count(), 3);
}
