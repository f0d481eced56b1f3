//! The tables that the records of a stream of messages go to.

use std::sync::Arc;

use chrono::Utc;

use super::Refusal;
use crate::ingest::{DeadLetter, Feed, LetterStatus, RecordPath, Redaction};

/// Feeds that share a stream of messages, or one that has it to itself.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Its place among the streams that are landed together.
    pub at: usize,
    /// The feed that says how messages are read.
    pub first: Arc<Feed>,
    /// All of them, each with its place among the feeds.
    pub feeds: Vec<(usize, Arc<Feed>)>,
    /// What dead letters of no table are of.
    name: String,
    /// What no dead letter may keep.
    pub redaction: Redaction,
}

/// Where a dead letter comes from.
#[derive(Clone, Copy, Debug)]
pub struct LetterOrigin<'a> {
    /// The message's address.
    pub uri: &'a str,
    /// The record's number in it; 0 for the message as a whole.
    pub number: u64,
    /// How often the message was delivered.
    pub attempts: u32,
}

impl Tables {
    /// The streams of these feeds, in the order of their first ones.
    pub fn of_all(feeds: &[Arc<Feed>]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (place, feed) in feeds.iter().enumerate() {
            let shares = |tables: &&mut Self| {
                feed.rules.stream.is_some()
                    && (&feed.source, &feed.rules.stream)
                        == (&tables.first.source, &tables.first.rules.stream)
            };
            match all.iter_mut().find(shares) {
                Some(tables) => {
                    tables.feeds.push((place, Arc::clone(feed)));
                    tables.redaction = tables.redaction.clone().and(&feed.rules.redaction);
                    if let Some(name) = &feed.rules.stream {
                        tables.name.clone_from(name);
                    }
                }
                None => all.push(Self {
                    at: all.len(),
                    first: Arc::clone(feed),
                    feeds: vec![(place, Arc::clone(feed))],
                    name: feed.stream.clone(),
                    redaction: feed.rules.redaction.clone(),
                }),
            }
        }
        all
    }

    /// Where a record says what it is.
    pub fn route(&self) -> Option<&RecordPath> {
        self.first.rules.route.as_ref()
    }

    /// What records may say, in order, each once.
    pub fn taken(&self) -> Vec<&str> {
        let all = self.feeds.iter().flat_map(|(_, feed)| &feed.rules.when);
        let mut taken: Vec<&str> = all.map(String::as_str).collect();
        taken.sort_unstable();
        taken.dedup();
        taken
    }

    /// The dead letter of a message, or of a record in it that was meant for `feed`; `raw` is without
    /// what nothing may keep.
    pub fn letter(
        &self,
        feed: Option<&Feed>,
        stage: &str,
        problem: Refusal,
        raw: String,
        origin: LetterOrigin<'_>,
    ) -> DeadLetter {
        let LetterOrigin { uri, number, attempts } = origin;
        let source = &self.first.source;
        let stream = feed.map_or(&self.name, |feed| &feed.stream);
        DeadLetter {
            id: DeadLetter::id_of(source, stream, uri, number, raw.as_bytes()),
            status: LetterStatus::Open,
            failed_at: Utc::now(),
            source: source.clone(),
            stream: stream.clone(),
            stage: stage.to_owned(),
            error_class: problem.class.to_owned(),
            error: problem.reason,
            attempts,
            raw,
            uri: uri.to_owned(),
        }
    }
}
