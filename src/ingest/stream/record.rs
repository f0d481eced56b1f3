//! From a message to the rows of its records.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Mark, Message, Refusal, Tables, tables::LetterOrigin};
use crate::ingest::{BronzeRow, DeadLetter, Envelope, Feed, Format, json_stream::JsonStream};

/// Records of one message at most: what is held in memory until it is durable.
const MAX_RECORDS: usize = 100_000;

/// A record that may be landed in a table.
#[derive(Clone, Debug)]
pub struct Record {
    /// The table's feed, by its place.
    pub at: usize,
    /// The record's number in its message, from 1.
    pub number: u64,
    /// Its row; its place in the load is known only when it is landed.
    pub row: BronzeRow,
    /// The mark of its key.
    pub key: Mark,
}

/// What a message holds.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Rows that may be landed.
    pub records: Vec<Record>,
    /// Records that no table takes.
    pub letters: Vec<DeadLetter>,
}

/// The records of a message, for the tables that take them; all of them, or why none is landed.
///
/// # Errors
/// The first thing that is wrong.
pub fn read_records(tables: &Tables, message: &Message) -> Result<Taken, Refusal> {
    if message.data.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::new("empty", "the message is empty"));
    }
    if let Err(error) = std::str::from_utf8(&message.data) {
        return Err(Refusal::new("not-utf-8", format!("the message is no UTF-8 text: {error}")));
    }
    let mut reading = Reading {
        tables,
        message,
        uri: message.uri.as_str().into(),
        number: 0,
        taken: Taken::default(),
    };
    let mut refused = None;
    let mut on = |text: &str| {
        reading.number += 1;
        reading.record(text).map_err(|refusal| {
            let reason = format!("record {}: {}", reading.number, refusal.reason);
            refused = Some(Refusal { reason: reason.clone(), ..refusal });
            reason
        })
    };
    let steps = tables.first.records.steps();
    let read = match message.format {
        Format::NdJson => lines(tables, &message.data, &mut on),
        _ => JsonStream::new(message.data.as_slice(), 1).records(steps, &mut on),
    };
    match (read, refused) {
        (_, Some(refusal)) => Err(refusal),
        (Err(problem), None) => {
            let place = format!("line {}, column {}", problem.line, problem.column);
            Err(Refusal::new("bad-json", format!("{place}: {}", problem.message)))
        }
        (Ok(()), None) if reading.number == 0 => {
            Err(Refusal::new("empty", "the message holds no record"))
        }
        (Ok(()), None) => Ok(reading.taken),
    }
}

fn lines(
    tables: &Tables,
    data: &[u8],
    on: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<(), crate::ingest::json_stream::JsonProblem> {
    for (at, line) in data.split(|byte| *byte == b'\n').enumerate() {
        if !line.iter().all(u8::is_ascii_whitespace) {
            JsonStream::new(line, at + 1).records(tables.first.records.steps(), on)?;
        }
    }
    Ok(())
}

struct Reading<'a> {
    tables: &'a Tables,
    message: &'a Message,
    uri: Arc<str>,
    /// Of the record that is read.
    number: usize,
    taken: Taken,
}

impl Reading<'_> {
    fn record(&mut self, text: &str) -> Result<(), Refusal> {
        if self.number > MAX_RECORDS {
            let reason = format!("the message holds more than {MAX_RECORDS} records");
            return Err(Refusal::new("too-many-records", reason));
        }
        if !text.trim_start().starts_with('{') {
            let kind = match text.trim_start().bytes().next() {
                Some(b'[') => "an array",
                Some(b'"') => "a text",
                Some(b't' | b'f') => "a boolean",
                Some(b'n') => "null",
                _ => "a number",
            };
            let reason = format!("expected an object, found {kind}");
            return Err(Refusal::new("not-an-object", reason));
        }
        let tables = self.tables;
        let says = match tables.route() {
            None => None,
            Some(path) => {
                let missing = "the record has no value where its type is";
                let says = path.scalar(text);
                Some(says.ok_or_else(|| Refusal::new("missing-type", missing))?)
            }
        };
        let number = self.number as u64;
        let mut is_taken = false;
        for (at, feed) in &tables.feeds {
            if says.as_ref().is_none_or(|says| feed.rules.when.contains(says)) {
                is_taken = true;
                let row = self.row(feed, text)?;
                let key = Mark::of("k", &row.key);
                self.taken.records.push(Record { at: *at, number, row, key });
            }
        }
        if let (false, Some(says)) = (is_taken, says) {
            // A value may be anything, and of any length.
            let says: String = says.chars().take(100).collect();
            let taken = tables.taken().join("`, `");
            let reason = format!("record {number}: no table takes `{says}` (`{taken}`)");
            let problem = Refusal::new("unknown-type", reason);
            let origin = LetterOrigin { uri: &self.uri, number, attempts: self.message.attempts };
            let raw = tables.redaction.raw(text.as_bytes());
            let letter = tables.letter(None, "route", problem, raw, origin);
            self.taken.letters.push(letter);
        }
        Ok(())
    }

    fn row(&self, feed: &Feed, text: &str) -> Result<BronzeRow, Refusal> {
        // What rows of a load share is with the load.
        let envelope = Envelope {
            ingested_at: DateTime::<Utc>::UNIX_EPOCH,
            run_id: String::new(),
            load_id: String::new(),
        };
        let row = envelope.row(feed, text, 0, &self.uri);
        let mut row = row.map_err(|reason| match reason.contains("key is") {
            true => Refusal::new("missing-key", reason),
            false => Refusal::new("bad-json", reason),
        })?;
        if row.key.contains('\0') {
            return Err(Refusal::new("bad-key", "the key holds a NUL character"));
        }
        if feed.source_ts.is_none() {
            row.source_ts = self.message.published;
        }
        Ok(row)
    }
}
