//! Feeds that are landed before nodes are built.

use std::{collections::BTreeSet, sync::Arc};

use tokio::runtime::Handle;

use super::{nodes::request, session::Session};
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    diagnostic::Diagnostic,
    ingest::{Feed, FeedKind, feeds_of, run_feeds},
    manifest::{ResourceType, UniqueId},
    plan::Engine,
    run::{
        Event, ExitCode, NodeLabel, NodeResult, RunCommand, Status, node_label, unit_test_label,
    },
};

/// Which feeds are landed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// All that the nodes read.
    All,
    /// On the embedded engine those of files in folders whose tables are not there yet: a fresh clone is
    /// built by `elt build`. Nobody else is asked for anything, and a warehouse that others share gets no
    /// tables that nobody has asked for.
    MissingFiles,
}

/// What landing gave: the feeds, and the nodes that are not run because one failed.
#[derive(Default)]
pub struct Landed {
    /// The feeds.
    pub feeds: Vec<Arc<NodeResult>>,
    /// The nodes.
    pub skipped: Vec<Arc<NodeResult>>,
}

/// Lands the feeds that the selected nodes read. What is below a feed that failed is skipped.
///
/// # Errors
/// The exit code, where a feed is not well defined, or the warehouse cannot be asked.
pub fn ingest_first(
    session: &Session,
    (command, first): (RunCommand, First),
    ids: &mut BTreeSet<UniqueId>,
    adapter: &Arc<dyn Adapter>,
    cancel: &Cancel,
    handle: &Handle,
) -> Result<Landed, ExitCode> {
    let graph = &session.graph;
    let above = graph.ids_of(&graph.ancestors(&graph.set_of(ids.iter()), None));
    let sources: BTreeSet<UniqueId> = above.union(ids).cloned().collect();
    let mut feeds = match (first, feeds_of(&session.manifest, &sources)) {
        (_, Ok(feeds)) => feeds,
        // Who lands nothing needs no feed that is right.
        (First::MissingFiles, Err(_)) => return Ok(Landed::default()),
        (First::All, Err(problems)) => return Err(session.fail(&problems)),
    };
    if first == First::MissingFiles {
        if session.engine_kind() == Engine::BigQuery {
            return Ok(Landed::default());
        }
        let missing = handle.block_on(missing_files(&feeds, adapter.as_ref()));
        let missing = missing.map_err(|error| {
            session.fail(&[Diagnostic::error(error.code, error.message).maybe_help(error.help)])
        })?;
        feeds.retain(|feed| missing.contains(&feed.unique_id));
        if feeds.is_empty() {
            return Ok(Landed::default());
        }
    }
    let sink = session.report.sink();
    let request = request(session, feeds, adapter);
    let feeds = handle.block_on(run_feeds(request, cancel, &sink));
    let failed: Vec<UniqueId> = feeds
        .iter()
        // What landed in part is fresher than what was there.
        .filter(|result| !matches!(result.status, Status::Success | Status::Warn))
        .map(|result| result.node.unique_id.clone())
        .collect();
    let below = graph.ids_of(&graph.descendants(&graph.set_of(failed.iter()), None));
    let mut skipped_nodes = Vec::new();
    for id in below.iter().filter(|id| ids.contains(*id)) {
        let Some(label) = label(session, command, id) else { continue };
        let result = Arc::new(skipped(label, &failed));
        sink(Event::NodeFinished { result: Arc::clone(&result) });
        skipped_nodes.push(result);
    }
    ids.retain(|id| !below.contains(id));
    Ok(Landed { feeds, skipped: skipped_nodes })
}

/// A table that was missed in a run, and that a feed fills.
pub fn is_filled_by_a_feed(session: &Session, results: &[Arc<NodeResult>]) -> Option<String> {
    let is_missing =
        |problem: &Diagnostic| matches!(problem.code, "missing-table" | "bigquery-not-found");
    results.iter().find_map(|result| {
        let missing = result.diagnostics.iter().find(|problem| is_missing(problem))?;
        let node = session.manifest.nodes.get(&result.node.unique_id)?;
        let above = node.depends_on_nodes.iter();
        let mut sources = above.filter_map(|id| session.manifest.sources.get(id));
        let filled = sources.find(|source| {
            source.feed().is_some() && missing.message.contains(&source.relation.identifier)
        })?;
        Some(format!("{}.{}", filled.relation.schema, filled.relation.identifier))
    })
}

/// The feeds of files in folders whose tables are not there, and what shares a stream with one.
async fn missing_files(
    feeds: &[Feed],
    adapter: &dyn Adapter,
) -> Result<BTreeSet<UniqueId>, AdapterError> {
    let is_local = |feed: &&Feed| matches!(&feed.kind, FeedKind::Files(files) if !files.path.starts_with("gs://"));
    let local: Vec<&Feed> = feeds.iter().filter(is_local).collect();
    let mut missing: Vec<&Feed> = Vec::new();
    for feed in &local {
        if adapter.columns(&feed.relation).await?.is_none() {
            missing.push(feed);
        }
    }
    let shares = |feed: &Feed, other: &Feed| {
        feed.unique_id == other.unique_id
            || feed.rules.stream.is_some()
                && (&feed.source, &feed.rules.stream) == (&other.source, &other.rules.stream)
    };
    let with_streams = local.iter().filter(|feed| missing.iter().any(|other| shares(feed, other)));
    Ok(with_streams.map(|feed| feed.unique_id.clone()).collect())
}

fn label(session: &Session, command: RunCommand, id: &UniqueId) -> Option<NodeLabel> {
    if let Some(node) = session.manifest.nodes.get(id) {
        return command.runs(node.resource_type).then(|| node_label(node));
    }
    let test = session.manifest.unit_tests.get(id)?;
    command.runs(ResourceType::UnitTest).then(|| unit_test_label(test))
}

fn skipped(node: NodeLabel, failed: &[UniqueId]) -> NodeResult {
    let names: Vec<&str> = failed.iter().map(UniqueId::as_str).collect();
    NodeResult {
        thread: 1,
        message: Some(format!("skipped because {} could not be landed", names.join(", "))),
        ..NodeResult::new(node, Status::Skipped)
    }
}
