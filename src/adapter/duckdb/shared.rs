//! What all connections of one database share.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use duckdb::Connection;

use super::{
    errors::engine_error,
    limits::{Landing, Limits},
};
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
    limits: Limits,
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
            limits: Limits::default(),
        }
    }

    /// Rows are landed for as long as the value lives: until then the engine takes less.
    pub fn landing(&self) -> Landing<'_> {
        self.limits.land(&self.base)
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

/// Nothing here is left half-changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
