//! From payloads to records.

use std::path::{Path, PathBuf};

use super::{Feed, FeedKind, Format, http, raw_json};

/// A payload with where it came from.
#[derive(Clone, Debug)]
pub struct Payload {
    /// The path relative to the project root, or the address without its query.
    pub uri: String,
    /// The text.
    pub text: String,
}

/// Everything a feed gives now, in the order of names.
///
/// # Errors
/// A sentence naming the file or address.
pub async fn extract(
    feed: &Feed,
    root: &Path,
    env: &http::EnvLookup,
) -> Result<Vec<Payload>, String> {
    match &feed.kind {
        FeedKind::Files { path } => {
            let mut payloads = Vec::new();
            for file in matching_files(root, path)? {
                let uri = shown_path(root, &file);
                let text = std::fs::read_to_string(&file)
                    .map_err(|error| format!("`{uri}` cannot be read: {error}"))?;
                payloads.push(Payload { uri, text });
            }
            Ok(payloads)
        }
        FeedKind::Http { url, headers, timeout_secs } => {
            let text = http::fetch(url, headers, *timeout_secs, root, env).await?;
            Ok(vec![Payload { uri: http::shown_url(url), text }])
        }
    }
}

/// The raw records of a payload.
///
/// # Errors
/// A sentence with file, line and column.
pub fn records<'a>(feed: &Feed, payload: &'a Payload) -> Result<Vec<&'a str>, String> {
    let text = payload.text.strip_prefix('\u{feff}').unwrap_or(&payload.text);
    let invalid = |line: usize, error: &serde_json::Error| {
        let line = if line == 0 { error.line() } else { line };
        format!("{}:{line}:{}: no valid JSON: {error}", payload.uri, error.column())
    };
    match feed.format {
        Format::Json => {
            raw_json::check(text).map_err(|error| invalid(0, &error))?;
            feed.records.records(text).map_err(|problem| format!("{}: {problem}", payload.uri))
        }
        Format::NdJson => {
            let mut found = Vec::new();
            for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                raw_json::check(line).map_err(|error| invalid(at + 1, &error))?;
                let inner = feed.records.records(line);
                found.extend(
                    inner.map_err(|problem| format!("{}:{}: {problem}", payload.uri, at + 1))?,
                );
            }
            Ok(found)
        }
    }
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
