//! Google's analyzer as a process of its own: cases in, what it says out.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, OnceLock},
};

use crate::test_tools::{not_run, script};

/// What exists, and the statements that are run then, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// What the case is of.
    pub name: String,
    /// Statements that make what exists.
    pub given: Vec<String>,
    /// The statements that are judged.
    pub statements: Vec<String>,
}

/// What the analyzer says of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Every statement is right: the kind of each.
    Right(Vec<String>),
    /// The first that is wrong, from one on, and why. 0: one of those that were given.
    Wrong { statement: u64, error: String, sql: String },
}

/// The running analyzer.
pub struct Analyzer {
    answers: BufReader<ChildStdout>,
    cases: ChildStdin,
    _process: Child,
}

impl Analyzer {
    /// The one of this test program, started at the first call. None where it is not installed,
    /// which is said.
    pub fn get() -> Option<&'static Mutex<Self>> {
        static ONE: OnceLock<Result<Mutex<Analyzer>, String>> = OnceLock::new();
        match ONE.get_or_init(|| Self::start().map(Mutex::new)) {
            Ok(analyzer) => Some(analyzer),
            Err(why) => {
                not_run(why);
                None
            }
        }
    }

    fn start() -> Result<Self, String> {
        let mut command = Command::new(script("googlesql-analyzer/run"));
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        // It ends when this program does: its stdin closes then.
        let cases = process.stdin.take().expect("it is piped");
        let mut answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut first = String::new();
        answers.read_line(&mut first).map_err(|error| error.to_string())?;
        let first: serde_json::Value = serde_json::from_str(&first)
            .unwrap_or_else(|_| panic!("the analyzer does not start: {first:?}"));
        if let Some(way_out) = first["not_installed"].as_str() {
            return Err(format!("Google's analyzer is not installed: {way_out}"));
        }
        Ok(Self { answers, cases, _process: process })
    }

    /// Has the cases read.
    pub fn read(&mut self, cases: &[Case]) -> Vec<Verdict> {
        cases.iter().map(|case| self.read_one(case)).collect()
    }

    fn read_one(&mut self, case: &Case) -> Verdict {
        let line = serde_json::json!({
            "id": case.name, "given": case.given, "statements": case.statements,
        });
        writeln!(self.cases, "{line}").expect("the analyzer reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the analyzer answers");
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("a line of JSON");
        let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        assert_eq!(text("id"), case.name, "{answer}");
        match answer["read"].as_array() {
            Some(kinds) => {
                let kind = |kind: &serde_json::Value| kind.as_str().map(str::to_owned);
                Verdict::Right(kinds.iter().filter_map(kind).collect())
            }
            None => Verdict::Wrong {
                statement: answer["statement"].as_u64().expect("a number"),
                error: text("error"),
                sql: text("sql"),
            },
        }
    }
}
