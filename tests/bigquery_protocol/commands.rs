//! Commands of the real program, and what is on the wire.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::{Behaviour, Mishap, Server};

/// A project with a table, and a macro that asks something.
fn project(server: &Server) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = format!(
        "p:\n  target: it\n  outputs:\n    it:\n      type: bigquery\n      \
         method: oauth-secrets\n      token: token-1\n      project: data\n      dataset: gold\n      \
         location: EU\n      api_endpoint: {}\n",
        server.url()
    );
    for (name, text) in [
        ("profiles.yml", profile.as_str()),
        ("dbt_project.yml", "name: p\nprofile: p\n"),
        ("models/orders.sql", "{{ config(materialized='table') }}\nselect 1 as id\n"),
        ("models/asks.sql", "{% do run_query('select slow') %}\nselect 1 as id\n"),
        ("macros/ask.sql", "{% macro ask() %}{% do run_query('select slow') %}{% endmacro %}\n"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn elt(project: &TempDir, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elt"));
    command.args(args).current_dir(project.path()).env("NO_COLOR", "1");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["DBT_PROFILES_DIR", "DBT_TARGET", "DBT_PROFILE", "GITHUB_ACTIONS"] {
        command.env_remove(name);
    }
    command.spawn().expect("the program starts")
}

/// The exit code, and what was told.
fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().expect("the program ends");
    let told = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&told).into_owned())
}

/// Waits until a job runs.
fn until_a_job_runs(server: &Server) {
    let begun = Instant::now();
    while server.state().jobs.unfinished().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "no job came: {}", server.wire());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_templates_ask_is_stopped_by_ctrl_c_and_limited_and_labelled() {
    for command in [["run-operation", "ask"].as_slice(), &["compile", "--select", "asks"]] {
        let server = Server::start();
        server.on("select slow", Behaviour::takes(600_000));
        let project = project(&server);
        let child = elt(&project, &[command, &["--max-bytes", "1GB"]].concat());
        until_a_job_runs(&server);
        let process = child.id().to_string();
        let killed = Command::new("kill").args(["-INT", &process]).status();
        assert!(killed.expect("`kill` is everywhere").success());
        let (code, told) = end(child);
        assert_eq!(code, Some(130), "{command:?}: {told}");
        let state = server.state();
        assert!(state.jobs.by_id.values().all(|job| job.is_done()), "{command:?}: {told}");
        for job in state.jobs.by_id.values() {
            let billed = job.configuration.pointer("/query/maximumBytesBilled");
            assert_eq!(billed.and_then(Value::as_str), Some("1000000000"), "{command:?}");
            assert!(job.configuration.pointer("/labels/elt_invocation_id").is_some());
        }
    }
}

#[test]
fn a_table_whose_rows_cannot_be_counted_is_made_all_the_same() {
    for mishap in [None, Some(Mishap::Refused(403, "accessDenied")), Some(Mishap::LostAnswer)] {
        let server = Server::start();
        server.state().catalog.dataset("data", "gold");
        let counted = "GET /bigquery/v2/projects/data/datasets/gold/tables/orders";
        server.mishaps(counted, mishap.as_slice());
        let (code, told) = end(elt(&project(&server), &["run", "--select", "orders"]));
        assert_eq!(code, Some(0), "{mishap:?}: {told}");
        assert_eq!(server.requests(counted), 1, "{mishap:?}");
    }
}

#[test]
fn columns_of_sources_are_pulled_once_and_known_without_asking() {
    let server = Server::start();
    {
        let mut state = server.state();
        state.catalog.dataset("data", "raw");
        let lines = serde_json::json!({"name": "lines", "type": "RECORD", "mode": "REPEATED",
            "fields": [{"name": "sku", "type": "STRING"}]});
        let fields = serde_json::json!([{"name": "id", "type": "INTEGER"}, lines]);
        let more = serde_json::json!({"schema": {"fields": fields}});
        state.catalog.table("data", "raw", "orders", &more);
    }
    let project = project(&server);
    let sources = "sources: [{name: raw, tables: [{name: orders}, {name: gone}]}]\n";
    fs::write(project.path().join("models/_sources.yml"), sources).expect("a file");
    let model = "select idd, lines[0].sku from {{ source('raw', 'orders') }}\n";
    fs::write(project.path().join("models/lines.sql"), model).expect("a file");
    let (code, told) = end(elt(&project, &["schema", "pull"]));
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("raw.gone: `data`.`raw`.`gone` does not exist"), "{told}");
    let written = fs::read_to_string(project.path().join("schema.json")).expect("it is written");
    insta::assert_snapshot!(written, @r#"
    {
      "version": 1,
      "sources": {
        "source.p.raw.orders": {
          "id": "INT64",
          "lines": "ARRAY<STRUCT<sku STRING>>"
        }
      }
    }
    "#);
    let asked = server.wire().len();
    let (code, told) = end(elt(&project, &["check", "--select", "lines"]));
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("no column `idd` here") && told.contains("checked 1 model, 0 tests: 1 error"),
        "{told}"
    );
    assert_eq!(server.wire().len(), asked, "nothing is asked: {}", server.wire());
}
