//! How a relation is read where a query names it.

use crate::relation::Relation;

/// Which rows of a relation a query sees where it names it by `ref()` or `source()`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// A source's `as_of`: those of a moment, as GoogleSQL writes it.
    pub as_of: Option<String>,
    /// `--empty`: none
    /// (<https://docs.getdbt.com/reference/commands/build#the---empty-flag>).
    pub without_rows: bool,
    /// Those of a batch or a sample, as a condition
    /// (<https://docs.getdbt.com/reference/resource-configs/event-time>).
    pub condition: Option<String>,
}

impl Reading {
    /// What stands in the query, as dbt writes it.
    pub fn of(&self, relation: &Relation) -> String {
        self.around(relation.to_string())
    }

    /// What stands in the query around a relation's name.
    pub fn around(&self, mut text: String) -> String {
        if let Some(moment) = &self.as_of {
            text = format!("{text} for system_time as of timestamp '{moment}'");
            if !self.without_rows && self.condition.is_none() {
                // An alias may follow, which GoogleSQL has before the moment.
                return format!("(select * from {text})");
            }
        }
        if self.without_rows {
            text = format!("(select * from {text} where false limit 0)");
        }
        if let Some(condition) = &self.condition {
            text = format!("(select * from {text} where {condition})");
        }
        text
    }
}

/// What a `ref()` or `source()` leads to.
#[derive(Clone, Debug)]
pub struct Referred {
    /// The relation: what `.render()` prints.
    pub relation: Relation,
    /// How it is read.
    pub reading: Reading,
}

impl From<Relation> for Referred {
    fn from(relation: Relation) -> Self {
        Self { relation, reading: Reading::default() }
    }
}
