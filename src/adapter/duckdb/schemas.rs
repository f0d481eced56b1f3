//! The catalog as the translation asks for it.

use std::sync::Arc;

use super::{session::Session, signature};
use crate::{
    adapter::AdapterError,
    relation::Cell,
    sql::{ColumnType, FunctionType, Schemas, google_type},
};

impl Schemas for Session<'_> {
    fn columns(&self, parts: &[&str]) -> Option<Vec<ColumnType>> {
        if let Some(known) = self.shared.known_columns(parts) {
            return known.map(|columns| columns.as_ref().clone());
        }
        let found = self.table_columns(&self.name(parts)).ok().flatten().map(|columns| {
            let typed = columns
                .into_iter()
                .map(|(name, data_type)| ColumnType { name, data_type: google_type(&data_type) });
            Arc::new(typed.collect::<Vec<_>>())
        });
        self.shared.keep_columns(parts, found.clone());
        found.map(|columns| columns.as_ref().clone())
    }

    fn tables(&self, dataset: &[&str], prefix: &str) -> Vec<String> {
        self.tables_of(dataset, prefix).unwrap_or_default()
    }

    fn function(&self, parts: &[&str]) -> Option<FunctionType> {
        match parts {
            [name] => self.temporary_function(name),
            parts => self.function_of(parts).ok().flatten(),
        }
    }
}

impl Session<'_> {
    /// The tables, without views, whose names begin so: what a wildcard means in BigQuery.
    fn tables_of(&self, dataset: &[&str], prefix: &str) -> Result<Vec<String>, AdapterError> {
        let (database, schema) = match dataset {
            [database, schema] => (*database, *schema),
            [schema] => (self.shared.database.as_str(), *schema),
            _ => return Ok(Vec::new()),
        };
        let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let sql = format!(
            "SELECT table_name FROM duckdb_tables() WHERE lower(database_name) = lower({}) \
             AND lower(schema_name) = lower({}) AND starts_with(table_name, {}) ORDER BY 1",
            text(database),
            text(schema),
            text(prefix)
        );
        let rows = self.rows(&sql, None)?.rows.into_iter();
        let name = |cell| match cell {
            Cell::Text(name) => Some(name),
            _ => None,
        };
        Ok(rows.filter_map(|row| row.into_iter().next().and_then(name)).collect())
    }

    /// The user-defined function of a name, as its macro's comment tells it.
    fn function_of(&self, parts: &[&str]) -> Result<Option<FunctionType>, AdapterError> {
        let (database, schema, name) = match parts {
            [database, schema, name] => (*database, *schema, *name),
            [schema, name] => (self.shared.database.as_str(), *schema, *name),
            _ => return Ok(None),
        };
        let text = |text: &str| format!("lower('{}')", text.replace('\'', "''"));
        let sql = format!(
            "SELECT comment FROM duckdb_functions() WHERE function_type = 'macro' \
             AND lower(database_name) = {} AND lower(schema_name) = {} \
             AND lower(function_name) = {}",
            text(database),
            text(schema),
            text(name)
        );
        let table = self.rows(&sql, Some(1))?;
        let found = table.rows.first().and_then(|row| row.first());
        Ok(match found {
            Some(Cell::Text(comment)) => signature::read(comment),
            _ => None,
        })
    }
}
