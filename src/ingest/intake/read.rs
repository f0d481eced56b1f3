//! From a payload to records, line by line where a line is a document of its own.

use std::{
    io::{BufRead, Read},
    sync::Arc,
};

use serde::de::IgnoredAny;

use super::{Intake, Origin};
use crate::ingest::{
    Feed, Format,
    extract::records,
    fetch::Payload,
    json_stream::{JsonProblem, JsonStream},
};

/// Bytes of one line of an NDJSON payload at most: it is one document, held in memory.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;
/// What JSON allows around a value.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];
/// A mark that some programs put before a text.
const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Gives the records of a payload to an intake, and after each document calls `between`. A line of NDJSON
/// that is broken costs that line; a broken document costs the load.
///
/// # Errors
/// Why nothing of the load may land.
pub fn read_payload(
    feed: &Feed,
    payload: &Payload,
    intake: &mut Intake,
    between: &mut dyn FnMut(&mut Intake) -> Result<(), String>,
) -> Result<(), String> {
    let uri: Arc<str> = payload.uri.as_str().into();
    let mut origin = Origin { uri: Arc::clone(&uri), place: None, attempts: 0, letter: None };
    if feed.format != Format::NdJson {
        let mut stopped = None;
        let read = records(feed, payload, &mut |record| {
            origin.place = Some(origin.place.unwrap_or_default() + 1);
            intake.record(record, &origin)?;
            // What stops the reading between two records is of no place.
            between(intake).inspect_err(|problem| stopped = Some(problem.clone()))
        });
        return stopped.map_or(read, Err);
    }
    let unreadable = |error: std::io::Error| format!("`{uri}` cannot be read: {error}");
    let mut input = payload.open().map_err(unreadable)?;
    let mut line = Vec::new();
    for number in 1.. {
        origin.place = Some(number);
        let placed = |problem: String| format!("{uri}:{number}: {problem}");
        line.clear();
        let mut limited = Read::take(&mut input, MAX_LINE_BYTES + 1);
        let read = limited.read_until(b'\n', &mut line).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        if read as u64 > MAX_LINE_BYTES {
            skip_line(&mut input).map_err(unreadable)?;
            let problem = format!("the line is longer than {} MiB", MAX_LINE_BYTES / 1024 / 1024);
            intake.broken(&line, "too-long", problem, &origin).map_err(placed)?;
        } else {
            let mut document = line.trim_ascii_end();
            if number == 1 {
                document = document.strip_prefix(BYTE_ORDER_MARK).unwrap_or(document);
            }
            if !document.trim_ascii_start().is_empty() {
                read_document(feed, document, intake, &origin).map_err(placed)?;
            }
        }
        between(intake)?;
    }
    Ok(())
}

/// Takes in the records of one document that is held in memory; a broken one is a dead letter as a whole.
///
/// # Errors
/// Why nothing of the load may land; whoever has the document says where it is.
pub(super) fn read_document(
    feed: &Feed,
    document: &[u8],
    intake: &mut Intake,
    origin: &Origin,
) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(document) else {
        return intake.broken(document, "not-utf-8", "the text is no UTF-8".to_owned(), origin);
    };
    let is_one = feed.records.is_root() && !text.trim_start().starts_with('[');
    if is_one {
        if intake.record_if_json(text.trim_matches(BLANKS), origin)? {
            return Ok(());
        }
        if serde_json::from_str::<IgnoredAny>(text).is_ok() {
            return intake.record(text.trim(), origin);
        }
    }
    // All of them before the first is taken: behind the last the document may be broken.
    let mut records = Vec::new();
    let read = JsonStream::new(document, 1).records(feed.records.steps(), &mut |record| {
        records.push(record.to_owned());
        Ok(())
    });
    match read {
        Ok(()) if is_one => {
            let problem = "no valid JSON".to_owned();
            intake.broken(document, "bad-json", problem, origin)
        }
        Ok(()) => records.iter().try_for_each(|record| intake.record(record, origin)),
        Err(JsonProblem { column, message, .. }) => {
            let class = if message.starts_with("no valid JSON") { "bad-json" } else { "bad-shape" };
            intake.broken(document, class, format!("column {column}: {message}"), origin)
        }
    }
}

/// Goes behind the next end of a line.
fn skip_line(input: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let (length, ends) = match bytes.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (bytes.len(), bytes.is_empty()),
        };
        input.consume(length);
        if ends {
            return Ok(());
        }
    }
}
