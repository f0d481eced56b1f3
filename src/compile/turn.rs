//! One time that a node is built.

use crate::manifest::Batch;

/// What a template sees of the time that its node is built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// What `is_incremental()` answers.
    pub is_incremental: bool,
    /// The batch of a microbatch model: `model.batch`, and which rows `ref()` and `source()` read.
    pub batch: Option<Batch>,
}

impl Turn {
    /// A node built as a whole.
    pub fn whole(is_incremental: bool) -> Self {
        Self { is_incremental, batch: None }
    }
}
