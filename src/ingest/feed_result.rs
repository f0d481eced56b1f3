//! How a feed ended, for people and for programs.

use std::time::Instant;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Feed, Fetching, Landed};
use crate::{
    diagnostic::{Diagnostic, Severity},
    run::{NodeLabel, NodeResult, Status},
};

/// Why a feed was not landed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// An error, or skipped.
    pub status: Status,
    /// A sentence.
    pub message: String,
}

/// The result of a feed. Where a part could not be had and the others landed, it is a warning: the
/// status `partial` of its answer.
pub fn feed_result(
    label: NodeLabel,
    feed: &Feed,
    (began, clock): (DateTime<Utc>, Instant),
    outcome: Result<Landed, Failed>,
    fetching: &Fetching,
) -> NodeResult {
    let told = |severity: Severity, code: &'static str, message: &str| {
        let diagnostic = Diagnostic::error(code, message).at(feed.declared.clone(), "in this feed");
        Diagnostic { severity, ..diagnostic }
    };
    let Fetching { problems, notices, .. } = fetching;
    let (status, rows, message, diagnostics) = match &outcome {
        Ok(landed) => {
            let partial = problems.iter().map(|said| ("ingest-partial", said));
            let warnings: Vec<_> = partial
                .chain(notices.iter().map(|said| ("nothing-to-ingest", said)))
                .map(|(code, said)| told(Severity::Warning, code, said))
                .collect();
            let status = if warnings.is_empty() { Status::Success } else { Status::Warn };
            (status, Some(landed.total()), Some(said(landed, fetching)), warnings)
        }
        Err(failed) => {
            let told = told(Severity::Error, "ingest-failed", &failed.message);
            (failed.status, None, Some(failed.message.clone()), vec![told])
        }
    };
    let landed = outcome.unwrap_or_default();
    let answer = json!({
        "status": match status {
            Status::Success => "success",
            Status::Warn if problems.is_empty() => "success",
            Status::Warn => "partial",
            Status::Skipped => "skipped",
            _ => "failed",
        },
        "rows": landed.total(),
        "unchanged": landed.unchanged,
        "dead_letters": landed.dead_letters,
        "payloads": fetching.payloads,
        "bytes": fetching.bytes,
        "requests": fetching.requests,
        "retries": fetching.retries,
        "not_modified": fetching.not_modified,
        "lag_secs": fetching.newest.map(|newest| (Utc::now() - newest).num_seconds().max(0)),
        "notices": notices,
        "problems": problems,
    });
    NodeResult {
        execute: Some((began, Utc::now())),
        elapsed_secs: clock.elapsed().as_secs_f64(),
        thread: 1,
        rows_affected: rows,
        message: message.filter(|message| !message.is_empty()),
        diagnostics,
        response: answer.as_object().cloned().unwrap_or_default(),
        relation_name: Some(feed.relation.to_string()),
        ..NodeResult::new(label, status)
    }
}

/// `12 unchanged, 45 kB, 2 retries`.
fn said(landed: &Landed, fetching: &Fetching) -> String {
    let mut parts = Vec::new();
    if landed.unchanged > 0 {
        parts.push(format!("{} unchanged", landed.unchanged));
    }
    match landed.dead_letters {
        0 => {}
        1 => parts.push("1 dead letter".to_owned()),
        count => parts.push(format!("{count} dead letters")),
    }
    if fetching.requests > 0 && fetching.bytes > 0 {
        parts.push(sized(fetching.bytes));
    }
    match fetching.retries {
        0 => {}
        1 => parts.push("1 retry".to_owned()),
        count => parts.push(format!("{count} retries")),
    }
    match fetching.not_modified {
        0 => {}
        1 => parts.push("not modified".to_owned()),
        count => parts.push(format!("{count} answers not modified")),
    }
    match fetching.problems.len() {
        0 => {}
        1 => parts.push("1 part failed".to_owned()),
        count => parts.push(format!("{count} parts failed")),
    }
    parts.join(", ")
}

fn sized(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
