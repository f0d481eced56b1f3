//! From a selection to a run.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Compile, EventSink, Limits, NodeRunner, RunCommand, RunOptions, RunOutcome, RunRequest,
    Schedule, Task, Work, node_label, run,
};
use crate::{
    adapter::{Adapter, Cancel},
    graph::{self, Graph},
    manifest::{Manifest, Node, ResourceType, UniqueId},
};

/// How much longer building a node takes than testing one, for want of a measurement.
const BUILD_WEIGHT: u64 = 10;

/// Everything a run needs.
pub struct Job<C> {
    /// The project.
    pub manifest: Arc<Manifest>,
    /// Its graph.
    pub graph: Arc<Graph>,
    /// What is selected; nodes of kinds that the command does not run are left out.
    pub selected: BTreeSet<UniqueId>,
    /// The command.
    pub command: RunCommand,
    /// Makes SQL.
    pub compile: Arc<C>,
    /// The warehouse.
    pub adapter: Arc<dyn Adapter>,
    /// Options that nodes depend on.
    pub options: RunOptions,
    /// What bounds the run.
    pub limits: Limits,
    /// `profile.target`, as shown.
    pub target: String,
}

/// Runs a job. Events come as they happen; the outcome holds every result.
pub async fn run_job<C: Compile>(job: Job<C>, cancel: Cancel, events: EventSink) -> RunOutcome {
    let Job { manifest, graph, mut selected, command, compile, adapter, options, limits, target } =
        job;
    selected.retain(|id| kind_of(&manifest, id).is_some_and(|kind| command.runs(kind)));
    let ordered = graph::schedule(&manifest, &graph, &selected, command.gating());
    let works: Vec<Work> =
        ordered.nodes.iter().filter_map(|node| work(&manifest, &node.unique_id)).collect();
    let tasks = works.iter().map(|work| Task { label: work.label(), weight: weight(work) });
    let edges = ordered.nodes.iter().enumerate();
    let edges = edges.flat_map(|(at, node)| node.waits_for.iter().map(move |up| (*up, at)));
    let schedule = Schedule::new(tasks.collect(), edges)
        .expect("the graph is acyclic and gates only what is below the tested nodes");
    // As in dbt, a command that has nothing to do runs no hooks.
    let (start, end) = match works.is_empty() {
        true => (Vec::new(), Vec::new()),
        false => (operations(&manifest, "on-run-start"), operations(&manifest, "on-run-end")),
    };
    let labels = |nodes: &[Arc<Node>]| nodes.iter().map(|node| node_label(node)).collect();
    let threads = limits.pool.clone();
    let request = RunRequest {
        start_hooks: labels(&start),
        schedule,
        end_hooks: labels(&end),
        limits,
        target,
    };
    let hooks = start.into_iter().chain(end).collect();
    let sink = Arc::clone(&events);
    let runner = NodeRunner::new(compile, adapter, options, sink, threads, works, hooks);
    run(request, Arc::new(runner), cancel, events).await
}

fn kind_of(manifest: &Manifest, id: &UniqueId) -> Option<ResourceType> {
    match manifest.nodes.get(id) {
        Some(node) => Some(node.resource_type),
        None => manifest.unit_tests.contains_key(id).then_some(ResourceType::UnitTest),
    }
}

fn work(manifest: &Manifest, id: &UniqueId) -> Option<Work> {
    match manifest.nodes.get(id) {
        Some(node) => Some(Work::Node(Arc::clone(node))),
        None => manifest.unit_tests.get(id).map(|test| Work::UnitTest(Arc::clone(test))),
    }
}

fn weight(work: &Work) -> u64 {
    match work {
        Work::Node(node) if node.resource_type != ResourceType::Test => BUILD_WEIGHT,
        _ => 1,
    }
}

/// The hooks of a run, the root project's first, then those of packages by name, each in the
/// order they are written.
fn operations(manifest: &Manifest, kind: &str) -> Vec<Arc<Node>> {
    let mut found: Vec<&Arc<Node>> = manifest
        .nodes
        .values()
        .filter(|node| node.resource_type == ResourceType::Operation)
        .filter(|node| node.config.tags().iter().any(|tag| tag == kind) || node.name.contains(kind))
        .collect();
    found.sort_by_key(|node| {
        let foreign = (node.package != manifest.project_name).then(|| Arc::clone(&node.package));
        (foreign, node.details.hook_index)
    });
    found.into_iter().cloned().collect()
}
