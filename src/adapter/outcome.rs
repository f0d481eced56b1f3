//! What running a plan gave.

use crate::relation::Table;

/// What a plan did.
#[derive(Clone, Debug, Default)]
pub struct PlanOutcome {
    /// Rows written by the last writing step, where the engine says.
    pub rows_affected: Option<u64>,
    /// Rows that a `Land` step added, by table; those of a staging table are the ones passed on.
    pub landed: Vec<u64>,
    /// Whether the job of a `Land` step was there already: an answer was lost, or somebody else was
    /// faster.
    pub reattached: bool,
    /// The rows of the last `Query` step.
    pub table: Option<Table>,
    /// What the engine reports, as it goes to `run_results.json` (`adapter_response`).
    pub response: serde_json::Map<String, serde_json::Value>,
}
