//! Dead letters on their way back.

use std::sync::Arc;

use chrono::Utc;

use super::{Intake, Origin, read::read_document};
use crate::ingest::{Batch, DeadLetter, Feed, LetterStatus};

/// A dead letter as its table has it.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its id.
    pub id: String,
    /// What failed.
    pub stage: String,
    /// What came.
    pub raw: String,
    /// Where from.
    pub uri: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The table or stream it was meant for.
    pub stream: String,
}

impl Letter {
    /// Whether its text, or a part of it, is not there.
    pub fn is_withheld(&self) -> bool {
        let cut = self.raw.ends_with(" more bytes]") && self.raw.contains("[cut: ");
        cut || (self.raw.starts_with("[withheld: ") && self.raw.ends_with(']'))
    }
}

/// What became of dead letters.
pub struct Replayed {
    /// What is to be landed.
    pub batch: Batch,
    /// Letters that land.
    pub landed: u64,
    /// Letters that fail again.
    pub failed: u64,
}

/// Takes dead letters in again.
///
/// # Errors
/// Why nothing of them may land.
pub fn replayed(feed: Feed, mut intake: Intake, letters: Vec<Letter>) -> Result<Replayed, String> {
    let (mut landed, mut failed) = (0, 0);
    let mut marks = Vec::new();
    for letter in letters {
        let origin = Origin {
            uri: Arc::from(letter.uri.as_str()),
            place: None,
            attempts: letter.attempts,
            letter: Some(letter.id.clone()),
        };
        let before = intake.letters();
        let taken = match letter.stage.as_str() {
            // What a broker's message holds is refused as a whole.
            "parse" | "land" => read_document(&feed, letter.raw.as_bytes(), &mut intake, &origin),
            _ => intake.record(&letter.raw, &origin),
        };
        taken.map_err(|problem| format!("{origin}: {problem}"))?;
        if intake.letters() > before {
            failed += 1;
            continue;
        }
        landed += 1;
        marks.push(DeadLetter {
            id: letter.id,
            status: LetterStatus::Replayed,
            failed_at: Utc::now(),
            source: feed.source.clone(),
            stream: letter.stream,
            stage: letter.stage,
            error_class: String::new(),
            error: String::new(),
            attempts: letter.attempts + 1,
            raw: String::new(),
            uri: letter.uri,
        });
    }
    intake.end(true)?;
    let mut batch = intake.take();
    batch.dead_letters.extend(marks);
    Ok(Replayed { batch, landed, failed })
}

#[cfg(test)]
mod tests {
    use super::Letter;

    #[test]
    fn letters_without_their_text_are_known() {
        let letter = |raw: &str| Letter {
            id: String::new(),
            stage: String::new(),
            raw: raw.to_owned(),
            uri: String::new(),
            attempts: 1,
            stream: String::new(),
        };
        assert!(letter("[withheld: 3 bytes, blake3 ab]").is_withheld());
        assert!(letter("{\"a\":1[cut: 12 more bytes]").is_withheld());
        assert!(!letter("[1]").is_withheld());
    }
}
