//! `elt backfill`: the batches of microbatch models that are in a span of time, once more.

use std::collections::BTreeSet;

use serde_json::json;
use tokio::runtime::Handle;

use super::{
    args::{BackfillArgs, RunArgs},
    global_args::GlobalArgs,
    nodes::{execute, left_behind, typed},
    selection::selected,
    session::Session,
    time_args::{TimeArgs, window},
};
use crate::{
    diagnostic::Diagnostic,
    graph::{self, Gating},
    manifest::{Batch, Microbatch, Node, TimeSpan, UniqueId, utc_text},
    plan::{BatchRange, batches},
    run::{BatchOptions, ExitCode, RunCommand},
};

/// Builds the batches, or shows them.
///
/// # Errors
/// The exit code, where nothing could be run.
pub fn run(
    global: &GlobalArgs,
    args: &BackfillArgs,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    let run_args = RunArgs { selection: args.selection.clone(), ..RunArgs::default() };
    let time =
        TimeArgs { event_time_start: Some(args.from), event_time_end: Some(args.to), sample: None };
    let command = RunCommand::Backfill;
    let mut kept = typed(global, command, &run_args, &time);
    kept.insert("dry_run".to_owned(), json!(args.dry_run));
    let session = Session::open(global, command.as_str(), kept)?;
    let window = window(["--from", "--to"], time.event_time_start, time.event_time_end)
        .map_err(|problem| session.fail(&[problem]))?;
    let span = window.unwrap_or(TimeSpan { start: args.from, end: args.to });
    let mut ids = selected(session, &args.selection)?;
    ids.retain(|id| model(session, id).is_some());
    if ids.is_empty() {
        let problem = Diagnostic::error("nothing-to-backfill", "no microbatch model is selected")
            .help("a model is one with `incremental_strategy: microbatch`; others are built as a whole: `elt build`");
        return Err(session.fail(&[problem]));
    }
    // In the order they are built in.
    let ordered = graph::schedule(&session.manifest, &session.graph, &ids, Gating::None);
    let mut lines = Vec::new();
    for scheduled in &ordered.nodes {
        let Some(node) = model(session, &scheduled.unique_id) else { continue };
        let model = Microbatch::of(node).map_err(|problems| session.fail(&problems))?;
        let range = BatchRange { is_incremental: true, window: Some(span), until: span.end };
        let found = batches(&model, range).map_err(|error| {
            let message = format!("`{}` has {error}", node.name);
            let problem = Diagnostic::error("too-many-batches", message);
            session.fail(&[problem.help("take a shorter span of time")])
        })?;
        if model.begin > span.start {
            session.report.note(&format!(
                "`{}` begins at {}, after the start of the backfill",
                node.name,
                utc_text(model.begin)
            ));
        }
        lines.push(shown(node, &found));
    }
    if args.dry_run {
        lines.into_iter().for_each(|line| session.report.data(&line));
        return Ok(ExitCode::Success);
    }
    let options = BatchOptions {
        window: Some(span),
        // Whatever `full_refresh` says: the rest of the table is not to be lost.
        keeps_tables: true,
        ..BatchOptions::of_run(session.started_at())
    };
    let options = left_behind(session, &ids, options);
    tell_below(session, &ids);
    execute(session, command, &run_args, options, ids, handle)
}

fn model<'s>(session: &'s Session, id: &UniqueId) -> Option<&'s Node> {
    let node = session.manifest.nodes.get(id)?.as_ref();
    Microbatch::is_strategy_of(node).then_some(node)
}

/// `silver.daily: 31 batches by day, 2024-01-01 to 2024-01-31`.
fn shown(node: &Node, batches: &[Batch]) -> String {
    let name = format!("{}.{}", node.relation.schema, node.relation.identifier);
    let names = match batches {
        [one] => one.name(),
        [first, .., last] => format!("{} to {}", first.name(), last.name()),
        [] => String::new(),
    };
    let count = match batches.len() {
        1 => "1 batch".to_owned(),
        count => format!("{count} batches"),
    };
    let size = batches.first().map(|batch| batch.size.as_str()).unwrap_or_default();
    format!("{name}: {count} by {size}, {names}")
}

/// What reads the models is not built: it may hold what was before.
fn tell_below(session: &Session, ids: &BTreeSet<UniqueId>) {
    let graph = &session.graph;
    let below = graph.ids_of(&graph.descendants(&graph.set_of(ids.iter()), Some(1)));
    let mut names: Vec<&str> = below
        .iter()
        .filter(|id| !ids.contains(*id))
        .filter_map(|id| session.manifest.nodes.get(id))
        .filter(|node| node.has_relation() && node.config.materialized() != "view")
        .map(|node| node.name.as_str())
        .collect();
    names.sort_unstable();
    if !names.is_empty() {
        session.report.note(&format!("not built again, though they read it: {}", names.join(", ")));
    }
}
