//! Feeds of type `command`: what programs print lands, and what goes wrong with them is told.
#![cfg(unix)]

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{command, elt, http_feeds::bronze, project, said, write};

/// A project whose feed runs a script.
fn feed(script: &str, more: &str) -> TempDir {
    let folder = project(&[("poll.sh", script)]);
    let more = more.replace('\n', "\n              ");
    let text = format!(
        "sources:\n  - name: cars\n    schema: bronze\n    tables:\n      - name: things\n        config:\n          \
         meta:\n            ingest:\n              type: command\n              command: [sh, poll.sh, 'a b', '$HOME']\n              key: id\n              {more}\n"
    );
    write(folder.path(), "models/_sources.yml", &text);
    folder
}

fn fails(script: &str, more: &str, told: &str) -> String {
    let folder = feed(script, more);
    let mut run = command(folder.path(), &["ingest"]);
    let said = said(run.env("CAR_PASSWORD", "hush-hush").output().expect("it starts"));
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains(told), "expected {told:?} in\n{}", said.err);
    assert!(said.err.contains("models/_sources.yml:5:15"), "{}", said.err);
    assert!(!said.err.contains("hush-hush"), "{}", said.err);
    let left = std::fs::read_dir(folder.path().join("target/ingest")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "payloads are left behind");
    said.err
}

#[test]
fn what_a_program_prints_lands() {
    let script = "printf '{\"id\":\"%s\",\"v\":\"%s\"}\\n' \"$1\" \"$2\"\necho '{\"id\":2,\"v\":\"'$CAR_USER'\"}'\necho noise >&2\n";
    let folder = feed(script, "format: ndjson\nenv: {CAR_USER: {env: NAME_OF_USER}}");
    let mut run = command(folder.path(), &["ingest"]);
    let said = said(run.env("NAME_OF_USER", "jo").output().expect("it starts"));
    assert_eq!(said.code, Some(0), "{}", said.err);
    // No shell reads the arguments.
    assert_eq!(
        bronze(folder.path()).replace("\"\"", "'"),
        "a b,\"{'id':'a b','v':'$HOME'}\"\n2,\"{'id':2,'v':'jo'}\""
    );
    let sql = "select distinct _uri from bronze.things";
    let shown = elt(folder.path(), &["show", "--output", "csv", "--inline", sql]);
    assert_eq!(shown.out, "_uri\ncommand:sh");
}

#[test]
fn a_program_that_fails_says_why_and_lands_nothing() {
    let script = "echo '{\"id\":1}'\necho \"login refused for $CAR_PASSWORD\" >&2\nexit 3\n";
    fails(script, "env: {CAR_PASSWORD: {env: CAR_PASSWORD}}", "login refused for *****");
    fails("exit 3\n", "", "`sh` ended with exit code 3");
    fails("kill -9 $$\n", "", "`sh` was ended by a signal");
    fails("echo '{\"id\":1'\n", "", "command:sh:2:1: no valid JSON: the document breaks off");
    let loud = "head -c 3000000 /dev/zero | tr '\\0' ' '\n";
    fails(loud, "max_output_mb: 1", "`sh` prints more than 1 MiB (`max_output_mb`)");
    // Only the end of what is said is kept, and all of it is read.
    let chatty = "i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1\n";
    let err = fails(chatty, "", "line 19999");
    assert!(!err.contains("line 19000\n"), "{err}");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let folder = feed("", "");
    let path = folder.path().join("models/_sources.yml");
    let text = std::fs::read_to_string(&path).expect("written above");
    std::fs::write(&path, text.replace("[sh, poll.sh, 'a b', '$HOME']", "[no-such-program]"))
        .expect("written");
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("`no-such-program` cannot be started"), "{}", said.err);
}

/// Waits until a program's child is gone, which writes its number into a file.
fn is_gone(folder: &Path) {
    let id = std::fs::read_to_string(folder.join("child")).expect("the child has begun");
    let proc = Path::new("/proc").join(id.trim());
    let clock = Instant::now();
    while proc.exists() && !is_zombie(&proc) {
        assert!(clock.elapsed() < Duration::from_secs(10), "the child goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is_zombie(proc: &Path) -> bool {
    std::fs::read_to_string(proc.join("stat")).is_ok_and(|stat| stat.contains(") Z "))
}

const WITH_CHILD: &str = "sleep 600 & echo $! > child\nwait\n";

#[test]
#[cfg(target_os = "linux")]
fn a_program_that_takes_too_long_is_stopped_with_its_children() {
    let folder = feed(WITH_CHILD, "timeout_secs: 1");
    let clock = Instant::now();
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("`sh` was stopped after 1 s (`timeout_secs`)"), "{}", said.err);
    assert!(clock.elapsed() < Duration::from_secs(60), "{:?}", clock.elapsed());
    is_gone(folder.path());
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_stops_a_program_with_its_children() {
    let folder = feed(WITH_CHILD, "");
    let mut run = command(folder.path(), &["ingest"]);
    let child = run.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let clock = Instant::now();
    while std::fs::read_to_string(folder.path().join("child")).unwrap_or_default().is_empty() {
        assert!(clock.elapsed() < Duration::from_secs(60), "the program does not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
    let id = child.id().to_string();
    assert!(
        std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill").success()
    );
    let said = said(child.wait_with_output().expect("it ends"));
    assert_eq!(said.code, Some(130), "{}", said.err);
    is_gone(folder.path());
}
