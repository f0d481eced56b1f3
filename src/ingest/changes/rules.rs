//! What counts as a change.

use crate::ingest::RecordPath;

/// What counts as a change, and what is not believed.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRules {
    /// Lists whose order says nothing.
    pub unordered: Vec<RecordPath>,
    /// Fields that say nothing of the record's state.
    pub ignore: Vec<RecordPath>,
    /// The share of the known records that one snapshot may lack: of more, none is believed to be
    /// deleted.
    pub max_deleted_share: f64,
    /// Whether a snapshot without any record may be believed.
    pub allow_empty: bool,
}

impl Default for ChangeRules {
    /// Half of the records may go at once.
    fn default() -> Self {
        Self {
            unordered: Vec::new(),
            ignore: Vec::new(),
            max_deleted_share: 0.5,
            allow_empty: false,
        }
    }
}
