//! Runs feeds: fetch, wrap, land; one after the other, each all or nothing.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use chrono::{DateTime, Utc};

use super::{
    EnvLookup, Envelope, Feed, Landing,
    extract::records,
    fetch::{FetchContext, Fetched, fetch},
    landing_plan, read_feed,
    spool::Spool,
};
use crate::{
    adapter::{Adapter, AdapterErrorKind, Cancel},
    diagnostic::Diagnostic,
    manifest::{Manifest, ResourceType, UniqueId},
    plan::Rows,
    run::{Event, EventSink, NodeLabel, NodeResult, Status},
};

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
            false => land(feed, &request, started.0, cancel).await,
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
    let mut spool = spooled(feed, fetched, envelope.clone(), &request.spool, cancel).await?;
    let total = spool.rows();
    if total == 0 {
        return Ok(Landed { rows: 0, unchanged: 0 });
    }
    let file = spool.finish().map_err(|problem| error(cannot_spool(&problem)))?.to_owned();
    let exists = request.adapter.columns(&feed.relation).await.map_err(|e| error(e.message))?;
    let landing = Landing {
        feed,
        rows: Rows::Spooled { file, count: total },
        exists: exists.is_some(),
        load_id: &envelope.load_id,
    };
    let outcome = request.adapter.apply(&landing_plan(&landing), cancel).await;
    let outcome = outcome.map_err(|problem| match problem.kind {
        AdapterErrorKind::Cancelled => interrupted(),
        _ => error(problem.message),
    })?;
    let landed = outcome.rows_affected.unwrap_or(total);
    Ok(Landed { rows: landed, unchanged: total.saturating_sub(landed) })
}

/// Reads every record and writes its row to a file: nothing is landed of a load in which anything
/// is wrong. On a thread that may block.
async fn spooled(
    feed: &Feed,
    mut fetched: Fetched,
    envelope: Envelope,
    folder: &Path,
    cancel: &Cancel,
) -> Result<Spool, Failed> {
    let (feed, folder, cancel) = (feed.clone(), folder.to_owned(), cancel.clone());
    let work = move || {
        let mut spool = Spool::create(&folder, &format!("{}.rows", envelope.load_id))
            .map_err(|problem| error(cannot_spool(&problem)))?;
        while let Some(payload) = fetched.next_blocking() {
            let payload = payload.map_err(error)?;
            let mut number = 0u64;
            let read = records(&feed, &payload, &mut |record| {
                if cancel.is_cancelled() {
                    return Err("interrupted".to_owned());
                }
                number += 1;
                let row = envelope.row(&feed, record, spool.rows(), &payload.uri);
                let row = row.map_err(|problem| format!("record {number}: {problem}"))?;
                spool.push(&row).map_err(|problem| cannot_spool(&problem))
            });
            if cancel.is_cancelled() {
                return Err(interrupted());
            }
            read.map_err(error)?;
        }
        Ok(spool)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(problem) => Err(error(format!("this is a bug in elt: {problem}"))),
    }
}

fn cannot_spool(problem: &std::io::Error) -> String {
    format!("the rows cannot be kept in a file on their way: {problem}")
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
