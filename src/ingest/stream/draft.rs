//! What a commit would write, and what is known then.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use chrono::{DateTime, Utc};

use super::{
    Entry, Mark, Outcome, Record, Refusal,
    filled::Filled,
    tables::{LetterOrigin, Tables},
};
use crate::{
    ingest::{
        Breach, BronzeRow, DEAD_LETTERS, DeadLetter, Dedup, Mode, Redaction, Schema, Target,
        landing::{MessageLetters, MessageRows},
        raw_json,
    },
    relation::Relation,
};

/// What a commit would write, and what is known then.
pub(super) struct Draft<'a> {
    feeds: &'a [Filled],
    streams: &'a [Tables],
    /// By feed.
    rows: Vec<Vec<BronzeRow>>,
    /// By feed.
    letters: Vec<Vec<DeadLetter>>,
    /// The typed columns by feed, as these rows make them.
    schemas: Vec<Option<Schema>>,
    /// Versions of records, by feed.
    pub hashes: HashMap<(usize, Mark), String>,
    /// Messages, by stream.
    pub messages: HashSet<(usize, Mark)>,
    newest: Vec<Option<DateTime<Utc>>>,
    pub outcomes: Vec<Outcome>,
}

/// What was written of a feed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    pub rows: u64,
    pub letters: u64,
    pub newest: Option<DateTime<Utc>>,
    /// Whether the table is made, or its columns change.
    pub changes_table: bool,
}

/// What is written of one message.
#[derive(Default)]
struct Part {
    rows: Vec<(usize, BronzeRow)>,
    letters: Vec<(usize, DeadLetter)>,
    hashes: HashMap<(usize, Mark), String>,
    unchanged: u64,
}

impl<'a> Draft<'a> {
    /// A draft of these messages.
    pub fn of(entries: &[Entry], feeds: &'a [Filled], streams: &'a [Tables]) -> Self {
        let mut draft = Self {
            feeds,
            streams,
            rows: feeds.iter().map(|_| Vec::new()).collect(),
            letters: feeds.iter().map(|_| Vec::new()).collect(),
            schemas: feeds
                .iter()
                .map(|feed| feed.typed.as_ref().map(|typed| typed.schema.clone()))
                .collect(),
            hashes: HashMap::new(),
            messages: HashSet::new(),
            newest: vec![None; feeds.len()],
            outcomes: Vec::with_capacity(entries.len()),
        };
        for entry in entries {
            let outcome = draft.take(entry);
            draft.outcomes.push(outcome);
        }
        draft
    }

    fn take(&mut self, entry: &Entry) -> Outcome {
        let Some(tables) = self.streams.get(entry.stream) else {
            return Outcome::Failed("this is a bug in elt: a message of no stream".to_owned());
        };
        if let Some((mark, _)) = &entry.message {
            let has = |(at, _): &(usize, _)| self.feeds[*at].known.has(*mark);
            if tables.feeds.iter().any(has) || !self.messages.insert((entry.stream, *mark)) {
                return Outcome::Duplicate;
            }
        }
        // A message that is refused as a whole leaves no column behind.
        let is_frozen = |(_, feed): &(usize, Arc<crate::ingest::Feed>)| {
            let contract = feed.rules.contract;
            contract.is_some_and(|it| [it.columns, it.data_type].contains(&Mode::Freeze))
        };
        let before = tables.feeds.iter().any(is_frozen).then(|| self.schemas.clone());
        let first = tables.feeds[0].0;
        let mut part = Part::default();
        for record in &entry.records {
            let Err(reason) = self.record(tables, entry, record, &mut part) else { continue };
            self.schemas = before.unwrap_or_default();
            let reason =
                format!("record {}: the contract is `freeze`, and {reason}", record.number);
            let problem = Refusal::new("frozen", reason);
            if entry.sender_is_told {
                if let Some((mark, _)) = &entry.message {
                    self.messages.remove(&(entry.stream, *mark));
                }
                return Outcome::Refused(problem);
            }
            let uri = &record.row.uri;
            let origin = LetterOrigin { uri, number: 0, attempts: entry.attempts };
            let raw = tables.redaction.raw(&entry.raw);
            let letter = tables.letter(None, "land", problem, raw, origin);
            self.letters[first].push(letter);
            return Outcome::Landed { rows: 0, unchanged: 0, dead_letters: 1 };
        }
        part.letters.extend(entry.letters.iter().map(|letter| (first, letter.clone())));
        let outcome = Outcome::Landed {
            rows: part.rows.len() as u64,
            unchanged: part.unchanged,
            dead_letters: part.letters.len() as u64,
        };
        for (at, row) in part.rows {
            let seq = self.rows[at].len() as u64;
            self.newest[at] = self.newest[at].max(row.source_ts);
            self.rows[at].push(BronzeRow { seq, ..row });
        }
        for (at, letter) in part.letters {
            self.letters[at].push(letter);
        }
        self.hashes.extend(part.hashes);
        outcome
    }

