//! How batches of a microbatch model ended.

use super::{NodeLabel, Status};
use crate::manifest::{Batch, TimeSpan};

/// How one batch ended.
#[derive(Clone, Debug)]
pub struct BatchResult {
    /// The model.
    pub node: NodeLabel,
    /// The batch.
    pub batch: Batch,
    /// Its place among the batches of the run, from 1.
    pub place: usize,
    /// How many there are.
    pub total: usize,
    /// `Success`, `Error`, or `Skipped` where it was not started.
    pub status: Status,
    /// Rows written.
    pub rows_affected: Option<u64>,
    /// Wall time in seconds.
    pub elapsed_secs: f64,
    /// What went wrong, in a line.
    pub message: Option<String>,
}

/// The batches of a model by how they ended: `batch_results` of `run_results.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchResults {
    /// Those that were built; in a retry also those that were built before.
    pub successful: Vec<TimeSpan>,
    /// Those that failed or were not started.
    pub failed: Vec<TimeSpan>,
}
