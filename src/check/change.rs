//! A change of a column that is thought through, and not made.

use std::sync::Arc;

use crate::analysis::{Table, Type};

/// What becomes of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It gets another name.
    Rename(String),
    /// It gets another type.
    Retype(Type),
    /// It goes.
    Drop,
}

impl Change {
    /// The table with the column changed.
    pub fn apply(&self, table: &Table, column: &str) -> Table {
        let is_it = |name: &str| name.eq_ignore_ascii_case(column);
        let mut changed = table.clone();
        match self {
            Self::Drop => changed.columns.retain(|known| !is_it(&known.name)),
            Self::Rename(name) => {
                for known in changed.columns.iter_mut().filter(|known| is_it(&known.name)) {
                    known.name = Arc::from(name.as_str());
                }
            }
            Self::Retype(kind) => {
                for known in changed.columns.iter_mut().filter(|known| is_it(&known.name)) {
                    known.kind = kind.clone();
                }
            }
        }
        changed
    }
}
