//! Batches of rows as columns, for the tables of a landing.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Batch, BronzeRow, DeadLetter, Load, StateEntry, Target,
    commit::{load_entry, state_rows},
    sorter::{Place, Sorter},
};
use crate::{
    ingest::{Envelope, envelope::SCHEMA_VERSION},
    plan::{RowBatch, Texts, Values},
};

/// What came by.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    /// Rows of all targets.
    pub rows: u64,
    /// Dead letters.
    pub dead_letters: u64,
}

/// The tables of a landing, in order: of each target the table itself and its staging table, then dead
/// letters, then state.
pub(super) fn table_of(target: usize, place: Place) -> usize {
    2 * target + usize::from(place == Place::Staged)
}

/// Turns batches into columns; state comes last, with an entry of the load's own.
pub(super) struct Stream<I> {
    pub load: Load,
    pub batches: I,
    pub sorters: Vec<Sorter>,
    pub commit_number: u64,
    pub summary: Arc<Mutex<Summary>>,
    ready: VecDeque<RowBatch>,
    state: Vec<StateEntry>,
    ended: bool,
}

impl<I: Iterator<Item = Result<Batch, String>>> Stream<I> {
    pub fn new(load: Load, batches: I, sorters: Vec<Sorter>, commit_number: u64) -> Self {
        let (ready, state) = (VecDeque::new(), Vec::new());
        let summary = Arc::default();
        Self { load, batches, sorters, commit_number, summary, ready, state, ended: false }
    }

    fn take(&mut self, batch: Batch) -> Result<(), String> {
        let mut rows_seen = 0;
        for rows in batch.rows {
            let (Some(target), Some(sorter)) =
                (self.load.targets.get(rows.target), self.sorters.get_mut(rows.target))
            else {
                return Err("this is a bug in elt: rows of a target that the load lacks".into());
            };
            rows_seen += rows.rows.len() as u64;
            let mut builders = [Place::Direct, Place::Staged].map(|_| Builder::new(target));
            let places: Vec<Place> = rows.rows.iter().map(|row| sorter.place(row)).collect();
            for (builder, place) in builders.iter_mut().zip([Place::Direct, Place::Staged]) {
                let all = || rows.rows.iter().zip(&places).filter(|(_, of)| **of == place);
                builder.reserve(all().map(|(row, _)| row));
            }
            for (row, place) in rows.rows.into_iter().zip(places) {
                match place {
                    Place::Direct => builders[0].push(&row),
                    Place::Staged => builders[1].push(&row),
                    Place::Known => {}
                }
            }
            for (builder, place) in builders.into_iter().zip([Place::Direct, Place::Staged]) {
                let table = table_of(rows.target, place);
                self.ready.extend(builder.finish(&self.load.envelope, target, table));
            }
        }
        let dead_letters = batch.dead_letters.len() as u64;
        if dead_letters > 0 {
            let table = 2 * self.load.targets.len();
            self.ready.push_back(dead_batch(&batch.dead_letters, &self.load.envelope, table));
        }
        self.state.extend(batch.state);
        let mut summary = self.summary.lock().unwrap_or_else(PoisonError::into_inner);
        summary.rows += rows_seen;
        summary.dead_letters += dead_letters;
        Ok(())
    }

    /// The entries of the commit.
    fn state_batch(&mut self) -> RowBatch {
        let envelope = &self.load.envelope;
        let summary = self.summary.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let own = load_entry(envelope, summary.rows, summary.dead_letters);
        let entries: Vec<StateEntry> =
            std::iter::once(own).chain(std::mem::take(&mut self.state)).collect();
        let table = 2 * self.load.targets.len() + 1;
        state_rows((&self.load.feed, self.commit_number), envelope, &entries, table)
    }
}

impl<I: Iterator<Item = Result<Batch, String>>> Iterator for Stream<I> {
    type Item = Result<RowBatch, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Some(Ok(batch));
            }
            if self.ended {
                return None;
            }
            match self.batches.next() {
                Some(Ok(batch)) => {
                    if let Err(problem) = self.take(batch) {
                        return Some(Err(problem));
                    }
                }
                Some(Err(problem)) => return Some(Err(problem)),
                None => {
                    self.ended = true;
                    return Some(Ok(self.state_batch()));
                }
            }
        }
    }
}

