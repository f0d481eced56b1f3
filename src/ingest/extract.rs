//! From payloads to records.

use std::{
    fs::File,
    io::{BufRead, BufReader},
};

use super::{Feed, Format, fetch::Payload, json_stream::JsonStream};

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
    let opened = File::open(payload.file());
    let opened = opened.map_err(|error| format!("`{uri}` cannot be read: {error}"))?;
    let mut input = BufReader::new(opened);
    let told = |problem: super::json_stream::JsonProblem| {
        format!("{uri}:{}:{}: {}", problem.line, problem.column, problem.message)
    };
    if feed.format == Format::Json {
        return JsonStream::new(input, 1).records(feed.records.steps(), on).map_err(told);
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
