//! Landing: one load after the other for each table, all or nothing.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Batch, FeedState, Load,
    plan::{Counts, Staged, landing_plan},
    state::{LOAD, StateEntry},
    tables::{DEAD_LETTERS, STATE, beside},
};
use crate::{
    adapter::{Adapter, AdapterError, AdapterErrorKind, Cancel},
    ingest::{contract::table_columns, spool::Spool},
    relation::Relation,
};

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
    /// Rows added to all targets.
    pub fn total(&self) -> u64 {
        self.rows.iter().sum()
    }
}

/// Lands what feeds bring. One for a whole invocation: loads of one feed go one after the other.
pub struct Lander {
    adapter: Arc<dyn Adapter>,
    /// Where rows are kept on their way.
    spool: PathBuf,
    turns: Mutex<HashMap<Relation, Arc<tokio::sync::Mutex<()>>>>,
}

impl Lander {
    /// A lander into a warehouse; what is on its way is in a folder.
    pub fn new(adapter: Arc<dyn Adapter>, spool: PathBuf) -> Self {
        Self { adapter, spool, turns: Mutex::default() }
    }

    /// What is known of a load's feed.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn state(&self, load: &Load, cancel: &Cancel) -> Result<FeedState, AdapterError> {
        let adapter = self.adapter.as_ref();
        FeedState::read(adapter, &load.main().relation, &load.feed, cancel).await
    }

    /// Lands a batch that is held in memory, and returns when it is durable.
    ///
    /// # Errors
    /// Why nothing of it was landed.
    pub async fn land(
        &self,
        load: &Load,
        batch: Batch,
        cancel: &Cancel,
    ) -> Result<Landed, AdapterError> {
        self.land_all(load, vec![batch].into_iter().map(Ok), cancel).await
    }

    /// Lands batches that are made as they are asked for, all of them in one transaction; memory does
    /// not grow with how many they are. The first that is an error ends it, and nothing is landed.
    ///
    /// # Errors
    /// Why nothing was landed; a batch's own error has the code `load`.
    pub async fn land_all(
        &self,
        load: &Load,
        batches: impl Iterator<Item = Result<Batch, String>> + Send + 'static,
        cancel: &Cancel,
    ) -> Result<Landed, AdapterError> {
        let turn = self.turn(&load.main().relation);
        let _held = turn.lock().await;
        let (folder, at) = (self.spool.clone(), load.clone());
        let stop = cancel.clone();
        let written =
            tokio::task::spawn_blocking(move || spooled(&folder, &at, batches, &stop)).await;
        let mut spools =
            written.map_err(|bug| failed(format!("this is a bug in elt: {bug}")))??;
        let number = self.state(load, cancel).await?.commit_number + 1;
        let folder = &self.spool;
        let mut tables = Vec::new();
        for spool in &mut spools.targets {
            tables.push(spool.staged()?);
        }
        let entries = state_spool(folder, load, number, &spools.state)?;
        let (mut exist, mut typed) = (Vec::new(), Vec::new());
        for target in &load.targets {
            let relation = &target.relation;
            match &target.typed {
                None => {
                    exist.push(self.adapter.columns(relation).await?.is_some());
                    typed.push(None);
                }
                Some(schema) => {
                    let columns = table_columns(self.adapter.as_ref(), relation).await?;
                    exist.push(columns.is_some());
                    let schema = schema.lock().unwrap_or_else(PoisonError::into_inner);
                    typed.push(Some(schema.against(relation, columns.as_deref())));
                }
            }
        }
        for name in [DEAD_LETTERS, STATE] {
            let relation = beside(&load.main().relation, name);
            exist.push(self.adapter.columns(&relation).await?.is_some());
        }
        let dead_letters = spools.dead_letters.staged()?;
        let (mut state, count) = entries;
        let state = Staged { file: state.finish().map_err(|e| kept(&e))?.to_owned(), count };
        let staged = tables.iter().map(|staged| staged.count).sum::<u64>();
        let dead = dead_letters.count;
        let counts = Counts::of(load, &tables);
        let plan = landing_plan(load, &typed, &tables, &dead_letters, &state, &exist);
        let outcome = self.adapter.apply(&plan, cancel).await?;
        let rows = counts.read(outcome.table.as_ref());
        let unchanged = staged.saturating_sub(rows.iter().sum());
        Ok(Landed { rows, unchanged, dead_letters: dead })
    }

    /// The turn of a table's loads.
    fn turn(&self, relation: &Relation) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(relation.clone()).or_default())
    }
}

