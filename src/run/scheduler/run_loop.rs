//! The loop that starts tasks when their parents have ended.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::{Id, JoinError, JoinSet};

use super::{Schedule, Threads};
use crate::{
    adapter::{BoxFuture, Cancel},
    diagnostic::Diagnostic,
    run::{Event, NodeLabel, NodeResult, Status},
};

/// Where events go. Called from the scheduler and from workers; must not block for long.
pub type EventSink = Arc<dyn Fn(Event) + Send + Sync>;

/// How long running statements may take to notice that they are interrupted. Longer than an
/// engine's check interval by far, short enough that nobody reaches for `kill`.
const INTERRUPT_GRACE: Duration = Duration::from_secs(10);

/// What a task does when its turn comes.
pub trait Executor: Send + Sync + 'static {
    /// Runs the task at `task` of the schedule on worker `thread` (from 1). `cancel` is raised
    /// when running statements must stop. Failures are results; a panic becomes one.
    fn execute(
        self: Arc<Self>,
        task: usize,
        thread: usize,
        cancel: Cancel,
    ) -> BoxFuture<'static, NodeResult>;
}

/// What bounds a run.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Tasks at once (at least 1).
    pub threads: usize,
    /// Those threads, shared with tasks that can do several things at once.
    pub pool: Threads,
    /// Whether the first failure stops the run.
    pub fail_fast: bool,
    /// How long to wait for interrupted statements.
    pub interrupt_grace: Duration,
}

impl Limits {
    /// `threads` at once, going on after failures.
    pub fn new(threads: usize) -> Self {
        let threads = threads.max(1);
        let pool = Threads::new(threads);
        Self { threads, pool, fail_fast: false, interrupt_grace: INTERRUPT_GRACE }
    }
}

/// Why no more tasks are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// The user's wish.
    Interrupted,
    /// The position of the task whose failure ended the run.
    FailFast(usize),
}

/// Runs every task of a schedule once, none before its parents, and returns one result per task in
/// the order they ended (skipped ones included). Ends early when `cancel` is raised.
pub async fn run_schedule<E: Executor>(
    schedule: &Schedule,
    executor: Arc<E>,
    limits: &Limits,
    cancel: &Cancel,
    events: &EventSink,
) -> Vec<Arc<NodeResult>> {
    let mut state = RunLoop::new(schedule, executor, limits, events);
    let mut freed = limits.pool.watch();
    loop {
        if state.stop.is_none() && cancel.is_cancelled() {
            state.interrupt();
        }
        state.launch();
        if state.running.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            Some(ended) = state.running.join_next_with_id() => state.ended(ended),
            () = cancel.cancelled(), if state.stop.is_none() => state.interrupt(),
            () = sleep_until(state.deadline) => state.abandon(),
            // Another task has given back a spare thread.
            Ok(()) = freed.changed(), if state.stop.is_none() && !state.ready.is_empty() => {}
        }
    }
    state.skip_the_rest();
    state.results
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

struct RunLoop<'a, E> {
    schedule: &'a Schedule,
    executor: Arc<E>,
    limits: &'a Limits,
    events: &'a EventSink,
    /// Raised for running tasks when the run stops, whoever stops it.
    stop_running: Cancel,
    waiting: Vec<u32>,
    settled: Vec<bool>,
    /// Ready tasks, the heaviest chain first, then in the order given.
    ready: BinaryHeap<(u64, Reverse<usize>)>,
    running: JoinSet<NodeResult>,
    places: HashMap<Id, Place>,
    stop: Option<Stop>,
    deadline: Option<Instant>,
    results: Vec<Arc<NodeResult>>,
}

struct Place {
    task: usize,
    thread: usize,
    started: Instant,
}

impl<'a, E: Executor> RunLoop<'a, E> {
    fn new(
        schedule: &'a Schedule,
        executor: Arc<E>,
        limits: &'a Limits,
        events: &'a EventSink,
    ) -> Self {
        let count = schedule.tasks.len();
        let ready = (0..count).filter(|at| schedule.parent_counts[*at] == 0);
        Self {
            schedule,
            executor,
            limits,
            events,
            stop_running: Cancel::default(),
            waiting: schedule.parent_counts.clone(),
            settled: vec![false; count],
            ready: ready.map(|at| (schedule.ranks[at], Reverse(at))).collect(),
            running: JoinSet::new(),
            places: HashMap::new(),
            stop: None,
            deadline: None,
            results: Vec::with_capacity(count),
        }
    }

