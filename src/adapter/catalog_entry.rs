//! What a warehouse tells of a relation for a catalogue.

use serde_json::Value;

use crate::relation::Column;

/// What a warehouse tells of a relation for a catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CatalogEntry {
    /// The description that is kept with it.
    pub comment: Option<String>,
    /// Its columns in order; fields of a STRUCT behind it, named by their path (`address.city`).
    pub columns: Vec<CatalogColumn>,
    /// What else is known of it.
    pub stats: Vec<CatalogStat>,
}

/// A column, or a field of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogColumn {
    /// Its name, or its path.
    pub name: String,
    /// Its type.
    pub data_type: String,
    /// Its description.
    pub comment: Option<String>,
}

/// Something that is known of a relation, as dbt's documentation shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogStat {
    /// What it is, for programs.
    pub id: &'static str,
    /// What it is, for people.
    pub label: &'static str,
    /// The value.
    pub value: Value,
    /// What it is, in a sentence.
    pub description: &'static str,
}

impl CatalogEntry {
    /// Of a relation of which the columns are known.
    pub fn of_columns(columns: Vec<Column>) -> Self {
        let column = |Column { name, data_type }| CatalogColumn { name, data_type, comment: None };
        Self { columns: columns.into_iter().map(column).collect(), ..Self::default() }
    }
}
