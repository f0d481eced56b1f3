//! What a feed is.

use std::path::Path;

use super::{Cadence, CsvOptions, EnvLookup, FeedKind, FeedRules, Publish};
use crate::{
    diagnostic::Span,
    ingest::{RecordPath, Storage},
    manifest::UniqueId,
    relation::Relation,
};

/// How a source table is filled.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The source table's unique id.
    pub unique_id: UniqueId,
    /// The source's name (`_source`).
    pub source: String,
    /// The table's name (`_stream`).
    pub stream: String,
    /// The bronze table.
    pub relation: Relation,
    /// Where its payloads come from.
    pub kind: FeedKind,
    /// How a payload is written.
    pub format: Format,
    /// How CSV is written.
    pub csv: CsvOptions,
    /// Where the records are in a payload.
    pub records: RecordPath,
    /// The parts of a record's key.
    pub key: Vec<RecordPath>,
    /// Where a record's own time is, if it has one.
    pub source_ts: Option<RecordPath>,
    /// How the bronze table is kept.
    pub storage: Storage,
    /// When it is polled.
    pub cadence: Cadence,
    /// Where payloads are kept as they came: a folder, or `gs://bucket/folder`.
    pub archive: Option<String>,
    /// What its definition comes to: what is known of a feed is known of one that reads alike.
    pub definition: String,
    /// Where its landed rows are published.
    pub publish: Option<Publish>,
    /// What it does with its records beyond landing them.
    pub rules: FeedRules,
    /// Where the feed is written, for messages.
    pub declared: Span,
    /// The properties file, relative to the project root.
    pub path: String,
}

impl Feed {
    /// The feed with the secret that hashes of its fields are made with.
    ///
    /// # Errors
    /// A sentence, where the secret cannot be had.
    pub fn keyed(&self, root: &Path, env: &EnvLookup) -> Result<Self, String> {
        let mut feed = self.clone();
        if let Some(secret) = &self.rules.hash_key {
            let secret = secret.value(root, env)?;
            feed.rules.redaction = feed.rules.redaction.with_key(&secret);
        }
        Ok(feed)
    }
}

/// How a payload is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON document.
    Json,
    /// One JSON document a line.
    NdJson,
    /// A table, a record a row.
    Csv,
}
