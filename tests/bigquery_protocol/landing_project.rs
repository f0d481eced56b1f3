//! A small project with a feed of files, what arrives from day to day, and what there is at the end.

use std::{
    fmt::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use elt::{
    adapter::{Adapter, Cancel, bigquery::BigQueryAdapter},
    ingest::{Hosts, IngestRequest, feeds_of, run_feeds},
    run::Status,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    in_process::Parsed,
    program::write,
    server::Server,
    small_project::shop,
    support::{client_with, settings},
};

const SOURCES: &str = "sources:
  - name: shop
    schema: bronze
    tables:
      - name: events
        config:
          meta:
            ingest: {type: files, path: 'events/*.ndjson', format: ndjson, key: id, source_ts: at}
";

/// The project, without files yet.
pub fn landing_project(server: &Server) -> TempDir {
    shop(server, &[("models/_sources.yml", SOURCES)])
}

/// What a day's file holds: new records, further versions of older ones, the same once more, and a line
/// that is no record.
fn events(day: usize) -> String {
    let mut text = String::new();
    for id in (0..4).chain(10 * day + 10..10 * day + 16) {
        let version = if id < 4 { day / (id + 1) } else { 0 };
        let _ =
            writeln!(text, r#"{{"id":{id},"at":"2024-01-0{}","version":{version}}}"#, day % 9 + 1);
    }
    let _ = writeln!(text, r#"{{"number":{day}}}"#);
    text
}

/// Puts the file of a day into a project, as if it had been there for a while: what was written just now
/// is read again.
pub fn arrive(project: &Path, day: usize) {
    let name = format!("events/{day:02}.ndjson");
    write(project, &name, &events(day));
    let file = std::fs::File::options().write(true).open(project.join(name));
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    file.and_then(|file| file.set_modified(then)).expect("an older file");
}

/// What there is: rows, dead letters, what is remembered.
#[derive(Debug, PartialEq)]
pub struct End {
    rows: Vec<Vec<Value>>,
    dead_letters: Vec<Vec<Value>>,
    state: Vec<Vec<Value>>,
}

/// What there is now. Names of loads and times of the run do not count.
pub fn end(server: &Server) -> End {
    let state = server.state();
    let database = state.database.as_ref().expect("it has rows");
    let rows = |sql: &str| database.rows(sql).unwrap_or_else(|wrong| panic!("{wrong}"));
    End {
        rows: rows(
            "select _record_key, _record_hash, _source_ts, _uri, payload from shop.bronze.events \
             order by all",
        ),
        dead_letters: rows(
            "select error_class, raw, _uri from shop.bronze.dead_letter order by all",
        ),
        state: rows(
            "select commit_number, entry_number, kind, name, json_extract_string(value, '$.records'), \
             json_extract_string(value, '$.dead_letters'), json_extract_string(value, '$.size') \
             from shop.bronze.elt_feed_state order by all",
        ),
    }
}

/// Names of staging tables that are there.
pub fn staging(server: &Server) -> Vec<String> {
    let state = server.state();
    let names = state.catalog.tables.keys().map(|(_, name)| name.clone());
    names.filter(|name| name.contains("__elt_stage_")).collect()
}

/// A project that was read, whose feeds land in this process.
pub struct Landing {
    parsed: Parsed,
    folder: TempDir,
}

impl Landing {
    /// The project with the files of so many days.
    pub fn of(days: std::ops::Range<usize>) -> Self {
        let nobody = Server::start();
        let folder = landing_project(&nobody);
        days.for_each(|day| arrive(folder.path(), day));
        let parsed = Parsed::read(folder.path(), "2024-02-01");
        Self { parsed, folder }
    }

    /// Lands the feeds on a server, whose failures are waited out without long pauses.
    pub async fn land(&self, server: &Server) -> Result<u64, String> {
        let mut settings = settings(server);
        // A job fails through the server's fault one time in eight.
        settings.job_retries = 20;
        settings.poll_wait = Duration::from_millis(200);
        let adapter: Arc<dyn Adapter> = Arc::new(BigQueryAdapter::new(client_with(settings)));
        let manifest = self.parsed.manifest();
        let all = manifest.sources.keys().cloned().collect();
        let feeds = feeds_of(manifest, &all).expect("good feeds");
        let request = IngestRequest {
            feeds,
            root: self.folder.path().to_owned(),
            adapter,
            env: Arc::new(|_| None),
            run_id: "run".to_owned(),
            spool: self.folder.path().join("target"),
            google: Arc::new(|| Err("nobody is asked".to_owned())),
            hosts: Arc::new(Hosts::default()),
            at_once: 2,
            window_days: None,
            warnings: Default::default(),
        };
        let results = run_feeds(request, &Cancel::default(), &(Arc::new(|_| {}) as _)).await;
        let mut rows = 0;
        for result in results {
            if !matches!(result.status, Status::Success | Status::Warn) {
                return Err(format!("{:?}", result.message));
            }
            rows += result.rows_affected.unwrap_or(0);
        }
        Ok(rows)
    }
}
