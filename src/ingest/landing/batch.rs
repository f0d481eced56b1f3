//! Rows on their way.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{DeadLetter, StateEntry};

/// Rows, dead letters and state that are landed in one transaction, or a part of them.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The rows of the load's targets.
    pub rows: Vec<TargetRows>,
    /// What could not be landed.
    pub dead_letters: Vec<DeadLetter>,
    /// What is known of the feed once the rows are there.
    pub state: Vec<StateEntry>,
}

impl Batch {
    /// How many rows, and bytes of their texts.
    pub fn size(&self) -> (usize, usize) {
        let rows = self.rows.iter().flat_map(|target| &target.rows);
        rows.fold((0, 0), |(count, bytes), row| {
            let typed = row.typed.as_ref().map_or(0, String::len);
            (count + 1, bytes + row.payload.len() + typed)
        })
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(|target| target.rows.is_empty())
            && self.dead_letters.is_empty()
            && self.state.is_empty()
    }
}

/// Rows of one table.
#[derive(Clone, Debug)]
pub struct TargetRows {
    /// Which of [`super::Load::targets`].
    pub target: usize,
    /// The rows.
    pub rows: Vec<BronzeRow>,
}

/// A record in its envelope; what all rows of a load share is with the load.
#[derive(Clone, Debug, PartialEq)]
pub struct BronzeRow {
    /// `_record_key`.
    pub key: String,
    /// `_record_hash`.
    pub hash: String,
    /// `_source_ts`.
    pub source_ts: Option<DateTime<Utc>>,
    /// `_seq`: the record's place in the load.
    pub seq: u64,
    /// `_uri`: the file, the address, or the message (`pubsub://subscription/id`).
    pub uri: Arc<str>,
    /// `payload`: valid JSON.
    pub payload: String,
    /// The values of the target's typed columns: a JSON object.
    pub typed: Option<String>,
}
