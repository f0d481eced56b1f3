//! Runs feeds: fetch, wrap, land; one after the other, each all or nothing.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Instant};

use chrono::{DateTime, Utc};

use super::{
    Batch, BronzeRow, Dedup, EnvLookup, Envelope, Feed, Lander, Load, Storage, Target, TargetRows,
    extract::records,
    fetch::{FetchContext, Fetched, fetch},
    read_feed,
};
use crate::{
    adapter::{Adapter, AdapterErrorKind, Cancel},
    diagnostic::Diagnostic,
    manifest::{Manifest, ResourceType, UniqueId},
    run::{Event, EventSink, NodeLabel, NodeResult, Status},
};

/// Rows of a batch.
const BATCH_ROWS: usize = 4096;
/// Batches that are read ahead of those being landed.
const BATCHES_AHEAD: usize = 2;

/// What feeds are run with.
pub struct IngestRequest {
    /// The feeds.
    pub feeds: Vec<Feed>,
    /// The project's folder: paths are relative to it.
    pub root: PathBuf,
    /// The warehouse.
    pub adapter: Arc<dyn Adapter>,
    /// The environment, for secrets of headers.
    pub env: Arc<EnvLookup>,
    /// The invocation.
    pub run_id: String,
    /// The folder for payloads and rows on their way.
    pub spool: PathBuf,
}

/// The feeds among the selected sources.
///
/// # Errors
/// Every mistake in their definitions.
pub fn feeds_of(
    manifest: &Manifest,
    selected: &BTreeSet<UniqueId>,
) -> Result<Vec<Feed>, Vec<Diagnostic>> {
    let mut feeds = Vec::new();
    let mut problems = Vec::new();
    for (id, source) in &manifest.sources {
        if !selected.contains(id) {
            continue;
        }
        match read_feed(source) {
            Ok(feed) => feeds.extend(feed),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(feeds) } else { Err(problems) }
}

/// Lands every feed; a feed that fails does not stop the others.
pub async fn run_feeds(
    request: IngestRequest,
    cancel: &Cancel,
    events: &EventSink,
) -> Vec<Arc<NodeResult>> {
    let mut results = Vec::new();
    let lander = Lander::new(Arc::clone(&request.adapter), request.spool.clone());
    for feed in &request.feeds {
        let label = NodeLabel {
            unique_id: feed.unique_id.clone(),
            resource_type: ResourceType::Source,
            materialization: "ingest".to_owned(),
            display: format!("{}.{}", feed.relation.schema, feed.relation.identifier),
            path: feed.path.clone(),
        };
        events(Event::NodeStarted { node: label.clone() });
        let started = (Utc::now(), Instant::now());
        let outcome = match cancel.is_cancelled() {
            true => Err(Failed { status: Status::Skipped, message: "the run was stopped".into() }),
            false => land(feed, &request, &lander, started.0, cancel).await,
        };
        let result = Arc::new(result(label, feed, started, outcome));
        events(Event::NodeFinished { result: Arc::clone(&result) });
        results.push(result);
    }
    results
}

struct Landed {
    rows: u64,
    unchanged: u64,
}

struct Failed {
    status: Status,
    message: String,
}

fn error(message: String) -> Failed {
    Failed { status: Status::Error, message }
}

fn interrupted() -> Failed {
    error("interrupted".to_owned())
}

async fn land(
    feed: &Feed,
    request: &IngestRequest,
    lander: &Lander,
    ingested_at: DateTime<Utc>,
    cancel: &Cancel,
) -> Result<Landed, Failed> {
    let load_id = uuid::Uuid::new_v4().simple().to_string();
    let context = FetchContext {
        root: &request.root,
        env: &*request.env,
        spool: &request.spool,
        load_id: &load_id,
    };
    let fetched = tokio::select! {
        fetched = fetch(feed, &context) => fetched.map_err(error)?,
        () = cancel.cancelled() => return Err(interrupted()),
    };
    let envelope = Envelope { ingested_at, run_id: request.run_id.clone(), load_id };
    let load = Load {
        feed: feed.unique_id.clone(),
        envelope: envelope.clone(),
        targets: vec![Target {
            source: feed.source.clone(),
            stream: feed.stream.clone(),
            relation: feed.relation.clone(),
            extra: Vec::new(),
            changes: Vec::new(),
            storage: Storage::default(),
            dedup: Dedup::Versions,
        }],
    };
    let batches = record_batches(feed.clone(), fetched, envelope, cancel.clone());
    let landed = lander.land_all(&load, batches, cancel).await;
    let landed = landed.map_err(|problem| match problem.kind {
        AdapterErrorKind::Cancelled => interrupted(),
        _ => error(problem.message),
    })?;
    Ok(Landed { rows: landed.total(), unchanged: landed.unchanged })
}

/// The rows of all payloads in batches, read on a thread of its own as they are asked for.
fn record_batches(
    feed: Feed,
    mut fetched: Fetched,
    envelope: Envelope,
    cancel: Cancel,
) -> impl Iterator<Item = Result<Batch, String>> + Send + 'static {
    let (sender, receiver) = std::sync::mpsc::sync_channel(BATCHES_AHEAD);
    std::thread::spawn(move || {
        let mut rows = Vec::new();
        let mut seq = 0;
        let send = |rows: &mut Vec<BronzeRow>| {
            let rows = std::mem::take(rows);
            let batch = Batch { rows: vec![TargetRows { target: 0, rows }], ..Batch::default() };
            // Whoever no longer listens has failed already.
            sender.send(Ok(batch)).map_err(|_| "interrupted".to_owned())
        };
        while let Some(payload) = fetched.next_blocking() {
            let mut number = 0u64;
            let read = payload.and_then(|payload| {
                let uri: Arc<str> = payload.uri.as_str().into();
                records(&feed, &payload, &mut |record| {
                    if cancel.is_cancelled() {
                        return Err("interrupted".to_owned());
                    }
                    number += 1;
                    let row = envelope.row(&feed, record, seq, &uri);
                    rows.push(row.map_err(|problem| format!("record {number}: {problem}"))?);
                    seq += 1;
                    if rows.len() < BATCH_ROWS { Ok(()) } else { send(&mut rows) }
                })
            });
            if let Err(problem) = read {
                let _ = sender.send(Err(problem));
                return;
            }
        }
        let _ = send(&mut rows);
    });
    receiver.into_iter()
}

fn result(
    label: NodeLabel,
    feed: &Feed,
    (began, clock): (DateTime<Utc>, Instant),
    outcome: Result<Landed, Failed>,
) -> NodeResult {
    let (status, rows, message, diagnostics) = match outcome {
        Ok(landed) => {
            let unchanged = landed.unchanged;
            let message = (unchanged > 0).then(|| format!("{unchanged} unchanged"));
            (Status::Success, Some(landed.rows), message, Vec::new())
        }
        Err(failed) => {
            let diagnostic = Diagnostic::error("ingest-failed", failed.message.clone())
                .at(feed.declared.clone(), "in this feed");
            (failed.status, None, Some(failed.message), vec![diagnostic])
        }
    };
    NodeResult {
        execute: Some((began, Utc::now())),
        elapsed_secs: clock.elapsed().as_secs_f64(),
        thread: 1,
        rows_affected: rows,
        message,
        diagnostics,
        relation_name: Some(feed.relation.to_string()),
        ..NodeResult::new(label, status)
    }
}
