//! Types and names of columns as Google's reference implementation has them, over a corpus of
//! queries: `ELT_GOOGLESQL_CORPUS` names a folder with `*.jsonl` (a query with its `cols` per line)
//! and `tables.json`. Without one, the test says that it was not run.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use elt::analysis::{Catalog, Problem, Table, TableColumn, Type, analyze};
use serde_json::Value;

/// What the reference implementation can and BigQuery refuses: arrays have no order.
const OF_BIGQUERY: [&str; 3] = [
    "rows cannot be ordered by a value of type ARRAY",
    "cannot compare values of type ARRAY",
    "which has no order",
];

struct Tables(BTreeMap<String, Arc<Table>>);

impl Catalog for Tables {
    fn table(&self, parts: &[String]) -> Option<Arc<Table>> {
        self.0.get(&parts.join(".").to_lowercase()).cloned()
    }
}

fn tables_of(all: &Value, file: &str) -> Tables {
    let tables = all[file].as_array().into_iter().flatten().map(|table| {
        let name = table["name"].as_str().expect("a name");
        let columns = table["cols"].as_array().expect("columns").iter().map(|column| TableColumn {
            name: column[0].as_str().expect("a name").into(),
            kind: Type::parse(column[1].as_str().expect("a type")),
        });
        let table = Table {
            id: name.into(),
            shown: name.to_owned(),
            columns: columns.collect(),
            is_complete: true,
        };
        (name.to_lowercase(), Arc::new(table))
    });
    Tables(tables.collect())
}

#[test]
fn types_are_those_of_the_reference_implementation() {
    let Ok(folder) = std::env::var("ELT_GOOGLESQL_CORPUS") else {
        eprintln!("NOT RUN: ELT_GOOGLESQL_CORPUS names no folder");
        return;
    };
    let folder = Path::new(&folder);
    let tables = fs::read_to_string(folder.join("tables.json")).expect("tables.json");
    let tables: Value = serde_json::from_str(&tables).expect("JSON");
    let (mut all, mut same, mut unknown, mut unread, mut as_bigquery) = (0, 0, 0, 0, 0);
    let (mut wrong, mut false_errors) = (Vec::new(), Vec::new());
    let mut unknown_ids = Vec::new();
    for file in ["probes.jsonl", "compliance.jsonl"] {
        for line in fs::read_to_string(folder.join(file)).expect("a corpus").lines() {
            let case: Value = serde_json::from_str(line).expect("JSON");
            let Some(expected) = case["cols"].as_array() else { continue };
            all += 1;
            let id = case["id"].as_str().expect("an id");
            let sql = case["sql"].as_str().expect("a query");
            let catalog = tables_of(&tables, case["file"].as_str().unwrap_or_default());
            let Ok(analysis) = analyze(sql, &catalog) else {
                unread += 1;
                continue;
            };
            let is_of_bigquery = |problem: &&Problem| {
                OF_BIGQUERY.iter().any(|words| problem.message.contains(words))
            };
            if analysis.problems.iter().find(is_of_bigquery).is_some() {
                as_bigquery += 1;
                continue;
            }
            if let Some(problem) = analysis.problems.first() {
                false_errors.push(format!("{id}: {} [{}]\n{sql}\n", problem.message, problem.code));
                continue;
            }
            let given: Vec<(String, String)> = analysis
                .columns
                .iter()
                .map(|column| (column.name.to_string(), column.kind.to_string()))
                .collect();
            // A table of structs has their fields as columns.
            let fields = match (analysis.is_value, expected.as_slice()) {
                (true, [only]) => match Type::parse(only[1].as_str().expect("a type")) {
                    Type::Struct(fields) => Some(fields),
                    _ => None,
                },
                _ => None,
            };
            let wanted: Vec<(String, String)> = match fields {
                Some(fields) => fields
                    .iter()
                    .map(|field| (field.name.to_string(), field.kind.to_string()))
                    .collect(),
                None => expected
                    .iter()
                    .map(|column| {
                        let kind = Type::parse(column[1].as_str().expect("a type")).to_string();
                        (column[0].as_str().expect("a name").to_owned(), kind)
                    })
                    .collect(),
            };
            let is_open = !analysis.is_complete
                || analysis.columns.iter().any(|column| !column.kind.is_known());
            if given == wanted {
                same += 1;
            } else if is_open {
                unknown += 1;
                unknown_ids.push(format!("{id}: {given:?}\n{sql}\n"));
            } else {
                wrong.push(format!("{id}:\n  is {given:?}\n  should be {wanted:?}\n{sql}\n"));
            }
        }
    }
    let told = format!(
        "{all} queries: {same} the same, {as_bigquery} refused as by BigQuery, {unknown} not known, {unread} not read, {} false errors, {} wrong",
        false_errors.len(),
        wrong.len()
    );
    eprintln!("{told}");
    if let Ok(out) = std::env::var("ELT_GOOGLESQL_CORPUS_OUT") {
        fs::write(
            out,
            format!(
                "{told}\n==== wrong\n{}\n==== false errors\n{}\n==== not known\n{}",
                wrong.join("\n"),
                false_errors.join("\n"),
                unknown_ids.join("\n")
            ),
        )
        .expect("a report");
    }
    assert!(wrong.is_empty() && false_errors.is_empty(), "{told}");
}
