//! What could not be landed, kept with the reason.

use chrono::{DateTime, Utc};

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
