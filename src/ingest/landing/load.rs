//! Where a load goes.

use std::sync::{Arc, Mutex};

use crate::{
    ingest::{Envelope, Feed, contract::Schema},
    manifest::UniqueId,
    relation::Relation,
};

/// One load of a feed: the tables that its rows may go to, beside dead letters and state.
#[derive(Clone, Debug)]
pub struct Load {
    /// The feed.
    pub feed: UniqueId,
    /// When it began, and its names.
    pub envelope: Envelope,
    /// The tables, the feed's own first. Its schema holds dead letters and state too.
    pub targets: Vec<Target>,
}

impl Load {
    /// The feed's own table.
    ///
    /// # Panics
    /// Where there is no target at all: a load without any is a bug.
    pub fn main(&self) -> &Target {
        self.targets.first().expect("a load has its feed's own table")
    }
}

/// Typed columns that a thread that reads records may still change.
pub type SharedSchema = Arc<Mutex<Schema>>;

/// A bronze table.
#[derive(Clone, Debug)]
pub struct Target {
    /// `_source`.
    pub source: String,
    /// `_stream`.
    pub stream: String,
    /// The table.
    pub relation: Relation,
    /// The typed columns beside the payload, where the feed has a contract. They may evolve until the
    /// last row has come; then the table is changed before its rows, in the same transaction where the
    /// warehouse has such.
    pub typed: Option<SharedSchema>,
    /// How the table is kept.
    pub storage: Storage,
    /// Which of the rows are not landed again.
    pub dedup: Dedup,
}

impl Target {
    /// The table of a feed, with versions of records and without typed columns.
    pub fn of(feed: &Feed) -> Self {
        Self {
            source: feed.source.clone(),
            stream: feed.stream.clone(),
            relation: feed.relation.clone(),
            typed: None,
            storage: feed.storage.clone(),
            dedup: Dedup::Versions,
        }
    }
}

/// Which rows are left out because they are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dedup {
    /// None: the caller knows that all are new.
    Nothing,
    /// A row whose content is that of the version before it, in this load or in the table. A, B, A
    /// are three versions.
    #[default]
    Versions,
    /// A row whose key is there, whatever its content: events whose ids are unique.
    Keys,
    /// A row of a message (`_uri`) of which rows are there; and, of other messages, as `Versions`.
    Messages,
}

/// How a bronze table is kept on BigQuery. The embedded engine has no partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// Columns the table is clustered by; `_stream` and `_record_key` where none are named.
    pub cluster_by: Vec<String>,
    /// Whether queries must say which partitions they read.
    pub require_partition_filter: bool,
    /// Days until a partition is dropped.
    pub partition_expiration_days: Option<u32>,
}
