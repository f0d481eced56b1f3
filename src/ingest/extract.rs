//! From payloads to records.

use std::io::BufRead;

use super::{
    Feed, Format, RecordPath, csv_records::csv_records, fetch::Payload, json_stream::JsonStream,
};

/// Bytes of one line of an NDJSON payload at most: it is one document, held in memory.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;

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
    let told = |problem| told(uri, problem);
    if feed.format == Format::Json {
        return JsonStream::new(input, 1).records(feed.records.steps(), on).map_err(told);
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
        let document = line.trim_ascii_end();
        if !document.is_empty() {
            JsonStream::new(document, number).records(feed.records.steps(), on).map_err(told)?;
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
