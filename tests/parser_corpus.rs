//! What Google's parser of GoogleSQL accepts is accepted, over a corpus that lies elsewhere.
//!
//! `ELT_SQL_CORPUS` names a folder that is read with all below it:
//!
//! - `*.sql`: a statement or a script;
//! - `*.test`: test data of GoogleSQL's own repository, cases between `==`, with alternations;
//! - `*.jsonl`: one `{"id": …, "sql": …}` per line, known to be right.
//!
//! The first two are judged by Google's parser (`script/googlesql-analyzer`); what it refuses is not
//! counted. `ELT_SQL_CORPUS_REPORT` names a file for what elt refuses. Without a corpus the test
//! says that it was not run.

#[path = "test_tools/mod.rs"]
mod test_tools;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use elt::sql::count_statements;
use serde_json::{Value, json};
use test_tools::{not_run, script};
use walkdir::WalkDir;

/// Of all that Google's parser accepts, what elt accepts at least.
const LEAST_SHARE: f64 = 0.995;

/// Texts that one case with alternations stands for, at most.
const MAX_ALTERNATIVES: usize = 64;

struct Text {
    id: String,
    sql: String,
    is_known_right: bool,
}

/// Google's parser as a process of its own.
struct Reference {
    answers: BufReader<ChildStdout>,
    texts: ChildStdin,
    _process: Child,
}

impl Reference {
    fn start() -> Result<Self, String> {
        let mut command = Command::new(script("googlesql-analyzer/run"));
        let command = command.arg("parse").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        let texts = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut reference = Self { answers, texts, _process: process };
        match reference.answer()["not_installed"].as_str() {
            Some(way_out) => Err(format!("Google's analyzer is not installed: {way_out}")),
            None => Ok(reference),
        }
    }

    fn answer(&mut self) -> Value {
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the parser answers");
        serde_json::from_str(&answer).expect("a line of JSON")
    }

    fn accepts(&mut self, text: &Text) -> bool {
        writeln!(self.texts, "{}", json!({"id": text.id, "sql": text.sql})).expect("it reads");
        self.answer()["ok"] == true
    }
}

#[test]
fn what_google_s_parser_accepts_is_accepted() {
    let Ok(folder) = std::env::var("ELT_SQL_CORPUS") else {
        eprintln!("NOT RUN: ELT_SQL_CORPUS names no folder");
        return;
    };
    let mut reference = match Reference::start() {
        Ok(reference) => reference,
        Err(why) => return not_run(&why),
    };
    let mut report = String::new();
    // By the corpus's first folder: right, and accepted of these.
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts(Path::new(&folder)) {
        if !text.is_known_right && !reference.accepts(&text) {
            continue;
        }
        let part = text.id.split(['/', '#']).next().unwrap_or_default().to_owned();
        let count = counts.entry(part).or_default();
        count.0 += 1;
        match count_statements(&text.sql) {
            Ok(_) => count.1 += 1,
            Err(errors) => {
                let first = errors.first().expect("an error");
                *causes.entry(first.message.clone()).or_default() += 1;
                report.push_str(&format!("### {}: {first}\n{}\n\n", text.id, text.sql));
            }
        }
    }
    for (part, (right, accepted)) in &counts {
        eprintln!("{part}: {accepted} of {right}");
    }
    let right: usize = counts.values().map(|(right, _)| right).sum();
    let accepted: usize = counts.values().map(|(_, accepted)| accepted).sum();
    let share = accepted as f64 / right.max(1) as f64;
    eprintln!("all: {accepted} of {right}, {:.2}%", share * 100.0);
    let mut causes: Vec<(String, usize)> = causes.into_iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (cause, count) in causes.iter().take(60) {
        eprintln!("{count:5} {cause}");
    }
    if let Ok(path) = std::env::var("ELT_SQL_CORPUS_REPORT") {
        fs::write(path, report).expect("the report is written");
    }
    assert!(right > 0, "the corpus is empty");
    assert!(share >= LEAST_SHARE, "{accepted} of {right}");
}

fn texts(folder: &Path) -> Vec<Text> {
    let mut texts = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.expect("a folder that can be read");
        let Ok(content) = fs::read_to_string(entry.path()) else { continue };
        let id = entry.path().strip_prefix(folder).expect("below it").display().to_string();
        match entry.path().extension().and_then(|extension| extension.to_str()) {
            Some("sql") => texts.push(Text { id, sql: content, is_known_right: false }),
            Some("jsonl") => texts.extend(content.lines().map(|line| {
                let case: Value = serde_json::from_str(line).expect("JSON");
                let text = |key: &str| case[key].as_str().expect("a text").to_owned();
                let id = format!("{id}#{}", text("id"));
                Text { id, sql: text("sql"), is_known_right: true }
            })),
            Some("test") => texts.extend(cases(&id, &content)),
            _ => {}
        }
    }
    texts
}

/// The texts of a file of GoogleSQL's test data.
fn cases(id: &str, content: &str) -> Vec<Text> {
    let mut texts = Vec::new();
    let mut default_mode = String::from("statement");
    for (at, case) in content.split("\n==").enumerate() {
        let mut sql = String::new();
        let mut mode = default_mode.clone();
        for line in case.lines() {
            if line == "--" {
                break;
            }
            if sql.is_empty() && line.starts_with('[') {
                if let Some((_, rest)) = line.split_once("mode=") {
                    mode = rest.split([',', ']', ' ']).next().unwrap_or_default().to_owned();
                    if line.contains("default mode=") {
                        default_mode.clone_from(&mode);
                    }
                }
                continue;
            }
            if sql.is_empty() && (line.starts_with('#') || line.trim().is_empty()) {
                continue;
            }
            sql.push_str(line.strip_prefix('\\').unwrap_or(line));
            sql.push('\n');
        }
        if !["statement", "script", "statements"].contains(&mode.as_str()) || sql.is_empty() {
            continue;
        }
        texts.extend(alternatives(&sql).into_iter().enumerate().map(|(which, sql)| Text {
            id: format!("{id}#{at}.{which}"),
            sql,
            is_known_right: false,
        }));
    }
    texts
}

/// `a {{b|c}}` stands for `a b` and `a c`.
fn alternatives(sql: &str) -> Vec<String> {
    let Some((before, rest)) = sql.split_once("{{") else { return vec![sql.to_owned()] };
    let Some((choices, after)) = rest.split_once("}}") else { return vec![sql.to_owned()] };
    let after = alternatives(after);
    let mut all = Vec::new();
    for choice in choices.split('|') {
        for after in &after {
            all.push(format!("{before}{choice}{after}"));
        }
    }
    all.truncate(MAX_ALTERNATIVES);
    all
}
