//! Killed at random moments of a build, by SIGKILL, and run again: the end is that of an undisturbed run.
#![cfg(unix)]

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    program::{elt_well, project, start},
    server::{Behaviour, Server},
    shop::{End, arrive, end},
};

/// Builds that are killed: in each line, one after the other, on other data each.
const LINES: usize = 5;
const DAYS: usize = 10;

fn server() -> Server {
    let server = Server::with_rows("shop");
    // Long enough that many are killed with jobs under way, and some of these outlive the program.
    for (text, millis) in
        [("select", 30), ("load", 30), ("merge", 150), ("insert", 150), ("copy", 150)]
    {
        server.on(text, Behaviour::takes(millis));
    }
    server
}

/// What there is after each day, and how long a build takes.
fn undisturbed() -> (Vec<End>, Duration) {
    let server = server();
    let project = project("bigquery_shop", &server);
    let begin = Instant::now();
    let day = |day| {
        arrive(project.path(), day);
        elt_well(project.path(), &["build"]);
        end(&server)
    };
    let ends = (0..DAYS).map(day).collect();
    (ends, begin.elapsed() / DAYS as u32)
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// How often builds were killed, and how often with jobs under way.
fn line(number: usize, expected: &[End], usual: Duration) -> (usize, usize) {
    let server = server();
    let project = project("bigquery_shop", &server);
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ (number as u64 + 1) << 20);
    let (mut killed, mut left) = (0, 0);
    for (day, expected) in expected.iter().enumerate() {
        arrive(project.path(), day);
        let mut child = start(project.path(), &["build"]);
        sleep(usual.mul_f64(random.next()));
        left += usize::from(!server.state().jobs.unfinished().is_empty());
        // It may have ended.
        child.kill().expect("it can be killed");
        let status = child.wait().expect("it is gone");
        killed += usize::from(!status.success());
        elt_well(project.path(), &["build"]);
        assert_eq!(&end(&server), expected, "line {number}, day {day}");
        assert!(server.state().jobs.unfinished().is_empty());
    }
    (killed, left)
}

#[test]
fn fifty_killed_builds_run_again_end_as_undisturbed_ones() {
    let (expected, usual) = undisturbed();
    let expected = &expected;
    let counts: Vec<(usize, usize)> = std::thread::scope(|scope| {
        let lines: Vec<_> =
            (0..LINES).map(|number| scope.spawn(move || line(number, expected, usual))).collect();
        lines.into_iter().map(|line| line.join().expect("the line is told above")).collect()
    });
    let killed: usize = counts.iter().map(|(killed, _)| killed).sum();
    let left: usize = counts.iter().map(|(_, left)| left).sum();
    println!("{killed} of {} were killed, {left} with jobs under way", LINES * DAYS);
    assert!(killed >= LINES * DAYS * 3 / 5, "only {killed} were killed");
    assert!(left >= 5, "only {left} with jobs under way");
}
