//! The payloads of a feed, one after the other.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    task::JoinHandle,
};

use super::{FetchContext, Payload};

/// Payloads that are ready and not landed yet: those behind them are waited for on the other side.
pub const READY_AHEAD: usize = 4;

/// Payloads in the order in which they are to be landed, fetched while the ones before are.
pub struct Fetched {
    payloads: Receiver<Result<Payload, String>>,
    /// None where the task is to go on when nobody takes its payloads any more.
    task: Option<JoinHandle<()>>,
    whole: Option<Arc<AtomicBool>>,
}

/// Where a fetching task puts its payloads.
pub type Payloads = Sender<Result<Payload, String>>;

impl Fetched {
    /// Payloads that a task fetches. It is stopped where nobody takes them any more, or the user wants
    /// to stop.
    pub fn by<F>(context: &FetchContext, task: impl FnOnce(Payloads) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (sender, payloads) = channel(READY_AHEAD);
        let whole = Arc::new(AtomicBool::new(false));
        let (done, cancel) = (Arc::clone(&whole), context.cancel.clone());
        let work = task(sender.clone());
        let task = tokio::spawn(async move {
            tokio::select! {
                () = work => done.store(true, Ordering::Release),
                () = cancel.cancelled() => {
                    // Nobody takes it where landing has stopped by itself.
                    let _ = sender.send(Err("interrupted".to_owned())).await;
                }
            }
        });
        Self { payloads, task: Some(task), whole: Some(whole) }
    }

    /// Payloads that another one's task passes on, with all that is wrong with them.
    pub fn from_other(payloads: Receiver<Result<Payload, String>>) -> Self {
        Self { payloads, task: None, whole: None }
    }

    /// The next payload, none behind the last. It may wait for it: only on a thread that may block.
    /// An error is the feed's: nothing of it is to be landed.
    pub fn next_blocking(&mut self) -> Option<Result<Payload, String>> {
        let next = self.payloads.blocking_recv();
        self.checked(next)
    }

    /// The next payload, none behind the last.
    pub async fn next(&mut self) -> Option<Result<Payload, String>> {
        let next = self.payloads.recv().await;
        self.checked(next)
    }

    /// A task that broke off must not look like one that found no more.
    fn checked(&self, next: Option<Result<Payload, String>>) -> Option<Result<Payload, String>> {
        let broke_off =
            || self.whole.as_ref().is_some_and(|whole| !whole.swap(true, Ordering::AcqRel));
        match next {
            None if broke_off() => Some(Err("this is a bug in elt: fetching broke off".to_owned())),
            next => next,
        }
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
