//! What could not be landed, kept with the reason.

use chrono::{DateTime, Utc};

/// A row of the table of dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its id: the same for what is read again at the same place.
    pub id: String,
    /// What has become of it.
    pub status: LetterStatus,
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

/// What has become of a dead letter. Its table is added to: of an id the last row counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LetterStatus {
    /// It waits for somebody to care.
    #[default]
    Open,
    /// It was taken in again, and has landed.
    Replayed,
}

impl LetterStatus {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Replayed => "replayed",
        }
    }
}

impl DeadLetter {
    /// The id of what came from a place (a line, the number of a record) in something.
    pub fn id_of(source: &str, stream: &str, uri: &str, place: u64, raw: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [source, stream, uri, &place.to_string()] {
            hasher.update(part.as_bytes());
            hasher.update(b"\0");
        }
        hasher.update(raw);
        hasher.finalize().to_hex()[..32].to_owned()
    }
}
