//! The scheduler with an executor that only pretends.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::*;
use crate::{
    adapter::{BoxFuture, Cancel},
    manifest::{ResourceType, UniqueId},
    run::{Event, NodeLabel, NodeResult, Status},
};

/// What a pretended task does.
#[derive(Clone, Copy)]
enum Act {
    End(Status),
    Panic,
    /// Runs until cancelled, then says so.
    UntilCancelled,
    /// Ignores the wish to stop.
    Forever,
}

struct Pretend {
    labels: Vec<NodeLabel>,
    acts: HashMap<usize, Act>,
    started: Mutex<Vec<usize>>,
}

impl Executor for Pretend {
    fn execute(
        self: Arc<Self>,
        task: usize,
        thread: usize,
        cancel: Cancel,
    ) -> BoxFuture<'static, NodeResult> {
        Box::pin(async move {
            self.started.lock().unwrap().push(task);
            let status = match self.acts.get(&task).copied().unwrap_or(Act::End(Status::Success)) {
                Act::End(status) => status,
                Act::Panic => panic!("seven is not a number"),
                Act::UntilCancelled => {
                    cancel.cancelled().await;
                    Status::Error
                }
                Act::Forever => std::future::pending().await,
            };
            let mut result = NodeResult::new(self.labels[task].clone(), status);
            result.thread = thread;
            result
        })
    }
}

struct Run {
    results: Vec<Arc<NodeResult>>,
    started: Vec<usize>,
    events: Vec<Event>,
}

impl Run {
    /// `a success, b fail, …` in the order they ended.
    fn story(&self) -> Vec<String> {
        let line = |result: &Arc<NodeResult>| match &result.message {
            Some(message) => {
                format!("{} {}: {message}", result.node.display, result.status.as_str())
            }
            None => format!("{} {}", result.node.display, result.status.as_str()),
        };
        self.results.iter().map(line).collect()
    }
}

fn name(at: usize) -> String {
    if at < 26 { char::from(b'a' + at as u8).to_string() } else { format!("n{at}") }
}

fn tasks(count: usize) -> Vec<Task> {
    let label = |at: usize| NodeLabel {
        unique_id: UniqueId::new(format!("model.p.{}", name(at))),
        resource_type: ResourceType::Model,
        materialization: "table".to_owned(),
        display: name(at),
        path: format!("models/{}.sql", name(at)),
    };
    (0..count).map(|at| Task { label: label(at), weight: 1 }).collect()
}

/// Runs `count` tasks with edges on `threads` workers; `cancel_after` raises the wish to stop.
fn run(
    count: usize,
    edges: &[(usize, usize)],
    acts: &[(usize, Act)],
    limits: Limits,
    cancel_after: Option<Duration>,
) -> Run {
    let schedule = Schedule::new(tasks(count), edges.iter().copied()).unwrap();
    let executor = Arc::new(Pretend {
        labels: schedule.tasks().iter().map(|task| task.label.clone()).collect(),
        acts: acts.iter().copied().collect(),
        started: Mutex::default(),
    });
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let sink: EventSink = {
        let events = Arc::clone(&events);
        Arc::new(move |event| events.lock().unwrap().push(event))
    };
    let cancel = Cancel::default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let results = runtime.block_on(async {
        if let Some(after) = cancel_after {
            let cancel = cancel.clone();
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                cancel.cancel();
            });
        }
        run_schedule(&schedule, Arc::clone(&executor), &limits, &cancel, &sink).await
    });
    let started = executor.started.lock().unwrap().clone();
    let events = events.lock().unwrap().clone();
    Run { results, started, events }
}

fn one_thread() -> Limits {
    Limits::new(1)
}

/// a → b, a → c, b → d, c → d.
const DIAMOND: &[(usize, usize)] = &[(0, 1), (0, 2), (1, 3), (2, 3)];

#[test]
fn a_diamond_runs_parents_first() {
    let run = run(4, DIAMOND, &[], one_thread(), None);
    assert_eq!(run.story(), ["a success", "b success", "c success", "d success"]);
}

#[test]
fn the_longest_chain_starts_first() {
    // a alone; b → c → d.
    let run = run(4, &[(1, 2), (2, 3)], &[], one_thread(), None);
    assert_eq!(run.started, [1, 2, 0, 3]);
}

#[test]
fn descendants_of_a_failure_are_skipped_and_name_it() {
    let edges = [DIAMOND, &[(3, 4)]].concat();
    let run = run(6, &edges, &[(1, Act::End(Status::Error))], one_thread(), None);
    assert_eq!(
        run.story(),
        [
            "a success",
            "b error",
            "d skipped: skipped because b failed",
            "e skipped: skipped because b failed",
            "c success",
            "f success",
        ]
    );
}

