//! `elt ingest --watch`: polls at their times, and how it ends.
#![cfg(unix)]

use std::{
    io::{BufRead as _, Write as _},
    process::{Child, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    Said, command, elt,
    http_feeds::bronze,
    project, said,
    server::{Server, answer, ok},
    write,
};

fn feed(server: &Server, more: &str) -> TempDir {
    let folder = project(&[]);
    let table = |name: &str| {
        format!(
            "      - name: {name}\n        config:\n          meta:\n            ingest: {{type: http, url: {}/{name}, key: id, {more}}}\n",
            server.address
        )
    };
    let text = format!(
        "sources:\n  - name: api\n    schema: bronze\n    tables:\n{}{}",
        table("things"),
        table("others")
    );
    write(folder.path(), "models/_sources.yml", &text);
    folder
}

fn start(folder: &TempDir, args: &[&str]) -> Child {
    let mut run = command(folder.path(), &[&["ingest", "--watch"], args].concat());
    run.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts")
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let clock = Instant::now();
    while !is_so() {
        assert!(clock.elapsed() < Duration::from_secs(90), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn interrupt(child: &Child) {
    let id = child.id().to_string();
    let kill = std::process::Command::new("kill").args(["-INT", &id]).status();
    assert!(kill.expect("kill").success());
}

fn ended(child: Child) -> Said {
    said(child.wait_with_output().expect("it ends"))
}

fn asked(server: &Server, path: &str) -> usize {
    let start = format!("GET {path} ");
    server.requests().iter().filter(|request| request.starts_with(&start)).count()
}

#[test]
fn feeds_are_polled_until_they_are_stopped_and_one_that_fails_leaves_the_others() {
    let polls = Arc::new(AtomicUsize::new(0));
    let server = Server::answering(move |request| match request.starts_with("GET /others ") {
        true => answer("404 Not Found", "", ""),
        false => ok(&format!("[{{\"id\":{}}}]", polls.fetch_add(1, Ordering::SeqCst))),
    });
    let folder = feed(&server, "every: 1s");
    let child = start(&folder, &[]);
    until("three polls of each", || asked(&server, "/things") > 2 && asked(&server, "/others") > 2);
    // Between polls the database is free.
    let sql = "select count(*) > 0 as landed from bronze.things";
    let shown = elt(folder.path(), &["show", "--output", "csv", "--inline", sql]);
    assert_eq!(shown.out, "landed\ntrue", "{}", shown.err);
    interrupt(&child);
    let said = ended(child);
    assert_eq!(said.code, Some(1), "a feed was failing: {}", said.err);
    assert!(said.err.contains("watching 2 feeds"), "{}", said.err);
    assert!(said.err.contains(" ok bronze.things, 1 row ("), "{}", said.err);
    assert!(said.err.contains("failed bronze.others (2 times in a row): "), "{}", said.err);
    assert!(said.err.contains("0 failed, "), "{}", said.err);
    assert!(said.err.contains("0 rows, no success"), "{}", said.err);
    let landed = bronze(folder.path()).lines().count();
    assert_eq!(landed, asked(&server, "/things"), "a poll did not land");
}

/// What feeds have done is asked for while they are watched.
#[test]
fn a_watch_tells_who_asks_how_its_feeds_are_doing() {
    let server = Server::answering(|request| match request.starts_with("GET /others ") {
        true => answer("404 Not Found", "", ""),
        false => ok("[{\"id\":1},{\"id\":2}]"),
    });
    let folder = feed(&server, "every: 1s");
    let mut child = start(&folder, &["--listen", "127.0.0.1:0"]);
    let mut err = std::io::BufReader::new(child.stderr.take().expect("piped"));
    let mut address = String::new();
    while !address.contains("listening on http://") {
        address.clear();
        assert!(err.read_line(&mut address).expect("text") > 0, "it says where it listens");
    }
    let address = address.trim().rsplit("http://").next().expect("an address").to_owned();
    // Nobody waits for what it says further on.
    let rest = std::thread::spawn(move || std::io::read_to_string(err).expect("text"));
    let ask = |path: &str| {
        let mut socket = std::net::TcpStream::connect(&address).expect("it listens");
        write!(socket, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .expect("sent");
        std::io::read_to_string(socket).expect("an answer")
    };
    until("two polls of each", || asked(&server, "/things") > 2 && asked(&server, "/others") > 2);
    let metrics = ask("/metrics");
    for line in [
        "elt_ingest_rows_total{feed=\"api.things\"} 2",
        "elt_ingest_rows_total{feed=\"api.others\"} 0",
        "elt_ingest_commit_seconds_count{feed=\"api.things\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "no line `{line}` in:\n{metrics}");
    }
    assert!(!metrics.contains("elt_ingest_failures_total{feed=\"api.others\"} 0"), "{metrics}");
    let health = ask("/health");
    assert!(health.contains("\"status\":\"failing\""), "{health}");
    assert!(health.contains("answered 404 Not Found"), "{health}");
    assert!(ask("/readiness").starts_with("HTTP/1.1 503 "), "a feed fails");
    assert!(ask("/liveness").starts_with("HTTP/1.1 200 "), "it lives");
    assert!(ask("/else").starts_with("HTTP/1.1 404 "), "there is no such thing");
    interrupt(&child);
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert!(rest.join().expect("it is read").contains("failed, 2 rows"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let refused = elt(folder.path(), &["ingest", "--watch", "--listen", &address]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("cannot listen on"), "{}", refused.err);
}

/// Files may come later: until then there is nothing to tell.
#[test]
fn a_folder_without_files_is_looked_at_again() {
    let folder = project(&[("in/other.csv", "")]);
    let text = "sources:\n  - name: api\n    schema: bronze\n    tables:\n      - name: things\n        config:\n          meta:\n            ingest: {type: files, path: 'in/*.json', key: id, every: 1s}\n";
    write(folder.path(), "models/_sources.yml", text);
    let landed = || {
        let sql = "select count(*) as n from bronze.things";
        elt(folder.path(), &["show", "--output", "csv", "--inline", sql]).out
    };
    let child = start(&folder, &[]);
    until("a poll of nothing", || landed() == "n\n0");
    write(folder.path(), "in/a.json", "{\"id\":1}");
    until("a row", || landed() == "n\n1");
    interrupt(&child);
    let said = ended(child);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(!said.err.contains("warning"), "{}", said.err);
    assert!(said.err.contains(" ok bronze.things, 0 rows, next "), "{}", said.err);
    assert!(said.err.contains("0 failed, 1 rows"), "{}", said.err);
}

/// A poll that takes longer than the time between two is not begun again meanwhile.
#[test]
fn polls_of_a_feed_do_not_overlap() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, seen) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::answering(move |_| {
        seen.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(1_300));
        counted.fetch_sub(1, Ordering::SeqCst);
        ok("[]")
    });
    let folder = feed(&server, "every: 1s");
    let child = start(&folder, &["--select", "source:api.things"]);
    until("three polls", || asked(&server, "/things") > 2);
    interrupt(&child);
    assert_eq!(ended(child).code, Some(0));
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

fn slow() -> Server {
    Server::answering(|_| {
        std::thread::sleep(Duration::from_secs(2));
        ok("[{\"id\":1}]")
    })
}

#[test]
fn the_first_ctrl_c_lets_the_poll_end() {
    let server = slow();
    let folder = feed(&server, "every: 1h");
    let child = start(&folder, &["--select", "source:api.things"]);
    until("a poll", || !server.requests().is_empty());
    interrupt(&child);
    let said = ended(child);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("bronze.things: 1 poll, 0 failed, 1 rows"), "{}", said.err);
    assert_eq!(bronze(folder.path()).lines().count(), 1);
}

#[test]
fn the_second_ctrl_c_stops_it() {
    let server = Server::start(vec![crate::server::Answer::Silence(Duration::from_secs(60))]);
    let folder = feed(&server, "every: 1h, timeout_secs: 50");
    let child = start(&folder, &[]);
    until("two polls", || server.requests().len() > 1);
    let clock = Instant::now();
    interrupt(&child);
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let said = ended(child);
    assert_eq!(said.code, Some(130), "{}", said.err);
    assert!(clock.elapsed() < Duration::from_secs(20), "{:?}", clock.elapsed());
}
