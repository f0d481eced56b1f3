//! What fetching came to.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

use chrono::{DateTime, Utc};

/// Counts of a load's fetching, and what could not be had of it. Shared by the tasks that fetch.
#[derive(Debug, Default)]
pub struct FetchStats {
    requests: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
    payloads: AtomicU64,
    /// Seconds since 1970; 0 where no record bears a time.
    newest_secs: AtomicI64,
    not_modified: AtomicU64,
    has_nothing_to_compare: AtomicBool,
    lacks_a_part: AtomicBool,
    notices: Mutex<Vec<String>>,
    problems: Mutex<Vec<String>>,
}

/// The counts at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetching {
    /// Requests sent, first attempts and further ones.
    pub requests: u64,
    /// Further attempts among them.
    pub retries: u64,
    /// Bytes of payloads, as they came.
    pub bytes: u64,
    /// Payloads: files, pages, outputs.
    pub payloads: u64,
    /// Answers that say that nothing has changed.
    pub not_modified: u64,
    /// The newest time that a record bears itself.
    pub newest: Option<DateTime<Utc>>,
    /// Whether what has come says nothing of what is missing: there is nothing, or it has not changed.
    pub has_nothing_to_compare: bool,
    /// Whether a part of the payloads could not be had.
    pub lacks_a_part: bool,
    /// What is no failure, and worth a look: a sentence each.
    pub notices: Vec<String>,
    /// What went wrong while the rest went on: parts that could not be had, an archive. A sentence each.
    pub problems: Vec<String>,
}

impl FetchStats {
    /// A request is sent; `again` where it is not the first attempt.
    pub fn request(&self, again: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.retries.fetch_add(u64::from(again), Ordering::Relaxed);
    }

    /// A payload has come.
    pub fn payload(&self, bytes: u64) {
        self.payloads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Payloads have come.
    pub fn payloads(&self, count: u64, bytes: u64) {
        self.payloads.fetch_add(count, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A record bears this time.
    pub fn record_of(&self, moment: DateTime<Utc>) {
        self.newest_secs.fetch_max(moment.timestamp(), Ordering::Relaxed);
    }

    /// A server says that nothing has changed.
    pub fn not_modified(&self) {
        self.not_modified.fetch_add(1, Ordering::Relaxed);
        self.nothing_to_compare();
    }

    /// What comes, or does not, says nothing of what is missing.
    pub fn nothing_to_compare(&self) {
        self.has_nothing_to_compare.store(true, Ordering::Relaxed);
    }

    /// Something worth a look, and no failure.
    pub fn notice(&self, notice: String) {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }

    /// A part of the payloads cannot be had, the others can.
    pub fn missing_part(&self, problem: String) {
        self.lacks_a_part.store(true, Ordering::Relaxed);
        self.problem(problem);
    }

    /// Something beside the payloads goes wrong.
    pub fn problem(&self, problem: String) {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
    }

    /// The counts so far.
    pub fn so_far(&self) -> Fetching {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let newest_secs = Some(self.newest_secs.load(Ordering::Relaxed)).filter(|secs| *secs > 0);
        Fetching {
            requests: count(&self.requests),
            retries: count(&self.retries),
            bytes: count(&self.bytes),
            payloads: count(&self.payloads),
            not_modified: count(&self.not_modified),
            has_nothing_to_compare: self.has_nothing_to_compare.load(Ordering::Relaxed),
            lacks_a_part: self.lacks_a_part.load(Ordering::Relaxed),
            notices: self.notices.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            newest: newest_secs.and_then(|secs| DateTime::from_timestamp(secs, 0)),
            problems: self.problems.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}
