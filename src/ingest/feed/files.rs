//! Feeds of files.

use serde_json::{Map, Value};

use super::{NameTime, reader::Reader};

/// Keys of its own.
pub(super) const KEYS: &[&str] = &["path", "name_time", "parallel"];
/// Objects fetched at once where the feed does not say.
const DEFAULT_PARALLEL: u64 = 8;

/// Files in folders or in a bucket.
#[derive(Clone, Debug)]
pub struct FilesFeed {
    /// A path or a glob, relative to the project root; or `gs://bucket/` and one.
    pub path: String,
    /// Where names say when their content is of.
    pub name_time: Option<NameTime>,
    /// Objects fetched at once.
    pub parallel: usize,
}

/// Reads the keys of a feed of files.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<FilesFeed> {
    let Some(path) = map.get("path").and_then(Value::as_str) else {
        reader.problem("ingest", "a feed of type `files` needs a `path`", None);
        return None;
    };
    let zone = reader.zone(map)?;
    let name_time = match reader.text(map, "name_time")? {
        None => None,
        Some(format) => match NameTime::parse(&format, zone) {
            Ok(read) => Some(read),
            Err(problem) => {
                let help = "for instance `name_time: \"%Y-%m-%d_%H:%M\"`".to_owned();
                let message = format!("`name_time` cannot be read: {problem}");
                reader.problem("name_time", &message, Some(help));
                return None;
            }
        },
    };
    let parallel = usize::try_from(reader.count(map, "parallel", DEFAULT_PARALLEL)?).unwrap_or(1);
    Some(FilesFeed { path: path.to_owned(), name_time, parallel })
}
