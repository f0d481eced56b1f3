//! What a plan is made from: a node, its SQL, and what exists, all as data.

use chrono::{DateTime, Utc};

use crate::{
    manifest::Node,
    relation::{Column, Relation},
};

/// Everything a plan depends on.
#[derive(Clone, Copy, Debug)]
pub struct PlanInput<'a> {
    /// The node.
    pub node: &'a Node,
    /// Its compiled SQL; empty for seeds.
    pub sql: &'a str,
    /// What exists.
    pub observed: &'a Observed,
    /// The options of the command.
    pub options: &'a PlanOptions,
}

/// What exists in the warehouse; [`Needs`] says which of it a node asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The node's relation, its kind known, if it exists.
    pub existing: Option<Relation>,
    /// The columns of that relation.
    pub existing_columns: Option<Vec<Column>>,
    /// The columns the compiled query gives.
    pub query_columns: Option<Vec<Column>>,
}

/// What must be observed before a node can be planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// [`Observed::existing_columns`].
    pub existing_columns: bool,
    /// [`Observed::query_columns`].
    pub query_columns: bool,
}

/// The options of the command that plans depend on.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanOptions {
    /// `--full-refresh`.
    pub full_refresh: bool,
    /// `--empty`: build without rows.
    pub empty: bool,
    /// When the run started: the time of snapshots' changes.
    pub run_started_at: DateTime<Utc>,
}
