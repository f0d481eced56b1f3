//! What is known of a feed: entries that are added and never changed, the last of a name counts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tables::{STATE, beside};
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    manifest::UniqueId,
    relation::{Cell, Relation},
};

/// The kind of the entry that each load adds by itself.
pub(super) const LOAD: &str = "load";
/// The kind of entries of files that were landed; they may be millions, and are read apart.
pub(super) const FILE: &str = "file";
/// The kind of the entry that takes back all that was said before.
pub(super) const RESET: &str = "reset";

/// Something to remember of a feed (`cursor`, `window`, `entity`, …).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateEntry {
    /// The kind.
    pub kind: String,
    /// What it is about, within the kind.
    pub name: String,
    /// What to remember; none takes back what was said.
    pub value: Option<Value>,
}

impl StateEntry {
    /// An entry.
    pub fn new(kind: impl Into<String>, name: impl Into<String>, value: Value) -> Self {
        Self { kind: kind.into(), name: name.into(), value: Some(value) }
    }

    /// An entry that takes back what was said.
    pub fn forget(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into(), value: None }
    }
}

/// What is known of a feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeedState {
    /// The number of its last commit; 0 before the first.
    pub commit_number: u64,
    /// The last entries by kind and name.
    entries: BTreeMap<String, BTreeMap<String, Value>>,
}

impl FeedState {
    /// Reads the state of a feed whose own table is `main`; nothing is known before the first load.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn read(
        adapter: &dyn Adapter,
        main: &Relation,
        feed: &UniqueId,
        cancel: &Cancel,
    ) -> Result<Self, AdapterError> {
        let table = beside(main, STATE);
        if adapter.columns(&table).await?.is_none() {
            return Ok(Self::default());
        }
        let sql = latest_query(&table, feed);
        let found = adapter.query(&sql, None, cancel).await?;
        let mut state = Self::default();
        for row in &found.rows {
            let text = |at: usize| match row.get(at) {
                Some(Cell::Text(text)) => Some(text.as_str()),
                _ => None,
            };
            let number = match row.first() {
                Some(Cell::Int(number)) => u64::try_from(*number).unwrap_or(0),
                _ => 0,
            };
            state.commit_number = state.commit_number.max(number);
            let (Some(kind), Some(name), Some(value)) = (text(1), text(2), text(3)) else {
                continue;
            };
            if let Ok(value) = serde_json::from_str(value) {
                state.entries.entry(kind.to_owned()).or_default().insert(name.to_owned(), value);
            }
        }
        Ok(state)
    }

    /// What was said last of a name.
    pub fn get(&self, kind: &str, name: &str) -> Option<&Value> {
        self.entries.get(kind)?.get(name)
    }

    /// All names of a kind with what was said last of each.
    pub fn all<'a>(&'a self, kind: &str) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let entries = self.entries.get(kind);
        entries.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }
}

impl FeedState {
    /// All that is known but entries of one kind: kind, name and value.
    pub(super) fn others(&self, but: &str) -> Vec<(String, String, Value)> {
        let kinds = self.entries.iter().filter(|(kind, _)| kind.as_str() != but);
        let of_kind = |(kind, names): (&String, &BTreeMap<String, Value>)| {
            let entry =
                |(name, value): (&String, &Value)| (kind.clone(), name.clone(), value.clone());
            names.iter().map(entry).collect::<Vec<_>>()
        };
        kinds.flat_map(of_kind).collect()
    }
}

/// The last entry of each name, if no reset came behind it; and of resets the last, without a value.
fn latest_query(table: &Relation, feed: &UniqueId) -> String {
    format!(
        "select commit_number, kind, name,
  case when kind = '{RESET}' or commit_number < reset_at then null else value end as value
from (
  select commit_number, kind, name, value,
    row_number() over (partition by kind, name order by commit_number desc, entry_number desc) as nth,
    coalesce(max(case when kind = '{RESET}' then commit_number end) over (), 0) as reset_at
  from {table}
  where feed = '{}' and kind <> '{FILE}'
) as entries
where nth = 1",
        literal(feed.as_str())
    )
}

/// A text inside quotes, in either dialect: what both would read otherwise is left out.
pub(super) fn literal(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\'' | '\\') && !c.is_control()).collect()
}
