//! Says what takes longer than it should: a server that fails for minutes is waited for, and not in
//! silence.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::adapter::bigquery::error::BigQueryError;

/// Characters of an error that is told.
const MAX_TOLD_CHARS: usize = 200;

/// Takes a line for people.
#[derive(Clone)]
pub struct Tell(Arc<dyn Fn(&str) + Send + Sync>);

impl Tell {
    /// Lines go to `take`.
    pub fn new(take: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }
}

impl fmt::Debug for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

/// Tells of failures that last, once in a while: many requests meet the same ones.
pub(super) struct Patience {
    tell: Option<Tell>,
    after: Duration,
    every: Duration,
    last: Mutex<Option<Instant>>,
}

impl Patience {
    pub fn new(tell: Option<Tell>, after: Duration, every: Duration) -> Self {
        Self { tell, after, every, last: Mutex::default() }
    }

    /// A request has failed since `begin` and is tried again, until `patience` ends.
    pub fn waits(&self, begin: Instant, patience: Duration, error: &BigQueryError) {
        let Some(Tell(tell)) = &self.tell else { return };
        let waited = begin.elapsed();
        if waited < self.after {
            return;
        }
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.is_some_and(|last| last.elapsed() < self.every) {
                return;
            }
            *last = Some(Instant::now());
        }
        let first_line = error.message.lines().next().unwrap_or_default();
        let said: String = first_line.chars().take(MAX_TOLD_CHARS).collect();
        let status = error.status.map_or(String::new(), |status| format!(" ({status})"));
        let more = patience.saturating_sub(waited).as_secs();
        tell(&format!(
            "BigQuery has failed for {} s: {said}{status}; it is tried for {more} s more",
            waited.as_secs()
        ));
    }
}
