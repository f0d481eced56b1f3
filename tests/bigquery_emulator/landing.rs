//! Feeds landed on the emulator as on the embedded engine: typed columns that evolve, records that go to
//! several tables, dead letters and their replay.
//!
//! Not here, since the emulator cannot (`emulator.rs`), and covered on the wire
//! (`tests/bigquery_protocol`): fields that come to a STRUCT (`tables.patch` does not change its tables),
//! several columns at once (one change per `alter table`), ids of jobs that are taken, and commits of
//! streams, whose rows are parameters of a script.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::emulator::Emulator;

const SOURCES: &str = "sources:
  - name: shop
    schema: landing_bronze
    config:
      meta:
        streams:
          events: {type: files, path: 'in/*.ndjson', format: ndjson, key: id, route: $.kind}
    tables:
      - name: orders
        config: {meta: {ingest: {stream: events, when: order, contract: evolve}}}
      - name: items
        config: {meta: {ingest: {stream: events, when: item, contract: discard_row}}}
        columns:
          - {name: id, data_type: int64}
          - {name: kind, data_type: string}
          - {name: price, data_type: numeric}
      - name: carts
        config: {meta: {ingest: {type: command, command: [cat, carts.json], key: id}}}
";

const FIRST: &str = r#"{"id":1,"kind":"order","total":10,"customer":{"name":"Ada","tags":["a","b"]}}
{"id":2,"kind":"order","total":20,"customer":{"name":"O'Brien \"Bo\"","tags":[]}}
{"id":1,"kind":"item","price":"1.10"}
{"id":2,"kind":"item","price":"much"}
{"id":3,"kind":"return"}
{"kind":"order"}
not JSON
"#;
/// A column more, another type, a version of a record that has landed, and one that has not changed.
const SECOND: &str = r#"{"id":1,"kind":"order","total":10,"customer":{"name":"Ada","tags":["a","b"]}}
{"id":2,"kind":"order","total":21,"customer":{"name":"Bo","tags":["c"]}}
{"id":3,"kind":"order","total":30,"customer":{"name":"Cy","tags":[]},"note":"late"}
{"id":4,"kind":"item","price":"2.50"}
"#;

fn elt(project: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elt"));
    command.args(args).current_dir(project).env("NO_COLOR", "1");
    for name in ["DBT_PROFILES_DIR", "DBT_TARGET", "DBT_PROFILE", "GITHUB_ACTIONS"] {
        command.env_remove(name);
    }
    command.output().expect("the program starts")
}

fn elt_well(project: &Path, args: &[&str]) {
    let output = elt(project, args);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {told}");
}

fn project(method: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let profile = format!(
        "shop:\n  target: it\n  outputs:\n    it:\n      type: bigquery\n      {method}\n      dataset: landing\n      \
         threads: 1\n"
    );
    for (name, text) in [
        ("dbt_project.yml", "name: shop\nprofile: shop\n"),
        ("profiles.yml", &profile),
        ("models/_sources.yml", SOURCES),
        ("in/1.ndjson", FIRST),
        ("carts.json", r#"[{"id":1,"n":1},{"id":2,"n":1}]"#),
    ] {
        write(folder.path(), name, text);
    }
    folder
}

fn write(project: &Path, name: &str, text: &str) {
    let path = project.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("written");
}

/// What has landed.
fn content(project: &Path) -> Vec<Value> {
    let queries = [
        "select _record_key, id, total, customer.name as name, array_to_string(customer.tags, '+') as tags, \
         to_json_string(payload) as payload from {{ source('shop', 'orders') }} order by _ingested_at, _seq",
        "select _record_key, id, cast(price * 100 as int64) as cents from {{ source('shop', 'items') }} order by 1",
        "select _record_key, to_json_string(payload) as payload from {{ source('shop', 'carts') }} \
         order by _ingested_at, _seq",
        "select _stream, stage, error_class, error, raw, status, attempts \
         from landing_bronze.dead_letter order by 1, 2, 3, raw, attempts",
        "select feed, max(commit_number) as commits from landing_bronze.elt_feed_state group by 1 order by 1",
    ];
    let rows = |sql: &&str| {
        let output = elt(project, &["show", "--output", "json", "--limit", "-1", "--inline", sql]);
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    queries.iter().map(rows).collect()
}

#[test]
fn feeds_land_as_on_the_embedded_engine() {
    let Some(emulator) = Emulator::get() else { return };
    let here = project("method: local\n      path: target/warehouse.duckdb");
    let there = project(&format!(
        "method: oauth-secrets\n      token: any\n      project: landing\n      api_endpoint: {}",
        emulator.url
    ));
    let both = [here.path(), there.path()];
    let alike = |when: &str, rows: [usize; 3]| {
        let [here, there] = both.map(content);
        assert_eq!(here, there, "{when}");
        let counts: Vec<usize> =
            here[..3].iter().map(|rows| rows.as_array().map_or(0, Vec::len)).collect();
        assert_eq!(counts, rows, "{when}");
    };
    both.iter().for_each(|project| elt_well(project, &["ingest"]));
    alike("the first load", [2, 1, 2]);
    for project in both {
        write(project, "in/2.ndjson", SECOND);
        write(project, "carts.json", r#"[{"id":1,"n":1},{"id":2,"n":2},{"id":3,"n":1}]"#);
        elt_well(project, &["ingest"]);
    }
    alike("what has changed", [4, 2, 4]);
    for project in both {
        // A table for those that no table took.
        let sources = format!(
            "{SOURCES}      - name: returns\n        config: {{meta: {{ingest: {{stream: events, when: return}}}}}}\n"
        );
        write(project, "models/_sources.yml", &sources);
        elt_well(project, &["ingest", "replay", "--error-class", "unknown-type"]);
    }
    alike("a replay", [4, 2, 4]);
    let returns = "select _record_key from landing_bronze.returns";
    let rows = |project| elt(project, &["show", "--output", "json", "--inline", returns]).stdout;
    assert_eq!(rows(here.path()), rows(there.path()));
}
