//! The program's own command line on small projects, written by the tests: what it selects, deletes
//! and says.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

/// A project of these files; a project without `dbt_project.yml` gets the smallest one.
fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "dbt_project.yml", "name: shop\nversion: \"1.0.0\"\n");
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().expect("below the folder")).expect("a new folder");
    fs::write(file, text).expect("written");
}

fn command(project: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elt"));
    command.args(args).current_dir(project).env("NO_COLOR", "1");
    for name in
        ["DBT_PROFILES_DIR", "DBT_TARGET", "DBT_PROFILE", "DBT_STATE", "GITHUB_ACTIONS", "COLUMNS"]
    {
        command.env_remove(name);
    }
    command
}

/// The exit code and what was said on stdout, then on stderr.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn elt(project: &Path, args: &[&str]) -> Said {
    said(command(project, args).output().expect("the program starts"))
}

fn said(output: Output) -> Said {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The names that `ls` lists, sorted.
fn listed(project: &Path, args: &[&str]) -> String {
    let said = elt(project, &[&["ls", "--output", "name"], args].concat());
    assert_eq!(said.code, Some(0), "{}", said.err);
    let mut names: Vec<&str> = said.out.lines().collect();
    names.sort_unstable();
    names.join(" ")
}

fn copy_state(project: &Path) {
    fs::create_dir_all(project.join("before")).expect("a new folder");
    for name in ["manifest.json", "run_results.json", "sources.json"] {
        let from = project.join("target").join(name);
        if from.exists() {
            fs::copy(from, project.join("before").join(name)).expect("copied");
        }
    }
}

mod audited;
mod audited_batches;
mod bigquery_configs;
mod bucket_emulator;
mod bucket_feeds;
mod clean;
mod clones;
mod command_feeds;
mod compiled_files;
mod constraints;
mod contract_cases;
mod copies;
mod data_tests;
mod defer;
mod descriptions;
mod earlier_runs;
mod feed_contracts;
mod feed_state;
mod feeds;
mod file_feeds;
mod flags;
mod freshness;
mod functions;
mod headers;
mod http_endpoints;
mod http_feeds;
mod http_paging;
mod ingest_backfill;
mod ingest_watch;
mod ingestion_time;
mod killed_ingest;
mod listing;
mod live_sources;
mod microbatch;
mod microbatch_stopped;
mod plans;
mod quoted_seeds;
mod run_end;
mod seed_types;
mod server;
mod snapshots;
mod stopping;
#[path = "../test_tools/mod.rs"]
mod test_tools;
mod time_travel;
mod warnings;
