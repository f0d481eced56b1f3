//! What is known of a relation's columns.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::sql_type::SqlType;
use crate::{
    manifest::ColumnProperties,
    relation::{Column, Dialect, Relation},
};

/// The columns of relations, as data: asked from the warehouse before compiling.
pub trait Schemas: Send + Sync {
    /// The relation's columns in order; none where nothing is known.
    fn columns(&self, relation: &Relation) -> Option<&[Column]>;
}

/// Columns by the relation's SQL text.
impl Schemas for HashMap<String, Vec<Column>> {
    fn columns(&self, relation: &Relation) -> Option<&[Column]> {
        self.get(&relation.to_string()).map(Vec::as_slice)
    }
}

/// A relation's columns with the types that are known.
#[derive(Clone, Debug, Default)]
pub struct KnownColumns {
    /// Names and types in order.
    pub columns: Vec<(String, Option<SqlType>)>,
    /// Whether these are all there are.
    pub complete: bool,
}

impl KnownColumns {
    /// As the warehouse has them.
    pub fn of_relation(dialect: Dialect, columns: &[Column]) -> Self {
        let typed = |column: &Column| {
            (column.name.clone(), Some(SqlType::parse(dialect, &column.data_type)))
        };
        Self { columns: columns.iter().map(typed).collect(), complete: true }
    }

    /// As they are declared.
    pub fn declared(dialect: Dialect, columns: &IndexMap<String, ColumnProperties>) -> Self {
        let typed = |column: &ColumnProperties| {
            let kind = column.data_type.as_deref().map(|kind| SqlType::parse(dialect, kind));
            (column.name.clone(), kind)
        };
        Self { columns: columns.values().map(typed).collect(), complete: false }
    }

    /// The place of a column, names compared without case.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))
    }
}
