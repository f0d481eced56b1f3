//! Feeds that several tables share: `stream: name` on a table, `streams: {name: …}` under the source.

use serde_json::{Map, Value};

use super::reader::Reader;
use crate::{diagnostic::did_you_mean, manifest::Source};

/// Keys that tables cannot have for themselves: what they share is read once.
const OF_STREAM: [&str; 18] = [
    "type",
    "path",
    "url",
    "urls",
    "command",
    "records",
    "format",
    "route",
    "archive",
    "every",
    "auth",
    "envelope",
    "max_body_bytes",
    "message_field",
    "subscription",
    "max_messages",
    "max_deliveries",
    "ack_deadline_secs",
];

/// The definition with what its stream says; the table's own keys count before the stream's.
pub(super) fn with_stream(
    reader: &mut Reader<'_>,
    own: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    let Some(name) = own.get("stream") else { return Some(own.clone()) };
    let empty = Map::new();
    let meta = &reader.source.source_meta;
    let streams = meta.get("streams").and_then(Value::as_object).unwrap_or(&empty);
    let Some(stream) = name.as_str().and_then(|name| streams.get(name)?.as_object()) else {
        let help =
            did_you_mean(name.as_str().unwrap_or_default(), streams.keys().map(String::as_str));
        let help = help.or_else(|| {
            Some(
                "define it under the source: `config: {meta: {streams: {events: {type: …}}}}`"
                    .into(),
            )
        });
        reader.problem("stream", &format!("the source has no stream {name}"), help);
        return None;
    };
    let mut merged = stream.clone();
    for (key, value) in own {
        merged.insert(key.clone(), value.clone());
    }
    for key in OF_STREAM {
        if own.contains_key(key) {
            let help = format!("write `{key}` where the stream is defined");
            let message = format!("`{key}` is of the stream, which its tables share");
            reader.problem(key, &message, Some(help));
        }
    }
    Some(merged)
}

/// The name of the stream that a source table shares with others.
pub fn stream_name(source: &Source) -> Option<&str> {
    source.feed()?.get("stream")?.as_str()
}
