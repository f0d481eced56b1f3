//! How often elt's analysis agrees with Google's analyzer of GoogleSQL: on whether a query is right,
//! and on the names and types of its columns.
//!
//! `ELT_ANALYSIS_CORPUS` names files or folders of `*.jsonl`, with colons between: a line is
//! `{"id": …, "sql": …, "tables": {"data.orders": [["id", "INT64"], …]}}`; where `tables` is left out
//! or a list, they are those of `tables.json` beside it for the line's `file`
//! (`{"file": [{"name": …, "cols": [[…]]}]}`). Of a line with `"judged": true` the analyzer's refusal
//! counts too: others are right, and what it refuses is newer than it. Each query is also changed in ways that make most of
//! them wrong (a name, a literal, a function), deterministically, and both judge that.
//! `ELT_ANALYSIS_REPORT` names a file for all that differs. Without a corpus, or without
//! `script/googlesql-analyzer/setup`, the test says that it was not run.

#[path = "test_tools/mod.rs"]
mod test_tools;

#[path = "analysis_agreement/changed.rs"]
mod changed;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};

use elt::analysis::{Analysis, Catalog, Table, TableColumn, Type, analyze};
use serde_json::{Value, json};
use test_tools::{not_run, script};

/// Of the queries that Google's analyzer accepts, the share on which elt agrees, at least.
const LEAST_AGREEMENT: f64 = 0.98;

/// What the reference says of tables and functions that it does not know.
const NOT_JUDGED: [&str; 3] =
    ["Table not found", "Function not found", "Table-valued function not"];

type Columns = Vec<(String, String)>;

/// Google's analyzer as a process of its own.
struct Reference {
    answers: BufReader<ChildStdout>,
    queries: ChildStdin,
    _process: Child,
}

impl Reference {
    fn start() -> Result<Self, String> {
        let mut command = Command::new(script("googlesql-analyzer/run"));
        let command = command.arg("describe").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        let queries = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut reference = Self { answers, queries, _process: process };
        match reference.answer()["not_installed"].as_str() {
            Some(way_out) => Err(format!("Google's analyzer is not installed: {way_out}")),
            None => Ok(reference),
        }
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the analyzer answers");
        serde_json::from_str(&line).expect("a line of JSON")
    }

    /// The columns of a query, or why it is wrong.
    fn describe(&mut self, tables: &Value, sql: &str) -> Result<Columns, String> {
        let query = json!({"id": "", "tables": tables, "sql": sql});
        writeln!(self.queries, "{query}").expect("the analyzer reads");
        let answer = self.answer();
        if let Some(error) = answer["error"].as_str() {
            return Err(error.to_owned());
        }
        let columns = answer["columns"].as_array().expect("columns").iter();
        let columns = columns.map(|column| {
            let text = |at: usize| column[at].as_str().expect("a text").to_owned();
            (text(0), Type::parse(&text(1)))
        });
        let columns: Vec<(String, Type)> = columns.collect();
        Ok(match (answer["is_value"].as_bool(), columns.as_slice()) {
            // A table of structs has their fields as columns.
            (Some(true), [(_, Type::Struct(fields))]) => fields
                .iter()
                .map(|field| (field.name.to_string(), field.kind.to_string()))
                .collect(),
            _ => columns.into_iter().map(|(name, kind)| (name, kind.to_string())).collect(),
        })
    }
}

struct Tables(BTreeMap<String, Arc<Table>>);

impl Tables {
    fn of(tables: &Value) -> Self {
        let tables = tables.as_object().into_iter().flatten().map(|(name, columns)| {
            let columns = columns.as_array().expect("columns").iter().map(|column| TableColumn {
                name: column[0].as_str().expect("a name").into(),
                kind: Type::parse(column[1].as_str().expect("a type")),
            });
            let table = Table {
                id: name.as_str().into(),
                shown: name.clone(),
                columns: columns.collect(),
                is_complete: true,
            };
            (name.to_lowercase(), Arc::new(table))
        });
        Self(tables.collect())
    }
}

impl Catalog for Tables {
    fn table(&self, parts: &[String]) -> Option<Arc<Table>> {
        self.0.get(&parts.join(".").to_lowercase()).cloned()
    }
}

/// What both say of one query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Same,
    /// Both find it wrong.
    BothRefuse,
    /// elt does not know all of its types.
    Unknown,
    /// elt gives other columns.
    OtherColumns,
    /// elt finds something wrong with what is right.
    FalseError,
    /// elt finds nothing wrong with what is.
    Missed,
}

fn compare(reference: &Result<Columns, String>, analyzed: &Result<Analysis, String>) -> Verdict {
    let own = match analyzed {
        Err(_) => None,
        Ok(analysis) if !analysis.problems.is_empty() => None,
        Ok(analysis) => Some(analysis),
    };
    match (reference, own) {
        (Err(_), None) => Verdict::BothRefuse,
        (Err(_), Some(_)) => Verdict::Missed,
        (Ok(_), None) => Verdict::FalseError,
        (Ok(wanted), Some(analysis)) => {
            let given = columns_of(analysis);
            let is_open = !analysis.is_complete
                || analysis.columns.iter().any(|column| !column.kind.is_known());
            match given == *wanted {
                true => Verdict::Same,
                false if is_open => Verdict::Unknown,
                false => Verdict::OtherColumns,
            }
        }
    }
}

fn columns_of(analysis: &Analysis) -> Columns {
    let columns = analysis.columns.iter();
    columns.map(|column| (column.name.to_string(), column.kind.to_string())).collect()
}

