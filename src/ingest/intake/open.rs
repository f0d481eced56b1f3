//! Opens a load: what its tables are, and what is known before.

use std::{
    collections::HashSet,
    path::Path,
    sync::{Arc, Mutex},
};

use super::{Intake, IntakeTable, KnownLetters, SnapshotState};
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    ingest::{
        DEAD_LETTERS, Dedup, EnvLookup, Envelope, Feed, Lander, Load, Schema, Target,
        contract::table_columns,
    },
    relation::{Cell, Relation},
};

/// Why a load cannot begin.
#[derive(Debug)]
pub enum OpenError {
    /// Something of the feed.
    Feed(String),
    /// Something of the warehouse.
    Warehouse(AdapterError),
}

impl From<AdapterError> for OpenError {
    fn from(error: AdapterError) -> Self {
        Self::Warehouse(error)
    }
}

/// The load of feeds that share a stream, and what takes its records in.
///
/// # Errors
/// Why it cannot begin.
pub async fn open_load(
    feeds: &[&Feed],
    root: &Path,
    env: &EnvLookup,
    lander: &Lander,
    envelope: Envelope,
    cancel: &Cancel,
) -> Result<(Load, Intake), OpenError> {
    let Some(first) = feeds.first() else {
        return Err(OpenError::Feed("this is a bug in elt: a load of no feed".to_owned()));
    };
    let adapter = lander.adapter();
    let mut targets = Vec::new();
    let mut taking = Vec::new();
    for feed in feeds {
        let feed = feed.keyed(root, env).map_err(OpenError::Feed)?;
        let mut target = Target::of(&feed);
        if let Some(contract) = feed.rules.contract {
            let table = table_columns(adapter.as_ref(), &feed.relation).await?;
            let schema = Schema::new(contract, &feed.rules.declared, table.as_deref());
            target.typed = Some(Arc::new(Mutex::new(schema.map_err(OpenError::Feed)?)));
        }
        if feed.rules.changes.is_some() {
            // Ids of events are unique: one that is there was landed before.
            target.dedup = Dedup::Keys;
        }
        taking.push((feed, target.typed.clone()));
        targets.push(target);
    }
    let load = Load { feed: first.unique_id.clone(), envelope: envelope.clone(), targets };
    let state = match feeds.iter().any(|feed| feed.rules.changes.is_some()) {
        true => lander.state(&load, cancel).await?,
        false => Default::default(),
    };
    let tables = taking.into_iter().map(|(feed, typed)| {
        let rules = feed.rules.changes.clone();
        let snapshot = rules.map(|rules| SnapshotState::new(&feed, rules, &state));
        IntakeTable { feed, typed, snapshot }
    });
    let letters = first.relation.with_identifier(DEAD_LETTERS);
    let known = known_letters(Arc::clone(adapter), letters, first.source.clone(), cancel.clone());
    Ok((load, Intake::new(envelope, tables.collect(), known)))
}

/// The ids of a source's dead letters, asked for when they are needed.
fn known_letters(
    adapter: Arc<dyn Adapter>,
    table: Relation,
    source: String,
    cancel: Cancel,
) -> KnownLetters {
    let runtime = tokio::runtime::Handle::current();
    KnownLetters::by(move || {
        let ask = async {
            if adapter.columns(&table).await?.is_none() {
                return Ok(HashSet::new());
            }
            let source: String = source.chars().filter(|c| *c != '\'' && *c != '\\').collect();
            let sql = format!(
                "select distinct _id from {table} where _source = '{source}' and _failed_at is not null"
            );
            let found = adapter.query(&sql, None, &cancel).await?;
            let id = |row: Vec<Cell>| row.into_iter().next().and_then(|cell| cell.as_text());
            Ok(found.rows.into_iter().filter_map(id).collect())
        };
        runtime.block_on(ask).map_err(|error: AdapterError| error.message)
    })
}
