//! The executor of a run's nodes.

use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

use super::{BatchOptions, Compile, Failure};
use crate::{
    adapter::{Adapter, BoxFuture, Cancel},
    diagnostic::WarnOptions,
    jinja::Whither,
    manifest::{Node, ResourceType, UniqueId, UnitTest},
    plan::{PlanOptions, Step},
    project::Scrubber,
    relation::Relation,
    run::{
        Audits, Event, EventSink, Executor, NodeLabel, NodeResult, RelationCache, RunExecutor,
        Status, Threads, add_response,
    },
};

/// The options of the command that running nodes depends on.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// What plans depend on.
    pub plan: PlanOptions,
    /// `--store-failures`: for tests that do not say.
    pub store_failures: bool,
    /// Which warnings fail, and which are not told.
    pub warnings: WarnOptions,
    /// The target folder (`<project>/target`).
    pub target_path: PathBuf,
    /// The same as shown: below the project's root, where it is there.
    pub shown_target: String,
    /// What must not be in the files there.
    pub scrubber: Scrubber,
    /// What batches of microbatch models depend on.
    pub batches: BatchOptions,
    /// `elt clone`: the relations that nodes are cloned from.
    pub clone_from: Option<Arc<HashMap<UniqueId, Relation>>>,
}

/// One task of the schedule.
#[derive(Clone, Debug)]
pub enum Work {
    /// A model, seed, snapshot or data test.
    Node(Arc<Node>),
    /// A unit test.
    UnitTest(Arc<UnitTest>),
}

impl Work {
    /// How it is shown.
    pub fn label(&self) -> NodeLabel {
        match self {
            Self::Node(node) => super::node_label(node),
            Self::UnitTest(test) => super::unit_test_label(test),
        }
    }
}

/// All that a run does.
#[derive(Clone, Debug, Default)]
pub struct WorkList {
    /// The tasks of the schedule, in its order.
    pub works: Vec<Work>,
    /// The tests that nodes must pass before they are published.
    pub audits: Audits,
    /// The run's own hooks.
    pub operations: Vec<Arc<Node>>,
}

/// Runs nodes on one warehouse.
pub struct NodeRunner<C> {
    pub(super) compile: Arc<C>,
    pub(super) adapter: Arc<dyn Adapter>,
    pub(super) cache: RelationCache,
    pub(super) options: RunOptions,
    pub(super) events: EventSink,
    /// The run's threads: batches take spare ones.
    pub(super) threads: Threads,
    works: Vec<Work>,
    /// The tests that nodes must pass before they are published.
    pub(super) audits: Audits,
    /// Whether the schemas that the nodes build into were made.
    pub(super) schemas: tokio::sync::OnceCell<()>,
    operations: HashMap<UniqueId, Arc<Node>>,
}

impl<C: Compile> NodeRunner<C> {
    /// A runner of what is on the list.
    pub fn new(
        compile: Arc<C>,
        adapter: Arc<dyn Adapter>,
        options: RunOptions,
        events: EventSink,
        threads: Threads,
        list: WorkList,
    ) -> Self {
        let WorkList { works, audits, operations } = list;
        let built = works.iter().filter_map(|work| match work {
            Work::Node(node) => node.has_relation().then_some(&node.relation),
            Work::UnitTest(_) => None,
        });
        let cache = RelationCache::new(Arc::clone(&adapter), built);
        let operations =
            operations.into_iter().map(|node| (node.unique_id.clone(), node)).collect();
        let schemas = tokio::sync::OnceCell::new();
        Self {
            compile,
            adapter,
            cache,
            options,
            events,
            threads,
            works,
            audits,
            schemas,
            operations,
        }
    }

    /// Makes a call of the compiler on a thread that may block; a panic there is the node's.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce(&C) -> T + Send + 'static,
    ) -> T {
        let compile = Arc::clone(&self.compile);
        match tokio::task::spawn_blocking(move || call(&compile)).await {
            Ok(value) => value,
            Err(error) => match error.try_into_panic() {
                Ok(payload) => std::panic::resume_unwind(payload),
                // Only a runtime that is shutting down refuses: nobody waits for the answer.
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// The schemas that the run's nodes build into, as steps.
    pub(super) fn schema_steps(&self) -> Vec<Step> {
        let schemas: BTreeSet<(Option<String>, String)> = self
            .works
            .iter()
            .filter_map(|work| match work {
                Work::Node(node) if node.has_relation() => {
                    Some((node.relation.database.clone(), node.relation.schema.clone()))
                }
                _ => None,
            })
            .collect();
        let step = |(database, schema)| Step::CreateSchema { database, schema };
        schemas.into_iter().map(step).collect()
    }

    /// A line for people.
    pub(super) fn log(&self, message: String) {
        (self.events)(Event::Log { message, whither: Whither::People });
    }

    /// Runs `work` and puts what went wrong into the result.
    pub(super) async fn finish(
        &self,
        label: NodeLabel,
        thread: usize,
        work: impl AsyncFnOnce(&mut NodeResult) -> Result<(), Failure>,
    ) -> NodeResult {
        let begun = Instant::now();
        let mut result = NodeResult::new(label, Status::Success);
        result.thread = thread;
        if let Err(failure) = work(&mut result).await {
            result.status = Status::Error;
            result.message = failure.message();
            result.diagnostics = failure.0;
        }
        result.elapsed_secs = begun.elapsed().as_secs_f64();
        // What templates have asked comes on top of the node's own jobs, which say what was done.
        let own = std::mem::take(&mut result.response);
        let asked = self.compile.spent(&result.node.unique_id);
        for response in asked.iter().chain([&own]) {
            add_response(&mut result.response, response);
        }
        result
    }
}

impl<C: Compile> Executor for NodeRunner<C> {
    fn execute(
        self: Arc<Self>,
        task: usize,
        thread: usize,
        cancel: Cancel,
    ) -> BoxFuture<'static, NodeResult> {
        Box::pin(async move {
            let work = self.works[task].clone();
            let runner = &self;
            let cancel = &cancel;
            self.finish(work.label(), thread, async move |result| match &work {
                Work::UnitTest(test) => runner.unit_test(test, result, cancel).await,
                Work::Node(node) => match node.resource_type {
                    _ if let Some(sources) = &runner.options.clone_from => {
                        runner.clone_node(node, sources, result, cancel).await
                    }
                    ResourceType::Test => runner.data_test(node, None, result, cancel).await,
                    _ => runner.build(node, result, cancel).await,
                },
            })
            .await
        })
    }
}

impl<C: Compile> RunExecutor for NodeRunner<C> {
    fn operation(
        self: Arc<Self>,
        operation: NodeLabel,
        results: Vec<Arc<NodeResult>>,
        cancel: Cancel,
    ) -> BoxFuture<'static, NodeResult> {
        Box::pin(async move {
            let node = self.operations.get(&operation.unique_id).cloned();
            let node = node.expect("operations are given together with their labels");
            let runner = &self;
            let cancel = &cancel;
            self.finish(operation, 1, async move |result| {
                runner.run_operation(&node, results, result, cancel).await
            })
            .await
        })
    }
}
