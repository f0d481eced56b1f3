//! What a run says of batches.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::{
    manifest::{TimeSpan, UniqueId},
    run::BatchResults,
};

/// What the batches of a run's microbatch models depend on besides their own settings.
#[derive(Clone, Debug)]
pub struct BatchOptions {
    /// `--event-time-start` and `--event-time-end`.
    pub window: Option<TimeSpan>,
    /// `--sample`: batches touch nothing outside of it.
    pub sample: Option<TimeSpan>,
    /// When the run started; in a retry, the run that is retried: the same batches are built, not
    /// those up to now.
    pub until: DateTime<Utc>,
    /// Whether tables are kept whatever else says that they are built from nothing (`elt backfill`).
    pub keeps_tables: bool,
    /// In a retry, how the batches of models ended of which some were built.
    pub earlier: HashMap<UniqueId, BatchResults>,
    /// Batches that the last run has left undone, of models that this one builds.
    pub left_behind: HashMap<UniqueId, Vec<TimeSpan>>,
}

impl BatchOptions {
    /// No limits, for a run that starts now.
    pub fn of_run(started_at: DateTime<Utc>) -> Self {
        Self {
            window: None,
            sample: None,
            until: started_at,
            keeps_tables: false,
            earlier: HashMap::new(),
            left_behind: HashMap::new(),
        }
    }
}
