//! What landing says to BigQuery, out of the snapshots of the wire: tables, staging tables, and the
//! scripts that commit, with rows that were loaded and with rows that go along.

use std::path::Path;

use crate::{analyzer::Case, assert_right};

/// The statements in a snapshot of the wire, whose lines begin like this.
const SQL: &str = "  | ";

/// The statements of a snapshot; parameters are variables here.
fn statements(snapshot: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(snapshot);
    let text = std::fs::read_to_string(path).expect("the snapshot");
    let mut all: Vec<String> = Vec::new();
    let mut before = false;
    for line in text.lines() {
        // Rows that are uploaded are lines as well.
        let line = line.strip_prefix(SQL);
        let line = line.filter(|line| !line.starts_with('{') && !line.starts_with("content-type"));
        match (line, all.last_mut()) {
            (Some(line), Some(last)) if before => {
                last.push('\n');
                last.push_str(line);
            }
            (Some(line), _) => all.push(line.to_owned()),
            (None, _) => {}
        }
        before = line.is_some();
    }
    let declared = |sql: String| match sql.contains("@rows_0") {
        true => format!("declare rows_0, rows_1 string;\n{}", sql.replace("@rows_", "rows_")),
        false => sql,
    };
    all.into_iter().map(declared).collect()
}

#[test]
fn landings() {
    let mut all = Vec::new();
    for snapshot in [
        "cases/bigquery_wire/feeds/wire.snap",
        "cases/bigquery_wire/feeds_again/wire.snap",
        "bigquery_protocol/snapshots/bigquery_protocol__streams__a_commit_is_one_script.snap",
    ] {
        let found = statements(snapshot);
        assert!(found.iter().any(|sql| sql.contains("commit transaction")), "{snapshot}");
        all.extend(found);
    }
    assert_right(&[Case { name: "landings".to_owned(), given: Vec::new(), statements: all }]);
}