struct Spools {
    targets: Vec<Counted>,
    dead_letters: Counted,
    state: Vec<StateEntry>,
}

struct Counted(Spool);

impl Counted {
    fn staged(&mut self) -> Result<Staged, AdapterError> {
        let count = self.0.rows();
        Ok(Staged { file: self.0.finish().map_err(|error| kept(&error))?.to_owned(), count })
    }
}

/// Writes the rows of all batches to files.
fn spooled(
    folder: &std::path::Path,
    load: &Load,
    batches: impl Iterator<Item = Result<Batch, String>>,
    cancel: &Cancel,
) -> Result<Spools, AdapterError> {
    let id = &load.envelope.load_id;
    let create = |name: String| {
        Spool::create(folder, &format!("{id}.{name}")).map(Counted).map_err(|error| kept(&error))
    };
    let targets = (0..load.targets.len()).map(|at| create(format!("{at}.rows")));
    let mut spools = Spools {
        targets: targets.collect::<Result<_, _>>()?,
        dead_letters: create("dead".to_owned())?,
        state: Vec::new(),
    };
    for batch in batches {
        if cancel.is_cancelled() {
            return Err(AdapterError {
                kind: AdapterErrorKind::Cancelled,
                ..failed("interrupted")
            });
        }
        let batch = batch.map_err(failed)?;
        for rows in batch.rows {
            let (Some(target), Some(spool)) =
                (load.targets.get(rows.target), spools.targets.get_mut(rows.target))
            else {
                return Err(failed("this is a bug in elt: rows of a target that the load lacks"));
            };
            for row in rows.rows {
                let texts = load.envelope.texts(target, row);
                spool.0.push(&texts).map_err(|error| kept(&error))?;
            }
        }
        for letter in batch.dead_letters {
            let texts = letter.texts(&load.envelope);
            spools.dead_letters.0.push(&texts).map_err(|error| kept(&error))?;
        }
        spools.state.extend(batch.state);
    }
    Ok(spools)
}

/// The entries of a load's state: its own first.
fn state_spool(
    folder: &std::path::Path,
    load: &Load,
    number: u64,
    entries: &[StateEntry],
) -> Result<(Spool, u64), AdapterError> {
    let envelope = &load.envelope;
    let own = StateEntry::new(LOAD, "", serde_json::json!({"run_id": envelope.run_id}));
    let name = format!("{}.state", envelope.load_id);
    let mut spool = Spool::create(folder, &name).map_err(|error| kept(&error))?;
    for (place, entry) in std::iter::once(&own).chain(entries).enumerate() {
        let texts = [
            Some(load.feed.as_str().to_owned()),
            Some(number.to_string()),
            Some(place.to_string()),
            Some(super::super::envelope::timestamp(chrono::Utc::now())),
            Some(envelope.load_id.clone()),
            Some(entry.kind.clone()),
            Some(entry.name.clone()),
            entry.value.as_ref().map(ToString::to_string),
        ];
        spool.push(&texts).map_err(|error| kept(&error))?;
    }
    let count = spool.rows();
    Ok((spool, count))
}

fn kept(problem: &std::io::Error) -> AdapterError {
    failed(format!("the rows cannot be kept in a file on their way: {problem}"))
}

fn failed(message: impl Into<String>) -> AdapterError {
    AdapterError {
        kind: AdapterErrorKind::Sql,
        code: "load",
        message: message.into(),
        position: None,
        step: None,
        help: None,
    }
}
