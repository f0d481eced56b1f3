//! The prompt of `elt sql`, in a terminal of its own.
#![cfg(unix)]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use rexpect::{
    process::WaitStatus,
    reader::Options,
    session::{PtySession, spawn_with_options},
};

/// How long an answer may take on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(180);

const UP: &str = "\u{1b}[A";

fn prompt(folder: &Path) -> PtySession {
    fs::write(folder.join("dbt_project.yml"), "name: p\n").expect("the project file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_elt"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", folder).env("NO_COLOR", "1");
    command.env("TERM", "xterm").current_dir(folder).arg("sql");
    let options =
        Options::new().timeout_ms(Some(PATIENCE.as_millis() as u64)).strip_ansi_escape_codes(true);
    let mut prompt = spawn_with_options(command, options).expect("the program starts");
    prompt.exp_string("Ctrl-D leaves").expect("it greets");
    prompt.exp_string("elt> ").expect("it asks");
    prompt
}

/// Types a line; what is told until a text comes.
fn answer(prompt: &mut PtySession, typed: &str, until: &str) -> String {
    prompt.send(typed).expect("it is typed");
    prompt.send("\r").expect("it is entered");
    prompt.flush().expect("it is sent");
    prompt.exp_string(until).unwrap_or_else(|error| panic!("`{typed}`: {error}"))
}

fn leave(prompt: &mut PtySession) {
    prompt.send_control('d').expect("it is typed");
    prompt.exp_eof().expect("it ends");
    let status = prompt.process().wait().expect("it has ended");
    assert!(matches!(status, WaitStatus::Exited(_, 0)), "{status:?}");
}

#[test]
fn statements_of_several_lines_are_answered_one_by_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut prompt = prompt(folder.path());
    answer(&mut prompt, "select 1 as one,", "...> ");
    let table = answer(&mut prompt, "  'two' as two;", "elt> ");
    assert!(table.contains("one | two"), "{table}");
    assert!(table.contains("  1 | two"), "{table}");
    answer(&mut prompt, "create table kept as select 41 as n;", "elt> ");
    let table = answer(&mut prompt, "select n + 1 as more from kept;", "elt> ");
    assert!(table.contains("42"), "{table}");
    leave(&mut prompt);
}

#[test]
fn a_mistake_is_told_and_the_prompt_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut prompt = prompt(folder.path());
    let told = answer(&mut prompt, "select upper(1);", "elt> ");
    assert!(told.contains("sql:1:"), "{told}");
    let told = answer(&mut prompt, "select 1 as fine;", "elt> ");
    assert!(told.contains("fine"), "{told}");
    let told = answer(&mut prompt, "exit", "\n");
    assert!(!told.contains("error"), "{told}");
    prompt.exp_eof().expect("it ends");
}

#[test]
fn what_statements_become_is_shown_where_that_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut prompt = prompt(folder.path());
    answer(&mut prompt, "\\e", "statements are shown");
    prompt.exp_string("elt> ").expect("it asks");
    let told = answer(&mut prompt, "select numeric '1.5' as price;", "elt> ");
    assert!(told.contains("-- price NUMERIC"), "{told}");
    assert!(told.contains("DECIMAL"), "{told}");
    answer(&mut prompt, "\\e", "statements are run");
    leave(&mut prompt);
}

#[test]
fn the_history_outlives_the_prompt() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = prompt(folder.path());
    answer(&mut first, "select 'remembered' as word;", "elt> ");
    leave(&mut first);
    let history = folder.path().join(".local/state/elt/sql_history");
    let kept = fs::read_to_string(history).expect("a history");
    assert!(kept.contains("select 'remembered' as word;"), "{kept}");

    let mut second = prompt(folder.path());
    // The line is shown again, and then its row.
    let told = answer(&mut second, UP, "\n remembered");
    assert!(told.contains("select 'remembered' as word;"), "{told}");
    second.exp_string("elt> ").expect("it asks");
    leave(&mut second);
}

#[test]
fn ctrl_c_throws_away_what_is_typed_and_stops_what_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut prompt = prompt(folder.path());
    answer(&mut prompt, "select nothing", "...> ");
    prompt.send_control('c').expect("it is typed");
    prompt.exp_string("elt> ").expect("it asks anew");
    let rows = "unnest(generate_array(1, 100000))";
    let long = format!("select count(*) from {rows} as a, {rows} as b, {rows} as c;");
    prompt.send(&long).expect("it is typed");
    prompt.send("\r").expect("it is entered");
    // Until it runs, what is typed is thrown away, which is nothing.
    let (begun, mut told) = (Instant::now(), String::new());
    while !told.contains("interrupted") {
        assert!(begun.elapsed() < PATIENCE, "{told}");
        prompt.send_control('c').expect("it is typed");
        std::thread::sleep(Duration::from_millis(300));
        while let Some(c) = prompt.try_read() {
            told.push(c);
        }
    }
    let table = answer(&mut prompt, "select 6 * 7 as answer;", "42");
    assert!(table.contains("answer"), "{table}");
    prompt.exp_string("elt> ").expect("it asks");
    leave(&mut prompt);
}
