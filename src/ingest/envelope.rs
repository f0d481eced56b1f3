//! The bronze row: a record as it came, with where it is from.

use std::{cell::RefCell, sync::Arc};

use super::{
    BronzeRow, Feed,
    json_record::{RecordProblem, RecordReader},
};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

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
pub(super) const SCHEMA_VERSION: &str = "1";
/// Joins the parts of a key; no printable text holds it.
const KEY_SEPARATOR: &str = "\u{1f}";

thread_local! {
    /// What reads records: kept, so that nothing is allocated anew.
    static READER: RefCell<RecordReader> = RefCell::default();
}

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
        let told = |problem: RecordProblem| {
            format!("no valid JSON: {} at byte {}", problem.message, problem.at)
        };
        let payload = match feed.rules.redaction.is_empty() {
            true => record.to_owned(),
            false => {
                // Only what is JSON can be taken apart.
                READER.with_borrow_mut(|reader| reader.read(record).map(drop)).map_err(told)?;
                feed.rules.redaction.apply(record)
            }
        };
        READER
            .with_borrow_mut(|reader| {
                let record = reader.read(&payload).map_err(told)?;
                let hash = record.hash();
                let mut key = String::new();
                for (at, path) in feed.key.iter().enumerate() {
                    if at > 0 {
                        key.push_str(KEY_SEPARATOR);
                    }
                    // `$`: the record has no key but itself, and is landed once.
                    let part =
                        if path.is_root() { Some(hash.clone()) } else { path.scalar_of(&record) };
                    let missing = || "the record has no value where its key is".to_owned();
                    key.push_str(&part.ok_or_else(missing)?);
                }
                let source_ts = feed.source_ts.as_ref().and_then(|path| path.scalar_of(&record));
                Ok((key, hash, source_ts.as_deref().and_then(moment)))
            })
            .map(|(key, hash, source_ts)| BronzeRow {
                key,
                hash,
                source_ts,
                seq,
                uri: Arc::clone(uri),
                payload,
                typed: None,
            })
    }
}

pub(super) fn timestamp(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, false)
}

/// A time as APIs write it: RFC 3339, without a zone (UTC), a date, or seconds since 1970. None where it
/// is none that BigQuery's TIMESTAMP holds, the years 1 to 9999: milliseconds since 1970, for instance.
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
    let moment = zoned.ok().or_else(plain).or_else(date).or_else(epoch);
    moment.filter(|moment| (1..=9999).contains(&moment.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_usual_form() {
        let read = |text: &str| moment(text).map(|moment| moment.to_rfc3339());
        assert_eq!(read("2020-03-02T00:00:00.000Z").as_deref(), Some("2020-03-02T00:00:00+00:00"));
        assert_eq!(read("2020-03-02 01:02:03").as_deref(), Some("2020-03-02T01:02:03+00:00"));
        assert_eq!(read("2020-03-02").as_deref(), Some("2020-03-02T00:00:00+00:00"));
        assert_eq!(read("1700000000").as_deref(), Some("2023-11-14T22:13:20+00:00"));
        assert_eq!(read("soon"), None);
        assert_eq!(read("1700000000000"), None);
    }
}
