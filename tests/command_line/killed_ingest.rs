//! Killed at random moments of landing, by SIGKILL, and run again; two at once: no row is lost, none is
//! there twice.
#![cfg(unix)]

use std::{
    fmt::Write as _,
    path::Path,
    thread::sleep,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    command, elt, project,
    server::{Server, ok},
    write,
};

/// Kills of each kind of feed; `ELT_KILLS` says more.
const KILLS: usize = 10;
/// Files of the folder, and events in each.
const FILES: usize = 12;
const EVENTS: usize = 1_500;

fn kills() -> usize {
    std::env::var("ELT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

fn sources(feed: &str) -> String {
    format!(
        "sources:
  - name: shop
    schema: bronze
    tables:
      - name: events
        config:
          meta:
            ingest: {{{feed}, key: id, source_ts: at}}
"
    )
}

/// Events of a file: most ids are its own, some have further versions in it and in the next file.
fn events(file: usize) -> Vec<String> {
    (0..EVENTS)
        .map(|at| {
            let id = if at % 100 == 0 { at } else { file * EVENTS + at };
            format!(
                r#"{{"id":{id},"at":"2024-01-01T00:00:{:02}Z","file":{file},"text":"{}"}}"#,
                at % 60,
                "x".repeat(at % 200)
            )
        })
        .collect()
}

/// Files of an hour ago: what was changed just now is not remembered.
fn folder_of_events(project: &Path) {
    for file in 0..FILES {
        let name = format!("events/{file:03}.ndjson");
        write(project, &name, &(events(file).join("\n") + "\n"));
        let opened = std::fs::File::options().write(true).open(project.join(name));
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        opened.and_then(|file| file.set_modified(hour_ago)).expect("an older file");
    }
}

/// What bronze holds, whatever the order: rows, versions of records, and a sum of their hashes.
fn content(project: &Path) -> String {
    let sql = "select count(*) as n, count(distinct concat(_record_key, _record_hash)) as versions, \
               sum(mod(farm_fingerprint(concat(_record_key, _record_hash)), 1000000007)) as total \
               from bronze.events";
    let shown = elt(project, &["show", "--output", "csv", "--inline", sql]);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    shown.out.lines().last().unwrap_or_default().to_owned()
}

/// Numbers that look random and are the same each time, from 0 to 1.
fn random(state: &mut u64) -> f64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

/// Lands undisturbed in one project, and killed again and again in another: both are to hold the same.
fn survives(sources: &str, fill: impl Fn(&Path)) {
    let (calm, rough) = (project(&[]), project(&[]));
    for project in [&calm, &rough] {
        write(project.path(), "models/_sources.yml", sources);
        fill(project.path());
    }
    let begin = Instant::now();
    let said = elt(calm.path(), &["ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let usual = begin.elapsed();
    let expected = content(calm.path());
    let mut state = 0x9e37_79b9_7f4a_7c15;
    let mut killed = 0;
    for kill in 0..kills() {
        let mut child = command(rough.path(), &["ingest"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        sleep(usual.mul_f64(random(&mut state)));
        if child.try_wait().expect("it can be asked").is_none() {
            killed += 1;
        }
        // One that has ended cannot be killed.
        let _ = child.kill();
        child.wait().expect("it ends");
        if kill % 4 == 3 {
            // Everything once more: what has been landed is not remembered, and not landed again.
            let reset = elt(rough.path(), &["ingest", "state", "reset", "shop.events"]);
            assert_eq!(reset.code, Some(0), "{}", reset.err);
        }
    }
    assert!(killed > 0, "none was killed");
    let said = elt(rough.path(), &["ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(content(rough.path()), expected, "after {killed} kills");
}

#[test]
fn files_survive_kills() {
    survives(&sources("type: files, path: \"events/*.ndjson\", format: ndjson"), folder_of_events);
}

#[test]
fn answers_survive_kills() {
    let mut body = String::from("[");
    for file in 0..FILES {
        for event in events(file) {
            write!(body, "{}{event}", if body.len() > 1 { "," } else { "" }).expect("a text");
        }
    }
    body.push(']');
    let server = Server::start(vec![ok(&body)]);
    survives(&sources(&format!("type: http, url: \"{}/events\"", server.address)), |_| {});
}

#[test]
fn two_at_once_land_a_record_once() {
    let sources = sources("type: files, path: \"events/*.ndjson\", format: ndjson");
    let (calm, both) = (project(&[]), project(&[]));
    for project in [&calm, &both] {
        write(project.path(), "models/_sources.yml", &sources);
        folder_of_events(project.path());
    }
    assert_eq!(elt(calm.path(), &["ingest"]).code, Some(0));
    for _ in 0..3 {
        let children: Vec<_> = (0..2)
            .map(|_| command(both.path(), &["ingest"]).spawn().expect("the program starts"))
            .collect();
        for mut child in children {
            assert!(child.wait().expect("it ends").success());
        }
    }
    assert_eq!(content(both.path()), content(calm.path()));
}
