//! What a contract does of a change, in each of its four modes.
//!
//! A folder under `tests/cases/contracts` is a change: `first.jsonl` lands, then `second.jsonl` does, and
//! `output.snap` is what the table and the dead letters are then. `columns.yml` says which columns are
//! declared, `columns_later.yml` which are when the second file lands.

use std::{fmt::Write as _, fs, path::Path};

use crate::{elt, project, write};

const OWN: &str = "_source, _stream, _ingested_at, _run_id, _load_id, _record_key, _record_hash, _source_ts, _seq, _uri, _schema_version, payload";

fn define(project: &Path, mode: &str, columns: Option<&str>) {
    let mut text = format!(
        "sources:\n  - name: shop\n    schema: bronze\n    tables:\n      - name: things\n        config: {{meta: {{ingest: \
         {{type: files, path: 'in/*.jsonl', format: ndjson, key: id, contract: {mode}}}}}}}\n"
    );
    if let Some(columns) = columns {
        text.push_str("        columns:\n");
        columns.lines().for_each(|line| writeln!(text, "          {line}").expect("in memory"));
    }
    write(project, "models/_sources.yml", &text);
}

fn rows(project: &Path, sql: &str) -> String {
    let said = elt(project, &["sql", sql, "--output", "csv", "--limit", "-1"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out.lines().skip(1).fold(String::new(), |all, row| all + "  " + row + "\n")
}

/// How the second load ended, and what there is then.
fn outcome(case: &Path, mode: &str) -> String {
    let folder = project(&[]);
    let read = |name: &str| fs::read_to_string(case.join(name)).ok();
    let columns = read("columns.yml");
    define(folder.path(), mode, columns.as_deref());
    write(folder.path(), "in/first.jsonl", &read("first.jsonl").expect("the first load"));
    let first = elt(folder.path(), &["ingest"]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    define(folder.path(), mode, read("columns_later.yml").or(columns).as_deref());
    write(folder.path(), "in/second.jsonl", &read("second.jsonl").expect("the second load"));
    let second = elt(folder.path(), &["ingest"]);
    let told = second.err.lines().find(|line| line.starts_with("error["));
    let ended = told.map_or("landed".to_owned(), str::to_owned);
    let query = format!("select * except ({OWN}) from bronze.things order by _record_key");
    let explained = elt(folder.path(), &["sql", "--explain", &query]);
    let columns: Vec<&str> =
        explained.out.lines().filter_map(|line| line.strip_prefix("-- ")).collect();
    let letters = "select error_class, error from bronze.dead_letter order by error";
    format!(
        "{mode}: {ended}, exit code {}\n  {}\n{}dead letters:\n{}",
        second.code.unwrap_or(-1),
        columns.join(", "),
        rows(folder.path(), &query),
        rows(folder.path(), letters)
    )
}

#[test]
fn a_change_under_each_contract() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/contracts");
    let mut folders: Vec<_> = fs::read_dir(cases)
        .expect("the cases")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert_eq!(folders.len(), 7);
    for folder in &folders {
        let modes = ["evolve", "freeze", "discard_value", "discard_row"];
        let all: Vec<String> = modes.iter().map(|mode| outcome(folder, mode)).collect();
        insta::with_settings!({
            snapshot_path => folder,
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!("output", all.join("\n"));
        });
    }
}
