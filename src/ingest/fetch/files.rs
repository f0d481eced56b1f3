//! Payloads that are files already.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{FetchContext, Fetched, Payload, Payloads};
use crate::ingest::FilesFeed;

/// The files of a feed, in the order of names.
///
/// # Errors
/// A sentence naming the pattern.
pub fn fetch(feed: &FilesFeed, context: &FetchContext) -> Result<Fetched, String> {
    let (root, stats) = (context.root.clone(), Arc::clone(&context.stats));
    let found = matching_files(&root, &feed.path)?;
    Ok(Fetched::by(context, |payloads: Payloads| async move {
        for file in found {
            stats.payload(std::fs::metadata(&file).map_or(0, |about| about.len()));
            let payload = Payload::kept(shown_path(&root, &file), file);
            if payloads.send(Ok(payload)).await.is_err() {
                return;
            }
        }
    }))
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
