//! The keys that every feed has.

use serde_json::{Map, Value};

use super::{
    Feed, Format, archive, cadence, csv_options,
    kind::{KINDS, KindReader},
    publish,
    reader::Reader,
    rules,
    shared_stream::with_stream,
    storage,
};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    ingest::RecordPath,
    manifest::Source,
};

/// Keys of every feed.
const COMMON_KEYS: &[&str] = &[
    "type",
    "stream",
    "format",
    "csv",
    "records",
    "key",
    "source_ts",
    "storage",
    "archive",
    "every",
    "jitter",
    "time_zone",
    "publish",
];

/// Reads a source table's feed; none where it has none.
///
/// # Errors
/// Every mistake in the definition, at its place in the properties file.
pub fn read_feed(source: &Source) -> Result<Option<Feed>, Vec<Diagnostic>> {
    let Some(definition) = source.feed() else { return Ok(None) };
    let mut reader = Reader { source, problems: Vec::new() };
    match read(&mut reader, definition) {
        Some(feed) if reader.problems.is_empty() => Ok(Some(feed)),
        _ => Err(reader.problems),
    }
}

fn read(reader: &mut Reader<'_>, definition: &Value) -> Option<Feed> {
    let Some(own) = definition.as_object() else {
        reader.problem("ingest", "`ingest` must be a mapping with a `type`", None);
        return None;
    };
    let map = &with_stream(reader, own)?;
    let kind = kind(reader, map)?;
    for key in map.keys() {
        let known = || COMMON_KEYS.iter().chain(&rules::KEYS).chain(kind.keys).copied();
        if !known().any(|name| name == key) {
            let message = format!("unknown key `{key}` in `ingest`");
            reader.problem(key, &message, did_you_mean(key, known()));
        }
    }
    for key in kind.refused {
        if map.contains_key(*key) {
            let message = format!("`{key}` has no effect on a feed of type `{}`", kind.name);
            reader.problem(key, &message, Some("leave it out".to_owned()));
        }
    }
    let source = reader.source;
    Some(Feed {
        kind: (kind.read)(reader, map)?,
        format: format(reader, map)?,
        csv: csv_options::read(reader, map)?,
        cadence: cadence::read(reader, map)?,
        archive: archive::read(reader, map)?,
        publish: publish::read(reader, map)?,
        definition: blake3::hash(serde_json::json!(map).to_string().as_bytes()).to_hex()[..16]
            .to_owned(),
        records: match map.get("records") {
            Some(value) => reader.path_of("records", value)?,
            None => RecordPath::parse("$").ok()?,
        },
        key: key(reader, map)?,
        source_ts: match map.get("source_ts") {
            Some(value) => Some(reader.path_of("source_ts", value)?),
            None => None,
        },
        rules: rules::read(reader, map)?,
        storage: storage::read(reader, map)?,
        unique_id: source.unique_id.clone(),
        source: source.source_name.clone(),
        stream: source.name.clone(),
        relation: source.relation.clone(),
        declared: source.declared.clone(),
        path: source.original_file_path.clone(),
    })
}

fn kind(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<&'static KindReader> {
    let names = || KINDS.iter().map(|kind| kind.name);
    let listed = || {
        let quoted: Vec<String> = names().map(|name| format!("`{name}`")).collect();
        match quoted.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => quoted.concat(),
        }
    };
    match map.get("type").and_then(Value::as_str) {
        Some(name) => {
            let found = KINDS.iter().find(|kind| kind.name == name);
            if found.is_none() {
                let help =
                    did_you_mean(name, names()).or_else(|| Some(format!("use {}", listed())));
                reader.problem("type", &format!("unknown feed type `{name}`"), help);
            }
            found
        }
        None => {
            let message = format!("a feed needs a `type`: {}", listed());
            reader.problem("ingest", &message, None);
            None
        }
    }
}

fn format(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Format> {
    let is_csv = map.get("format").and_then(Value::as_str) == Some("csv");
    if is_csv && map.contains_key("records") {
        reader.problem("records", "a row of CSV is a record: `records` leads nowhere", None);
    }
    if !is_csv && map.contains_key("csv") {
        let help = Some("write `format: csv`".to_owned());
        reader.problem("csv", "`csv` says how CSV is written", help);
    }
    match map.get("format").map(|value| value.as_str().unwrap_or_default()) {
        None | Some("json") => Some(Format::Json),
        Some("ndjson" | "jsonl") => Some(Format::NdJson),
        Some("csv") => Some(Format::Csv),
        Some(other) => {
            let help = "use `json`, `ndjson` or `csv`".to_owned();
            reader.problem("format", &format!("unknown format `{other}`"), Some(help));
            None
        }
    }
}

fn key(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Vec<RecordPath>> {
    match map.get("key") {
        None => {
            let help = "name the field that tells records apart, for instance `key: id`; \
                        `key: $` where only their content does";
            reader.problem("ingest", "a feed needs a `key`", Some(help.to_owned()));
            None
        }
        Some(Value::Array(parts)) => parts.iter().map(|part| reader.path_of("key", part)).collect(),
        Some(one) => Some(vec![reader.path_of("key", one)?]),
    }
}
