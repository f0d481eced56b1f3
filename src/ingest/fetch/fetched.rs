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
const READY_AHEAD: usize = 4;

/// Payloads in the order in which they are to be landed, fetched while the ones before are.
pub struct Fetched {
    payloads: Receiver<Result<Payload, String>>,
    task: JoinHandle<()>,
    whole: Arc<AtomicBool>,
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
        Self { payloads, task, whole }
    }

    /// The next payload, none behind the last. It may wait for it: only on a thread that may block.
    /// An error is the feed's: nothing of it is to be landed.
    pub fn next_blocking(&mut self) -> Option<Result<Payload, String>> {
        match self.payloads.blocking_recv() {
            // A task that broke off must not look like one that found no more.
            None if !self.whole.swap(true, Ordering::Acquire) => {
                Some(Err("this is a bug in elt: fetching broke off".to_owned()))
            }
            next => next,
        }
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        self.task.abort();
    }
}
