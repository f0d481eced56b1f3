//! Runs feeds: extract, wrap, land; one after the other, each all or nothing.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Instant};

use chrono::{DateTime, Utc};

use super::{
    Envelope, Feed, Landing,
    extract::{extract, records},
    landing_plan, read_feed,
};
use crate::{
    adapter::{Adapter, Cancel},
    diagnostic::Diagnostic,
    manifest::{Manifest, ResourceType, UniqueId},
    relation::Cell,
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
    pub env: Arc<super::http::EnvLookup>,
    /// The invocation.
    pub run_id: String,
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

async fn land(
    feed: &Feed,
    request: &IngestRequest,
    ingested_at: DateTime<Utc>,
    cancel: &Cancel,
) -> Result<Landed, Failed> {
    let payloads = extract(feed, &request.root, &*request.env).await.map_err(error)?;
    let envelope = Envelope {
        ingested_at,
        run_id: request.run_id.clone(),
        load_id: uuid::Uuid::new_v4().simple().to_string(),
    };
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for payload in &payloads {
        for (at, record) in records(feed, payload).map_err(error)?.into_iter().enumerate() {
            let seq = rows.len() as i64;
            let row = envelope.row(feed, record, seq, &payload.uri).map_err(|problem| {
                error(format!("{}: record {}: {problem}", payload.uri, at + 1))
            })?;
            rows.push(row);
        }
    }
    let total = rows.len() as u64;
    if total == 0 {
        return Ok(Landed { rows: 0, unchanged: 0 });
    }
    let exists = request.adapter.columns(&feed.relation).await.map_err(|e| error(e.message))?;
    let landing = Landing {
        feed,
        rows: Arc::new(rows),
        exists: exists.is_some(),
        load_id: &envelope.load_id,
    };
    let outcome = request.adapter.apply(&landing_plan(&landing), cancel).await;
    let outcome = outcome.map_err(|problem| error(problem.message))?;
    let landed = outcome.rows_affected.unwrap_or(total);
    Ok(Landed { rows: landed, unchanged: total.saturating_sub(landed) })
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
        node: label,
        status,
        compile: None,
        execute: Some((began, Utc::now())),
        elapsed_secs: clock.elapsed().as_secs_f64(),
        thread: 1,
        rows_affected: rows,
        failures: None,
        message,
        diagnostics,
        response: serde_json::Map::new(),
        compiled_code: None,
        extra_ctes: Vec::new(),
        relation_name: Some(feed.relation.to_string()),
    }
}
