//! Feeds polled again and again, each at its own times.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::sync::{Mutex, Semaphore};

use super::{
    Cadence, Feed, IngestRequest, Lander,
    fetch::in_order,
    load_options::LoadOptions,
    runner::{run_stream, streams},
};
use crate::{
    adapter::Cancel,
    backoff::fraction,
    run::{EventSink, NodeResult, Status},
};

/// How long a sleep is at most: a machine that was asleep looks at the clock again soon.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);

/// Opens the warehouse; or says why it cannot.
pub type OpenRequest = dyn Fn() -> Result<IngestRequest, String> + Send + Sync;
/// Takes the health of a feed behind each poll, with the poll's result.
pub type TellHealth = dyn Fn(&Health, Option<&NodeResult>) + Send + Sync;

/// How feeds are watched.
pub struct Watch {
    /// The feeds.
    pub feeds: Vec<Feed>,
    /// How often those are polled that do not say it.
    pub every: Duration,
    /// Polls at once.
    pub at_once: usize,
    /// Opens the warehouse: between polls it is closed, so that others can use it.
    pub open: Arc<OpenRequest>,
    /// Raised when polls are to be finished, and none begun.
    pub stop: Cancel,
    /// Raised when polls are to be given up.
    pub cancel: Cancel,
    /// Who is told.
    pub tell: Arc<TellHealth>,
}

/// How a feed that is watched is doing.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// The source table.
    pub unique_id: String,
    /// The table.
    pub name: String,
    /// Polls so far.
    pub polls: u64,
    /// Those that failed.
    pub failures: u64,
    /// Failures behind the last success.
    pub failures_in_a_row: u64,
    /// Rows landed so far.
    pub rows: u64,
    /// When it last succeeded.
    pub last_success: Option<DateTime<Utc>>,
    /// What the last failure was.
    pub problem: Option<String>,
    /// When it is polled next; none when it will not be.
    pub next: Option<DateTime<Utc>>,
}

impl Health {
    fn of(feed: &Feed) -> Self {
        let name = format!("{}.{}", feed.relation.schema, feed.relation.identifier);
        Self { unique_id: feed.unique_id.as_str().to_owned(), name, ..Self::default() }
    }

    fn note(&mut self, outcome: &Result<Arc<NodeResult>, String>) {
        self.polls += 1;
        let failed = |result: &NodeResult| !matches!(result.status, Status::Success | Status::Warn);
        self.problem = match outcome {
            Ok(result) if failed(result) => {
                Some(result.message.clone().unwrap_or_else(|| result.status.as_str().to_owned()))
            }
            Ok(result) => {
                self.rows += result.rows_affected.unwrap_or(0);
                self.last_success = Some(Utc::now());
                None
            }
            Err(problem) => Some(problem.clone()),
        };
        match self.problem {
            None => self.failures_in_a_row = 0,
            Some(_) => {
                self.failures += 1;
                self.failures_in_a_row += 1;
            }
        }
    }
}

/// Polls until it is stopped; how each feed was doing then.
pub async fn watch(watch: Watch) -> Vec<Health> {
    let places = Arc::new(Semaphore::new(watch.at_once.max(1)));
    let streams = streams(&watch.feeds);
    let count = streams.len();
    let warehouse = Arc::new(Warehouse { open: watch.open, held: Mutex::default() });
    let polls: Vec<_> = streams
        .into_iter()
        .map(|stream| {
            // The first of those that share a stream says when it is polled.
            let feed = &watch.feeds[stream[0]];
            let polled = Polled {
                every: feed.cadence.every.unwrap_or(watch.every),
                cadence: feed.cadence,
                healths: stream.iter().map(|at| Health::of(&watch.feeds[*at])).collect(),
                feeds: stream.iter().map(|at| watch.feeds[*at].clone()).collect(),
                places: Arc::clone(&places),
                warehouse: Arc::clone(&warehouse),
                stop: watch.stop.clone(),
                cancel: watch.cancel.clone(),
                tell: Arc::clone(&watch.tell),
            };
            polled.until_stopped()
        })
        .collect();
    let mut healths = Vec::new();
    in_order(polls, count, |of_stream| {
        healths.extend(of_stream);
        std::future::ready(true)
    })
    .await;
    healths
}

/// The warehouse as long as anybody needs it.
struct Warehouse {
    open: Arc<OpenRequest>,
    held: Mutex<Weak<(IngestRequest, Lander)>>,
}

impl Warehouse {
    async fn take(&self) -> Result<Arc<(IngestRequest, Lander)>, String> {
        let mut held = self.held.lock().await;
        if let Some(opened) = held.upgrade() {
            return Ok(opened);
        }
        let open = Arc::clone(&self.open);
        let opened = tokio::task::spawn_blocking(move || (*open)()).await;
        let request = opened.map_err(|bug| format!("this is a bug in elt: {bug}"))??;
        let lander = Lander::new(Arc::clone(&request.adapter));
        let opened = Arc::new((request, lander));
        *held = Arc::downgrade(&opened);
        Ok(opened)
    }
}

struct Polled {
    /// Those that share a stream.
    feeds: Vec<Feed>,
    cadence: Cadence,
    every: Duration,
    healths: Vec<Health>,
    places: Arc<Semaphore>,
    warehouse: Arc<Warehouse>,
    stop: Cancel,
    cancel: Cancel,
    tell: Arc<TellHealth>,
}

impl Polled {
    async fn until_stopped(mut self) -> Vec<Health> {
        while !self.stop.is_cancelled() {
            let place = tokio::select! {
                place = self.places.acquire() => place,
                () = self.stop.cancelled() => break,
            };
            let outcomes = self.poll().await;
            drop(place);
            // Polls that fell into this one are left out: the next one sees the same.
            let next = self.cadence.next(Utc::now(), self.every);
            let next = next + self.cadence.jitter.mul_f64(fraction());
            for (health, outcome) in self.healths.iter_mut().zip(&outcomes) {
                health.note(outcome);
                health.next = (!self.stop.is_cancelled()).then_some(next);
                (*self.tell)(health, outcome.as_deref().ok());
            }
            self.sleep_until(next).await;
        }
        for health in &mut self.healths {
            health.next = None;
        }
        self.healths
    }

    /// What came of the poll, for each feed.
    async fn poll(&self) -> Vec<Result<Arc<NodeResult>, String>> {
        let opened = match self.warehouse.take().await {
            Ok(opened) => opened,
            Err(problem) => return self.feeds.iter().map(|_| Err(problem.clone())).collect(),
        };
        let (request, lander) = &*opened;
        // Nobody listens for days: what is told is told by `tell`.
        let silent: EventSink = Arc::new(|_| {});
        let feeds: Vec<&Feed> = self.feeds.iter().collect();
        let options = LoadOptions { is_watched: true, ..LoadOptions::default() };
        let results =
            run_stream(&feeds, None, request, lander, &options, &self.cancel, &silent).await;
        results.into_iter().map(Ok).collect()
    }

    async fn sleep_until(&self, next: DateTime<Utc>) {
        while !self.stop.is_cancelled() {
            let Ok(left) = (next - Utc::now()).to_std() else { return };
            tokio::select! {
                () = tokio::time::sleep(left.min(LONGEST_SLEEP)) => {}
                () = self.stop.cancelled() => {}
            }
        }
    }
}