    fn launch(&mut self) {
        while self.stop.is_none() && !self.ready.is_empty() {
            let Some(thread) = self.limits.pool.take() else {
                self.limits.pool.want(true);
                return;
            };
            let Some((_, Reverse(task))) = self.ready.pop() else { return };
            let label = self.schedule.tasks[task].label.clone();
            (self.events)(Event::NodeStarted { node: label });
            let executor = Arc::clone(&self.executor);
            let cancel = self.stop_running.clone();
            // Inside the future, so that also a panic before the first await is the task's own.
            let handle =
                self.running.spawn(async move { executor.execute(task, thread, cancel).await });
            self.places.insert(handle.id(), Place { task, thread, started: Instant::now() });
        }
        self.limits.pool.want(false);
    }

    fn ended(&mut self, ended: Result<(Id, NodeResult), JoinError>) {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let place = self.places.remove(&id).expect("every spawned task has a place");
        self.limits.pool.give_back(place.thread);
        let result = match ended {
            Ok((_, result)) => result,
            Err(error) => self.lost(&place, error),
        };
        let failed = result.status.is_failure();
        let blocks = failed || result.status == Status::Skipped;
        self.settle(place.task, result);
        if blocks {
            self.skip_descendants(place.task);
        } else {
            for child in &self.schedule.children[place.task] {
                let child = *child as usize;
                self.waiting[child] -= 1;
                if self.waiting[child] == 0 && !self.settled[child] {
                    self.ready.push((self.schedule.ranks[child], Reverse(child)));
                }
            }
        }
        if failed && self.limits.fail_fast && self.stop.is_none() {
            self.stop(Stop::FailFast(place.task));
        }
    }

    /// The result of a task that panicked or did not stop in time.
    fn lost(&self, place: &Place, error: JoinError) -> NodeResult {
        let label = self.schedule.tasks[place.task].label.clone();
        let mut result = result_of_panic(label, error);
        result.thread = place.thread;
        result.elapsed_secs = place.started.elapsed().as_secs_f64();
        result
    }

    fn settle(&mut self, task: usize, mut result: NodeResult) {
        self.settled[task] = true;
        self.results.append(&mut result.audits);
        let result = Arc::new(result);
        self.results.push(Arc::clone(&result));
        (self.events)(Event::NodeFinished { result });
    }

    fn skip(&mut self, task: usize, reason: String) {
        let label = self.schedule.tasks[task].label.clone();
        let mut result = NodeResult::new(label, Status::Skipped);
        result.message = Some(reason);
        self.settle(task, result);
    }

    /// Skips what depends on a task that failed. A descendant cannot have started, since one of its
    /// parents has not ended well; each is visited once in the whole run.
    fn skip_descendants(&mut self, failed: usize) {
        let schedule = self.schedule;
        let reason = {
            let label = &schedule.tasks[failed].label;
            let verb = if self.stop.is_some() { "was interrupted" } else { "failed" };
            format!("skipped because {} {verb}", label.display)
        };
        let mut stack = vec![failed];
        while let Some(at) = stack.pop() {
            for child in &schedule.children[at] {
                let child = *child as usize;
                if !self.settled[child] {
                    self.skip(child, reason.clone());
                    stack.push(child);
                }
            }
        }
    }

    fn stop(&mut self, stop: Stop) {
        self.stop = Some(stop);
        self.stop_running.cancel();
        self.deadline = Some(Instant::now() + self.limits.interrupt_grace);
    }

    fn interrupt(&mut self) {
        self.stop(Stop::Interrupted);
        (self.events)(Event::Interrupted);
    }

    /// Gives up waiting for tasks that do not stop; their results arrive as lost ones.
    fn abandon(&mut self) {
        self.deadline = None;
        self.running.abort_all();
    }

    fn skip_the_rest(&mut self) {
        let reason = match self.stop {
            Some(Stop::FailFast(task)) => {
                let label = &self.schedule.tasks[task].label;
                format!("skipped because {} failed and --fail-fast is on", label.display)
            }
            _ => "skipped because the run was interrupted".to_owned(),
        };
        for task in 0..self.schedule.tasks.len() {
            if !self.settled[task] {
                self.skip(task, reason.clone());
            }
        }
    }
}

/// The result of a node whose task panicked, or was left behind after an interrupt.
pub(in crate::run) fn result_of_panic(label: NodeLabel, error: JoinError) -> NodeResult {
    let diagnostic = if error.is_panic() {
        let payload = error.into_panic();
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Diagnostic::error("internal-error", format!("this is a bug in elt: {text}"))
            .note(format!("while running `{}`", label.unique_id))
            .help("please report it with the node's code; other nodes are not affected")
    } else {
        Diagnostic::error("interrupted", "did not stop in time and was left behind")
    };
    let mut result = NodeResult::new(label, Status::Error);
    result.message = Some(diagnostic.message.clone());
    result.diagnostics = vec![diagnostic];
    result
}
