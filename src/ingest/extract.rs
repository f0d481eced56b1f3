//! From payloads to records.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use super::{Feed, Format, json_stream::JsonStream};

/// Bytes of one line of an NDJSON payload at most: it is one document, held in memory.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;

/// A payload in a file, with where it came from.
#[derive(Clone, Debug)]
pub struct Payload {
    /// The path relative to the project root, or the address without its query.
    pub uri: String,
    /// The file that holds it.
    pub file: PathBuf,
}

/// The files of a feed, in the order of names.
///
/// # Errors
/// A sentence naming the pattern.
pub fn files(root: &Path, pattern: &str) -> Result<Vec<Payload>, String> {
    let found = matching_files(root, pattern)?;
    let payload = |file: PathBuf| Payload { uri: shown_path(root, &file), file };
    Ok(found.into_iter().map(payload).collect())
}

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
    let opened = File::open(&payload.file);
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

fn shown_path(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

fn matching_files(root: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    if !pattern.contains(['*', '?', '[', '{']) {
        let file = root.join(pattern);
        return match file.is_file() {
            true => Ok(vec![file]),
            false => Err(format!("`{pattern}` is no file (looked in {})", root.display())),
        };
    }
    let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
    let matcher = glob.map_err(|error| format!("`{pattern}` is no pattern: {error}"))?;
    let matcher = matcher.compile_matcher();
    let fixed = pattern.split(['*', '?', '[', '{']).next().unwrap_or_default();
    let folder = fixed.rfind('/').map_or("", |at| &fixed[..at]);
    let start = root.join(folder);
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(&start)
        .follow_links(true)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|file| matcher.is_match(file.strip_prefix(root).unwrap_or(file)))
        .collect();
    files.sort();
    match files.is_empty() {
        true => Err(format!("no file matches `{pattern}` (looked in {})", root.display())),
        false => Ok(files),
    }
}
