//! What all connections of one database share.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use duckdb::Connection;

use super::errors::engine_error;
use crate::{
    adapter::AdapterError,
    relation::{Dialect, Relation},
    sql::ColumnType,
};

/// The columns of the tables that were asked for, by name parts; none for what does not exist.
type KnownColumns = HashMap<Vec<String>, Option<Arc<Vec<ColumnType>>>>;

/// One open database: its idle connections and what is known of its catalog.
pub(super) struct Shared {
    pub dialect: Dialect,
    pub database: String,
    /// What a new connection runs first.
    setup: String,
    base: Mutex<Connection>,
    idle: Mutex<Vec<Connection>>,
    schemas: Mutex<HashSet<String>>,
    known: Mutex<KnownColumns>,
    /// Landings under way that hold the memory limit down, and what it was before.
    limited: Mutex<(usize, String)>,
}

/// Memory of the engine while rows are landed: what it has written it would keep, for nobody.
const LANDING_MEMORY: &str = "128MiB";
/// The same in bytes.
const LANDING_BYTES: f64 = 128.0 * 1024.0 * 1024.0;

/// The engine's memory is limited until the last of these is gone.
pub(super) struct LimitedMemory<'a>(&'a Shared);

impl Drop for LimitedMemory<'_> {
    fn drop(&mut self) {
        let mut limited = lock(&self.0.limited);
        limited.0 -= 1;
        if limited.0 == 0 {
            let sql = format!("SET GLOBAL memory_limit = '{}'", limited.1);
            // It stays as low as it is: slower, and no less right.
            let _ = lock(&self.0.base).execute_batch(&sql);
        }
    }
}

impl Shared {
    pub fn new(dialect: Dialect, database: String, base: Connection, setup: String) -> Self {
        Self {
            dialect,
            database,
            setup,
            base: Mutex::new(base),
            idle: Mutex::default(),
            schemas: Mutex::default(),
            known: Mutex::default(),
            limited: Mutex::default(),
        }
    }

    /// Limits the engine's memory for as long as the value lives. A database in memory is not limited,
    /// nor one that has less already.
    pub fn limit_memory(&self) -> Option<LimitedMemory<'_>> {
        let mut limited = lock(&self.limited);
        if limited.0 == 0 {
            let base = lock(&self.base);
            let (before, on_disk): (String, bool) = base
                .query_row(
                    "SELECT current_setting('memory_limit'), EXISTS (FROM duckdb_databases() WHERE \
                     path IS NOT NULL AND NOT internal)",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .ok()?;
            let is_more = bytes(&before).is_none_or(|bytes| bytes > LANDING_BYTES);
            if !on_disk || !is_more {
                return None;
            }
            base.execute_batch(&format!("SET GLOBAL memory_limit = '{LANDING_MEMORY}'")).ok()?;
            limited.1 = before;
        }
        limited.0 += 1;
        Some(LimitedMemory(self))
    }

    /// An idle connection, or a new one.
    pub fn take(&self) -> Result<Connection, AdapterError> {
        if let Some(connection) = lock(&self.idle).pop() {
            return Ok(connection);
        }
        let failed = |error: duckdb::Error| engine_error(&error, Dialect::GoogleSql, 0);
        let connection = lock(&self.base).try_clone().map_err(failed)?;
        connection.execute_batch(&self.setup).map_err(failed)?;
        Ok(connection)
    }

    /// Gives a connection back.
    pub fn give_back(&self, connection: Connection) {
        lock(&self.idle).push(connection);
    }

    /// Creates a schema once. Two connections that create the same one at a time would conflict, so
    /// this goes one by one, outside of any transaction.
    pub fn create_schema(&self, database: Option<&str>, schema: &str) -> Result<(), AdapterError> {
        let quote = |name: &str| Dialect::DuckDb.quote(name);
        let name = match database.filter(|name| !name.is_empty()) {
            Some(database) => format!("{}.{}", quote(database), quote(schema)),
            None => quote(schema),
        };
        let mut created = lock(&self.schemas);
        if created.contains(&name) {
            return Ok(());
        }
        lock(&self.base)
            .execute_batch(&format!("CREATE SCHEMA IF NOT EXISTS {name}"))
            .map_err(|error| engine_error(&error, Dialect::GoogleSql, 0))?;
        created.insert(name);
        Ok(())
    }

    /// What is known of a table's columns: nothing, that it does not exist, or they.
    pub fn known_columns(&self, parts: &[&str]) -> Option<Option<Arc<Vec<ColumnType>>>> {
        let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        lock(&self.known).get(&parts).cloned()
    }

    /// Keeps a table's columns.
    pub fn keep_columns(&self, parts: &[&str], columns: Option<Arc<Vec<ColumnType>>>) {
        let parts = parts.iter().map(|part| (*part).to_owned()).collect();
        lock(&self.known).insert(parts, columns);
    }

    /// Forgets the columns of a relation that was written.
    pub fn forget(&self, relation: &Relation) {
        lock(&self.known).retain(|parts, _| {
            parts.last().is_none_or(|name| !name.eq_ignore_ascii_case(&relation.identifier))
        });
    }

    /// Forgets everything: a statement of the user's may have done anything.
    pub fn forget_all(&self) {
        lock(&self.known).clear();
        lock(&self.schemas).clear();
    }
}

/// A size as the engine writes it (`18.6 GiB`); none where it is written otherwise.
fn bytes(text: &str) -> Option<f64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let factor = match unit {
        "bytes" => 0,
        "KiB" => 1,
        "MiB" => 2,
        "GiB" => 3,
        "TiB" => 4,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * 1024f64.powi(factor))
}

/// Nothing here is left half-changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
