//! A message on its way into bronze.

use chrono::{DateTime, Utc};

use crate::ingest::{DeadLetter, Feed, Format, LetterStatus};

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

/// The dead letter of a message.
pub fn dead_letter(feed: &Feed, message: &Message, problem: Refusal) -> DeadLetter {
    DeadLetter {
        id: DeadLetter::id_of(&feed.source, &feed.stream, &message.uri, 0, &message.data),
        status: LetterStatus::Open,
        failed_at: Utc::now(),
        source: feed.source.clone(),
        stream: feed.stream.clone(),
        stage: "parse".to_owned(),
        error_class: problem.class.to_owned(),
        error: problem.reason,
        attempts: message.attempts,
        raw: feed.rules.redaction.raw(&message.data),
        uri: message.uri.clone(),
    }
}
