//! One transaction for the messages of many senders.

use std::{collections::HashSet, sync::Arc, time::Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Mark, Record, Refusal, Tables,
    draft::{Draft, Written},
    filled::Filled,
    ledger::Ledger,
    tables::LetterOrigin,
};
use crate::{
    adapter::{Adapter, AdapterError, AdapterErrorKind, BoxFuture, Cancel},
    ingest::{DeadLetter, Envelope, FeedMetrics, landing::message_plan},
    relation::Relation,
};

/// Tries of a commit that another transaction was in the way of.
const MAX_TRIES: u32 = 4;
/// Tries of a commit that another process was faster than.
const MAX_SUPERSEDED: u32 = 50;
/// The code of its error.
const SUPERSEDED: &str = "superseded";
/// The code of BigQuery's errors of what it is told to write.
const INVALID: &str = "bigquery-invalid";
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
    /// The commits of each stream, where several processes may make them.
    pub ledgers: Vec<Ledger>,
    /// Tables of dead letters that exist.
    pub dead_tables: HashSet<Relation>,
    pub run_id: String,
    pub last: DateTime<Utc>,
    /// Raised where nothing can be written at all: the rest of a batch is not tried one by one.
    pub broken: bool,
}

impl Committer {
    /// Makes messages durable; each stream's by themselves where their commits are counted.
    pub async fn commit_all(&mut self, entries: Vec<Entry>, cancel: &Cancel) -> Vec<Outcome> {
        if self.ledgers.len() < 2 {
            return self.commit(&entries, cancel).await;
        }
        let ended = || Outcome::Failed("this is a bug in elt: a message of no stream".to_owned());
        let mut outcomes: Vec<Outcome> = entries.iter().map(|_| ended()).collect();
        let mut entries: Vec<(usize, Entry)> = entries.into_iter().enumerate().collect();
        // Those of a stream stay in order.
        entries.sort_by_key(|(_, entry)| entry.stream);
        while let Some(stream) = entries.first().map(|(_, entry)| entry.stream) {
            let rest = entries.split_off(entries.partition_point(|(_, e)| e.stream == stream));
            let (places, of_stream): (Vec<usize>, Vec<Entry>) = entries.into_iter().unzip();
            for (place, outcome) in places.into_iter().zip(self.commit(&of_stream, cancel).await) {
                outcomes[place] = outcome;
            }
            entries = rest;
        }
        outcomes
    }

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
            let refused = match self.ledgers.is_empty() {
                true => {
                    matches!(error.kind, AdapterErrorKind::Sql | AdapterErrorKind::Warehouse)
                        && error.code != IN_THE_WAY
                }
                // Quotas, rights and services that fail are no message's fault.
                false => error.code == INVALID,
            };
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

    /// Commits, again where another transaction was in the way, since rows are handed over once, and
    /// where another process was faster.
    async fn tried(
        &mut self,
        entries: &[Entry],
        cancel: &Cancel,
    ) -> Result<Vec<Outcome>, AdapterError> {
        let (mut tries, mut superseded) = (1, 0);
        loop {
            match self.together(entries, cancel).await {
                Err(error) if error.code == IN_THE_WAY && tries < MAX_TRIES => tries += 1,
                Err(error) if error.code == SUPERSEDED && superseded < MAX_SUPERSEDED => {
                    superseded += 1;
                }
                done => return done,
            }
        }
    }

    async fn together(
        &mut self,
        entries: &[Entry],
        cancel: &Cancel,
    ) -> Result<Vec<Outcome>, AdapterError> {
        let clock = Instant::now();
        let stream = entries.first().map_or(0, |entry| entry.stream);
        self.catch_up(stream, cancel).await?;
        for filled in &mut self.feeds {
            filled.refresh(self.adapter.as_ref()).await.map_err(unavailable)?;
        }
        self.look_up(entries, cancel).await?;
        let load = self.next_load();
        let mut draft = Draft::of(entries, &self.feeds, &self.streams);
        let writes = !draft.is_empty();
        let (rows, letters, written) = draft.written(&self.dead_tables);
        let Draft { hashes, messages, outcomes, .. } = draft;
        let made: Vec<Relation> = letters.iter().map(|letters| letters.relation.clone()).collect();
        if writes {
            let id = self.streams.get(stream).map_or(&self.feeds[0].feed, |tables| &tables.first);
            let commit = self.ledgers.get(stream).map(Ledger::next);
            let plan = message_plan(id.unique_id.clone(), &load, rows, letters, commit);
            match self.adapter.apply(&plan, cancel).await {
                Ok(outcome) if outcome.reattached => self.is_ours(stream, &load, cancel).await?,
                Ok(_) => {}
                Err(error) => {
                    self.doubt(hashes.into_keys(), messages, &written);
                    return Err(error);
                }
            }
            if let Some(ledger) = self.ledgers.get_mut(stream) {
                ledger.made();
            }
        } else if !self.ledgers.is_empty() && outcomes.iter().any(has_unchanged) {
            // No commit proves that nobody else has landed another version meanwhile.
            self.ledgers[stream].doubt();
            if self.catch_up(stream, cancel).await? {
                return Err(superseded());
            }
        }
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

    /// Learns what other processes have landed of a stream, if anything.
    async fn catch_up(&mut self, stream: usize, cancel: &Cancel) -> Result<bool, AdapterError> {
        let Some(ledger) = self.ledgers.get_mut(stream) else { return Ok(false) };
        let adapter = self.adapter.as_ref();
        let Some(missed) = ledger.look(adapter, cancel).await? else { return Ok(false) };
        for (at, _) in &self.streams[stream].feeds {
            let filled = &mut self.feeds[*at];
            filled.known.catch_up(adapter, &missed, cancel).await?;
            filled.is_stale = true;
        }
        ledger.caught_up(&missed);
        Ok(true)
    }

    /// Told that the job of a commit was there already: whether the commit is this one, whose answer was
    /// lost.
    async fn is_ours(
        &mut self,
        stream: usize,
        load: &Envelope,
        cancel: &Cancel,
    ) -> Result<(), AdapterError> {
        let Some(ledger) = self.ledgers.get_mut(stream) else { return Ok(()) };
        ledger.doubt();
        let number = ledger.next().number;
        match ledger.load_of(number, self.adapter.as_ref(), cancel).await? {
            Some(id) if id == load.load_id => Ok(()),
            Some(_) => Err(superseded()),
            None => {
                ledger.pass_over();
                Err(superseded())
            }
        }
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
        self.ledgers.iter_mut().for_each(Ledger::doubt);
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

fn has_unchanged(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Landed { unchanged: 1.., .. })
}

/// Another process has made the commit.
fn superseded() -> AdapterError {
    AdapterError {
        code: SUPERSEDED,
        ..unavailable("another process landed messages meanwhile, again and again".to_owned())
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
