//! From a message to the rows of its records.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Mark, Message, Refusal};
use crate::ingest::{BronzeRow, Envelope, Feed, Format, json_stream::JsonStream, raw_json};

/// Records of one message at most: what is held in memory until it is durable.
const MAX_RECORDS: usize = 100_000;

/// A record that may be landed.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its row; its place in the load is known only when it is landed.
    pub row: BronzeRow,
    /// The mark of its key.
    pub key: Mark,
}

/// The records of a message; all of them, or why none is landed.
///
/// # Errors
/// The first thing that is wrong.
pub fn read_records(feed: &Feed, message: &Message) -> Result<Vec<Record>, Refusal> {
    if message.data.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::new("empty", "the message is empty"));
    }
    if let Err(error) = std::str::from_utf8(&message.data) {
        return Err(Refusal::new("not-utf-8", format!("the message is no UTF-8 text: {error}")));
    }
    // What rows of a load share is with the load.
    let envelope = Envelope {
        ingested_at: DateTime::<Utc>::UNIX_EPOCH,
        run_id: String::new(),
        load_id: String::new(),
    };
    let uri: Arc<str> = message.uri.as_str().into();
    let mut records = Vec::new();
    let mut refused = None;
    let mut on = |text: &str| {
        let number = records.len() + 1;
        let one = if number > MAX_RECORDS {
            let reason = format!("the message holds more than {MAX_RECORDS} records");
            Err(Refusal::new("too-many-records", reason))
        } else {
            record(feed, (&envelope, &uri), message, text)
        };
        match one {
            Ok(record) => {
                records.push(record);
                Ok(())
            }
            Err(refusal) => {
                let reason = format!("record {number}: {}", refusal.reason);
                refused = Some(Refusal { reason: reason.clone(), ..refusal });
                Err(reason)
            }
        }
    };
    let read = match message.format {
        Format::NdJson => lines(feed, &message.data, &mut on),
        _ => JsonStream::new(message.data.as_slice(), 1).records(feed.records.steps(), &mut on),
    };
    match (read, refused) {
        (_, Some(refusal)) => Err(refusal),
        (Err(problem), None) => {
            let place = format!("line {}, column {}", problem.line, problem.column);
            Err(Refusal::new("bad-json", format!("{place}: {}", problem.message)))
        }
        (Ok(()), None) if records.is_empty() => {
            Err(Refusal::new("empty", "the message holds no record"))
        }
        (Ok(()), None) => Ok(records),
    }
}

fn lines(
    feed: &Feed,
    data: &[u8],
    on: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<(), crate::ingest::json_stream::JsonProblem> {
    for (at, line) in data.split(|byte| *byte == b'\n').enumerate() {
        if !line.iter().all(u8::is_ascii_whitespace) {
            JsonStream::new(line, at + 1).records(feed.records.steps(), on)?;
        }
    }
    Ok(())
}

fn record(
    feed: &Feed,
    (envelope, uri): (&Envelope, &Arc<str>),
    message: &Message,
    text: &str,
) -> Result<Record, Refusal> {
    if !text.trim_start().starts_with('{') {
        let kind = match text.trim_start().bytes().next() {
            Some(b'[') => "an array",
            Some(b'"') => "a text",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        };
        return Err(Refusal::new("not-an-object", format!("expected an object, found {kind}")));
    }
    let row = envelope.row(feed, text, 0, uri);
    let mut row = row.map_err(|reason| match reason.contains("key is") {
        true => Refusal::new("missing-key", reason),
        false => Refusal::new("bad-json", reason),
    })?;
    if row.key.contains('\0') {
        return Err(Refusal::new("bad-key", "the key holds a NUL character"));
    }
    if feed.source_ts.is_none() {
        row.source_ts = message.published;
    }
    if let Some(field) = feed.kind.message_field()
        && let Some(context) = &message.context
    {
        // What the envelope says is no part of what the record says: its hash is without it.
        row.payload = raw_json::with(&row.payload, field, context);
    }
    Ok(Record { key: Mark::of("k", &row.key), row })
}
