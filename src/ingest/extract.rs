//! From payloads to records.

use std::io::{BufRead, Read};

use super::{
    Feed, Format, RecordPath, csv_records::csv_records, fetch::Payload, json_stream::JsonStream,
};

/// Bytes of one line of an NDJSON payload at most: it is one document, held in memory.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;

/// Bytes of a payload of one document that are held in memory: few documents are longer.
const HELD_BYTES: u64 = 8 * 1024 * 1024;

/// Gives every raw record of a payload to `on`, one at a time.
///
/// # Errors
/// A sentence with file, line and column.
pub fn records(
    feed: &Feed,
    payload: &Payload,
    on: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    let uri = &payload.uri;
    let mut input = opened(payload)?;
    if feed.format == Format::Json {
        // What is small is read at once.
        let mut begin = Vec::new();
        let read = (&mut input).take(HELD_BYTES).read_to_end(&mut begin);
        let length = read.map_err(|error| format!("`{uri}` cannot be read: {error}"))? as u64;
        let steps = feed.records.steps();
        let done = match length < HELD_BYTES {
            true => JsonStream::new(&begin[..], 1).records(steps, on),
            false => JsonStream::new(std::io::Read::chain(&begin[..], input), 1).records(steps, on),
        };
        return done.map_err(|problem| told(uri, problem));
    }
    if feed.format == Format::Csv {
        return csv_records(&feed.csv, uri, input, on);
    }
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let mut limited = std::io::Read::take(&mut input, MAX_LINE_BYTES + 1);
        let read = limited
            .read_until(b'\n', &mut line)
            .map_err(|error| format!("`{uri}` cannot be read: {error}"))?;
        if read as u64 > MAX_LINE_BYTES {
            let limit = MAX_LINE_BYTES / 1024 / 1024;
            return Err(format!("{uri}:{number}: the line is longer than {limit} MiB"));
        }
        if read == 0 {
            break;
        }
        // A line that is a record is read by whoever takes it: once is enough.
        let document = line.trim_ascii();
        let is_record = document.first() == Some(&b'{') && feed.records.is_root();
        if let Some(record) = std::str::from_utf8(document).ok().filter(|_| is_record) {
            let Err(problem) = on(record) else { continue };
            let read = JsonStream::new(line.trim_ascii_end(), number).records(&[], &mut |_| Ok(()));
            return Err(match read {
                Err(problem) => told(uri, problem),
                Ok(()) => format!("{uri}:{number}:1: {problem}"),
            });
        }
        let document = line.trim_ascii_end();
        if !document.is_empty() {
            JsonStream::new(document, number)
                .records(feed.records.steps(), on)
                .map_err(|problem| told(uri, problem))?;
        }
    }
    Ok(())
}

/// Gives every value at a path of a JSON payload to `on`.
///
/// # Errors
/// A sentence with file, line and column.
pub fn records_at(
    path: &RecordPath,
    payload: &Payload,
    on: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    let stream = JsonStream::new(opened(payload)?, 1);
    stream.records(path.steps(), on).map_err(|problem| told(&payload.uri, problem))
}

fn opened(payload: &Payload) -> Result<Box<dyn BufRead + Send>, String> {
    payload.open().map_err(|error| format!("`{}` cannot be read: {error}", payload.uri))
}

fn told(uri: &str, problem: super::json_stream::JsonProblem) -> String {
    format!("{uri}:{}:{}: {}", problem.line, problem.column, problem.message)
}
