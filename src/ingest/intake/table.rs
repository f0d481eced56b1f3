//! A table that records may go to.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use chrono::Utc;
use serde_json::{Value, json};

use crate::ingest::{
    Breach, BronzeRow, ChangeEvent, ChangeRules, Detector, Envelope, Feed, FeedState, Known,
    SharedSchema, StateEntry,
};

/// The kind of entries that say what is known of a record.
const ENTITY: &str = "entity";

/// The class of what is no JSON.
pub(super) const NOT_JSON: &str = "bad-json";

/// A table with what is needed to make its rows.
pub struct IntakeTable {
    /// Its feed.
    pub feed: Feed,
    /// Its typed columns, where it has a contract.
    pub typed: Option<SharedSchema>,
    /// What is known of the records before, where it holds their changes.
    pub snapshot: Option<SnapshotState>,
}

/// A snapshot being compared.
pub struct SnapshotState {
    detector: Detector,
    rules: ChangeRules,
    /// The prefix of its entries in the feed's state.
    name: String,
    /// Whether all records of the snapshot could be read: else nothing is known to be missing.
    whole: bool,
    entries: Vec<StateEntry>,
}

/// Why a record has no row.
pub(super) enum NoRow {
    /// It becomes a dead letter: stage, class and sentence.
    Letter(&'static str, &'static str, String),
    /// Nothing of the load lands.
    Fatal(String),
}

impl SnapshotState {
    /// What is known from the feed's state.
    pub fn new(feed: &Feed, rules: ChangeRules, state: &FeedState) -> Self {
        let name = format!("{}/", feed.stream);
        let mut known = BTreeMap::new();
        for (entry, value) in state.all(ENTITY) {
            let Some(key) = entry.strip_prefix(&name) else { continue };
            let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
            let version = value.get("version").and_then(Value::as_u64).unwrap_or(0);
            known.insert(key.to_owned(), Known { version, state_hash: text("hash") });
        }
        let detector = Detector::new(known, state.commit_number + 1);
        Self { detector, rules, name, whole: true, entries: Vec::new() }
    }

    fn row(
        &mut self,
        feed: &Feed,
        event: ChangeEvent,
        record: Option<&BronzeRow>,
        place: (u64, &Arc<str>),
    ) -> BronzeRow {
        let value = json!({"version": event.version, "hash": event.state_hash});
        let name = format!("{}{}", self.name, event.key);
        self.entries.push(StateEntry::new(ENTITY, name, value));
        let detected_at = Utc::now();
        let payload = event.payload(
            &feed.source,
            &feed.stream,
            detected_at,
            record.map(|row| row.payload.as_str()),
        );
        let id = event.id(&feed.source, &feed.stream);
        BronzeRow {
            hash: blake3::hash(id.as_bytes()).to_hex()[..32].to_owned(),
            key: id,
            // Of a deletion nobody knows more than when it was seen.
            source_ts: record.map_or(Some(detected_at), |row| row.source_ts),
            seq: place.0,
            uri: Arc::clone(place.1),
            payload,
            typed: None,
        }
    }
}

impl IntakeTable {
    /// The row of a record; none where it is no change.
    pub(super) fn row(
        &mut self,
        envelope: &Envelope,
        record: &str,
        seq: u64,
        uri: &Arc<str>,
    ) -> Result<Option<BronzeRow>, NoRow> {
        let mut row = envelope.row(&self.feed, record, seq, uri).map_err(|problem| {
            let class = match problem.contains("key is") {
                true => "missing-key",
                false => NOT_JSON,
            };
            NoRow::Letter("record", class, problem)
        })?;
        if row.key.contains('\0') {
            let problem = "the key holds a NUL character".to_owned();
            return Err(NoRow::Letter("record", "bad-key", problem));
        }
        if let Some(schema) = &self.typed {
            let mut schema = schema.lock().unwrap_or_else(PoisonError::into_inner);
            let conformed = schema.conform(&row.payload).map_err(|breach| match breach {
                Breach::Row { class, message } => NoRow::Letter("contract", class, message),
                Breach::Load(message) => NoRow::Fatal(format!(
                    "the contract is `freeze`, and {message}: change the table's columns, or the contract"
                )),
            })?;
            row.typed = Some(conformed.typed);
        }
        let Some(snapshot) = &mut self.snapshot else { return Ok(Some(row)) };
        let hash = snapshot.rules.state_hash(&row.payload);
        let hash = hash.map_err(|problem| NoRow::Letter("record", NOT_JSON, problem))?;
        let event = snapshot.detector.record(&row.key, &hash);
        let event = event.map_err(|problem| NoRow::Letter("changes", "duplicate-key", problem))?;
        Ok(event.map(|event| snapshot.row(&self.feed, event, Some(&row), (seq, uri))))
    }

    /// A record of the snapshot could not be read: which one it is, is not known.
    pub(super) fn missed(&mut self) {
        if let Some(snapshot) = &mut self.snapshot {
            snapshot.whole = false;
        }
    }

    /// The rows of what the snapshot lacks, and what is known then. Where a record could not be read
    /// nothing is known to be gone.
    pub(super) fn end(
        &mut self,
        seq: &mut u64,
        uri: &Arc<str>,
    ) -> Result<(Vec<BronzeRow>, Vec<StateEntry>), String> {
        let Some(mut snapshot) = self.snapshot.take() else { return Ok(Default::default()) };
        let mut rows = Vec::new();
        if snapshot.whole {
            let detector =
                std::mem::replace(&mut snapshot.detector, Detector::new(BTreeMap::new(), 0));
            let gone = detector.finish(&snapshot.rules).map_err(|refusal| refusal.to_string())?;
            for event in gone {
                rows.push(snapshot.row(&self.feed, event, None, (*seq, uri)));
                *seq += 1;
            }
        }
        Ok((rows, snapshot.entries))
    }
}
