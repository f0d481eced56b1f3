//! Landing: one load after the other for each table, all or nothing.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    Batch, Dedup, FeedState, KnownFiles, Load,
    commit::commit_id,
    plan::{landing_plan, tables_plan},
    sorter::{Seen, Sorter},
    state::LOAD,
    stream::Stream,
    tables::{DEAD_LETTERS, STATE, beside},
};
use crate::{
    adapter::{Adapter, AdapterError, AdapterErrorKind, Cancel},
    ingest::contract::table_columns,
    manifest::UniqueId,
    plan::RowStream,
    relation::Relation,
};

/// Rows of a load above which it is worth reading which keys a table holds: below, the engine compares.
const LARGE_LOAD: usize = 20_000;
/// Bytes of a load above which it is large, however few the rows.
const LARGE_LOAD_BYTES: usize = 16 * 1024 * 1024;
/// Loads of a table in one invocation from which on the same is worth it.
const MANY_LOADS: u32 = 3;
/// The code of the error of a load that somebody else has been faster than.
const SUPERSEDED: &str = "superseded";

/// What came of a load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Landed {
    /// Rows that were added, by target.
    pub rows: Vec<u64>,
    /// Rows that were there already, all targets together.
    pub unchanged: u64,
    /// Dead letters.
    pub dead_letters: u64,
}

impl Landed {
    /// What came to one table. What is of the whole load is with the first.
    #[must_use]
    pub fn of_table(&self, at: usize) -> Self {
        let rows = self.rows.get(at).map(|rows| vec![*rows]).unwrap_or_default();
        match at {
            0 => Self { rows, ..self.clone() },
            _ => Self { rows, ..Self::default() },
        }
    }

    /// Rows added to all targets.
    pub fn total(&self) -> u64 {
        self.rows.iter().sum()
    }
}

/// Whether another process has landed a load of the same feed meanwhile: the caller reads the state
/// again, and begins anew.
pub fn is_superseded(error: &AdapterError) -> bool {
    error.code == SUPERSEDED
}

/// Lands what feeds bring. One for a whole invocation: loads that share a table go one after the other,
/// and what is known of the tables is kept.
pub struct Lander {
    adapter: Arc<dyn Adapter>,
    turns: Mutex<HashMap<Relation, Arc<tokio::sync::Mutex<()>>>>,
    known: Mutex<Known>,
}

/// What this invocation knows of tables and feeds.
#[derive(Default)]
struct Known {
    exist: HashSet<Relation>,
    seen: HashMap<Relation, Arc<Mutex<Seen>>>,
    loads: HashMap<Relation, u32>,
    /// The last commits of feeds.
    commits: HashMap<UniqueId, u64>,
    /// How often the number of a feed's next commit turned out to be taken.
    attempts: HashMap<(UniqueId, u64), u32>,
}

impl Lander {
    /// A lander into a warehouse.
    pub fn new(adapter: Arc<dyn Adapter>) -> Self {
        Self { adapter, turns: Mutex::default(), known: Mutex::default() }
    }

    /// The warehouse.
    pub fn adapter(&self) -> &Arc<dyn Adapter> {
        &self.adapter
    }

