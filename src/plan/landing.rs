//! Rows that come while they are landed: batches for several tables, made as they are asked for.

use std::sync::{Arc, Mutex, PoisonError};

use super::Step;
use crate::relation::{Column, Relation};

/// A table that batches bring rows for.
#[derive(Clone, Debug, PartialEq)]
pub struct LandTable {
    /// The table.
    pub relation: Relation,
    /// Its columns in the order of the batches' values.
    pub columns: Vec<Column>,
    /// Where its rows go on: then the table is made with the first of them and lives for the step only.
    pub passed_on: Option<PassedOn>,
}

/// What becomes of the rows of a staging table.
#[derive(Clone, Debug, PartialEq)]
pub struct PassedOn {
    /// The table that rows are inserted into.
    pub target: Relation,
    /// Which rows: asked when all are there.
    pub rule: PassRule,
    /// Which columns, and what goes before.
    pub values: PassedValues,
}

/// Told when all rows of a staging table have come: the rows decide which columns the table is to have.
#[derive(Clone)]
pub struct PassedValues(Arc<dyn Fn() -> Passing + Send + Sync>);

/// How a staging table's rows get into their table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Passing {
    /// Changes of the table that go before.
    pub changes: Vec<Step>,
    /// The table's columns.
    pub columns: Vec<String>,
    /// The value of each out of the staging table: a name, or an expression in the dialect.
    pub values: Vec<String>,
}

impl PassedValues {
    /// Values that are known when they are asked for.
    pub fn new(values: impl Fn() -> Passing + Send + Sync + 'static) -> Self {
        Self(Arc::new(values))
    }

    /// The values: all rows have come.
    pub fn now(&self) -> Passing {
        (self.0)()
    }
}

impl std::fmt::Debug for PassedValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PassedValues")
    }
}

impl PartialEq for PassedValues {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Which rows of a staging table are new. `_seq` tells the rows of a staging table apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassRule {
    /// All of them.
    All,
    /// Of the versions of each record (`_record_key`, `_record_hash`, by `_seq`) those that are other
    /// than the version before, behind the longest run of them that the landed versions (by
    /// `_ingested_at`, `_seq`) end with. So payloads that hold a record more than once land it once a
    /// version, however often they are read.
    NewVersions,
    /// The first row of each key that the table has not.
    NewKeys,
    /// As `NewVersions`, of the messages (`_uri`) of which the table has no row.
    NewMessages,
}

/// Rows of one table, column by column.
#[derive(Clone, Debug, PartialEq)]
pub struct RowBatch {
    /// Which of the step's tables.
    pub table: usize,
    /// How many rows.
    pub rows: usize,
    /// The values.
    pub columns: Vec<Values>,
}

impl RowBatch {
    /// Bytes of its texts.
    pub fn bytes(&self) -> usize {
        let bytes = |values: &Values| match values {
            Values::Texts(texts) => texts.bytes.len(),
            _ => 0,
        };
        self.columns.iter().map(bytes).sum()
    }
}

/// Values of one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// One text in every row.
    Same(Arc<str>),
    /// One moment in every row, in microseconds since 1970.
    SameTime(i64),
    /// Texts.
    Texts(Texts),
    /// Integers.
    Ints(Vec<i64>),
    /// Moments, in microseconds since 1970.
    Times(Vec<Option<i64>>),
}

/// Texts one behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    /// All bytes.
    pub bytes: String,
    /// Where each text ends.
    pub ends: Vec<usize>,
    /// Which are NULL; empty where none is.
    pub nulls: Vec<usize>,
}

impl Texts {
    /// Makes room for texts of so many bytes together.
    pub fn reserve(&mut self, texts: usize, bytes: usize) {
        self.bytes.reserve(bytes);
        self.ends.reserve(texts);
    }

    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    /// Adds a text or NULL.
    pub fn push_option(&mut self, text: Option<&str>) {
        if text.is_none() {
            self.nulls.push(self.ends.len());
        }
        self.push(text.unwrap_or_default());
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The texts, none for NULL.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        let mut nulls = self.nulls.iter().peekable();
        let mut from = 0;
        self.ends.iter().enumerate().map(move |(at, end)| {
            let text = self.bytes.get(from..*end).unwrap_or_default();
            from = *end;
            match nulls.next_if(|null| **null == at) {
                Some(_) => None,
                None => Some(text),
            }
        })
    }
}

/// Batches, taken once: a step that failed behind its first batch cannot be tried again.
#[derive(Clone)]
pub struct RowStream {
    batches: Arc<Mutex<Option<Batches>>>,
    is_held: bool,
}

type Batches = Box<dyn Iterator<Item = Result<RowBatch, String>> + Send>;

impl RowStream {
    /// A stream of batches.
    pub fn new(batches: impl Iterator<Item = Result<RowBatch, String>> + Send + 'static) -> Self {
        Self { batches: Arc::new(Mutex::new(Some(Box::new(batches)))), is_held: false }
    }

    /// Batches that are in memory already: those of a commit among many. They are written the quickest
    /// way, which may be with the statement itself.
    pub fn held(batches: Vec<RowBatch>) -> Self {
        Self { is_held: true, ..Self::new(batches.into_iter().map(Ok)) }
    }

    /// Whether they are in memory already.
    pub fn is_held(&self) -> bool {
        self.is_held
    }

    /// The batches; none where they were taken before.
    pub fn take(&self) -> Option<Batches> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl std::fmt::Debug for RowStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RowStream")
    }
}

impl PartialEq for RowStream {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.batches, &other.batches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_know_which_are_null() {
        let mut texts = Texts::default();
        for text in [Some("a"), None, Some(""), Some("bc"), None] {
            texts.push_option(text);
        }
        let read: Vec<Option<&str>> = texts.iter().collect();
        assert_eq!(read, [Some("a"), None, Some(""), Some("bc"), None]);
    }

    #[test]
    fn a_stream_is_taken_once() {
        let stream = RowStream::new(std::iter::empty());
        assert!(stream.clone().take().is_some());
        assert!(stream.take().is_none());
    }
}
