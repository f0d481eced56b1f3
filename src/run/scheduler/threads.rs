//! The threads of a run: `--threads` of them, whoever has work.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

/// Numbered threads. A task has one while it runs; a task that could do several things at once takes
/// spare ones, which no other task waits for.
#[derive(Clone, Debug)]
pub struct Threads {
    state: Arc<Mutex<State>>,
    /// Counts the times that a thread may have become spare.
    freed: Arc<watch::Sender<u64>>,
}

#[derive(Debug)]
struct State {
    /// From 1; the lowest is taken first.
    free: BinaryHeap<Reverse<usize>>,
    /// Whether tasks are ready to start as soon as a thread is free.
    wanted: bool,
}

impl Threads {
    /// `count` threads, at least one.
    pub fn new(count: usize) -> Self {
        let free = (1..=count.max(1)).map(Reverse).collect();
        Self {
            state: Arc::new(Mutex::new(State { free, wanted: false })),
            freed: Arc::new(watch::Sender::new(0)),
        }
    }

    /// A thread for a task that is ready, if one is free.
    pub(super) fn take(&self) -> Option<usize> {
        self.state().free.pop().map(|Reverse(number)| number)
    }

    /// Whether tasks that are ready wait for a thread: then none is spare.
    pub(super) fn want(&self, wanted: bool) {
        let mut state = self.state();
        let is_news = state.wanted && !wanted && !state.free.is_empty();
        state.wanted = wanted;
        drop(state);
        if is_news {
            self.tell();
        }
    }

    /// Gives back a thread that was taken.
    pub(super) fn give_back(&self, number: usize) {
        self.state().free.push(Reverse(number));
        self.tell();
    }

    /// A thread that no task waits for, if there is one.
    pub fn spare(&self) -> Option<SpareThread> {
        let mut state = self.state();
        let number = if state.wanted { None } else { state.free.pop() };
        number.map(|Reverse(number)| SpareThread { threads: self.clone(), number })
    }

    /// Tells when a thread may have become free.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.freed.subscribe()
    }

    fn tell(&self) {
        self.freed.send_modify(|times| *times = times.wrapping_add(1));
    }

    /// A panic elsewhere leaves the state whole: every change is one step.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A spare thread in use; given back when dropped.
#[derive(Debug)]
pub struct SpareThread {
    threads: Threads,
    /// Its number.
    pub number: usize,
}

impl Drop for SpareThread {
    fn drop(&mut self) {
        self.threads.give_back(self.number);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn ready_tasks_go_before_those_that_want_more() {
        let threads = Threads::new(2);
        assert_eq!(threads.take(), Some(1));
        let spare = threads.spare().unwrap();
        assert_eq!(spare.number, 2);
        assert!(threads.spare().is_none() && threads.take().is_none());
        threads.want(true);
        let told = threads.watch();
        drop(spare);
        assert!(told.has_changed().unwrap());
        assert!(threads.spare().is_none(), "a task waits for it");
        assert_eq!(threads.take(), Some(2));
        threads.want(false);
        threads.give_back(1);
        assert!(threads.spare().is_some());
    }

    #[test]
    fn what_is_not_wanted_any_more_is_told() {
        let threads = Threads::new(1);
        threads.want(true);
        let told = threads.watch();
        threads.want(false);
        assert!(told.has_changed().unwrap());
        assert!(threads.spare().is_some());
    }
}
