//! `microbatch`: the rows of a span of time are replaced by those that the query gives for it.
//!
//! A batch never writes rows of another's time, whatever its query gives. So a batch that is built
//! twice changes nothing, and batches in any order give the same table.

use super::incremental_plan::changed_columns;
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    manifest::{Batch, BatchSize, Microbatch, Node, TimeSpan},
    plan::{
        ColumnTimeSpan, Engine, OnSchemaChange, PartitionBy, PlanInput, RowSource, Step,
        TableOptions, TimeValues, contract,
        materialize::{
            options::{partition_by, place, wrong},
            staging, table,
        },
        time_span_condition,
    },
    relation::{Column, Dialect},
};

/// Creates the table from the batch, where `is_incremental` is not set; else replaces its rows there.
///
/// # Errors
/// What in the configuration cannot be done; a change of columns under `on_schema_change: fail`.
pub(in crate::plan) fn steps(
    input: &PlanInput<'_>,
    batch: &Batch,
    is_incremental: bool,
) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = input.node;
    let model = Microbatch::of(node)?;
    let setting = OnSchemaChange::of(node)?;
    let partition_by = partition_by(node)?;
    let columns = match is_incremental {
        true => input.observed.existing_columns.as_deref(),
        false => input.observed.query_columns.as_deref(),
    };
    let time = time_column(node, &model, batch, columns)?;
    let only_its_rows = || {
        let query = input.sql.trim_end_matches(|c: char| c.is_whitespace() || c == ';');
        let condition = time_span_condition(&time, "DBT_INTERNAL_SOURCE", node.relation.dialect);
        format!("select * from (\n{query}\n) as DBT_INTERNAL_SOURCE\nwhere {condition}")
    };
    if !is_incremental {
        return table::steps(&PlanInput { sql: &only_its_rows(), ..*input });
    }
    contract::check(input)?;
    let (mut steps, columns) = changed_columns(input, setting)?;
    let target = node.relation.clone();
    let rows = RowSource::Query(input.sql.to_owned());
    // No rows are asked for: those that are there stay.
    if input.options.empty {
        steps.push(Step::Insert { target, columns, rows });
        return Ok(steps);
    }
    match partition_by.filter(|by| is_copied(by, &time, input)) {
        // A copy job takes the whole partition, and empties it where there are no rows.
        Some(by) => {
            let staged = staging(input);
            steps.push(Step::CreateTable {
                relation: staged.clone(),
                query: only_its_rows(),
                options: TableOptions {
                    partition_by: Some(by.clone()),
                    cluster_by: node.config.texts("cluster_by").unwrap_or_default(),
                    ..TableOptions::default()
                },
                temporary: true,
            });
            let partition = time.start_literal(node.relation.dialect);
            let partitions = Some(vec![partition]);
            steps.push(Step::CopyPartitions {
                target,
                staging: staged,
                partition_by: by,
                partitions,
            });
        }
        None => steps.push(Step::ReplaceTimeSpan { target, rows, time, columns }),
    }
    Ok(steps)
}

/// Whether the batch is put in its place by a copy job: it is one partition of its own.
fn is_copied(by: &PartitionBy, time: &ColumnTimeSpan, input: &PlanInput<'_>) -> bool {
    by.copy_partitions
        && input.options.engine == Engine::BigQuery
        && by.field.eq_ignore_ascii_case(&time.column)
        && matches!(time.values, TimeValues::Dates | TimeValues::Datetimes | TimeValues::Timestamps)
}

/// The column of the rows' time, found among `columns` where these are known.
fn time_column(
    node: &Node,
    model: &Microbatch,
    batch: &Batch,
    columns: Option<&[Column]>,
) -> Result<ColumnTimeSpan, Vec<Diagnostic>> {
    let name = &model.event_time;
    let found = columns.map(|all| all.iter().find(|one| one.name.eq_ignore_ascii_case(name)));
    if let (Some(None), Some(columns)) = (found, columns) {
        let names = columns.iter().map(|column| column.name.as_str());
        let diagnostic = Diagnostic::error(
            "unknown-column",
            format!("`event_time` of `{}` is `{name}`, which is no column of it", node.name),
        );
        return Err(vec![diagnostic.at(place(node), "").maybe_help(did_you_mean(name, names))]);
    }
    let data_type = found.flatten().map(|column| column.data_type.to_ascii_uppercase());
    let values = match (node.relation.dialect, data_type.as_deref()) {
        (Dialect::DuckDb, _) => TimeValues::AsText,
        (_, Some("TIMESTAMP")) => TimeValues::Timestamps,
        (_, Some("DATETIME")) => TimeValues::Datetimes,
        // A date is the first moment of its day.
        (_, Some("DATE")) if !is_whole_days(batch.span) => TimeValues::Any,
        (_, Some("DATE")) => TimeValues::Dates,
        (_, None | Some("STRING")) => TimeValues::Any,
        (_, Some(other)) => {
            let message = format!("`event_time` of a microbatch model is of type {other}, no time");
            return Err(wrong(node, &message));
        }
    };
    let column = found.flatten().map_or(name, |column| &column.name).clone();
    Ok(ColumnTimeSpan { column, values, span: batch.span })
}

fn is_whole_days(span: TimeSpan) -> bool {
    [span.start, span.end].iter().all(|at| BatchSize::Day.floor(*at) == *at)
}