    /// Takes a record, as a row, or as a dead letter where its table's contract says so.
    ///
    /// # Errors
    /// Why nothing of its message may land.
    fn record(
        &mut self,
        tables: &Tables,
        entry: &Entry,
        record: &Record,
        part: &mut Part,
    ) -> Result<(), String> {
        let Record { at, number, row, key } = record;
        let filled = &self.feeds[*at];
        let before = part.hashes.get(&(*at, *key)).or_else(|| self.hashes.get(&(*at, *key)));
        if before.map(String::as_str).or_else(|| filled.known.hash(*key)) == Some(&row.hash) {
            part.unchanged += 1;
            return Ok(());
        }
        let mut row = row.clone();
        if let Some(schema) = self.schemas.get_mut(*at).and_then(Option::as_mut) {
            match schema.conform(&row.payload) {
                Ok(conformed) => row.typed = Some(conformed.typed),
                Err(Breach::Load(reason)) => return Err(reason),
                Err(Breach::Row { class, message }) => {
                    let problem = Refusal::new(class, format!("record {number}: {message}"));
                    let origin =
                        LetterOrigin { uri: &row.uri, number: *number, attempts: entry.attempts };
                    // The payload is without what nothing may keep already.
                    let raw = Redaction::default().raw(row.payload.as_bytes());
                    let feed = Some(filled.feed.as_ref());
                    let letter = tables.letter(feed, "contract", problem, raw, origin);
                    part.letters.push((*at, letter));
                    return Ok(());
                }
            }
        }
        if let (Some(field), Some(context)) = (filled.feed.kind.message_field(), &entry.context) {
            // What the envelope says is no part of what the record says: neither its hash nor its
            // columns are of it.
            row.payload = raw_json::with(&row.payload, field, context);
        }
        part.hashes.insert((*at, *key), row.hash.clone());
        part.rows.push((*at, row));
        Ok(())
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(Vec::is_empty) && self.letters.iter().all(Vec::is_empty)
    }

    /// What is written, and of each feed how much; the draft has no rows any more.
    pub fn written(
        &mut self,
        dead_tables: &HashSet<Relation>,
    ) -> (Vec<MessageRows>, Vec<MessageLetters>, Vec<Written>) {
        let (mut rows, mut letters) = (Vec::new(), Vec::<MessageLetters>::new());
        let mut written = Vec::new();
        for (at, filled) in self.feeds.iter().enumerate() {
            let of_feed = std::mem::take(&mut self.rows[at]);
            let dead = std::mem::take(&mut self.letters[at]);
            let mut counts = Written {
                rows: of_feed.len() as u64,
                letters: dead.len() as u64,
                newest: self.newest[at],
                changes_table: false,
            };
            if !dead.is_empty() {
                // Feeds of one schema share a table of dead letters.
                let relation = filled.feed.relation.with_identifier(DEAD_LETTERS);
                match letters.iter_mut().find(|other| other.relation == relation) {
                    Some(table) => table.letters.extend(dead),
                    None => {
                        let exists = dead_tables.contains(&relation);
                        letters.push(MessageLetters { relation, exists, letters: dead });
                    }
                }
            }
            // A table is there for whoever reads it, once anything has come; but without a column nobody
            // knows what its contract is about.
            let rules = &filled.feed.rules;
            let is_known = rules.contract.is_none() || !rules.declared.is_empty();
            let is_made = !filled.exists && is_known && counts.letters > 0;
            if !of_feed.is_empty() || is_made {
                let schema = self.schemas[at].take();
                let columns = filled.typed.as_ref().and_then(|typed| typed.table.clone());
                let changes = schema.as_ref().is_some_and(|schema| {
                    !schema.against(&filled.feed.relation, columns.as_deref()).changes.is_empty()
                });
                counts.changes_table = changes || !filled.exists;
                let typed = schema.map(|schema| Arc::new(Mutex::new(schema)));
                rows.push(MessageRows {
                    target: Target { typed, dedup: Dedup::Nothing, ..Target::of(&filled.feed) },
                    columns,
                    exists: filled.exists,
                    rows: of_feed,
                });
            }
            written.push(counts);
        }
        (rows, letters, written)
    }
}
