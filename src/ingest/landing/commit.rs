//! Commits of a feed, counted: their ids, and what is remembered of each.

use super::StateEntry;
use crate::{
    ingest::{Envelope, envelope::timestamp},
    manifest::UniqueId,
    plan::{RowBatch, Texts, Values},
    relation::Relation,
};

/// The next commit of a feed, where several processes may make it.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct Commit {
    /// The id of the job that makes it.
    pub id: String,
    /// Its number.
    pub number: u64,
    /// The feed.
    pub feed: UniqueId,
    /// The table of states.
    pub state: Relation,
    /// Whether that is there.
    pub has_state: bool,
}

/// The id of the job that makes a commit. It is the feed's and the commit's: of two processes that see
/// the same last commit only one gets it.
pub(in crate::ingest) fn commit_id(
    feed: &UniqueId,
    (main, stream): (&Relation, &str),
    number: u64,
    attempt: u32,
) -> String {
    let what = format!("{}\n{main}\n{number}", feed.as_str());
    let hash = &blake3::hash(what.as_bytes()).to_hex()[..24];
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let stream: String = stream.chars().map(plain).take(100).collect();
    format!("elt_{stream}_{hash}_{attempt}")
}

/// The entry that each load adds by itself.
pub(super) fn load_entry(envelope: &Envelope, records: u64, dead_letters: u64) -> StateEntry {
    let value = serde_json::json!({
        "load_id": envelope.load_id,
        "run_id": envelope.run_id,
        "ingested_at": timestamp(envelope.ingested_at),
        "records": records,
        "dead_letters": dead_letters,
    });
    StateEntry::new(super::state::LOAD, "", value)
}

/// The entries of a commit, as rows of the table of states.
pub(super) fn state_rows(
    (feed, number): (&UniqueId, u64),
    envelope: &Envelope,
    entries: &[StateEntry],
    table: usize,
) -> RowBatch {
    let mut texts: [Texts; 3] = Default::default();
    for entry in entries {
        texts[0].push(&entry.kind);
        texts[1].push(&entry.name);
        texts[2].push_option(entry.value.as_ref().map(ToString::to_string).as_deref());
    }
    let [kinds, names, values] = texts.map(Values::Texts);
    let rows = entries.len();
    RowBatch {
        table,
        rows,
        columns: vec![
            Values::Same(feed.as_str().into()),
            Values::Ints(vec![i64::try_from(number).unwrap_or(i64::MAX); rows]),
            Values::Ints((0..).take(rows).collect()),
            Values::SameTime(chrono::Utc::now().timestamp_micros()),
            Values::Same(envelope.load_id.as_str().into()),
            kinds,
            names,
            values,
        ],
    }
}
