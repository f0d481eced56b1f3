//! What all strategies share: the first build, and changes of the columns.

use super::{
    append, delete_insert, insert_overwrite, merge,
    strategy::{Strategy, strategy},
};
use crate::{
    diagnostic::Diagnostic,
    manifest::Node,
    plan::{
        Engine, OnSchemaChange, PartitionBy, PlanInput, RowSource, SchemaChanges, Step,
        is_incremental,
        materialize::{
            ingestion::IngestionTime,
            options::{partition_by, wrong},
            table,
        },
    },
    relation::{Column, Dialect, PARTITION_TIME},
};

/// Whether the columns of table and query are compared.
pub(in crate::plan) fn compares_columns(node: &Node) -> bool {
    OnSchemaChange::of(node).is_ok_and(|setting| setting != OnSchemaChange::Ignore)
}

/// Builds the table whole, or brings the new rows into it.
///
/// # Errors
/// What in the configuration cannot be done; a change of columns under `on_schema_change: fail`.
pub(in crate::plan) fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = input.node;
    let keys = node.config.texts("unique_key").unwrap_or_default();
    // Also checked where the table is built whole: a mistake does not wait for the second run.
    let strategy = strategy(node, &keys)?;
    let setting = OnSchemaChange::of(node)?;
    let partitioning = partition_by(node)?;
    let copies = partitioning.as_ref().is_some_and(|by| by.copy_partitions);
    if copies && strategy != Strategy::InsertOverwrite {
        // As in dbt-bigquery.
        let message = "`copy_partitions` needs the strategy `insert_overwrite`";
        return Err(wrong(node, message));
    }
    if !is_incremental(node, input.observed, input.options) {
        return table::steps(input);
    }
    crate::plan::contract::check(input)?;
    let (mut steps, mut columns) = changed_columns(input, setting)?;
    let ingestion = IngestionTime::of(node, input.options.engine)?;
    columns.extend(ingestion.iter().flat_map(IngestionTime::own_columns));
    let partition_by = partitioning.clone();
    let change = Change { input, keys, columns, ingestion, partition_by };
    steps.extend(match strategy {
        Strategy::Append => append::steps(change),
        Strategy::Merge => merge::steps(change)?,
        Strategy::DeleteInsert => delete_insert::steps(change)?,
        Strategy::InsertOverwrite => insert_overwrite::steps(change, partitioning)?,
    });
    Ok(steps)
}

/// What changes of the query's columns do to the table, and the columns that are written.
///
/// # Errors
/// A change under `on_schema_change: fail`.
pub(super) fn changed_columns(
    input: &PlanInput<'_>,
    setting: OnSchemaChange,
) -> Result<(Vec<Step>, Vec<String>), Vec<Diagnostic>> {
    let node = input.node;
    let none: Vec<Column> = Vec::new();
    let table = input.observed.existing_columns.as_ref().unwrap_or(&none);
    let mut steps = Vec::new();
    let mut columns = names(table);
    if let Some(query) = &input.observed.query_columns
        && setting != OnSchemaChange::Ignore
    {
        let changes = SchemaChanges::between(table, query);
        if !changes.is_empty() {
            if setting == OnSchemaChange::Fail {
                return Err(changes.refusal(node));
            }
            let sync = setting == OnSchemaChange::SyncAllColumns;
            let (drop, retype) = match sync {
                true => (changes.removed, changes.retyped),
                false => (Vec::new(), Vec::new()),
            };
            let extend = changes.extended;
            if !(changes.added.is_empty()
                && drop.is_empty()
                && retype.is_empty()
                && extend.is_empty())
            {
                steps.push(Step::AlterColumns {
                    relation: node.relation.clone(),
                    add: changes.added,
                    drop,
                    retype,
                    extend,
                });
            }
            columns = names(query);
        }
    }
    Ok((steps, columns))
}

/// New rows on their way into a table.
pub(super) struct Change<'a> {
    pub input: &'a PlanInput<'a>,
    /// `unique_key`.
    pub keys: Vec<String>,
    /// The columns that are written.
    pub columns: Vec<String>,
    /// Where the table is partitioned by ingestion time.
    pub ingestion: Option<IngestionTime>,
    /// `partition_by`.
    pub partition_by: Option<PartitionBy>,
}

impl Change<'_> {
    /// The new rows, as they are written.
    pub fn rows(&self) -> RowSource {
        self.written(RowSource::Query(self.input.sql.to_owned()))
    }

    /// Rows of the query's columns, as they are written.
    pub fn written(&self, rows: RowSource) -> RowSource {
        match &self.ingestion {
            Some(ingestion) => ingestion.rows(&rows),
            None => rows,
        }
    }

    /// `incremental_predicates` (or its older name `predicates`), and what always is so of the
    /// partition where BigQuery answers nothing that asks for none.
    pub fn predicates(&self) -> Vec<String> {
        let config = &self.input.node.config;
        let texts = config.texts("incremental_predicates").or_else(|| config.texts("predicates"));
        let mut all = texts.unwrap_or_default();
        if let Some(by) = &self.partition_by
            && config.flag("require_partition_filter") == Some(true)
            && self.input.options.engine == Engine::BigQuery
        {
            let field = if by.time_ingestion { PARTITION_TIME } else { &by.field };
            let column = format!("DBT_INTERNAL_DEST.{}", Dialect::GoogleSql.quote(field));
            all.push(format!("{column} is null or {column} is not null"));
        }
        all
    }
}

fn names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}
