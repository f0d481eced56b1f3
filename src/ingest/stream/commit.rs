//! One transaction for the messages of many senders.

use std::{collections::HashSet, sync::Arc, time::Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Mark, Record, Refusal, Tables,
    draft::{Draft, Written},
    filled::Filled,
    tables::LetterOrigin,
};
use crate::{
    adapter::{Adapter, AdapterError, AdapterErrorKind, BoxFuture, Cancel},
    ingest::{DeadLetter, Envelope, FeedMetrics, landing::message_plan},
    relation::Relation,
};

/// Tries of a commit that another transaction was in the way of.
const MAX_TRIES: u32 = 4;
/// The code of the error of rows that could not be handed over twice.
const IN_THE_WAY: &str = "load";

/// What is to be made durable of one message.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The stream's place.
    pub stream: usize,
    /// The message, where it names itself: its mark and its address.
    pub message: Option<(Mark, Arc<str>)>,
    /// Its records; none where the message as a whole is a dead letter.
    pub records: Vec<Record>,
    /// What of it is dead letters already.
    pub letters: Vec<DeadLetter>,
    /// What its envelope says, a JSON object.
    pub context: Option<String>,
    /// What it says, for the dead letters, should it be refused.
    pub raw: Arc<[u8]>,
    /// How often it was delivered.
    pub attempts: u32,
    /// Whether its sender is told that it is refused; else it is a dead letter.
    pub sender_is_told: bool,
}

/// What came of a message that is durable, or is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What is to be kept of it is kept.
    Landed {
        /// Records that are new.
        rows: u64,
        /// Those whose content was there.
        unchanged: u64,
        /// Those among the dead letters; the message as a whole is one.
        dead_letters: u64,
    },
    /// It had come before.
    Duplicate,
    /// Nothing of it is landed, since its sender is told so.
    Refused(Refusal),
    /// Nothing of it is durable, as far as is known; it may come again.
    Failed(String),
}

/// Makes messages durable. One for a whole process: commits go one after the other.
pub(super) struct Committer {
    pub adapter: Arc<dyn Adapter>,
    pub feeds: Vec<Filled>,
    pub streams: Vec<Tables>,
    /// Tables of dead letters that exist.
    pub dead_tables: HashSet<Relation>,
    pub run_id: String,
    pub last: DateTime<Utc>,
    /// Raised where nothing can be written at all: the rest of a batch is not tried one by one.
    pub broken: bool,
}

