//! From a selection to a run.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Audits, Compile, EventSink, Limits, NodePreview, NodeResult, NodeRunner, RunCommand,
    RunOptions, RunOutcome, RunRequest, Schedule, Status, Task, Work, WorkList, audits, node_label,
    nodes::{Ahead, HookOfRun},
    run,
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
    let Ordered { works, edges, audits } = ordered(&job);
    let tasks = works.iter().map(|work| Task { label: work.label(), weight: weight(work) });
    let schedule = Schedule::new(tasks.collect(), edges)
        .expect("the graph is acyclic and gates only what is below the tested nodes");
    let (start, end) = hooks_of(&job, &works);
    let Job { compile, adapter, options, limits, target, .. } = job;
    let labels = |nodes: &[Arc<Node>]| nodes.iter().map(|node| node_label(node)).collect();
    let threads = limits.pool.clone();
    let request = RunRequest {
        start_hooks: labels(&start),
        schedule,
        audits: audits.values().map(Vec::len).sum(),
        end_hooks: labels(&end),
        limits,
        target,
    };
    let hooks = start.into_iter().chain(end).collect();
    let sink = Arc::clone(&events);
    let list = WorkList { works, audits, operations: hooks };
    let runner = NodeRunner::new(compile, adapter, options, sink, threads, list);
    run(request, Arc::new(runner), cancel, events).await
}

/// What a job would do, in the order of its schedule. Nothing is run; templates may ask the warehouse.
/// With `compares` partitions are compared with those that they are built from, which asks it a little
/// more.
pub async fn preview_job<C: Compile>(
    job: &Job<C>,
    compares: bool,
    events: EventSink,
) -> Vec<NodePreview> {
    let Ordered { mut works, audits, .. } = ordered(job);
    let (start, end) = hooks_of(job, &works);
    works.extend(audits.into_values().flatten().map(Work::Node));
    let nodes = works.iter().filter_map(|work| match work {
        Work::Node(node) => Some(Arc::clone(node)),
        Work::UnitTest(_) => None,
    });
    let nodes: Vec<Arc<Node>> = nodes.collect();
    let ahead = Arc::new(Ahead::new(&job.manifest, &nodes, compares));
    let runner = Arc::new(NodeRunner::new(
        Arc::clone(&job.compile),
        Arc::clone(&job.adapter),
        job.options.clone(),
        events,
        job.limits.pool.clone(),
        WorkList::default(),
    ));
    let (mut before, mut statements) = (Vec::new(), Vec::new());
    for hook in &start {
        let place = HookOfRun::Start(&statements);
        let (preview, statement) = runner.preview_operation(hook, place, &ahead).await;
        before.push(preview);
        statements.push(statement);
    }
    ahead.note_started(statements);
    let succeeded: Vec<Arc<NodeResult>> =
        works.iter().map(|work| Arc::new(NodeResult::new(work.label(), Status::Success))).collect();
    let at_once = Arc::new(tokio::sync::Semaphore::new(job.limits.threads));
    let mut looking = tokio::task::JoinSet::new();
    for (at, work) in works.into_iter().enumerate() {
        let (runner, at_once) = (Arc::clone(&runner), Arc::clone(&at_once));
        let ahead = Arc::clone(&ahead);
        looking.spawn(async move {
            let _permit = at_once.acquire_owned().await;
            (at, runner.preview(&work, &ahead).await)
        });
    }
    let mut previews = Vec::new();
    while let Some(looked) = looking.join_next().await {
        match looked {
            Ok((at, Some(preview))) => previews.push((at, preview)),
            Ok((_, None)) => {}
            Err(error) => {
                if let Ok(panic) = error.try_into_panic() {
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
    previews.sort_by_key(|(at, _)| *at);
    let mut all = before;
    all.extend(previews.into_iter().map(|(_, preview)| preview));
    for hook in &end {
        all.push(runner.preview_operation(hook, HookOfRun::End(&succeeded), &ahead).await.0);
    }
    all
}

/// The work of a job in the order of its schedule.
struct Ordered {
    works: Vec<Work>,
    /// What waits for what.
    edges: Vec<(usize, usize)>,
    /// Tests that run as parts of nodes.
    audits: Audits,
}

fn ordered<C>(job: &Job<C>) -> Ordered {
    let Job { manifest, graph, selected, command, .. } = job;
    let mut selected = selected.clone();
    selected.retain(|id| kind_of(manifest, id).is_some_and(|kind| command.runs(kind)));
    let audits = audits(manifest, graph, &selected);
    for test in audits.values().flatten() {
        // Not once more after the node.
        selected.remove(&test.unique_id);
    }
    let ordered = graph::schedule(manifest, graph, &selected, command.gating());
    let works = ordered.nodes.iter().filter_map(|node| work(manifest, &node.unique_id)).collect();
    let edges = ordered.nodes.iter().enumerate();
    // As in dbt, clones wait for nothing: each copies what is there.
    let edges = edges.filter(|_| *command != RunCommand::Clone);
    let edges = edges.flat_map(|(at, node)| node.waits_for.iter().map(move |up| (*up, at)));
    Ordered { works, edges: edges.collect(), audits }
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

/// What runs before the nodes of a job, and after them. As in dbt, a command that has nothing to do runs
/// no hooks, and `clone` never does.
fn hooks_of<C>(job: &Job<C>, works: &[Work]) -> (Vec<Arc<Node>>, Vec<Arc<Node>>) {
    match works.is_empty() || job.command == RunCommand::Clone {
        true => (Vec::new(), Vec::new()),
        false => {
            (operations(&job.manifest, "on-run-start"), operations(&job.manifest, "on-run-end"))
        }
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
