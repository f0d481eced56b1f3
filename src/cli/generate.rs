//! `elt ingest generate`: test events.

use chrono::{TimeDelta, Utc};
use tokio::runtime::Handle;

use super::{global_args::GlobalArgs, ingest_args::GenerateArgs, session};
use crate::{
    adapter::Cancel,
    diagnostic::{Diagnostic, did_you_mean},
    ingest::{Destination, EventOptions, Events, FEEDS, SendOptions, send},
    run::{ExitCode, stop_on_signals},
};

/// Between two events, where no rate is wanted: their times are not all the same.
const STEP: TimeDelta = TimeDelta::milliseconds(100);

/// Makes events and sends them.
///
/// # Errors
/// The exit code, where nothing could be sent.
pub fn run(
    global: &GlobalArgs,
    args: &GenerateArgs,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    let report = session::report(global, "ingest");
    let fail = |problem: Diagnostic| {
        report.diagnostics(&[problem]);
        ExitCode::Usage
    };
    let token = match &args.token_env {
        None => None,
        Some(name) => Some(std::env::var(name).map_err(|_| {
            let message = format!("environment variable `{name}` is not set");
            fail(Diagnostic::error("no-token", message))
        })?),
    };
    let to = args.to.as_str();
    let destination = match to {
        "-" => Destination::Stdout,
        url if url.starts_with("http://") || url.starts_with("https://") => {
            Destination::Url { url: url.to_owned(), token }
        }
        other if other.contains("://") => {
            let message = format!("`{other}` is neither a folder nor an http address");
            return Err(fail(Diagnostic::error("bad-destination", message)));
        }
        folder => Destination::Folder(folder.into()),
    };
    let seconds = args.rate.map(|rate| 1.0 / rate);
    let step = seconds.map(|secs| TimeDelta::microseconds((secs * 1e6) as i64));
    let options = EventOptions {
        feed: args.feed.clone(),
        seed: args.seed,
        start: args.start.unwrap_or_else(Utc::now),
        step: step.unwrap_or(STEP),
        late: args.late,
        duplicates: args.duplicates,
        broken: args.broken,
    };
    let Some(events) = Events::new(options) else {
        let message = format!("no events are known of a feed `{}`", args.feed);
        let help = did_you_mean(&args.feed, FEEDS);
        let help = help.or_else(|| Some(format!("use one of {}", FEEDS.join(", "))));
        return Err(fail(Diagnostic::error("unknown-feed", message).maybe_help(help)));
    };
    let cancel = Cancel::default();
    if let Err(error) = stop_on_signals(&cancel) {
        report.note(&format!("it will not stop cleanly: {error}"));
    }
    let options =
        SendOptions { feed: args.feed.clone(), destination, count: args.count, rate: args.rate };
    let sent = handle.block_on(send(&options, events, &cancel));
    let sent = sent.map_err(|problem| fail(Diagnostic::error("generate-failed", problem)))?;
    report.note(&format!(
        "{} taken, {} refused, {} failed; {} were broken, {} had come before",
        sent.taken, sent.refused, sent.failed, sent.broken, sent.duplicates
    ));
    Ok(if sent.failed > 0 { ExitCode::NodeFailure } else { ExitCode::Success })
}
