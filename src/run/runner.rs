//! A whole run: `on-run-start`, the nodes, `on-run-end`.

use std::{sync::Arc, time::Instant};

use super::{
    Event, EventSink, Executor, ExitCode, Limits, NodeLabel, NodeResult, Schedule, Status,
    run_schedule,
};
use crate::adapter::{BoxFuture, Cancel};

/// An executor that runs the operations around a run too.
pub trait RunExecutor: Executor {
    /// Runs one hook of the run. `results` are those of the nodes: none before them.
    fn operation(
        self: Arc<Self>,
        operation: NodeLabel,
        results: Vec<Arc<NodeResult>>,
        cancel: Cancel,
    ) -> BoxFuture<'static, NodeResult>;
}

/// What is to run.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// `on-run-start`, in order.
    pub start_hooks: Vec<NodeLabel>,
    /// The nodes.
    pub schedule: Schedule,
    /// How many tests run as parts of nodes.
    pub audits: usize,
    /// `on-run-end`, in order.
    pub end_hooks: Vec<NodeLabel>,
    /// What bounds it.
    pub limits: Limits,
    /// `profile.target`, as shown.
    pub target: String,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct RunOutcome {
    /// One result for each node and hook, in the order they ended.
    pub results: Vec<Arc<NodeResult>>,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// Wall time in seconds.
    pub elapsed_secs: f64,
}

impl RunOutcome {
    /// What the process tells its caller.
    pub fn exit_code(&self) -> ExitCode {
        if self.interrupted {
            ExitCode::Interrupted
        } else if self.results.iter().any(|result| result.status.is_failure()) {
            ExitCode::NodeFailure
        } else {
            ExitCode::Success
        }
    }
}

/// Runs everything in `request`. As in dbt, a failing `on-run-start` hook skips all nodes, and the
/// `on-run-end` hooks run also after failures, but not after an interrupt.
pub async fn run<E: RunExecutor>(
    request: RunRequest,
    executor: Arc<E>,
    cancel: Cancel,
    events: EventSink,
) -> RunOutcome {
    let begun = Instant::now();
    let RunRequest { start_hooks, schedule, audits, end_hooks, limits, target } = request;
    let total = start_hooks.len() + schedule.tasks().len() + audits + end_hooks.len();
    events(Event::RunStarted { total, threads: limits.threads, target });
    let mut results = Vec::with_capacity(total);
    let mut around = Around { executor: &executor, cancel: &cancel, events: &events };
    let nothing: Vec<Arc<NodeResult>> = Vec::new();
    let broken = around.run_all(&start_hooks, &nothing, &mut results).await;
    if let Some(reason) = broken {
        for task in schedule.tasks() {
            around.skip(&task.label, &reason, &mut results);
        }
        for hook in &end_hooks {
            around.skip(hook, &reason, &mut results);
        }
    } else {
        let nodes = run_schedule(&schedule, Arc::clone(&executor), &limits, &cancel, &events).await;
        results.extend(nodes.iter().cloned());
        around.run_all(&end_hooks, &nodes, &mut results).await;
    }
    let elapsed_secs = begun.elapsed().as_secs_f64();
    events(Event::RunFinished { elapsed_secs });
    RunOutcome { results, interrupted: cancel.is_cancelled(), elapsed_secs }
}

struct Around<'a, E> {
    executor: &'a Arc<E>,
    cancel: &'a Cancel,
    events: &'a EventSink,
}

