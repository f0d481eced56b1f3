//! What could not be landed, kept with the reason.

use chrono::{DateTime, Utc};

use crate::ingest::{Envelope, envelope::timestamp};

/// A row of the table of dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// When it failed.
    pub failed_at: DateTime<Utc>,
    /// The source's name.
    pub source: String,
    /// The table that it was meant for, as far as is known.
    pub stream: String,
    /// What failed: `read`, `parse`, `route`, `contract`, `land`, `publish`.
    pub stage: String,
    /// The kind of the error, a word.
    pub error_class: String,
    /// The error, a sentence.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What came, as text.
    pub raw: String,
    /// Where it came from.
    pub uri: String,
}

impl DeadLetter {
    /// The values of the row, as text.
    pub(in crate::ingest) fn texts(&self, envelope: &Envelope) -> Vec<Option<String>> {
        let texts = [
            timestamp(self.failed_at),
            self.source.clone(),
            self.stream.clone(),
            self.stage.clone(),
            self.error_class.clone(),
            self.error.clone(),
            self.attempts.to_string(),
            self.raw.clone(),
            self.uri.clone(),
            envelope.run_id.clone(),
            envelope.load_id.clone(),
        ];
        texts.into_iter().map(Some).collect()
    }
}