#[test]
fn a_failing_test_skips_children_and_a_warning_does_not() {
    let fails = run(3, &[(0, 1), (1, 2)], &[(1, Act::End(Status::Fail))], one_thread(), None);
    assert_eq!(fails.story()[2], "c skipped: skipped because b failed");
    let warns = run(3, &[(0, 1), (1, 2)], &[(1, Act::End(Status::Warn))], one_thread(), None);
    assert_eq!(warns.story()[2], "c success");
}

#[test]
fn fail_fast_stops_what_runs_and_skips_the_rest() {
    let limits = Limits { fail_fast: true, ..Limits::new(2) };
    let acts = [(0, Act::UntilCancelled), (1, Act::End(Status::Error))];
    let run = run(3, &[], &acts, limits, None);
    assert_eq!(
        run.story(),
        ["b error", "a error", "c skipped: skipped because b failed and --fail-fast is on"]
    );
}

#[test]
fn a_panic_is_that_nodes_error_and_names_itself_a_bug() {
    let run = run(3, &[(0, 1)], &[(0, Act::Panic)], one_thread(), None);
    assert_eq!(
        run.story(),
        [
            "a error: this is a bug in elt: seven is not a number",
            "b skipped: skipped because a failed",
            "c success",
        ]
    );
    assert_eq!(run.results[0].diagnostics[0].code, "internal-error");
}

#[test]
fn an_interrupt_stops_running_tasks_and_skips_the_others() {
    let after = Some(Duration::from_millis(20));
    let run = run(3, &[(0, 1)], &[(0, Act::UntilCancelled)], one_thread(), after);
    assert_eq!(
        run.story(),
        [
            "a error",
            "b skipped: skipped because a was interrupted",
            "c skipped: skipped because the run was interrupted",
        ]
    );
    assert!(run.events.iter().any(|event| matches!(event, Event::Interrupted)));
}

#[test]
fn a_task_that_does_not_stop_is_left_behind() {
    let limits = Limits { interrupt_grace: Duration::from_millis(30), ..Limits::new(1) };
    let run = run(2, &[], &[(0, Act::Forever)], limits, Some(Duration::from_millis(10)));
    assert_eq!(
        run.story(),
        [
            "a error: did not stop in time and was left behind",
            "b skipped: skipped because the run was interrupted",
        ]
    );
}

#[test]
fn a_circle_is_refused() {
    let error = Schedule::new(tasks(3), [(0, 1), (1, 2), (2, 1)]).unwrap_err();
    assert_eq!(error.members, ["model.p.b", "model.p.c"]);
}

#[test]
fn twenty_thousand_tasks_cost_next_to_nothing() {
    const COUNT: usize = 20_000;
    // A chain of 10,000, whose every link fans out into one more.
    let chain = (0..COUNT / 2 - 1).map(|at| (at, at + 1));
    let fan = (0..COUNT / 2).map(|at| (at, COUNT / 2 + at));
    let edges: Vec<_> = chain.chain(fan).collect();
    let begun = Instant::now();
    let run = run(COUNT, &edges, &[], Limits::new(8), None);
    assert_eq!(run.results.len(), COUNT);
    // Measured at about 0.1 s without optimisation; the bound only catches a wrong complexity.
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the graph and whatever fails: one result for each task, at most one start, never
    /// before its parents, and never under a failed one.
    #[test]
    fn every_task_runs_at_most_once_and_after_its_parents(
        count in 1usize..40,
        pairs in proptest::collection::vec((0usize..40, 0usize..40), 0..120),
        failing in proptest::collection::hash_set(0usize..40, 0..4),
        threads in 1usize..5,
    ) {
        let edges: Vec<(usize, usize)> = pairs
            .into_iter()
            .filter(|(parent, child)| parent < child && *child < count)
            .collect();
        let acts: Vec<_> = failing.iter().map(|at| (*at, Act::End(Status::Error))).collect();
        let run = run(count, &edges, &acts, Limits::new(threads), None);
        let ids: HashSet<_> = run.results.iter().map(|r| r.node.unique_id.clone()).collect();
        prop_assert_eq!(run.results.len(), count);
        prop_assert_eq!(ids.len(), count);
        let mut started = HashSet::new();
        let mut ended = HashMap::new();
        for event in &run.events {
            match event {
                Event::NodeStarted { node } => {
                    prop_assert!(started.insert(node.display.clone()));
                    for (parent, child) in &edges {
                        if name(*child) == node.display {
                            prop_assert_eq!(ended.get(&name(*parent)), Some(&Status::Success));
                        }
                    }
                }
                Event::NodeFinished { result } => {
                    ended.insert(result.node.display.clone(), result.status);
                }
                _ => {}
            }
        }
    }
}
