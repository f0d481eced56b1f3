//! One transaction for the messages of many senders.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Instant,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Known, Mark, Record};
use crate::{
    adapter::{Adapter, AdapterError, AdapterErrorKind, BoxFuture, Cancel},
    ingest::{
        BronzeRow, DEAD_LETTERS, DeadLetter, Envelope, Feed, FeedMetrics, LetterStatus, Target,
        landing::append_steps,
    },
    plan::{Plan, Rows, Step},
    relation::{Cell, Relation},
};

/// What is to be made durable of one message.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The feed's place.
    pub feed: usize,
    /// The message, where it names itself: its mark and its address.
    pub message: Option<(Mark, Arc<str>)>,
    /// Its records; or why there are none.
    pub content: Result<Vec<Record>, DeadLetter>,
    /// What it says, for the dead letters, should the warehouse refuse it.
    pub raw: Arc<[u8]>,
    /// How often it was delivered.
    pub attempts: u32,
}

/// What came of a message that is durable, or is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its records are in the table.
    Landed {
        /// Those that are new.
        rows: u64,
        /// Those whose content was there.
        unchanged: u64,
    },
    /// It had come before.
    Duplicate,
    /// It is among the dead letters.
    DeadLettered,
    /// Nothing of it is durable, as far as is known; it may come again.
    Failed(String),
}

/// A feed being filled.
pub(super) struct Filled {
    pub feed: Arc<Feed>,
    pub target: Target,
    pub known: Known,
    pub metrics: Arc<FeedMetrics>,
    /// Whether its table exists, and that of the dead letters.
    pub exist: (bool, bool),
}

/// Makes messages durable. One for a whole process: commits go one after the other.
pub(super) struct Committer {
    pub adapter: Arc<dyn Adapter>,
    pub feeds: Vec<Filled>,
    pub run_id: String,
    pub last: DateTime<Utc>,
    /// Raised where nothing can be written at all: the rest of a batch is not tried one by one.
    pub broken: bool,
}