impl<E: RunExecutor> Around<'_, E> {
    /// Runs hooks one after the other, skipping those after a failure or an interrupt, and says
    /// why it stopped.
    async fn run_all(
        &mut self,
        hooks: &[NodeLabel],
        node_results: &[Arc<NodeResult>],
        results: &mut Vec<Arc<NodeResult>>,
    ) -> Option<String> {
        let mut broken = None;
        for hook in hooks {
            if broken.is_none() && self.cancel.is_cancelled() {
                broken = Some("skipped because the run was interrupted".to_owned());
            }
            if let Some(reason) = &broken {
                self.skip(hook, reason, results);
                continue;
            }
            (self.events)(Event::NodeStarted { node: hook.clone() });
            let executor = Arc::clone(self.executor);
            let (label, cancel) = (hook.clone(), self.cancel.clone());
            let seen = node_results.to_vec();
            // A task of its own, so that a panic is this hook's and not the run's.
            let running =
                tokio::spawn(async move { executor.operation(label, seen, cancel).await });
            let result = running
                .await
                .unwrap_or_else(|error| super::scheduler::result_of_panic(hook.clone(), error));
            if result.status.is_failure() {
                broken = Some(format!("skipped because {} failed", hook.display));
            }
            self.finish(result, results);
        }
        broken
    }

    fn skip(&self, label: &NodeLabel, reason: &str, results: &mut Vec<Arc<NodeResult>>) {
        let mut result = NodeResult::new(label.clone(), Status::Skipped);
        result.message = Some(reason.to_owned());
        self.finish(result, results);
    }

    fn finish(&self, result: NodeResult, results: &mut Vec<Arc<NodeResult>>) {
        let result = Arc::new(result);
        results.push(Arc::clone(&result));
        (self.events)(Event::NodeFinished { result });
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::Mutex;

    use super::*;
    use crate::{
        manifest::{ResourceType, UniqueId},
        run::Task,
    };

    /// Fails what is named `bad`, panics for `bug`, and notes how many results a hook saw.
    #[derive(Default)]
    struct Pretend {
        labels: Vec<NodeLabel>,
        seen: Mutex<Vec<usize>>,
    }

    fn act(label: NodeLabel) -> NodeResult {
        let status = match label.display.as_str() {
            "bad" => Status::Error,
            "bug" => panic!("oh"),
            _ => Status::Success,
        };
        NodeResult::new(label, status)
    }

    impl Executor for Pretend {
        fn execute(
            self: Arc<Self>,
            task: usize,
            _thread: usize,
            _cancel: Cancel,
        ) -> BoxFuture<'static, NodeResult> {
            Box::pin(async move { act(self.labels[task].clone()) })
        }
    }

    impl RunExecutor for Pretend {
        fn operation(
            self: Arc<Self>,
            operation: NodeLabel,
            results: Vec<Arc<NodeResult>>,
            _cancel: Cancel,
        ) -> BoxFuture<'static, NodeResult> {
            Box::pin(async move {
                self.seen.lock().unwrap().push(results.len());
                act(operation)
            })
        }
    }

    fn label(name: &str) -> NodeLabel {
        NodeLabel {
            unique_id: UniqueId::new(format!("model.p.{name}")),
            resource_type: ResourceType::Model,
            materialization: "table".to_owned(),
            display: name.to_owned(),
            path: String::new(),
        }
    }

    fn story(start: &[&str], nodes: &[&str], end: &[&str], cancelled: bool) -> (String, ExitCode) {
        let labels: Vec<NodeLabel> = nodes.iter().map(|name| label(name)).collect();
        let tasks = labels.iter().map(|label| Task { label: label.clone(), weight: 1 }).collect();
        let request = RunRequest {
            start_hooks: start.iter().map(|name| label(name)).collect(),
            schedule: Schedule::new(tasks, []).unwrap(),
            audits: 0,
            end_hooks: end.iter().map(|name| label(name)).collect(),
            limits: Limits::new(1),
            target: "p.t".to_owned(),
        };
        let executor = Arc::new(Pretend { labels, seen: Mutex::default() });
        let cancel = Cancel::default();
        if cancelled {
            cancel.cancel();
        }
        let sink: EventSink = Arc::new(|_| {});
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
        let outcome = runtime.block_on(run(request, Arc::clone(&executor), cancel, sink));
        let lines = outcome
            .results
            .iter()
            .map(|result| format!("{} {}", result.node.display, result.status.as_str()));
        let seen = format!("{:?}", executor.seen.lock().unwrap());
        (lines.chain([seen]).collect::<Vec<_>>().join(", "), outcome.exit_code())
    }

    #[test]
    fn hooks_run_around_the_nodes_and_the_last_see_the_results() {
        let (story, code) = story(&["s"], &["a", "bad"], &["e"], false);
        assert_eq!(story, "s success, a success, bad error, e success, [0, 2]");
        assert_eq!(code, ExitCode::NodeFailure);
    }

    #[test]
    fn a_failing_start_hook_skips_everything() {
        let (story, code) = story(&["bad", "s"], &["a"], &["e"], false);
        assert_eq!(story, "bad error, s skipped, a skipped, e skipped, [0]");
        assert_eq!(code, ExitCode::NodeFailure);
    }

    #[test]
    fn a_panic_in_a_hook_is_its_error() {
        let (story, _) = story(&[], &["a"], &["bug", "e"], false);
        assert_eq!(story, "a success, bug error, e skipped, [1]");
    }

    #[test]
    fn an_interrupt_runs_no_hooks() {
        let (story, code) = story(&["s"], &["a"], &["e"], true);
        assert_eq!(story, "s skipped, a skipped, e skipped, []");
        assert_eq!(code, ExitCode::Interrupted);
    }
}