/// Rows of one table on their way into columns.
#[derive(Default)]
struct Builder {
    keys: Texts,
    hashes: Texts,
    times: Vec<Option<i64>>,
    seqs: Vec<i64>,
    uris: Texts,
    payloads: Texts,
    typed: Option<Texts>,
}

impl Builder {
    fn new(target: &Target) -> Self {
        Self { typed: target.typed.is_some().then(Texts::default), ..Self::default() }
    }

    /// Room for rows, made once: growing would copy megabytes again and again.
    fn reserve<'a>(&mut self, rows: impl Iterator<Item = &'a BronzeRow>) {
        let [mut keys, mut hashes, mut uris, mut payloads, mut typed, mut count] = [0; 6];
        for row in rows {
            count += 1;
            keys += row.key.len();
            hashes += row.hash.len();
            uris += row.uri.len();
            payloads += row.payload.len();
            typed += row.typed.as_ref().map_or(0, String::len);
        }
        self.keys.reserve(count, keys);
        self.hashes.reserve(count, hashes);
        self.uris.reserve(count, uris);
        self.payloads.reserve(count, payloads);
        if let Some(texts) = &mut self.typed {
            texts.reserve(count, typed);
        }
        self.times.reserve(count);
        self.seqs.reserve(count);
    }

    fn push(&mut self, row: &BronzeRow) {
        self.keys.push(&row.key);
        self.hashes.push(&row.hash);
        self.times.push(row.source_ts.map(|moment| moment.timestamp_micros()));
        self.seqs.push(i64::try_from(row.seq).unwrap_or(i64::MAX));
        self.uris.push(&row.uri);
        self.payloads.push(&row.payload);
        if let Some(typed) = &mut self.typed {
            typed.push_option(row.typed.as_deref());
        }
    }

    fn finish(self, envelope: &Envelope, target: &Target, table: usize) -> Option<RowBatch> {
        let rows = self.seqs.len();
        let same = |text: &str| Values::Same(text.into());
        let mut columns = vec![
            same(&target.source),
            same(&target.stream),
            Values::SameTime(envelope.ingested_at.timestamp_micros()),
            same(&envelope.run_id),
            same(&envelope.load_id),
            Values::Texts(self.keys),
            Values::Texts(self.hashes),
            Values::Times(self.times),
            Values::Ints(self.seqs),
            Values::Texts(self.uris),
            same(SCHEMA_VERSION),
            Values::Texts(self.payloads),
        ];
        columns.extend(self.typed.map(Values::Texts));
        (rows > 0).then_some(RowBatch { table, rows, columns })
    }
}

/// The rows of one table.
pub(super) fn row_batch(
    rows: &[BronzeRow],
    envelope: &Envelope,
    target: &Target,
    table: usize,
) -> Option<RowBatch> {
    let mut builder = Builder::new(target);
    rows.iter().for_each(|row| builder.push(row));
    builder.finish(envelope, target, table)
}

/// Dead letters.
pub(super) fn dead_batch(letters: &[DeadLetter], envelope: &Envelope, table: usize) -> RowBatch {
    let texts = |text: fn(&DeadLetter) -> &str| {
        let mut texts = Texts::default();
        letters.iter().for_each(|letter| texts.push(text(letter)));
        Values::Texts(texts)
    };
    let moment = |letter: &DeadLetter| Some(letter.failed_at.timestamp_micros());
    RowBatch {
        table,
        rows: letters.len(),
        columns: vec![
            texts(|letter| &letter.id),
            texts(|letter| letter.status.name()),
            Values::Times(letters.iter().map(moment).collect()),
            texts(|letter| &letter.source),
            texts(|letter| &letter.stream),
            texts(|letter| &letter.stage),
            texts(|letter| &letter.error_class),
            texts(|letter| &letter.error),
            Values::Ints(letters.iter().map(|letter| i64::from(letter.attempts)).collect()),
            texts(|letter| &letter.raw),
            texts(|letter| &letter.uri),
            Values::Same(envelope.run_id.as_str().into()),
            Values::Same(envelope.load_id.as_str().into()),
        ],
    }
}
