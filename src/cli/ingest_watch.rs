//! `elt ingest --watch`: feeds polled until they are stopped.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::{net::TcpListener, runtime::Handle};

use super::{
    ingest_args::IngestArgs,
    nodes::request,
    open_adapter::{JobLimits, open_within},
    session::Session,
};
use crate::{
    adapter::Cancel,
    diagnostic::Diagnostic,
    ingest::{Feed, FeedKind, Health, TellHealth, Watch, WatchBoard, watch},
    run::{ExitCode, Status, stop_on_signals_in_two_steps},
};

/// Polls the feeds, each at its own times. The first Ctrl-C lets polls end, the second stops them.
///
/// # Errors
/// The exit code, where it cannot be listened where the user says.
pub fn run(
    session: &'static Session,
    mut feeds: Vec<Feed>,
    args: &IngestArgs,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    let (stop, cancel) = (Cancel::default(), Cancel::default());
    if let Err(error) = stop_on_signals_in_two_steps(&stop, &cancel) {
        session.report.note(&format!("Ctrl-C will not stop cleanly: {error}"));
    }
    feeds.retain(|feed| !matches!(feed.kind, FeedKind::Push(_)));
    let count = feeds.len();
    let noun = if count == 1 { "feed" } else { "feeds" };
    session
        .report
        .note(&format!("watching {count} {noun}; Ctrl-C stops after the polls under way"));
    let board = Arc::new(WatchBoard::of(&feeds));
    if let Some(listen) = &args.listen {
        let listener = handle.block_on(TcpListener::bind(listen));
        let bound = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = bound.map_err(|error| {
            let told = format!("cannot listen on `{listen}`: {error}");
            session.fail(&[Diagnostic::error("watch-failed", told)])
        })?;
        session.report.note(&format!("listening on http://{address}"));
        handle.spawn(Arc::clone(&board).show(listener, cancel.clone()));
    }
    let tell: Arc<TellHealth> = Arc::new(move |health, result| {
        board.note(health, result);
        let status = result.map_or(Status::Error, |result| result.status);
        let rows = result.and_then(|result| result.rows_affected);
        session.report.note(&line(health, status, rows, result.and_then(|r| r.message.as_deref())));
        if status == Status::Warn
            && let Some(result) = result
        {
            session.report.diagnostics(&result.diagnostics);
        }
    });
    let watched = Watch {
        feeds,
        every: args.every,
        at_once: session.project.target.threads,
        open: Arc::new(|| {
            let invocation = Some(session.invocation.id.as_str());
            let limits = JobLimits {
                invocation,
                max_bytes: session.global.prices.max_bytes,
                tell: Some(&session.tell()),
                is_written_steadily: false,
            };
            let adapter = open_within(&session.project, &limits, None);
            let adapter = adapter.map_err(|problem| problem.message)?;
            Ok(request(session, Vec::new(), &adapter))
        }),
        stop: stop.clone(),
        cancel: cancel.clone(),
        tell,
    };
    let healths = handle.block_on(watch(watched));
    for health in &healths {
        session.report.note(&summed(health));
    }
    let failed = healths.iter().any(|health| health.problem.is_some());
    Ok(ExitCode::of(cancel.is_cancelled(), failed))
}

fn clock(moment: DateTime<Utc>) -> String {
    moment.format("%H:%M:%S").to_string()
}

/// `12:05:00 ok bronze.store_carts, 3 rows (4 unchanged), next 12:10:00`.
fn line(health: &Health, status: Status, rows: Option<u64>, message: Option<&str>) -> String {
    let name = &health.name;
    let mut line = match (&health.problem, status) {
        (Some(problem), _) => {
            let times = match health.failures_in_a_row {
                1 => String::new(),
                times => format!(" ({times} times in a row)"),
            };
            format!("failed {name}{times}: {problem}")
        }
        (None, status) => {
            let word = if status == Status::Warn { "partial" } else { "ok" };
            let rows = rows.unwrap_or(0);
            let noun = if rows == 1 { "row" } else { "rows" };
            let message = message.map(|message| format!(" ({message})")).unwrap_or_default();
            format!("{word} {name}, {rows} {noun}{message}")
        }
    };
    line.insert_str(0, &format!("{} ", clock(Utc::now())));
    if let Some(next) = health.next {
        line.push_str(&format!(", next {}", clock(next)));
    }
    line
}

/// `bronze.store_carts: 12 polls, 1 failed, 34 rows, last success 2024-05-01 12:05:00`.
fn summed(health: &Health) -> String {
    let Health { name, polls, failures, rows, .. } = health;
    let noun = if *polls == 1 { "poll" } else { "polls" };
    let last = health.last_success.map_or_else(
        || "no success".to_owned(),
        |moment| format!("last success {}", moment.format("%Y-%m-%d %H:%M:%S UTC")),
    );
    format!("{name}: {polls} {noun}, {failures} failed, {rows} rows, {last}")
}
