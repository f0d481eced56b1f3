//! `elt ingest backfill`: windows land once, also where a run was killed.

use std::{
    collections::BTreeSet,
    process::Stdio,
    sync::{Condvar, Mutex},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    Said, command, elt,
    http_feeds::bronze,
    project,
    server::{Server, answer, ok},
    write,
};

fn feed(ingest: &str) -> TempDir {
    let folder = project(&[]);
    define(&folder, ingest);
    folder
}

fn define(folder: &TempDir, ingest: &str) {
    let ingest = ingest.replace('\n', "\n              ");
    let text = format!(
        "sources:\n  - name: api\n    schema: bronze\n    tables:\n      - name: things\n        config:\n          \
         meta:\n            ingest:\n              key: id\n              {ingest}\n"
    );
    write(folder.path(), "models/_sources.yml", &text);
}

fn backfill(folder: &TempDir, from: &str, to: &str, more: &[&str]) -> Said {
    let mut args = vec!["ingest", "backfill", "--from", from, "--to", to];
    args.extend(more);
    elt(folder.path(), &args)
}

fn ids(folder: &TempDir) -> Vec<String> {
    let landed = bronze(folder.path());
    landed.lines().map(|line| line.split(',').next().expect("a key").to_owned()).collect()
}

#[test]
fn windows_are_chosen_by_the_names_of_files_and_land_once() {
    // Times in the names are Paris's: the first file is of the day before.
    let folder =
        feed("type: files\npath: in/*.json\nname_time: '%Y-%m-%d_%H:%M'\ntime_zone: Europe/Paris");
    for (name, id) in [
        ("2024-01-01_00:30", "before"),
        ("2024-01-01_01:00", "one"),
        ("2024-01-02_12:00", "two"),
        ("2024-01-03_00:59", "two_late"),
        ("2024-01-03_01:00", "three"),
    ] {
        write(folder.path(), &format!("in/{name}.json"), &format!("[{{\"id\":\"{id}\"}}]"));
    }
    let said = backfill(&folder, "2024-01-01", "2024-01-03", &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("bronze.things 2024-01-02..2024-01-03, 2 rows"), "{}", said.err);
    assert_eq!(ids(&folder), ["one", "two", "two_late"]);
    // What has landed is left out; what comes behind it is not.
    let said = backfill(&folder, "2024-01-01", "2024-01-04", &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("bronze.things: 2 of 3 windows have landed before"), "{}", said.err);
    assert!(said.err.contains("running 1 node "), "{}", said.err);
    assert_eq!(ids(&folder), ["one", "two", "two_late", "three"]);
    // Windows of another size are the same time.
    let said = backfill(&folder, "2024-01-02", "2024-01-03", &["--window", "6h"]);
    assert!(said.err.contains("4 of 4 windows have landed before"), "{}", said.err);
    // Asked for again, they are read again, and are no news.
    let said = backfill(&folder, "2024-01-01", "2024-01-04", &["--again"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("3 built"), "{}", said.err);
    assert_eq!(ids(&folder), ["one", "two", "two_late", "three"]);
    // A feed that is defined otherwise may land other rows of the same files.
    define(&folder, "type: files\npath: in/*.json\nname_time: '%Y-%m-%d_%H:%M'");
    let said = backfill(&folder, "2024-01-01", "2024-01-02", &[]);
    assert!(said.err.contains("1 built"), "{}", said.err);
    assert_eq!(ids(&folder).last().map(String::as_str), Some("before"));
}

#[test]
fn a_file_that_does_not_say_when_it_is_of_is_not_passed_over() {
    let folder = feed("type: files\npath: in/*.json\nname_time: '%Y-%m-%d'");
    write(folder.path(), "in/2024-01-01.json", "[{\"id\":1}]");
    write(folder.path(), "in/other.json", "[{\"id\":2}]");
    let said = backfill(&folder, "2024-01-01", "2024-01-02", &[]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let told = "`in/other.json` does not say when it is of: `name_time` is `%Y-%m-%d`";
    assert!(said.err.contains(told), "{}", said.err);
}

fn param<'a>(request: &'a str, name: &str) -> &'a str {
    let target = request.split(' ').nth(1).expect("a target");
    let pair = target.split(['?', '&']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    pair.expect("the parameter")
}

#[test]
fn windows_are_asked_for_and_those_behind_a_failure_are_left() {
    let server = Server::answering(|request| match param(request, "from") {
        "2024-01-03" if !request.contains("ok=1") => answer("404 Not Found", "", ""),
        from => ok(&format!("[{{\"id\":\"{from}\",\"to\":\"{}\"}}]", param(request, "to"))),
    });
    let define_with = |more: &str| {
        format!(
            "type: http\nurl: {}/x{more}\nparams: {{from: '{{from}}', to: '{{to}}'}}\ntime_format: '%Y-%m-%d'",
            server.address
        )
    };
    let folder = feed(&define_with(""));
    let said = backfill(&folder, "2024-01-01", "2024-01-06", &[]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("/x answered 404 Not Found"), "{}", said.err);
    assert_eq!(ids(&folder), ["2024-01-01", "2024-01-02"]);
    let asked = server.requests().len();
    let said = backfill(&folder, "2024-01-01", "2024-01-06", &[]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("2 of 5 windows have landed before"), "{}", said.err);
    for request in &server.requests()[asked..] {
        let from = param(request, "from");
        let ahead = ["2024-01-03", "2024-01-04"];
        assert!(ahead.contains(&from), "what failed, and one ahead, is asked for: {from}");
    }
}

#[test]
fn one_window_is_fetched_ahead() {
    let asked: (Mutex<Vec<String>>, Condvar) = Default::default();
    let server = Server::answering(move |request| {
        let from = param(request, "from").to_owned();
        let (asked, more) = &asked;
        let mut asked = asked.lock().expect("not poisoned");
        asked.push(from.clone());
        more.notify_all();
        if from == "2024-01-01" {
            // It is not answered before the next one is asked for; nor is one behind that.
            let waits =
                more.wait_timeout_while(asked, Duration::from_secs(120), |all| all.len() < 2);
            let (mut asked, _) = waits.expect("not poisoned");
            asked.sort();
            if *asked != ["2024-01-01", "2024-01-02"] {
                return answer("404 Not Found", "", "");
            }
        }
        ok(&format!("[{{\"id\":\"{from}\"}}]"))
    });
    let folder = feed(&format!(
        "type: http\nurl: {}/x\nparams: {{from: '{{from}}'}}\ntime_format: '%Y-%m-%d'",
        server.address
    ));
    let said = backfill(&folder, "2024-01-01", "2024-01-05", &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(ids(&folder), ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]);
    assert_eq!(server.requests().len(), 4);
}

/// Killed at any moment, a run goes on where it was: nothing is lost, nothing is there twice.
#[test]
fn a_backfill_that_was_killed_goes_on() {
    let server = Server::answering(|request| {
        std::thread::sleep(Duration::from_millis(30));
        let from = param(request, "from");
        ok(&format!("[{{\"id\":\"{from}-a\"}},{{\"id\":\"{from}-b\"}}]"))
    });
    let folder = feed(&format!(
        "type: http\nurl: {}/x\nparams: {{from: '{{from}}'}}\ntime_format: '%Y-%m-%dT%H'",
        server.address
    ));
    let args =
        ["ingest", "backfill", "--from", "2024-01-01", "--to", "2024-01-03", "--window", "1h"];
    for round in 0..3 {
        let mut run = command(folder.path(), &args);
        let mut child = run.stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("it starts");
        let clock = Instant::now();
        let enough = server.requests().len() + 8 + 3 * round;
        while server.requests().len() < enough && clock.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
    }
    let said = elt(folder.path(), &args);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let landed = ids(&folder);
    assert_eq!(landed.len(), 96);
    assert_eq!(landed.iter().collect::<BTreeSet<_>>().len(), 96);
    let said = elt(folder.path(), &args);
    assert!(said.err.contains("48 of 48 windows have landed before"), "{}", said.err);
}

#[test]
fn windows_are_chosen_by_the_records_own_times() {
    let folder = feed("type: files\npath: in.json\nsource_ts: at");
    write(
        folder.path(),
        "in.json",
        r#"[{"id":1,"at":"2023-12-31T23:59:59Z"},{"id":2,"at":"2024-01-01"},{"id":3,"at":"2024-01-02"}]"#,
    );
    let said = backfill(&folder, "2024-01-01", "2024-01-02", &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(ids(&folder), ["2"]);
    write(folder.path(), "in.json", r#"[{"id":4}]"#);
    let said = backfill(&folder, "2024-01-05", "2024-01-06", &[]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("there is no time at `source_ts`"), "{}", said.err);
}

#[test]
fn a_feed_without_time_is_refused() {
    let folder = feed("type: files\npath: in.json");
    let said = backfill(&folder, "2024-01-01", "2024-01-02", &[]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("nothing in `things` says what belongs to a window"), "{}", said.err);
    assert!(said.err.contains("models/_sources.yml:5:15"), "{}", said.err);
    let said = backfill(&folder, "2024-01-02", "2024-01-01", &[]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("`--from` must be before `--to`"), "{}", said.err);
}