    /// What is known of a load's feed.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn state(&self, load: &Load, cancel: &Cancel) -> Result<FeedState, AdapterError> {
        let adapter = self.adapter.as_ref();
        let state = FeedState::read(adapter, &load.main().relation, &load.feed, cancel).await?;
        self.known().commits.insert(load.feed.clone(), state.commit_number);
        Ok(state)
    }

    /// The files of a load's feed that have been landed.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn known_files(
        &self,
        load: &Load,
        cancel: &Cancel,
    ) -> Result<KnownFiles, AdapterError> {
        if self.state(load, cancel).await?.commit_number == 0 {
            return Ok(KnownFiles::default());
        }
        KnownFiles::read(self.adapter.as_ref(), &load.main().relation, &load.feed, cancel).await
    }

    /// Whether all of a load's tables are there.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn has_tables(&self, load: &Load) -> Result<bool, AdapterError> {
        for target in &load.targets {
            let is_known = self.known().exist.contains(&target.relation);
            if !is_known && self.adapter.columns(&target.relation).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Lands a batch that is held in memory, and returns when it is durable.
    ///
    /// # Errors
    /// Why nothing of it was landed; [`is_superseded`] where another process was faster.
    pub async fn land(
        &self,
        load: &Load,
        batch: Batch,
        cancel: &Cancel,
    ) -> Result<Landed, AdapterError> {
        let mut turns = Vec::new();
        for turn in self.turns(load) {
            turns.push(turn.lock_owned().await);
        }
        let large = is_large(batch.size());
        let batches = std::iter::once(Ok(batch));
        self.land_in_turn(load, batches, large, cancel).await
    }

    /// Lands batches that are made as they are asked for, all of them in one transaction; memory does
    /// not grow with how many they are. The first that is an error ends it, and nothing is landed.
    ///
    /// # Errors
    /// Why nothing was landed; a batch's own error has the code `load`.
    pub async fn land_all(
        &self,
        load: &Load,
        mut batches: impl Iterator<Item = Result<Batch, String>> + Send + 'static,
        cancel: &Cancel,
    ) -> Result<Landed, AdapterError> {
        let mut turns = Vec::new();
        for turn in self.turns(load) {
            turns.push(turn.lock_owned().await);
        }
        let first = tokio::task::spawn_blocking(move || {
            let (mut first, mut size) = (Vec::new(), (0, 0));
            while !is_large(size) {
                let Some(batch) = batches.next() else { break };
                let batch = batch?;
                let (rows, bytes) = batch.size();
                size = (size.0 + rows, size.1 + bytes);
                first.push(batch);
            }
            Ok((first, is_large(size), batches))
        });
        let first = first.await.map_err(|bug| failed(format!("this is a bug in elt: {bug}")))?;
        let (first, large, rest) = first.map_err(failed::<String>)?;
        if !large && first.iter().all(Batch::is_empty) {
            // The tables are there for whoever reads them; there is nothing to commit.
            self.make_tables(load, cancel).await?;
            return Ok(Landed { rows: vec![0; load.targets.len()], ..Landed::default() });
        }
        let batches = first.into_iter().map(Ok).chain(rest);
        self.land_in_turn(load, batches, large, cancel).await
    }

    async fn land_in_turn(
        &self,
        load: &Load,
        batches: impl Iterator<Item = Result<Batch, String>> + Send + 'static,
        large: bool,
        cancel: &Cancel,
    ) -> Result<Landed, AdapterError> {
        // Before the tables are looked at: one that is made now is empty for as long as nobody commits.
        let last = self.known().commits.get(&load.feed).copied();
        let last = match last {
            Some(number) => number,
            None => self.state(load, cancel).await?.commit_number,
        };
        let number = last + 1;
        self.make_tables(load, cancel).await?;
        let mut sorters = Vec::new();
        for target in &load.targets {
            let seen = match target.dedup {
                Dedup::Nothing => None,
                // What the table is to become is known behind the last row.
                _ if target.typed.is_some() => None,
                dedup => {
                    let with_uris = dedup == Dedup::Messages;
                    self.seen(&target.relation, with_uris, large, cancel).await?
                }
            };
            sorters.push(Sorter::new(target.dedup, target.typed.is_some(), seen));
        }
        let commit = self.commit_id(load, number);
        let stream = Stream::new(load.clone(), batches, sorters, number);
        let summary = Arc::clone(&stream.summary);
        let mut columns = Vec::new();
        for target in &load.targets {
            columns.push(match target.typed {
                Some(_) => table_columns(self.adapter.as_ref(), &target.relation).await?,
                None => None,
            });
        }
        let plan = landing_plan(load, &columns, RowStream::new(stream), commit);
        let outcome = self.adapter.apply(&plan, cancel).await;
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                // Whether it happened may not be known: it is asked before the next load.
                self.forget(load);
                return Err(error);
            }
        };
        if outcome.reattached {
            let state = self.state(load, cancel).await?;
            let ours = state.get(LOAD, "").and_then(|last| last.get("load_id")?.as_str())
                == Some(load.envelope.load_id.as_str());
            if !ours {
                self.forget(load);
                if state.commit_number < number {
                    // A job of before the state was lost has the id.
                    *self.known().attempts.entry((load.feed.clone(), number)).or_insert(1) += 1;
                }
                let message = "another process has landed a load of this feed meanwhile";
                return Err(AdapterError { code: SUPERSEDED, ..failed(message) });
            }
        }
        {
            let mut known = self.known();
            known.commits.insert(load.feed.clone(), number);
            for target in &load.targets {
                *known.loads.entry(target.relation.clone()).or_default() += 1;
            }
        }
        let summary = summary.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let of = |target: usize| outcome.landed.get(target).copied().unwrap_or(0);
        let rows: Vec<u64> =
            (0..load.targets.len()).map(|target| of(2 * target) + of(2 * target + 1)).collect();
        let unchanged = summary.rows.saturating_sub(rows.iter().sum());
        Ok(Landed { rows, unchanged, dead_letters: summary.dead_letters })
    }

    /// Makes the tables of a load that are missing.
    async fn make_tables(&self, load: &Load, cancel: &Cancel) -> Result<(), AdapterError> {
        let main = &load.main().relation;
        let all = load
            .targets
            .iter()
            .map(|target| target.relation.clone())
            .chain([DEAD_LETTERS, STATE].map(|name| beside(main, name)));
        let unknown: Vec<Relation> = {
            let known = self.known();
            all.filter(|relation| !known.exist.contains(relation)).collect()
        };
        let mut missing = Vec::new();
        for relation in &unknown {
            if self.adapter.columns(relation).await?.is_none() {
                missing.push(relation.clone());
            }
        }
        if let Some(plan) = tables_plan(load, |relation| !missing.contains(relation)) {
            self.adapter.apply(&plan, cancel).await?;
        }
        let mut known = self.known();
        for relation in missing {
            // What was made now is empty.
            known.seen.insert(relation, Arc::default());
        }
        known.exist.extend(unknown);
        Ok(())
    }

    /// What a table holds, where that is known or worth knowing.
    async fn seen(
        &self,
        relation: &Relation,
        with_uris: bool,
        large: bool,
        cancel: &Cancel,
    ) -> Result<Option<Arc<Mutex<Seen>>>, AdapterError> {
        {
            let known = self.known();
            if let Some(seen) = known.seen.get(relation) {
                return Ok(Some(Arc::clone(seen)));
            }
            if !large && known.loads.get(relation).is_none_or(|loads| *loads < MANY_LOADS) {
                return Ok(None);
            }
        }
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let columns: &[&str] = if with_uris { &["_record_key", "_uri"] } else { &["_record_key"] };
        for column in columns {
            let (into, is_key) = (Arc::clone(&seen), *column == "_record_key");
            let note = move |text: &str| {
                let mut seen = into.lock().unwrap_or_else(PoisonError::into_inner);
                let filter = if is_key { &mut seen.keys } else { &mut seen.uris };
                filter.note(text);
            };
            if !self.adapter.each_text(relation, column, Box::new(note), cancel).await? {
                return Ok(None);
            }
        }
        self.known().seen.insert(relation.clone(), Arc::clone(&seen));
        Ok(Some(seen))
    }

    /// The id of the job that commits.
    fn commit_id(&self, load: &Load, number: u64) -> String {
        let attempt = self.known().attempts.get(&(load.feed.clone(), number)).copied().unwrap_or(1);
        let main = load.main();
        commit_id(&load.feed, (&main.relation, &main.stream), number, attempt)
    }

    fn forget(&self, load: &Load) {
        let mut known = self.known();
        known.commits.remove(&load.feed);
        for target in &load.targets {
            known.seen.remove(&target.relation);
            known.exist.remove(&target.relation);
        }
    }

    /// The turns of a load's tables, always in the same order.
    fn turns(&self, load: &Load) -> Vec<Arc<tokio::sync::Mutex<()>>> {
        let names: BTreeSet<String> =
            load.targets.iter().map(|target| target.relation.to_string()).collect();
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let relation = |name: &String| {
            load.targets.iter().map(|target| &target.relation).find(|of| of.to_string() == *name)
        };
        names
            .iter()
            .filter_map(relation)
            .map(|relation| Arc::clone(turns.entry(relation.clone()).or_default()))
            .collect()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether so many rows, of so many bytes, are a large load.
fn is_large((rows, bytes): (usize, usize)) -> bool {
    rows >= LARGE_LOAD || bytes >= LARGE_LOAD_BYTES
}

fn failed<T: Into<String>>(message: T) -> AdapterError {
    AdapterError {
        kind: AdapterErrorKind::Sql,
        code: "load",
        message: message.into(),
        position: None,
        step: None,
        help: None,
    }
}
