//! What a plan would read: each statement tried by a dry run, which checks it and costs nothing
//! (<https://cloud.google.com/bigquery/docs/running-queries#dry-run>).

use super::{apply::in_query, bigquery_adapter::BigQueryAdapter, names::table_id};
use crate::{
    adapter::{
        AdapterError, Bytes, PlanEstimate, StepEstimate,
        bigquery::{BigQueryErrorKind, DryRun, QueryJob},
    },
    plan::{Plan, Rendered, RowSource, Step, google_sql_statements},
    relation::Relation,
};

/// Estimates the steps that read or write data.
pub(super) async fn estimate(
    adapter: &BigQueryAdapter,
    plan: &Plan,
) -> Result<PlanEstimate, AdapterError> {
    let mut estimate = PlanEstimate::default();
    // What an earlier step makes is not there to be read.
    let mut made: Vec<&Relation> = Vec::new();
    let mut header = None;
    for (at, step) in plan.steps.iter().enumerate() {
        if let Step::Header { sql } = step {
            header = Some((at, sql.as_str()));
        }
        if let Some(found) = bytes_of(adapter, step, header, &made).await? {
            let (bytes, problem) = found;
            let problem =
                problem.map(|error| AdapterError { step: error.step.or(Some(at)), ..error });
            let what = step.words().to_owned();
            estimate.steps.push(StepEstimate { step: at, what, bytes, problem });
        }
        match step {
            Step::CreateTable { relation, .. }
            | Step::CreateEmptyTable { relation, .. }
            | Step::CreateView { relation, .. }
            | Step::Append { relation, .. } => made.push(relation),
            _ => {}
        }
    }
    Ok(estimate)
}

type Found = (Bytes, Option<AdapterError>);

async fn bytes_of(
    adapter: &BigQueryAdapter,
    step: &Step,
    header: Option<(usize, &str)>,
    made: &[&Relation],
) -> Result<Option<Found>, AdapterError> {
    let is_made = |relation: &Relation| made.iter().any(|known| known.same_place(relation));
    Ok(match step {
        Step::Header { .. }
        | Step::CreateSchema { .. }
        | Step::CreateEmptyTable { .. }
        | Step::DropSchema { .. }
        | Step::DropRelation { .. }
        | Step::RenameRelation { .. }
        | Step::Describe { .. }
        | Step::Grant { .. }
        | Step::AuthorizeView { .. } => None,
        // Load and copy jobs, and refreshes that BigQuery does by itself, bill nothing or say nothing
        // before.
        Step::LoadSeed { .. }
        | Step::Append { .. }
        | Step::CopyPartitions { .. }
        | Step::CopyTables { .. }
        | Step::Publish { .. } => Some((Bytes::Exactly(0), None)),
        Step::RefreshMaterializedView { .. } => Some((Bytes::Unknown, None)),
        Step::Insert { target, rows: RowSource::Query(query), .. } if is_made(target) => {
            let own = Rendered { sql: query.clone(), lines_before: 0, header_lines: 0 };
            let behind = header.map(|(_, header)| Rendered::behind(header, &own));
            let header = header.map(|(at, _)| at);
            match dry_run(adapter, &behind.unwrap_or(own), header).await? {
                Tried::Fine(bytes) => Some((bytes, None)),
                Tried::NotYet => Some((Bytes::Unknown, None)),
                Tried::Wrong(error) => Some((Bytes::Exactly(0), Some(error))),
            }
        }
        // The new rows are in a table that is not there yet: the table they go to is what is scanned.
        Step::Merge { target, rows: RowSource::Relation(rows), .. }
        | Step::InsertOverwrite { target, rows: RowSource::Relation(rows), .. }
        | Step::DeleteInsert { target, staging: rows, .. }
        | Step::SnapshotMerge { target, staging: rows, .. }
            if is_made(rows) =>
        {
            Some((whole_table(adapter, target).await?, None))
        }
        _ => {
            let mut total = Bytes::Exactly(0);
            let mut problem = None;
            for statement in google_sql_statements(step) {
                let sql = statement.sql.trim();
                if sql.is_empty() || sql.starts_with("--") {
                    continue;
                }
                let header = header.filter(|_| step.needs_header());
                let behind = header.map(|(_, header)| Rendered::behind(header, &statement));
                let header = header.map(|(at, _)| at);
                match dry_run(adapter, &behind.unwrap_or(statement), header).await? {
                    Tried::Fine(bytes) => total = total.plus(bytes),
                    Tried::NotYet => total = Bytes::Unknown,
                    Tried::Wrong(error) => problem = problem.or(Some(error)),
                }
            }
            Some((total, problem))
        }
    })
}

enum Tried {
    Fine(Bytes),
    /// It reads something that is not there, and may be when its turn comes.
    NotYet,
    Wrong(AdapterError),
}

async fn dry_run(
    adapter: &BigQueryAdapter,
    statement: &Rendered,
    header: Option<usize>,
) -> Result<Tried, AdapterError> {
    match adapter.client.dry_run(&QueryJob::new(&statement.sql)).await {
        Ok(run) => Ok(Tried::Fine(bytes(&run))),
        Err(error) if error.kind == BigQueryErrorKind::NotFound => Ok(Tried::NotYet),
        Err(error) if error.kind == BigQueryErrorKind::Invalid => {
            Ok(Tried::Wrong(in_query(error.into(), statement, 0, header)))
        }
        Err(error) => Err(error.into()),
    }
}

/// How exact a dry run is
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2>).
fn bytes(run: &DryRun) -> Bytes {
    let number = run.statistics.bytes_processed.and_then(|bytes| u64::try_from(bytes).ok());
    let number = number.unwrap_or(0);
    match run.statistics.bytes_accuracy.as_deref() {
        Some("UPPER_BOUND") => Bytes::AtMost(number),
        Some("UNKNOWN" | "LOWER_BOUND") => Bytes::Unknown,
        _ => Bytes::Exactly(number),
    }
}

async fn whole_table(adapter: &BigQueryAdapter, target: &Relation) -> Result<Bytes, AdapterError> {
    let table = adapter.client.get_table(&table_id(&adapter.client, target)).await?;
    let bytes = table.and_then(|table| table.bytes).and_then(|bytes| u64::try_from(bytes).ok());
    Ok(bytes.map_or(Bytes::Unknown, Bytes::AtMost))
}
