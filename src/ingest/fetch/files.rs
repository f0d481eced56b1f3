//! Payloads that are files already.

use std::path::{Path, PathBuf};

use super::Payload;

/// The files of a feed, in the order of names.
///
/// # Errors
/// A sentence naming the pattern.
pub fn files(root: &Path, pattern: &str) -> Result<Vec<Payload>, String> {
    let found = matching_files(root, pattern)?;
    let payload = |file: PathBuf| Payload::kept(shown_path(root, &file), file);
    Ok(found.into_iter().map(payload).collect())
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
