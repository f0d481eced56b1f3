//! `elt ingest serve`: an endpoint for each feed of type `push`.

use std::{sync::Arc, time::Duration};

use tokio::runtime::Handle;

use super::{
    global_args::GlobalArgs, ingest_args::ServeArgs, selection::selected, session::Session,
};
use crate::{
    adapter::Cancel,
    diagnostic::Diagnostic,
    ingest::{Feed, FeedKind, MESSAGE_WINDOW_DAYS, Metrics, ServeOptions, feeds_of, serve},
    plan::Engine,
    run::{Event, EventSink, ExitCode, stop_on_signals},
};

/// Where is listened without a word: nobody from outside gets there by accident.
const LISTEN: &str = "127.0.0.1:8080";
/// Between two reports of the counts.
const REPORT_EVERY: Duration = Duration::from_secs(60);

/// Serves until it is stopped.
///
/// # Errors
/// The exit code, where it cannot start.
pub fn run(global: &GlobalArgs, args: &ServeArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "ingest", serde_json::Map::new())?;
    let ids = selected(session, &args.selection)?;
    let feeds = feeds_of(&session.manifest, &ids).map_err(|problems| session.fail(&problems))?;
    let feeds: Vec<_> = feeds
        .into_iter()
        .filter(|feed| matches!(feed.kind, FeedKind::Push(_)))
        .map(Arc::new)
        .collect();
    if feeds.is_empty() {
        let problem = Diagnostic::error("no-feed", "no feed of type `push` is selected")
            .maybe_help(Some("write `type: push` in a source table's `config.meta.ingest`".into()));
        return Err(session.fail(&[problem]));
    }
    let mut paths = std::collections::BTreeMap::new();
    for feed in &feeds {
        let FeedKind::Push(push) = &feed.kind else { continue };
        let share = |other: &Feed| {
            other.source == feed.source
                && other.rules.stream.is_some()
                && other.rules.stream == feed.rules.stream
        };
        if let Some(other) = paths.insert(push.path.as_str(), feed).filter(|other| !share(other)) {
            let message = format!(
                "two feeds have the path `{}`: `{}.{}` and `{}.{}`",
                push.path, other.source, other.stream, feed.source, feed.stream
            );
            let problem = Diagnostic::error("invalid-feed", message)
                .at(feed.declared.clone(), "in this feed");
            return Err(session.fail(&[problem]));
        }
    }
    let adapter = session.steady_adapter()?;
    let cancel = Cancel::default();
    if let Err(error) = stop_on_signals(&cancel) {
        session.report.note(&format!("it will not stop cleanly: {error}"));
    }
    let metrics = Metrics::of(feeds.iter().map(|feed| format!("{}.{}", feed.source, feed.stream)));
    let env = session.project.env.clone();
    let port = env.get("PORT").map(|port| format!("0.0.0.0:{port}"));
    let options = ServeOptions {
        feeds: feeds.clone(),
        root: session.project.root.clone(),
        env: Arc::new(move |name| env.get(name).map(str::to_owned)),
        adapter,
        run_id: session.invocation.id.clone(),
        listen: args.listen.clone().or(port).unwrap_or_else(|| LISTEN.to_owned()),
        linger: Duration::from_millis(args.linger_ms),
        window_days: (session.engine_kind() == Engine::BigQuery).then_some(MESSAGE_WINDOW_DAYS),
        metrics: metrics.clone(),
    };
    let ready = |address| {
        session.report.note(&format!("listening on http://{address}"));
        let mut tables: Vec<(&str, String)> = Vec::new();
        for feed in &feeds {
            let FeedKind::Push(push) = &feed.kind else { continue };
            let name = format!("{}.{}", feed.source, feed.stream);
            match tables.iter_mut().find(|(path, _)| *path == push.path) {
                Some((_, names)) => names.push_str(&format!(", {name}")),
                None => tables.push((&push.path, name)),
            }
        }
        for (path, names) in tables {
            session.report.note(&format!("{path} -> {names}"));
        }
    };
    let sink = session.report.sink();
    let served = handle.block_on(async {
        let reporter = tokio::spawn(report(metrics.clone(), Arc::clone(&sink)));
        let served = serve(options, &cancel, ready).await;
        reporter.abort();
        served
    });
    tell(&metrics, &sink);
    match served {
        Ok(()) => Ok(ExitCode::Success),
        Err(problem) => Err(session.fail(&[Diagnostic::error("serve-failed", problem)])),
    }
}

async fn report(metrics: Metrics, sink: EventSink) {
    let mut clock = tokio::time::interval(REPORT_EVERY);
    // The first tick is at once.
    clock.tick().await;
    loop {
        clock.tick().await;
        tell(&metrics, &sink);
    }
}

fn tell(metrics: &Metrics, sink: &EventSink) {
    for (feed, counts) in metrics.feeds() {
        let (feed, summary) = (feed.clone(), counts.summary());
        sink(Event::FeedCounts { feed, counts: counts.json(), summary });
    }
}