struct Query {
    id: String,
    tables: Value,
    sql: String,
    /// Whether it may be wrong.
    judged: bool,
}

fn queries(corpus: &str) -> Vec<Query> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in corpus.split(':').map(Path::new) {
        if path.is_dir() {
            let entries = fs::read_dir(path).expect("a folder");
            let paths = entries.map(|entry| entry.expect("an entry").path());
            files.extend(paths.filter(|path| path.extension().is_some_and(|end| end == "jsonl")));
        } else {
            files.push(path.to_owned());
        }
    }
    files.sort();
    let mut queries = Vec::new();
    for file in files {
        let beside = fs::read_to_string(file.with_file_name("tables.json")).unwrap_or_default();
        let beside: Value = serde_json::from_str(&beside).unwrap_or_default();
        for line in fs::read_to_string(&file).expect("a corpus").lines() {
            let case: Value = serde_json::from_str(line).expect("JSON");
            let own = case["tables"].as_object().map(|tables| json!(tables));
            let tables = own.unwrap_or_else(|| {
                let all = beside[case["file"].as_str().unwrap_or_default()].as_array();
                let tables = all.into_iter().flatten();
                let named = |table: &Value| {
                    (table["name"].as_str().expect("a name").to_owned(), table["cols"].clone())
                };
                Value::Object(tables.map(named).collect())
            });
            let text = |key: &str| case[key].as_str().expect("a text").to_owned();
            let judged = case["judged"].as_bool().unwrap_or_default();
            queries.push(Query { id: text("id"), tables, sql: text("sql"), judged });
        }
    }
    queries
}

#[test]
fn elt_agrees_with_googles_analyzer() {
    let Ok(corpus) = std::env::var("ELT_ANALYSIS_CORPUS") else {
        eprintln!("NOT RUN: ELT_ANALYSIS_CORPUS names no corpus");
        return;
    };
    let mut reference = match Reference::start() {
        Ok(reference) => reference,
        Err(why) => return not_run(&why),
    };
    let mut counts: BTreeMap<(bool, Verdict), usize> = BTreeMap::new();
    let mut unjudged: BTreeMap<bool, usize> = BTreeMap::new();
    let mut differing = String::new();
    for Query { id, tables, sql, judged } in queries(&corpus) {
        let catalog = Tables::of(&tables);
        let mut judge = |id: &str, sql: &str, is_changed: bool| {
            let wanted = reference.describe(&tables, sql);
            // The queries are right: what it has not (newer functions, other syntax) judges nothing.
            // Which tables and functions of somebody's own there are, elt does not claim to know.
            let is_judged = match &wanted {
                Ok(_) => true,
                Err(error) => {
                    (is_changed || judged)
                        && !NOT_JUDGED.iter().any(|begin| error.starts_with(begin))
                }
            };
            if !is_judged {
                *unjudged.entry(is_changed).or_default() += 1;
                return wanted.is_ok();
            }
            let analyzed = analyze(sql, &catalog).map_err(|errors| {
                errors.first().map(|error| error.message.clone()).unwrap_or_default()
            });
            let verdict = compare(&wanted, &analyzed);
            *counts.entry((is_changed, verdict)).or_default() += 1;
            if !matches!(verdict, Verdict::Same | Verdict::BothRefuse) {
                let own = match &analyzed {
                    Err(error) => format!("unread: {error}"),
                    Ok(analysis) => match analysis.problems.first() {
                        Some(problem) => format!("{} [{}]", problem.message, problem.code),
                        None => format!("{:?}", columns_of(analysis)),
                    },
                };
                let wanted = match &wanted {
                    Ok(columns) => format!("{columns:?}"),
                    Err(error) => error.clone(),
                };
                differing += &format!(
                    "==== {verdict:?}{} {id}\n  google: {wanted}\n  elt:    {own}\n{sql}\n",
                    if is_changed { " (changed)" } else { "" },
                );
            }
            wanted.is_ok()
        };
        if judge(&id, &sql, false) {
            for (kind, sql) in changed::changed(&id, &sql) {
                judge(&format!("{id} {kind}"), &sql, true);
            }
        }
    }
    let count = |is_changed: bool, verdict: Verdict| {
        counts.get(&(is_changed, verdict)).copied().unwrap_or_default()
    };
    let mut shares = Vec::new();
    let mut told = String::new();
    for is_changed in [false, true] {
        use Verdict::{BothRefuse, FalseError, Missed, OtherColumns, Same, Unknown};
        let of = |verdict| count(is_changed, verdict);
        let right = of(Same) + of(Unknown) + of(OtherColumns) + of(FalseError);
        let wrong = of(BothRefuse) + of(Missed);
        let all = (right + wrong).max(1);
        let agreed = of(Same) + of(BothRefuse);
        shares.push(agreed as f64 / all as f64);
        told += &format!(
            "{}: {all}; the same {} of {right} right ones (not known {}, other columns {}, false errors {}), {} of {wrong} wrong ones refused; agreement {:.2}%; {} not judged\n",
            if is_changed { "changed queries" } else { "queries" },
            of(Same),
            of(Unknown),
            of(OtherColumns),
            of(FalseError),
            of(BothRefuse),
            100.0 * agreed as f64 / all as f64,
            unjudged.get(&is_changed).copied().unwrap_or_default(),
        );
    }
    // Past the harness, which shows nothing of a test that passes.
    let _ = write!(std::io::stderr(), "{told}");
    if let Ok(out) = std::env::var("ELT_ANALYSIS_REPORT") {
        fs::write(out, format!("{told}{differing}")).expect("a report");
    }
    assert!(shares[0] >= LEAST_AGREEMENT, "{told}");
}
