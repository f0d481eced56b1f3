//! What fetching needs besides the feed.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, Utc};

use super::{FetchStats, Hosts};
use crate::{adapter::Cancel, ingest::EnvLookup};

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
    /// Whom requests go to.
    pub hosts: Arc<Hosts>,
    /// The window that is asked for, where one is.
    pub window: Option<Window>,
    /// Whether the user wants to stop.
    pub cancel: Cancel,
    /// What it comes to.
    pub stats: Arc<FetchStats>,
    /// Files made so far.
    pub files: Arc<AtomicU64>,
}

/// A window of time: from its begin up to its end, which is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its begin.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
}

impl FetchContext {
    /// A new file's path in the spool.
    pub fn new_file(&self) -> PathBuf {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        self.spool.join(format!("{}.{number}.payload", self.load_id))
    }
}
