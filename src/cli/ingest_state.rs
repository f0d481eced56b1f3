//! `elt ingest state`: what is known of feeds, and taking it back.

use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use super::{
    args::CompileOutputArg,
    global_args::GlobalArgs,
    ingest_args::{StateAction, StateArgs},
    selection::selected,
    session::Session,
};
use crate::{
    adapter::{AdapterError, Cancel},
    diagnostic::{Diagnostic, did_you_mean},
    ingest::{Feed, FeedKind, FeedOverview, Lander, feeds_of, first_of_stream, overview, reset},
    run::ExitCode,
};

/// Shows the state of the selected feeds, or resets one.
///
/// # Errors
/// The exit code, where it cannot be had.
pub fn run(global: &GlobalArgs, args: &StateArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "ingest state", Map::new())?;
    let failed =
        |error: AdapterError| session.fail(&[Diagnostic::error(error.code, error.message)]);
    if let Some(StateAction::Reset { feed }) = &args.action {
        let all = session.manifest.sources.keys().cloned().collect();
        let feeds =
            feeds_of(&session.manifest, &all).map_err(|problems| session.fail(&problems))?;
        let feed = find(&feeds, feed).map_err(|problem| session.fail(&[*problem]))?;
        if matches!(feed.kind, FeedKind::Push(_) | FeedKind::PubSub(_)) {
            let message = "of messages nothing is remembered but the rows in their table";
            let problem = Diagnostic::error("nothing-to-reset", message)
                .at(feed.declared.clone(), "in this feed");
            return Err(session.fail(&[problem]));
        }
        let feed = first_of_stream(&feeds, feed);
        let lander = Lander::new(session.adapter()?);
        handle
            .block_on(reset(&lander, feed, &session.invocation.id, &Cancel::default()))
            .map_err(failed)?;
        let name = format!("{}.{}", feed.source, feed.stream);
        session.report.note(&format!(
            "{name}: nothing is remembered; `elt ingest` reads all of it again, and lands what has changed"
        ));
        return Ok(ExitCode::Success);
    }
    let ids = selected(session, &args.selection)?;
    let feeds = feeds_of(&session.manifest, &ids).map_err(|problems| session.fail(&problems))?;
    let adapter = session.adapter()?;
    let mut shown = Vec::new();
    for feed in &feeds {
        let first = first_of_stream(&feeds, feed);
        let state = handle.block_on(overview(adapter.as_ref(), feed, first, &Cancel::default()));
        shown.push((feed, state.map_err(failed)?));
    }
    let text = match args.output {
        CompileOutputArg::Json => {
            let all: Vec<Value> = shown.iter().map(|(feed, state)| as_json(feed, state)).collect();
            format!("{:#}\n", Value::Array(all))
        }
        CompileOutputArg::Text => {
            shown.iter().map(|(feed, state)| as_text(feed, state)).collect::<Vec<_>>().join("\n")
        }
    };
    session.report.data(&text);
    Ok(ExitCode::Success)
}

/// A feed by the name of its table, of source and table, or its unique id.
fn find<'a>(feeds: &'a [Feed], name: &str) -> Result<&'a Feed, Box<Diagnostic>> {
    let full = |feed: &Feed| format!("{}.{}", feed.source, feed.stream);
    let bare = name.strip_prefix("source:").unwrap_or(name);
    let is =
        |feed: &&Feed| full(feed) == bare || feed.stream == bare || feed.unique_id.as_str() == bare;
    let mut found = feeds.iter().filter(is);
    match (found.next(), found.next()) {
        (Some(feed), None) => Ok(feed),
        (Some(_), Some(_)) => {
            let message = format!("several feeds are named `{name}`: write source and table");
            Err(Box::new(Diagnostic::error("ambiguous-feed", message)))
        }
        (None, _) => {
            let names: Vec<String> = feeds.iter().map(full).collect();
            let problem = Diagnostic::error("unknown-feed", format!("there is no feed `{name}`"));
            Err(Box::new(problem.maybe_help(did_you_mean(bare, names.iter().map(String::as_str)))))
        }
    }
}

fn as_json(feed: &Feed, state: &FeedOverview) -> Value {
    json!({
        "unique_id": feed.unique_id.as_str(),
        "source": feed.source,
        "table": feed.stream,
        "relation": feed.relation.to_string(),
        "commits": state.commits,
        "last_load": state.last_load,
        "rows": state.rows,
        "rows_of_last_load": state.rows_of_last_load,
        "files": state.files,
        "remembered": state.remembered.iter().map(|(kind, name, value)| {
            json!({"kind": kind, "name": name, "value": value})
        }).collect::<Vec<_>>(),
    })
}

fn as_text(feed: &Feed, state: &FeedOverview) -> String {
    let mut lines = vec![format!("{}.{}", feed.source, feed.stream)];
    let text = |key: &str| {
        state.last_load.as_ref().and_then(|last| last.get(key)).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    };
    match text("ingested_at") {
        Some(at) => {
            let run = text("run_id").unwrap_or_default();
            lines.push(format!("  last load   {at}, {} rows, run {run}", state.rows_of_last_load));
            lines.push(format!("  rows        {}, {} commits", state.rows, state.commits));
        }
        None => lines.push("  nothing has been landed".to_owned()),
    }
    if state.files > 0 {
        lines.push(format!("  files       {}", state.files));
    }
    for (kind, name, value) in &state.remembered {
        lines.push(format!("  {kind:<11} {name} {value}").trim_end().to_owned());
    }
    lines.join("\n") + "\n"
}
