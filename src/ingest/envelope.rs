//! The bronze row: a record as it came, with where it is from.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde_json::Value;

use super::{BronzeRow, Feed, landing::Target, raw_json};

/// The columns of every bronze table with their GoogleSQL types, in order.
pub const BRONZE_COLUMNS: [(&str, &str); 12] = [
    ("_source", "STRING"),
    ("_stream", "STRING"),
    ("_ingested_at", "TIMESTAMP"),
    ("_run_id", "STRING"),
    ("_load_id", "STRING"),
    ("_record_key", "STRING"),
    ("_record_hash", "STRING"),
    ("_source_ts", "TIMESTAMP"),
    ("_seq", "INT64"),
    ("_uri", "STRING"),
    ("_schema_version", "STRING"),
    ("payload", "JSON"),
];

/// The version of the envelope.
const SCHEMA_VERSION: &str = "1";
/// Joins the parts of a key; no printable text holds it.
const KEY_SEPARATOR: &str = "\u{1f}";

/// What all envelopes of one load share.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// When the load began, UTC.
    pub ingested_at: DateTime<Utc>,
    /// The invocation.
    pub run_id: String,
    /// The load: one feed in one invocation.
    pub load_id: String,
}

impl Envelope {
    /// The row of a record.
    ///
    /// # Errors
    /// A sentence saying why the record cannot be landed: it is no object or lacks its key.
    pub fn row(
        &self,
        feed: &Feed,
        record: &str,
        seq: u64,
        uri: &Arc<str>,
    ) -> Result<BronzeRow, String> {
        let payload = match feed.drop.is_empty() {
            true => record.to_owned(),
            false => raw_json::without(record, &feed.drop),
        };
        let hash = content_hash(&payload)?;
        let mut key = Vec::new();
        for path in &feed.key {
            // `$`: the record has no key but itself, and is landed once.
            let part = if path.is_root() { Some(hash.clone()) } else { path.scalar(&payload) };
            key.push(part.ok_or_else(|| "the record has no value where its key is".to_owned())?);
        }
        let source_ts = feed.source_ts.as_ref().and_then(|path| path.scalar(&payload));
        Ok(BronzeRow {
            key: key.join(KEY_SEPARATOR),
            hash,
            source_ts: source_ts.as_deref().and_then(moment),
            seq,
            uri: Arc::clone(uri),
            payload,
            typed: None,
        })
    }

    /// A row's values as text, in the order of [`BRONZE_COLUMNS`], the object of its typed columns behind
    /// them where the target has such.
    pub(super) fn texts(&self, target: &Target, row: BronzeRow) -> Vec<Option<String>> {
        let text = |value: &str| Some(value.to_owned());
        let mut texts = vec![
            text(&target.source),
            text(&target.stream),
            Some(timestamp(self.ingested_at)),
            text(&self.run_id),
            text(&self.load_id),
            Some(row.key),
            Some(row.hash),
            row.source_ts.map(timestamp),
            Some(row.seq.to_string()),
            text(&row.uri),
            text(SCHEMA_VERSION),
            Some(row.payload),
        ];
        if target.typed.is_some() {
            texts.push(row.typed);
        }
        texts
    }
}

pub(super) fn timestamp(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// A time as APIs write it: RFC 3339, without a zone (UTC), a date, or seconds since 1970.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    let plain = || {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .map(|moment| moment.and_utc())
    };
    let date = || {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(date.and_hms_opt(0, 0, 0)?.and_utc())
    };
    let epoch = || DateTime::from_timestamp(text.parse().ok()?, 0);
    zoned.ok().or_else(plain).or_else(date).or_else(epoch)
}

/// A hash of the content: the order of keys and blanks do not count.
fn content_hash(payload: &str) -> Result<String, String> {
    let value: Value = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    let mut canonical = String::new();
    write_canonical(&value, &mut canonical);
    Ok(blake3::hash(canonical.as_bytes()).to_hex()[..32].to_owned())
}

pub(super) fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut members: Vec<(&String, &Value)> = map.iter().collect();
            members.sort_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (key, value) in members {
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write_canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_of_the_content() {
        let hash = |text: &str| content_hash(text).expect("JSON");
        assert_eq!(hash(r#"{"a":1,"b":[1,2]}"#), hash(r#"{ "b": [1, 2], "a": 1 }"#));
        assert_ne!(hash(r#"{"a":1}"#), hash(r#"{"a":2}"#));
        assert_ne!(hash(r#"{"b":[1,2]}"#), hash(r#"{"b":[2,1]}"#));
    }

    #[test]
    fn times_are_read_in_every_usual_form() {
        let read = |text: &str| moment(text).map(|moment| moment.to_rfc3339());
        assert_eq!(read("2020-03-02T00:00:00.000Z").as_deref(), Some("2020-03-02T00:00:00+00:00"));
        assert_eq!(read("2020-03-02 01:02:03").as_deref(), Some("2020-03-02T01:02:03+00:00"));
        assert_eq!(read("2020-03-02").as_deref(), Some("2020-03-02T00:00:00+00:00"));
        assert_eq!(read("1700000000").as_deref(), Some("2023-11-14T22:13:20+00:00"));
        assert_eq!(read("soon"), None);
    }
}
