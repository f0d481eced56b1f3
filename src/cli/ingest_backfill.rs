//! `elt ingest backfill`: feeds of a span of time.

use std::time::Instant;

use tokio::runtime::Handle;

use super::{
    global_args::GlobalArgs, ingest::selected_feeds, ingest_args::IngestBackfillArgs,
    nodes::request, session::Session, time_args::window,
};
use crate::{
    adapter::Cancel,
    ingest::{Backfill, Window, run_backfill, windows_left},
    run::{Event, ExitCode, stop_on_signals},
};

/// Lands the windows that have not landed.
///
/// # Errors
/// The exit code, where nothing could be landed.
pub fn run(
    global: &GlobalArgs,
    args: &IngestBackfillArgs,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "ingest", serde_json::Map::new())?;
    window(["--from", "--to"], Some(args.from), Some(args.to))
        .map_err(|problem| session.fail(&[problem]))?;
    let backfill = Backfill {
        span: Window { from: args.from, to: args.to },
        step: args.window,
        again: args.again,
    };
    let feeds = selected_feeds(session, &args.selection)?;
    if feeds.is_empty() {
        return Ok(ExitCode::Success);
    }
    let problems = backfill.problems(&feeds);
    if !problems.is_empty() {
        return Err(session.fail(&problems));
    }
    let adapter = session.adapter()?;
    let cancel = Cancel::default();
    if let Err(error) = stop_on_signals(&cancel) {
        session.report.note(&format!("Ctrl-C will not stop cleanly: {error}"));
    }
    let request = request(session, feeds, &adapter);
    let left = handle.block_on(windows_left(&request, &backfill, &cancel));
    let left = left.map_err(|problem| {
        session.report.note(&format!("what has landed cannot be asked for: {problem}"));
        ExitCode::NodeFailure
    })?;
    for feed in left.iter().filter(|feed| feed.done > 0) {
        let (done, all) = (feed.done, feed.done + feed.left());
        let names = feed
            .feeds()
            .iter()
            .map(|feed| format!("{}.{}", feed.relation.schema, feed.relation.identifier));
        let name = names.collect::<Vec<_>>().join(", ");
        let told = format!(
            "{name}: {done} of {all} windows have landed before (`--again` lands them again)"
        );
        session.report.note(&told);
    }
    let total = left.iter().map(|feed| feed.left() * feed.feeds().len()).sum();
    let sink = session.report.sink();
    let clock = Instant::now();
    let threads = request.at_once;
    sink(Event::RunStarted { total, threads, target: session.target_name() });
    let results = handle.block_on(run_backfill(request, left, &cancel, &sink));
    sink(Event::RunFinished { elapsed_secs: clock.elapsed().as_secs_f64() });
    let failed = results.iter().any(|result| result.status.is_failure());
    Ok(ExitCode::of(cancel.is_cancelled(), failed))
}
