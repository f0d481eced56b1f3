//! What a plan is made from: a node, its SQL, and what exists, all as data.

use chrono::{DateTime, Utc};

use crate::{
    manifest::{Batch, Node},
    relation::{Column, Relation, RelationDetails},
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
    /// How the existing relation is kept.
    pub details: Option<RelationDetails>,
    /// The tables that a copy is of.
    pub copied: Vec<CopySource>,
}

/// A table that is copied.
#[derive(Clone, Debug, PartialEq)]
pub struct CopySource {
    /// The table, its kind known if it exists.
    pub relation: Relation,
    /// Its columns; none where it does not exist.
    pub columns: Vec<Column>,
}

/// One batch of a microbatch model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchInput {
    /// The batch.
    pub batch: Batch,
    /// Whether the table exists and is kept; else the batch creates it.
    pub is_incremental: bool,
    /// Whether it is the run's first of its model, which does what is done once.
    pub is_first: bool,
}

/// What must be observed before a node can be planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// [`Observed::existing_columns`].
    pub existing_columns: bool,
    /// [`Observed::query_columns`].
    pub query_columns: bool,
    /// [`Observed::details`].
    pub details: bool,
    /// [`Observed::copied`].
    pub copied: bool,
}

/// What the engine that carries plans out can do and cannot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// DuckDB in process: a plan is one transaction; there are no partitions, users or labels.
    #[default]
    Embedded,
    /// BigQuery: each statement is atomic by itself, tables have a layout that replacing them must
    /// keep, and definitions of tables can be read.
    BigQuery,
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
    /// The engine.
    pub engine: Engine,
    /// What the names of staging tables end with: two runs at once must not share one where the
    /// engine keeps them outside the transaction.
    pub staging_suffix: String,
}
