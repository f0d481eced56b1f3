//! `--log-format json`: one object per line on stderr, with stable fields.
//!
//! Every object has `event` and `time` (RFC 3339, UTC). The events and their fields:
//!
//! | `event` | fields |
//! |---|---|
//! | `run-started` | `total`, `threads`, `target` |
//! | `node-started` | `node` |
//! | `node-finished` | `node`, `status`, `elapsed_secs`, `thread`, `rows_affected`, `failures`, `message`, `relation`, `adapter_response` (as in `run_results.json`; of a feed its counts), `diagnostics` |
//! | `batches-planned` | `node`, `total`, `start`, `end` |
//! | `batch-finished` | `node`, `batch`, `start`, `end`, `place`, `total`, `status`, `elapsed_secs`, `rows_affected`, `message` |
//! | `feed-counts` | `feed`, `messages`, `bytes`, `rows`, `unchanged`, `duplicates`, `dead_letters`, `refused`, `deferred`, `retries`, `failures`, `lag_secs` |
//! | `log` | `message` |
//! | `diagnostic` | `diagnostic` |
//! | `note` | `message` |
//! | `interrupted` | |
//! | `run-finished` | `elapsed_secs`, `counts` (by status) |
//!
//! `node` holds `unique_id`, `resource_type`, `materialization`, `name`, `path`. A diagnostic holds
//! `code`, `severity`, `message`, `file`, `line`, `column`, `notes`, `help`. Fields may be added.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::{
    diagnostic::render_json,
    run::{Event, NodeLabel, NodeResult},
};

/// An event as one JSON object; `results` are those that ended so far.
pub fn event_json(event: &Event, time: DateTime<Utc>, results: &[Arc<NodeResult>]) -> Value {
    match event {
        Event::RunStarted { total, threads, target } => object(
            "run-started",
            time,
            json!({ "total": total, "threads": threads, "target": target }),
        ),
        Event::NodeStarted { node } => {
            object("node-started", time, json!({ "node": node_json(node) }))
        }
        Event::NodeFinished { result } => object(
            "node-finished",
            time,
            json!({
                "node": node_json(&result.node),
                "status": result.status.as_str(),
                "elapsed_secs": result.elapsed_secs,
                "thread": result.thread,
                "rows_affected": result.rows_affected,
                "failures": result.failures,
                "message": result.message,
                "relation": result.relation_name,
                "adapter_response": result.response,
                "diagnostics": result.diagnostics.iter().map(render_json).collect::<Vec<_>>(),
            }),
        ),
        Event::BatchesPlanned { node, batches, .. } => {
            let (first, last) = (batches.first(), batches.last());
            let fields = json!({
                "node": node_json(node),
                "total": batches.len(),
                "start": first.map(|batch| batch.span.start.to_rfc3339()),
                "end": last.map(|batch| batch.span.end.to_rfc3339()),
            });
            object("batches-planned", time, fields)
        }
        Event::BatchFinished { result } => object(
            "batch-finished",
            time,
            json!({
                "node": node_json(&result.node),
                "batch": result.batch.name(),
                "start": result.batch.span.start.to_rfc3339(),
                "end": result.batch.span.end.to_rfc3339(),
                "place": result.place,
                "total": result.total,
                "status": result.status.as_str(),
                "elapsed_secs": result.elapsed_secs,
                "rows_affected": result.rows_affected,
                "message": result.message,
            }),
        ),
        Event::Log { message, .. } => object("log", time, json!({ "message": message })),
        Event::FeedCounts { feed, counts, .. } => {
            let mut fields = json!({ "feed": feed });
            if let (Value::Object(fields), Value::Object(counts)) = (&mut fields, counts) {
                fields.extend(counts.clone());
            }
            object("feed-counts", time, fields)
        }
        Event::Interrupted => object("interrupted", time, json!({})),
        Event::RunFinished { elapsed_secs } => {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for result in results {
                *counts.entry(result.status.as_str()).or_default() += 1;
            }
            let fields = json!({ "elapsed_secs": elapsed_secs, "counts": counts });
            object("run-finished", time, fields)
        }
    }
}

/// An object of any event.
pub(super) fn object(event: &str, time: DateTime<Utc>, fields: Value) -> Value {
    let mut object = serde_json::Map::new();
    object.insert("event".to_owned(), event.into());
    object.insert("time".to_owned(), time.to_rfc3339_opts(SecondsFormat::Millis, true).into());
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    Value::Object(object)
}

fn node_json(node: &NodeLabel) -> Value {
    json!({
        "unique_id": node.unique_id.as_str(),
        "resource_type": node.resource_type.as_str(),
        "materialization": node.materialization,
        "name": node.display,
        "path": node.path,
    })
}
