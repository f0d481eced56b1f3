//! A message on its way into bronze.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    Entry, Mark, Taken,
    tables::{LetterOrigin, Tables},
};
use crate::ingest::Format;

/// What a sender or a broker has handed over: one or more records, with what is said about them.
#[derive(Clone, Debug)]
pub struct Message {
    /// Where it came from; lands as `_uri`.
    pub uri: String,
    /// Whether `uri` names this message and no other: then it is landed once, however often it comes.
    pub identified: bool,
    /// What it says.
    pub data: Vec<u8>,
    /// How that is written.
    pub format: Format,
    /// When it was published, where its envelope says so: the records' time, where the feed names none.
    pub published: Option<DateTime<Utc>>,
    /// What its envelope says, a JSON object: for feeds that keep it in a field of the payload.
    pub context: Option<String>,
    /// How often it has been delivered, where the broker counts.
    pub attempts: u32,
}

impl Message {
    /// What is to be made durable of it, where its sender need not be told what is wrong: a broker would
    /// send it again.
    pub fn entry(self, tables: &Tables, read: Result<Taken, Refusal>) -> Entry {
        let taken = read.unwrap_or_else(|problem| {
            let origin = LetterOrigin { uri: &self.uri, number: 0, attempts: self.attempts };
            let raw = tables.redaction.raw(&self.data);
            let letter = tables.letter(None, "parse", problem, raw, origin);
            Taken { letters: vec![letter], ..Taken::default() }
        });
        let uri: Arc<str> = self.uri.into();
        Entry {
            stream: tables.at,
            message: self.identified.then(|| (Mark::of("m", &uri), uri)),
            records: taken.records,
            letters: taken.letters,
            context: self.context,
            raw: self.data.into(),
            attempts: self.attempts,
            sender_is_told: false,
        }
    }
}

/// Why a message is not landed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of fault, one word for dashboards.
    pub class: &'static str,
    /// What is wrong, one sentence for people.
    pub reason: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(class: &'static str, reason: impl Into<String>) -> Self {
        Self { class, reason: reason.into() }
    }
}
