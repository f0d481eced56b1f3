//! Feeds of files.

use serde_json::{Map, Value};

use super::reader::Reader;

/// Keys of its own.
pub(super) const KEYS: &[&str] = &["path"];

/// Local files.
#[derive(Clone, Debug)]
pub struct FilesFeed {
    /// A path or a glob, relative to the project root.
    pub path: String,
}

/// Reads the keys of a feed of files.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<FilesFeed> {
    let Some(path) = map.get("path").and_then(Value::as_str) else {
        reader.problem("ingest", "a feed of type `files` needs a `path`", None);
        return None;
    };
    Some(FilesFeed { path: path.to_owned() })
}
