//! An event that says what changed.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is there, and was not before.
    Created,
    /// Its state is another one.
    Modified,
    /// It is not there any more.
    Deleted,
}

impl Change {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
        }
    }
}

/// A change of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeEvent {
    /// What happened.
    pub change: Change,
    /// The record's key.
    pub key: String,
    /// Grows with every change of the record, deletion and return among them.
    pub version: u64,
    /// Whether nothing at all was known before.
    pub cold_start: bool,
    /// The hash of its state; none where it is deleted.
    pub state_hash: Option<String>,
    /// The hash of the state before; none where there was none.
    pub previous_hash: Option<String>,
}

impl ChangeEvent {
    /// The event's id: no other event of any record has it, also of one that returns to a state it had.
    pub fn id(&self, source: &str, stream: &str) -> String {
        format!("{source}.{stream}/{}/{}/{}", self.key, self.version, self.change.name())
    }

    /// The event as JSON, with the record as it came; the time is that of the detection.
    pub fn payload(
        &self,
        source: &str,
        stream: &str,
        detected_at: DateTime<Utc>,
        record: Option<&str>,
    ) -> String {
        let head = json!({
            "event_id": self.id(source, stream),
            "change": self.change.name(),
            "key": self.key,
            "version": self.version,
            "cold_start": self.cold_start,
            "detected_at": detected_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "state_hash": self.state_hash,
            "previous_hash": self.previous_hash,
        })
        .to_string();
        let head = head.strip_suffix('}').unwrap_or(&head);
        format!("{head},\"record\":{}}}", record.unwrap_or("null"))
    }
}