impl Committer {
    /// Makes messages durable together. What the warehouse refuses of them is found by halves and
    /// becomes a dead letter: one bad message does not stop the others.
    pub fn commit<'a>(
        &'a mut self,
        entries: &'a [Entry],
        cancel: &'a Cancel,
    ) -> BoxFuture<'a, Vec<Outcome>> {
        Box::pin(async move {
            let failed = |message: String| vec![Outcome::Failed(message); entries.len()];
            let error = match self.tried(entries, cancel).await {
                Ok(outcomes) => return outcomes,
                Err(error) => error,
            };
            let of = entries.first().and_then(|entry| self.streams.get(entry.stream));
            if let Some((at, _)) = of.and_then(|tables| tables.feeds.first()) {
                FeedMetrics::add(&self.feeds[*at].metrics.failures, 1);
            }
            let refused = matches!(error.kind, AdapterErrorKind::Sql | AdapterErrorKind::Warehouse)
                && error.code != IN_THE_WAY;
            match entries {
                _ if !refused || self.broken => failed(error.message),
                [one] => match self.bury(one, &error) {
                    Some(buried) => match self.tried(&[buried], cancel).await {
                        Ok(outcomes) => outcomes,
                        Err(error) => {
                            self.broken = true;
                            failed(error.message)
                        }
                    },
                    None => {
                        self.broken = true;
                        failed(error.message)
                    }
                },
                _ => {
                    let (first, second) = entries.split_at(entries.len() / 2);
                    let mut outcomes = self.commit(first, cancel).await;
                    outcomes.extend(self.commit(second, cancel).await);
                    outcomes
                }
            }
        })
    }

    /// The dead letter of a message that the warehouse refused.
    fn bury(&self, entry: &Entry, error: &AdapterError) -> Option<Entry> {
        let tables = self.streams.get(entry.stream)?;
        let uri = &entry.records.first()?.row.uri;
        let problem = Refusal::new(error.code, error.message.clone());
        let origin = LetterOrigin { uri, number: 0, attempts: entry.attempts };
        let raw = tables.redaction.raw(&entry.raw);
        let letter = tables.letter(None, "land", problem, raw, origin);
        Some(Entry { records: Vec::new(), letters: vec![letter], ..entry.clone() })
    }

    /// Commits, again where another transaction was in the way: rows are handed over once.
    async fn tried(
        &mut self,
        entries: &[Entry],
        cancel: &Cancel,
    ) -> Result<Vec<Outcome>, AdapterError> {
        for _ in 1..MAX_TRIES {
            match self.together(entries, cancel).await {
                Err(error) if error.code == IN_THE_WAY => {}
                done => return done,
            }
        }
        self.together(entries, cancel).await
    }

    async fn together(
        &mut self,
        entries: &[Entry],
        cancel: &Cancel,
    ) -> Result<Vec<Outcome>, AdapterError> {
        let clock = Instant::now();
        for filled in &mut self.feeds {
            filled.refresh(self.adapter.as_ref()).await.map_err(unavailable)?;
        }
        self.look_up(entries, cancel).await?;
        let load = self.next_load();
        let mut draft = Draft::of(entries, &self.feeds, &self.streams);
        let mut written = vec![Written::default(); self.feeds.len()];
        let mut made = Vec::new();
        if !draft.is_empty() {
            let (rows, letters, counts) = draft.written(&self.dead_tables);
            written = counts;
            made.extend(letters.iter().map(|letters| letters.relation.clone()));
            let id = entries.first().and_then(|entry| self.streams.get(entry.stream));
            let id = id.map_or_else(|| &self.feeds[0].feed, |tables| &tables.first);
            let plan = message_plan(id.unique_id.clone(), &load, rows, letters);
            if let Err(error) = self.adapter.apply(&plan, cancel).await {
                let (hashes, messages) = (draft.hashes, draft.messages);
                self.doubt(hashes.into_keys(), messages, &written);
                return Err(error);
            }
        }
        let Draft { hashes, messages, outcomes, .. } = draft;
        self.dead_tables.extend(made);
        for ((at, mark), hash) in &hashes {
            self.feeds[*at].known.landed(*mark, hash);
        }
        for (stream, mark) in messages {
            // Whichever of the tables is asked for it later may hold it.
            for (at, _) in &self.streams[stream].feeds {
                self.feeds[*at].known.landed(mark, "");
            }
        }
        self.count(entries, &outcomes, &written, clock);
        Ok(outcomes)
    }

    /// Nobody knows whether these are durable.
    fn doubt(
        &mut self,
        keys: impl Iterator<Item = (usize, Mark)>,
        messages: HashSet<(usize, Mark)>,
        written: &[Written],
    ) {
        let mut marks: Vec<(usize, Mark)> = keys.collect();
        for (stream, mark) in messages {
            marks.extend(self.streams[stream].feeds.iter().map(|(at, _)| (*at, mark)));
        }
        for (at, filled) in self.feeds.iter_mut().enumerate() {
            let of = marks.iter().filter(|(feed, _)| *feed == at);
            filled.known.doubtful(of.map(|(_, mark)| *mark));
            filled.is_stale |= written.get(at).is_some_and(|it| it.rows > 0);
        }
    }

    async fn look_up(&mut self, entries: &[Entry], cancel: &Cancel) -> Result<(), AdapterError> {
        let adapter = Arc::clone(&self.adapter);
        for tables in &self.streams {
            let entries = || entries.iter().filter(|entry| entry.stream == tables.at);
            let messages: Vec<(Mark, &str)> = entries()
                .filter_map(|entry| entry.message.as_ref())
                .map(|(mark, uri)| (*mark, uri.as_ref()))
                .collect();
            for (at, _) in &tables.feeds {
                let records = entries().flat_map(|entry| &entry.records);
                let keys: Vec<(Mark, &str)> = records
                    .filter(|record| record.at == *at)
                    .map(|record| (record.key, record.row.key.as_str()))
                    .collect();
                let known = &mut self.feeds[*at].known;
                known.look_up(adapter.as_ref(), &messages, &keys, cancel).await?;
            }
        }
        Ok(())
    }

    /// The name of the next load: behind all others in time, whatever the clock does.
    fn next_load(&mut self) -> Envelope {
        self.last = Utc::now().max(self.last + TimeDelta::microseconds(1));
        Envelope {
            ingested_at: self.last,
            run_id: self.run_id.clone(),
            load_id: uuid::Uuid::new_v4().simple().to_string(),
        }
    }

    fn count(
        &mut self,
        entries: &[Entry],
        outcomes: &[Outcome],
        written: &[Written],
        clock: Instant,
    ) {
        let now = Utc::now();
        for (filled, Written { rows, letters, newest, changes_table }) in
            self.feeds.iter_mut().zip(written)
        {
            filled.is_stale |= changes_table;
            if letters + rows > 0 {
                FeedMetrics::add(&filled.metrics.rows, *rows);
                FeedMetrics::add(&filled.metrics.dead_letters, *letters);
                filled.metrics.landed(now, *newest, clock.elapsed());
            }
        }
        for (entry, outcome) in entries.iter().zip(outcomes) {
            let Some((at, _)) = self.streams[entry.stream].feeds.first() else { continue };
            let metrics = &self.feeds[*at].metrics;
            match outcome {
                Outcome::Landed { unchanged, .. } => {
                    FeedMetrics::add(&metrics.unchanged, *unchanged);
                }
                Outcome::Duplicate => FeedMetrics::add(&metrics.duplicates, 1),
                Outcome::Refused(_) | Outcome::Failed(_) => {}
            }
        }
    }
}

/// Nothing can be landed before this is mended: no message is to blame.
fn unavailable(message: String) -> AdapterError {
    AdapterError {
        kind: AdapterErrorKind::Connection,
        code: "feed",
        message,
        position: None,
        step: None,
        help: None,
    }
}
