//! Where payloads are kept as they came: `archive`.

use serde_json::{Map, Value};

use super::reader::Reader;

/// Reads `archive`: a folder relative to the project's, or `gs://bucket/folder`.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Option<String>> {
    let Some(place) = reader.text(map, "archive")? else { return Some(None) };
    match place.split_once("://") {
        None => {}
        Some(("gs", rest)) if !rest.split('/').next().unwrap_or_default().is_empty() => {}
        Some(("gs", _)) => {
            reader.problem("archive", "`archive` names no bucket", None);
            return None;
        }
        Some((scheme, _)) => {
            let help = "use a folder or `gs://bucket/folder`".to_owned();
            let message = format!("`{scheme}://` is no place for an archive");
            reader.problem("archive", &message, Some(help));
            return None;
        }
    }
    Some(Some(place))
}