/// What would be written, and what is known then.
#[derive(Default)]
struct Draft {
    /// By feed.
    rows: Vec<Vec<Vec<Cell>>>,
    dead_letters: HashMap<usize, Vec<Vec<Cell>>>,
    hashes: HashMap<(usize, Mark), String>,
    messages: HashSet<(usize, Mark)>,
    newest: Vec<Option<DateTime<Utc>>>,
    outcomes: Vec<Outcome>,
    /// Rows and dead letters, by feed.
    counts: Vec<(u64, u64)>,
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
            let error = match self.together(entries, cancel).await {
                Ok(outcomes) => return outcomes,
                Err(error) => error,
            };
            let at = entries.first().map_or(0, |entry| entry.feed);
            if let Some(target) = self.feeds.get(at) {
                FeedMetrics::add(&target.metrics.failures, 1);
            }
            let refused = matches!(error.kind, AdapterErrorKind::Sql | AdapterErrorKind::Warehouse);
            match entries {
                _ if !refused || self.broken => failed(error.message),
                [one] => match self.bury(one, &error) {
                    Some(buried) => match self.together(&[buried], cancel).await {
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
        let feed = &self.feeds.get(entry.feed)?.feed;
        let records = entry.content.as_ref().ok()?;
        let uri = records.first().map(|record| record.row.uri.to_string());
        let letter = DeadLetter {
            id: DeadLetter::id_of(
                &feed.source,
                &feed.stream,
                uri.as_deref().unwrap_or_default(),
                0,
                &entry.raw,
            ),
            status: LetterStatus::Open,
            failed_at: Utc::now(),
            source: feed.source.clone(),
            stream: feed.stream.clone(),
            stage: "land".to_owned(),
            error_class: error.code.to_owned(),
            error: error.message.clone(),
            attempts: entry.attempts,
            raw: feed.rules.redaction.raw(&entry.raw),
            uri: uri.unwrap_or_default(),
        };
        Some(Entry { content: Err(letter), ..entry.clone() })
    }

    async fn together(
        &mut self,
        entries: &[Entry],
        cancel: &Cancel,
    ) -> Result<Vec<Outcome>, AdapterError> {
        let clock = Instant::now();
        self.look_up(entries, cancel).await?;
        let load = self.next_load();
        let mut draft = self.draft(entries, &load);
        let steps = self.steps(&mut draft);
        if !steps.is_empty() {
            let id = entries.first().map_or(0, |entry| entry.feed);
            let plan = Plan {
                context: Default::default(),
                unique_id: self.feeds[id].feed.unique_id.clone(),
                materialization: "ingest".to_owned(),
                steps,
                relation: None,
            };
            if let Err(error) = self.adapter.apply(&plan, cancel).await {
                let marks = draft.hashes.keys().chain(&draft.messages);
                let marks: Vec<(usize, Mark)> = marks.copied().collect();
                for (at, target) in self.feeds.iter_mut().enumerate() {
                    let of = marks.iter().filter(|(feed, _)| *feed == at);
                    target.known.doubtful(of.map(|(_, mark)| *mark));
                }
                return Err(error);
            }
        }
        Ok(self.durable(entries, draft, clock))
    }

    async fn look_up(&mut self, entries: &[Entry], cancel: &Cancel) -> Result<(), AdapterError> {
        let adapter = Arc::clone(&self.adapter);
        for (at, target) in self.feeds.iter_mut().enumerate() {
            let (mut messages, mut keys) = (Vec::new(), Vec::new());
            for entry in entries.iter().filter(|entry| entry.feed == at) {
                if let Some((mark, uri)) = &entry.message {
                    messages.push((*mark, uri.as_ref()));
                }
                let records = entry.content.as_deref().unwrap_or_default();
                keys.extend(records.iter().map(|one| (one.key, one.row.key.as_str())));
            }
            target.known.look_up(adapter.as_ref(), &messages, &keys, cancel).await?;
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

    fn draft(&self, entries: &[Entry], load: &Envelope) -> Draft {
        let mut draft = Draft {
            rows: vec![Vec::new(); self.feeds.len()],
            newest: vec![None; self.feeds.len()],
            ..Draft::default()
        };
        for entry in entries {
            let outcome = self.draft_one(&mut draft, entry, load);
            draft.outcomes.push(outcome);
        }
        draft
    }

    fn draft_one(&self, draft: &mut Draft, entry: &Entry, load: &Envelope) -> Outcome {
        let at = entry.feed;
        let Some(target) = self.feeds.get(at) else {
            return Outcome::Failed("this is a bug in elt: a message of no feed".to_owned());
        };
        if let Some((mark, _)) = &entry.message
            && (target.known.has(*mark) || !draft.messages.insert((at, *mark)))
        {
            return Outcome::Duplicate;
        }
        let records = match &entry.content {
            Ok(records) => records,
            Err(letter) => {
                let cells = cells(letter.texts(load));
                draft.dead_letters.entry(at).or_default().push(cells);
                return Outcome::DeadLettered;
            }
        };
        let (mut rows, mut unchanged) = (0, 0);
        for record in records {
            let before = draft.hashes.get(&(at, record.key)).map(String::as_str);
            let row = &record.row;
            if before.or_else(|| target.known.hash(record.key)) == Some(&row.hash) {
                unchanged += 1;
                continue;
            }
            draft.hashes.insert((at, record.key), row.hash.clone());
            let seq = draft.rows[at].len() as u64;
            let row = BronzeRow { seq, ..row.clone() };
            draft.newest[at] = draft.newest[at].max(row.source_ts);
            draft.rows[at].push(cells(load.texts(&target.target, row)));
            rows += 1;
        }
        Outcome::Landed { rows, unchanged }
    }

    fn steps(&self, draft: &mut Draft) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut created: Vec<Relation> = Vec::new();
        for (at, (filled, rows)) in self.feeds.iter().zip(&mut draft.rows).enumerate() {
            let letters = draft.dead_letters.get_mut(&at).map(std::mem::take).unwrap_or_default();
            let rows = std::mem::take(rows);
            draft.counts.push((rows.len() as u64, letters.len() as u64));
            if rows.is_empty() && letters.is_empty() {
                continue;
            }
            // Feeds of one schema share a table of dead letters: creating it again would empty it.
            let dead_table = filled.target.relation.with_identifier(DEAD_LETTERS);
            let exist = (filled.exist.0, filled.exist.1 || created.contains(&dead_table));
            if !letters.is_empty() {
                created.push(dead_table);
            }
            let held = |rows| Rows::Held(Arc::new(rows));
            steps.extend(append_steps(&filled.target, held(rows), held(letters), exist));
        }
        steps
    }

    fn durable(&mut self, entries: &[Entry], draft: Draft, clock: Instant) -> Vec<Outcome> {
        let now = Utc::now();
        let mut dead_tables: Vec<Relation> = Vec::new();
        for ((at, mark), hash) in &draft.hashes {
            self.feeds[*at].known.landed(*mark, hash);
        }
        for (at, mark) in &draft.messages {
            self.feeds[*at].known.landed(*mark, "");
        }
        for (at, target) in self.feeds.iter_mut().enumerate() {
            let (rows, letters) = draft.counts.get(at).copied().unwrap_or_default();
            if letters + rows > 0 {
                target.exist.0 = true;
                if letters > 0 {
                    dead_tables.push(target.target.relation.with_identifier(DEAD_LETTERS));
                }
                FeedMetrics::add(&target.metrics.rows, rows);
                FeedMetrics::add(&target.metrics.dead_letters, letters);
                target.metrics.landed(now, draft.newest[at], clock.elapsed());
            }
        }
        for (entry, outcome) in entries.iter().zip(&draft.outcomes) {
            let Some(filled) = self.feeds.get(entry.feed) else { continue };
            match outcome {
                Outcome::Landed { unchanged, .. } => {
                    FeedMetrics::add(&filled.metrics.unchanged, *unchanged);
                }
                Outcome::Duplicate => FeedMetrics::add(&filled.metrics.duplicates, 1),
                Outcome::DeadLettered | Outcome::Failed(_) => {}
            }
        }
        for filled in &mut self.feeds {
            let dead_table = filled.target.relation.with_identifier(DEAD_LETTERS);
            filled.exist.1 |= dead_tables.contains(&dead_table);
        }
        draft.outcomes
    }
}

fn cells(texts: Vec<Option<String>>) -> Vec<Cell> {
    texts.into_iter().map(|text| text.map_or(Cell::Null, Cell::Text)).collect()
}
