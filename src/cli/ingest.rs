//! `elt ingest`: feeds into bronze.

use std::time::Instant;

use tokio::runtime::Handle;

use super::{
    args::SelectArgs,
    generate,
    global_args::GlobalArgs,
    ingest_args::{IngestArgs, IngestCommand},
    ingest_backfill, ingest_state, ingest_watch,
    nodes::request,
    selection::selected,
    serve,
    session::Session,
};
use crate::{
    adapter::Cancel,
    ingest::{Feed, ReplayFilter, feeds_of, replay_feeds, run_feeds},
    run::{Event, ExitCode, stop_on_signals},
};

/// Lands the selected feeds; all of them, where nothing is selected.
///
/// # Errors
/// The exit code, where nothing could be landed.
pub fn run(global: &GlobalArgs, args: &IngestArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    match &args.command {
        Some(IngestCommand::Serve(args)) => return serve::run(global, args, handle),
        Some(IngestCommand::Generate(args)) => return generate::run(global, args, handle),
        Some(IngestCommand::State(args)) => return ingest_state::run(global, args, handle),
        Some(IngestCommand::Backfill(args)) => return ingest_backfill::run(global, args, handle),
        Some(IngestCommand::Replay(_)) | None => {}
    }
    let (selection, replay) = match &args.command {
        Some(IngestCommand::Replay(args)) => {
            let (since, error_class) = (args.since, args.error_class.clone());
            (&args.selection, Some(ReplayFilter { since, error_class }))
        }
        _ => (&args.selection, None),
    };
    let session = Session::open(global, "ingest", serde_json::Map::new())?;
    let feeds = selected_feeds(session, selection)?;
    if feeds.is_empty() {
        return Ok(ExitCode::Success);
    }
    if args.watch {
        return ingest_watch::run(session, feeds, args, handle);
    }
    let adapter = session.adapter()?;
    let cancel = Cancel::default();
    if let Err(error) = stop_on_signals(&cancel) {
        session.report.note(&format!("Ctrl-C will not stop cleanly: {error}"));
    }
    let sink = session.report.sink();
    let clock = Instant::now();
    let total = feeds.len();
    let request = request(session, feeds, &adapter);
    let threads = request.at_once;
    sink(Event::RunStarted { total, threads, target: session.target_name() });
    let results = match &replay {
        Some(filter) => handle.block_on(replay_feeds(&request, filter, &cancel, &sink)),
        None => handle.block_on(run_feeds(request, &cancel, &sink)),
    };
    sink(Event::RunFinished { elapsed_secs: clock.elapsed().as_secs_f64() });
    let failed = results.iter().any(|result| result.status.is_failure());
    Ok(ExitCode::of(cancel.is_cancelled(), failed))
}

/// The feeds that are selected; that there is none is said.
///
/// # Errors
/// The exit code, where a definition is wrong.
pub fn selected_feeds(session: &Session, selection: &SelectArgs) -> Result<Vec<Feed>, ExitCode> {
    let ids = selected(session, selection)?;
    let feeds = feeds_of(&session.manifest, &ids).map_err(|problems| session.fail(&problems))?;
    if feeds.is_empty() {
        session
            .report
            .note("no feed is selected: a feed is a source table with `config.meta.ingest`");
    }
    Ok(feeds)
}
