//! What is known of the tables and functions that a query names.

use std::sync::Arc;

use super::types::Type;

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What identifies it to whoever asks; for a node or source of a project its unique id.
    pub id: Arc<str>,
    /// What it is, as messages name it: "model `orders`".
    pub shown: String,
    /// Its columns in order, as far as known.
    pub columns: Vec<TableColumn>,
    /// Whether these are all.
    pub is_complete: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub kind: Type,
}

/// Knows tables and functions.
pub trait Catalog {
    /// The table with these name parts; none where it is not known.
    fn table(&self, parts: &[String]) -> Option<Arc<Table>>;

    /// Whether it matters by which comparisons rows are kept.
    fn asks_for_predicates(&self) -> bool {
        false
    }

    /// The type of a variable of the script that the query is in; none where there is no such one.
    fn variable(&self, _name: &str) -> Option<Type> {
        None
    }

    /// The names of the variables, to say which is near.
    fn variable_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// The result of the user-defined function with these name parts; none where there is none.
    fn function(&self, _parts: &[String]) -> Option<Type> {
        None
    }
}

/// Knows nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoCatalog;

impl Catalog for NoCatalog {
    fn table(&self, _parts: &[String]) -> Option<Arc<Table>> {
        None
    }
}
