//! How fast requests may follow each other, so that BigQuery's quotas are not what slows a run down.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use tokio::{sync::Mutex, time::Instant};

/// Updates of one table's metadata that BigQuery takes in [`UPDATES_PERIOD`]: "5 operations every
/// 10 seconds per table"
/// (<https://cloud.google.com/bigquery/quotas#standard_tables>).
const UPDATES_PER_PERIOD: usize = 5;
/// See [`UPDATES_PER_PERIOD`].
const UPDATES_PERIOD: Duration = Duration::from_secs(10);
/// Partitions of one table that may change in [`UPDATES_PERIOD`]: "50 partition modifications every 10
/// seconds per partitioned table"
/// (<https://cloud.google.com/bigquery/quotas#partitioned_tables>).
const PARTITIONS_PER_PERIOD: usize = 50;
/// Tables that are kept in mind: beyond it, those whose last update is long ago are forgotten.
const MAX_TABLES: usize = 4096;

/// Lets a number of requests through each second, and a burst of as many at once.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct Gate {
    flow: Mutex<Flow>,
}

#[derive(Debug)]
struct Flow {
    interval: Duration,
    burst: Duration,
    /// When the next request is due if all came evenly.
    due: Option<Instant>,
}

impl Flow {
    fn per_second(requests: u32) -> Self {
        let interval = Duration::from_secs(1) / requests.max(1);
        Self { interval, burst: interval * requests.max(1), due: None }
    }

    /// When a request that comes now may pass.
    fn turn(&mut self, now: Instant) -> Instant {
        let at = self.due.map_or(now, |due| due.max(now));
        self.due = Some(at + self.interval);
        at.checked_sub(self.burst).map_or(now, |turn| turn.max(now))
    }

    /// Whether a request that comes now may pass at once. One that may not has taken nobody's turn.
    fn turn_at_once(&mut self, now: Instant) -> bool {
        let before = self.due;
        let at_once = self.turn(now) <= now;
        if !at_once {
            self.due = before;
        }
        at_once
    }
}

impl Gate {
    /// A gate for so many requests in a second.
    pub(in crate::adapter::bigquery) fn per_second(requests: u32) -> Self {
        Self { flow: Mutex::new(Flow::per_second(requests)) }
    }

    /// Waits for this request's turn.
    pub(in crate::adapter::bigquery) async fn pass(&self) {
        let turn = self.flow.lock().await.turn(Instant::now());
        tokio::time::sleep_until(turn).await;
    }

    /// Whether this request's turn is now; else it is not sent.
    pub(in crate::adapter::bigquery) async fn passes_at_once(&self) -> bool {
        self.flow.lock().await.turn_at_once(Instant::now())
    }
}

/// Keeps updates of each single table or dataset apart.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct TableUpdates {
    times: Mutex<Times>,
}

#[derive(Debug)]
struct Times {
    per_period: usize,
    by_name: HashMap<String, VecDeque<Instant>>,
}

impl Times {
    /// When an update of `name` that comes now may pass.
    fn turn(&mut self, name: &str, now: Instant) -> Instant {
        if self.by_name.len() >= MAX_TABLES {
            let recent = |times: &VecDeque<Instant>| {
                times.back().is_some_and(|at| *at + UPDATES_PERIOD > now)
            };
            self.by_name.retain(|_, times| recent(times));
        }
        let times = self.by_name.entry(name.to_owned()).or_default();
        let turn = match times.len() >= self.per_period {
            true => times.pop_front().map_or(now, |first| now.max(first + UPDATES_PERIOD)),
            false => now,
        };
        times.push_back(turn);
        turn
    }
}

impl TableUpdates {
    /// Of a table's or a dataset's metadata.
    pub(in crate::adapter::bigquery) fn of_metadata() -> Self {
        Self::so_many(UPDATES_PER_PERIOD)
    }

    /// Of a table's partitions.
    pub(in crate::adapter::bigquery) fn of_partitions() -> Self {
        Self::so_many(PARTITIONS_PER_PERIOD)
    }

    fn so_many(per_period: usize) -> Self {
        Self { times: Mutex::new(Times { per_period, by_name: HashMap::new() }) }
    }

    /// Waits until one more update of `name` is allowed.
    pub(in crate::adapter::bigquery) async fn pass(&self, name: &str) {
        let turn = self.times.lock().await.turn(name, Instant::now());
        tokio::time::sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_lets_a_burst_through_and_then_an_even_flow() {
        let mut flow = Flow::per_second(100);
        let now = Instant::now();
        let waits: Vec<u128> = (0..151).map(|_| (flow.turn(now) - now).as_millis()).collect();
        assert!(waits[..=100].iter().all(|wait| *wait == 0), "{waits:?}");
        assert_eq!((waits[101], waits[150]), (10, 500));
        // After a while without requests there may be a burst again, and no larger one.
        let later = now + Duration::from_secs(60);
        let waits: Vec<u128> = (0..102).map(|_| (flow.turn(later) - later).as_millis()).collect();
        assert_eq!((waits[100], waits[101]), (0, 10));
    }

    #[test]
    fn what_may_be_left_out_takes_no_turn_where_there_is_none() {
        let mut flow = Flow::per_second(100);
        let now = Instant::now();
        let passed = (0..300).filter(|_| flow.turn_at_once(now)).count();
        assert_eq!(passed, 101);
        assert_eq!((flow.turn(now) - now).as_millis(), 10);
        assert!(!flow.turn_at_once(now));
        assert!(flow.turn_at_once(now + Duration::from_secs(1)));
    }

    #[test]
    fn five_updates_of_a_table_are_free_and_others_are_not_held_up() {
        let mut times = Times { per_period: UPDATES_PER_PERIOD, by_name: HashMap::new() };
        let now = Instant::now();
        let mut wait = |name, secs| {
            let now = now + Duration::from_secs(secs);
            (times.turn(name, now) - now).as_secs()
        };
        for table in ["a", "b"] {
            for _ in 0..5 {
                assert_eq!(wait(table, 0), 0);
            }
        }
        assert_eq!(wait("a", 1), 9);
        assert_eq!(wait("c", 1), 0);
        assert_eq!(wait("b", 11), 0);
        // The sixth of `a` counts from its turn, in the tenth second.
        assert_eq!([0; 4].map(|_| wait("a", 11)), [0; 4]);
        assert_eq!(wait("a", 11), 9);
    }
}
