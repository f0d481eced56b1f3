//! The files of a feed that have been landed: a folder of a million old files is not read again.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::{Duration, SystemTime},
};

use serde_json::Value;

use super::{
    StateEntry,
    state::{FILE, RESET, literal},
    tables::{STATE, beside},
};
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    manifest::UniqueId,
    relation::{Cell, Relation},
};

/// Entries read at a time: memory does not grow with the state.
const PAGE: usize = 100_000;
/// A file that was changed so shortly before it was read may be changed again without looking otherwise:
/// the clocks of file systems are that coarse.
const TOO_RECENT: Duration = Duration::from_secs(2);

/// What tells a file's content without reading it: its size and the time of its last change, or an
/// object's generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileVersion(String);

impl FileVersion {
    /// Of a file in a folder, asked before it is read; none where it was changed just now.
    pub fn of_file(about: &std::fs::Metadata) -> Option<Self> {
        let modified = about.modified().ok()?;
        let age = SystemTime::now().duration_since(modified).unwrap_or_default();
        let since = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        (age >= TOO_RECENT).then(|| Self(format!("{}:{}", about.len(), since.as_nanos())))
    }

    /// Of an object, by what a bucket says of it: every content that it ever has is another generation.
    pub fn of_object(generation: &str, size: &str, checksum: &str) -> Self {
        Self(format!("{generation}:{size}:{checksum}"))
    }

    /// What is remembered of a file when its rows have landed.
    pub fn entry(&self, uri: &str) -> StateEntry {
        StateEntry::new(FILE, uri, Value::from(self.0.as_str()))
    }
}

/// Files by path, 16 bytes each.
#[derive(Clone, Debug, Default)]
pub struct KnownFiles {
    versions: HashMap<u64, u64>,
}

impl KnownFiles {
    /// The files of a feed whose own table is `main`; none before the first load.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn of_feed(
        adapter: &dyn Adapter,
        main: &Relation,
        feed: &UniqueId,
        cancel: &Cancel,
    ) -> Result<Self, AdapterError> {
        match adapter.columns(&beside(main, STATE)).await? {
            Some(_) => Self::read(adapter, main, feed, cancel).await,
            None => Ok(Self::default()),
        }
    }

    /// Reads which files of a feed were landed since it was reset last.
    ///
    /// # Errors
    /// What the warehouse says.
    pub(super) async fn read(
        adapter: &dyn Adapter,
        main: &Relation,
        feed: &UniqueId,
        cancel: &Cancel,
    ) -> Result<Self, AdapterError> {
        let table = beside(main, STATE);
        let mut known = Self::default();
        let (mut commit, mut entry) = (0, -1);
        loop {
            let feed = literal(feed.as_str());
            let sql = format!(
                "select commit_number, entry_number, name, value from {table}
where feed = '{feed}' and kind = '{FILE}'
  and (commit_number > {commit} or (commit_number = {commit} and entry_number > {entry}))
  and commit_number > (
    select coalesce(max(commit_number), 0) from {table} where feed = '{feed}' and kind = '{RESET}'
  )
order by commit_number, entry_number
limit {PAGE}"
            );
            let page = adapter.query(&sql, None, cancel).await?;
            for row in &page.rows {
                if let [Cell::Int(of_commit), Cell::Int(of_entry), Cell::Text(name), value] =
                    row.as_slice()
                {
                    (commit, entry) = (*of_commit, *of_entry);
                    let version = match value {
                        Cell::Text(text) => serde_json::from_str::<String>(text).ok(),
                        _ => None,
                    };
                    match version {
                        Some(version) => known.versions.insert(hash(name), hash(&version)),
                        None => known.versions.remove(&hash(name)),
                    };
                }
            }
            if page.rows.len() < PAGE {
                return Ok(known);
            }
        }
    }

    /// Whether this version of a file was landed.
    pub fn holds(&self, uri: &str, version: &FileVersion) -> bool {
        self.versions.get(&hash(uri)) == Some(&hash(&version.0))
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
