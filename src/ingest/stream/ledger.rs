//! The commits of a stream of messages on BigQuery, counted.
//!
//! Each is a script under the id of the stream's next number, which it writes beside the rows. A process
//! that was killed may have left its commit running, and another one may land the same stream: whoever
//! sees the same last number submits the same id, which BigQuery takes once. The others read what has
//! been landed, and go behind it. So what this process knows of the tables is all there is, at each
//! commit that succeeds.

use chrono::{DateTime, TimeDelta, Utc};

use super::Tables;
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    ingest::{
        STATE,
        landing::{Commit, commit_id},
    },
    manifest::UniqueId,
    relation::{Cell, Relation},
};

/// How long before its commit a load may have begun, which is the day that its rows are of; a load job
/// of BigQuery's runs six hours at most.
const LONGEST_LOAD_DAYS: i64 = 2;

/// The commits of one stream.
pub(super) struct Ledger {
    feed: UniqueId,
    stream: String,
    main: Relation,
    /// The last one that is known.
    number: u64,
    /// When it was the last.
    at: DateTime<Utc>,
    /// Whether there may be later ones.
    is_doubtful: bool,
    /// How often the next number's id turned out to be used up.
    attempt: u32,
    has_table: bool,
    /// Nothing is known of the tables yet.
    is_first: bool,
}

/// What others have landed.
pub(super) struct Missed {
    /// Their loads.
    pub loads: Vec<String>,
    /// The first day that their rows may be of.
    pub since: String,
    /// The last of their commits.
    number: u64,
    /// When it was the last.
    at: DateTime<Utc>,
}

impl Ledger {
    pub fn of(tables: &Tables) -> Self {
        let feed = &tables.first;
        Self {
            feed: feed.unique_id.clone(),
            stream: feed.stream.clone(),
            main: feed.relation.clone(),
            number: 0,
            at: Utc::now(),
            is_doubtful: true,
            attempt: 1,
            has_table: false,
            is_first: true,
        }
    }

    /// The next commit.
    pub fn next(&self) -> Commit {
        let number = self.number + 1;
        Commit {
            id: commit_id(&self.feed, (&self.main, &self.stream), number, self.attempt),
            number,
            feed: self.feed.clone(),
            state: self.main.with_identifier(STATE),
            has_state: self.has_table,
        }
    }

    /// The next commit has been made.
    pub fn made(&mut self) {
        self.number += 1;
        (self.at, self.attempt, self.has_table) = (Utc::now(), 1, true);
    }

    /// Nobody knows whether it has.
    pub fn doubt(&mut self) {
        self.is_doubtful = true;
    }

    /// The next number's id belongs to a job, and the number to no commit: the state of before is lost.
    pub fn pass_over(&mut self) {
        self.attempt += 1;
    }

    /// Whose load a commit is.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn load_of(
        &self,
        number: u64,
        adapter: &dyn Adapter,
        cancel: &Cancel,
    ) -> Result<Option<String>, AdapterError> {
        let condition = format!("commit_number = {number}");
        let found = self.commits(&condition, adapter, cancel).await?;
        Ok(found.into_iter().next().map(|(_, load)| load))
    }

    /// Commits that others have made, if there may be any; the first time only how many there are.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn look(
        &mut self,
        adapter: &dyn Adapter,
        cancel: &Cancel,
    ) -> Result<Option<Missed>, AdapterError> {
        if !self.is_doubtful {
            return Ok(None);
        }
        let at = Utc::now();
        self.has_table = adapter.columns(&self.main.with_identifier(STATE)).await?.is_some();
        let found = match (self.has_table, self.is_first) {
            (false, _) => Vec::new(),
            (true, true) => {
                let last = format!(
                    "commit_number = (select max(commit_number) from {} where feed = '{}')",
                    self.main.with_identifier(STATE),
                    self.feed.as_str()
                );
                self.commits(&last, adapter, cancel).await?
            }
            (true, false) => {
                self.commits(&format!("commit_number > {}", self.number), adapter, cancel).await?
            }
        };
        let number = found.iter().map(|(number, _)| *number).max().unwrap_or(self.number);
        let loads = found.into_iter().map(|(_, load)| load).collect();
        let since = (self.at - TimeDelta::days(LONGEST_LOAD_DAYS)).format("%Y-%m-%d").to_string();
        let missed = Missed { loads, since, number, at };
        if self.is_first || missed.loads.is_empty() {
            self.is_first = false;
            self.caught_up(&missed);
            return Ok(None);
        }
        Ok(Some(missed))
    }

    /// What others have landed is known.
    pub fn caught_up(&mut self, missed: &Missed) {
        if missed.number > self.number {
            self.attempt = 1;
        }
        (self.number, self.at, self.is_doubtful) = (missed.number, missed.at, false);
    }

    /// Numbers and loads of commits.
    async fn commits(
        &self,
        condition: &str,
        adapter: &dyn Adapter,
        cancel: &Cancel,
    ) -> Result<Vec<(u64, String)>, AdapterError> {
        let state = self.main.with_identifier(STATE);
        let sql = format!(
            "select commit_number, load_id from {state} where feed = '{}' and entry_number = 0 and \
             {condition}",
            self.feed.as_str()
        );
        let found = adapter.query(&sql, None, cancel).await?;
        let commit = |row: &Vec<Cell>| match (row.first(), row.get(1)) {
            (Some(Cell::Int(number)), Some(Cell::Text(load))) => {
                Some((u64::try_from(*number).ok()?, load.clone()))
            }
            _ => None,
        };
        Ok(found.rows.iter().filter_map(commit).collect())
    }
}
