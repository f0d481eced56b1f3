//! How a feed ended, for people and for programs.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{DEAD_LETTERS, Feed, Fetching, Landed};
use crate::{
    diagnostic::{Diagnostic, Severity, WarnOptions},
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

/// The result of a feed. Where a part could not be had and the others landed, and where records are dead
/// letters, it is a warning: the status `partial` of its answer. What a warning comes to is the user's
/// to say, as with dbt's.
pub fn feed_result(
    label: NodeLabel,
    feed: &Feed,
    (began, clock): (DateTime<Utc>, Instant),
    outcome: Result<Landed, Failed>,
    fetching: &Fetching,
    warnings: &WarnOptions,
) -> NodeResult {
    let problem = |code, message: &str| {
        Diagnostic::error(code, message).at(feed.declared.clone(), "in this feed")
    };
    let warning =
        |code, message: &str| Diagnostic { severity: Severity::Warning, ..problem(code, message) };
    let Fetching { problems, notices, .. } = fetching;
    let (status, rows, message, diagnostics) = match &outcome {
        Ok(landed) => {
            let mut told: Vec<_> =
                problems.iter().map(|said| warning("ingest-partial", said)).collect();
            told.extend(notices.iter().map(|said| warning("nothing-to-ingest", said)));
            told.extend(
                dead_letters(feed, landed)
                    .map(|(said, help)| warning("dead-letters", &said).maybe_help(Some(help))),
            );
            warnings.apply(&mut told);
            let status = match told.iter().map(Diagnostic::is_error).max() {
                None => Status::Success,
                Some(false) => Status::Warn,
                Some(true) => Status::Error,
            };
            (status, Some(landed.total()), Some(said(landed, fetching)), told)
        }
        Err(failed) => {
            let told = vec![problem("ingest-failed", &failed.message)];
            (failed.status, None, Some(failed.message.clone()), told)
        }
    };
    let is_whole =
        problems.is_empty() && outcome.as_ref().is_ok_and(|landed| landed.dead_letters == 0);
    let answer_status = match (&outcome, status) {
        (Ok(_), _) if is_whole => "success",
        (Ok(_), _) => "partial",
        (Err(_), Status::Skipped) => "skipped",
        (Err(_), _) => "failed",
    };
    let landed = outcome.unwrap_or_default();
    let answer = json!({
        "status": answer_status,
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

/// That records are dead letters, and what can be done.
fn dead_letters(feed: &Feed, landed: &Landed) -> Option<(String, String)> {
    let what = match landed.dead_letters {
        0 => return None,
        1 => "1 record is a dead letter".to_owned(),
        count => format!("{count} records are dead letters"),
    };
    let table = feed.relation.with_identifier(DEAD_LETTERS);
    let help = format!(
        "`{}.{}` holds them with the reason; `elt ingest replay` takes them in again",
        table.schema, table.identifier
    );
    Some((format!("{what} and did not land"), help))
}

/// `12 unchanged, 45 kB, lag 3 min, 2 retries`.
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
    if fetching.bytes > 0 {
        parts.push(sized(fetching.bytes));
    }
    if let Some(newest) = fetching.newest {
        parts.push(format!("lag {}", told_lag(Utc::now() - newest)));
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

/// How old the newest record is.
fn told_lag(lag: TimeDelta) -> String {
    let lag = lag.max(TimeDelta::zero());
    match lag.num_minutes() {
        0 => format!("{} s", lag.num_seconds()),
        1..120 => format!("{} min", lag.num_minutes()),
        120..2_880 => format!("{} h", lag.num_hours()),
        _ => format!("{} days", lag.num_days()),
    }
}

fn sized(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_load_came_to_is_a_line() {
        let landed = Landed { rows: vec![3], unchanged: 2, dead_letters: 1 };
        let newest = Some(Utc::now() - TimeDelta::minutes(90));
        let fetching = Fetching {
            requests: 3,
            retries: 2,
            bytes: 45_100,
            not_modified: 1,
            newest,
            ..Fetching::default()
        };
        assert_eq!(
            said(&landed, &fetching),
            "2 unchanged, 1 dead letter, 45.1 kB, lag 90 min, 2 retries, not modified"
        );
        let lags = [-5, 59, 60, 7_199, 7_200, 172_799, 172_800];
        assert_eq!(
            lags.map(|secs| told_lag(TimeDelta::seconds(secs))),
            ["0 s", "59 s", "1 min", "119 min", "2 h", "47 h", "2 days"]
        );
    }
}
