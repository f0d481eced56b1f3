//! What fetching needs besides the feed.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, Utc};
use tokio::{sync::OnceCell, task::JoinHandle};

use super::{FetchStats, FoundFile, Hosts, KnownAnswers};
use crate::{
    adapter::{Cancel, bigquery::GoogleAccess},
    ingest::{EnvLookup, KnownFiles, Window},
};

/// Who we are to Google's services.
pub type GoogleLookup = dyn Fn() -> Result<GoogleAccess, String> + Send + Sync;

/// What fetching needs besides the feed. A clone is the same load's.
#[derive(Clone)]
pub struct FetchContext {
    /// The project's folder.
    pub root: PathBuf,
    /// The environment, for secrets.
    pub env: Arc<EnvLookup>,
    /// The folder for payloads on their way.
    pub spool: PathBuf,
    /// What makes the names of files there this load's own.
    pub load_id: String,
    /// The invocation.
    pub run_id: String,
    /// When the load began.
    pub began: DateTime<Utc>,
    /// Who we are to Google's services.
    pub google: Arc<GoogleLookup>,
    /// Whom requests go to.
    pub hosts: Arc<Hosts>,
    /// The window that is asked for, where one is.
    pub window: Option<Window>,
    /// The files of a feed, where several loads of it share them.
    pub listing: Option<Arc<OnceCell<Arc<Vec<FoundFile>>>>>,
    /// The files that have been landed, where they are not read again.
    pub known_files: Option<Arc<KnownFiles>>,
    /// The answers that have been landed, where they are not asked for again.
    pub known_answers: Option<Arc<KnownAnswers>>,
    /// Whether the feed is asked again soon: nothing there yet is no news then.
    pub is_watched: bool,
    /// What is to end before the load has: payloads being archived.
    pub background: Arc<Mutex<Vec<JoinHandle<()>>>>,
    /// Whether the user wants to stop.
    pub cancel: Cancel,
    /// What it comes to.
    pub stats: Arc<FetchStats>,
    /// Files made so far.
    pub files: Arc<AtomicU64>,
}

impl FetchContext {
    /// A new file's path in the spool.
    pub fn new_file(&self) -> PathBuf {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        self.spool.join(format!("{}.{number}.payload", self.load_id))
    }

    /// Waits for what goes on beside the load.
    pub async fn background_ended(&self) {
        let tasks =
            std::mem::take(&mut *self.background.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            if task.await.is_err() {
                self.stats.problem("this is a bug in elt: archiving broke off".to_owned());
            }
        }
    }
}
