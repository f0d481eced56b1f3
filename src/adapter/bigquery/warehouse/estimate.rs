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
    let mut before = Before::default();
    for (at, step) in plan.steps.iter().enumerate() {
        if let Step::Header { sql } = step {
            before.header = Some((at, sql));
        }
        let tried = before.as_if(step);
        let found = found(adapter, &tried, &before).await?;
        if let Some(Found { bytes, problem, missing }) = &found {
            let of_step = |error: &AdapterError| AdapterError {
                step: error.step.or(Some(at)),
                ..error.clone()
            };
            estimate.steps.push(StepEstimate {
                step: at,
                what: step.words().to_owned(),
                bytes: *bytes,
                problem: problem.as_ref().map(of_step),
                missing: missing.as_ref().map(of_step),
            });
        }
        before.note(step, found.map(|found| found.bytes));
    }
    Ok(estimate)
}

/// What earlier steps of a plan would have done: none of it is there when a later one is tried.
#[derive(Default)]
struct Before<'p> {
    /// What they make.
    made: Vec<&'p Relation>,
    /// Copies, and what they are copies of.
    clones: Vec<(&'p Relation, &'p Relation)>,
    /// Tables of new rows, with the query and what that reads.
    staged: Vec<(&'p Relation, &'p str, Option<u64>)>,
    /// Whether columns were changed.
    alters: bool,
    /// The plan's header, which goes before each statement that needs it.
    header: Option<(usize, &'p str)>,
}

impl<'p> Before<'p> {
    fn note(&mut self, step: &'p Step, bytes: Option<Bytes>) {
        match step {
            Step::CreateTable { relation, query, temporary, .. } => {
                self.made.push(relation);
                if *temporary {
                    self.staged.push((relation, query, bytes.and_then(Bytes::number)));
                }
            }
            Step::CreateEmptyTable { relation, .. }
            | Step::CreateView { relation, .. }
            | Step::Append { relation, .. } => self.made.push(relation),
            Step::CloneTable { from, to, .. } => self.clones.push((to, from)),
            Step::AlterColumns { .. } => self.alters = true,
            _ => {}
        }
    }

    /// A step that changes a copy, changing the original instead, which is there to be tried on.
    fn as_if(&self, step: &Step) -> Step {
        let mut tried = step.clone();
        let target = match &mut tried {
            Step::Insert { target, .. }
            | Step::DeleteMatching { target, .. }
            | Step::DeleteInsert { target, .. }
            | Step::Merge { target, .. }
            | Step::InsertOverwrite { target, .. }
            | Step::ReplaceTimeSpan { target, .. }
            | Step::SnapshotMerge { target, .. }
            | Step::AlterColumns { relation: target, .. } => Some(target),
            _ => None,
        };
        if let Some(target) = target
            && let Some((_, original)) = self.clones.iter().find(|(to, _)| to.same_place(target))
        {
            *target = (*original).clone();
        }
        tried
    }

    fn is_made(&self, relation: &Relation) -> bool {
        self.made.iter().any(|known| known.same_place(relation))
    }

    /// A merge of new rows that are not there yet as one of the query that gives them, and what that
    /// query reads by itself.
    fn inlined(&self, step: &Step) -> Option<(Step, u64)> {
        let mut step = step.clone();
        let Step::Merge { rows, prune, .. } = &mut step else { return None };
        let RowSource::Relation(staging) = rows else { return None };
        let staged = self.staged.iter().find(|(relation, ..)| relation.same_place(staging));
        let (_, query, Some(read)) = staged? else { return None };
        *rows = RowSource::Query((*query).to_owned());
        // Its bounds are known only when it runs.
        *prune = None;
        Some((step, *read))
    }
}

/// What was found of a step.
#[derive(Default)]
struct Found {
    bytes: Bytes,
    /// What is wrong with it.
    problem: Option<AdapterError>,
    /// What it reads that is not there.
    missing: Option<AdapterError>,
}

impl Found {
    fn of(bytes: Bytes) -> Self {
        Self { bytes, ..Self::default() }
    }
}

async fn found(
    adapter: &BigQueryAdapter,
    step: &Step,
    before: &Before<'_>,
) -> Result<Option<Found>, AdapterError> {
    Ok(match step {
        Step::Header { .. }
        | Step::CreateSchema { .. }
        | Step::CreateEmptyTable { .. }
        | Step::CreateMissingTable { .. }
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
        | Step::Land { .. }
        | Step::AllowNull { .. }
        | Step::CopyPartitions { .. }
        | Step::CopyTables { .. }
        | Step::Publish { .. } => Some(Found::of(Bytes::Exactly(0))),
        Step::RefreshMaterializedView { .. } => Some(Found::of(Bytes::Unknown)),
        Step::Insert { target, rows: RowSource::Query(query), .. } if before.is_made(target) => {
            Some(dry_runs(adapter, &Step::Query { sql: query.clone() }, before.header).await?)
        }
        // The new rows are in a table that is not there yet: the table they go to is what is scanned.
        Step::Merge { target, rows: RowSource::Relation(rows), .. }
        | Step::InsertOverwrite { target, rows: RowSource::Relation(rows), .. }
        | Step::DeleteInsert { target, staging: rows, .. }
        | Step::SnapshotMerge { target, staging: rows, .. }
            if before.is_made(rows) =>
        {
            Some(of_target(adapter, step, target, before).await?)
        }
        _ => Some(dry_runs(adapter, step, before.header).await?),
    })
}

/// The scan of the table that new rows are merged into: the whole table at most, and less where
/// conditions of the merge leave partitions out, which a dry run tells. The new rows come on top, and
/// how many they are only the run tells.
async fn of_target(
    adapter: &BigQueryAdapter,
    step: &Step,
    target: &Relation,
    before: &Before<'_>,
) -> Result<Found, AdapterError> {
    let whole = whole_table(adapter, target).await?;
    // Columns that an earlier step adds are not there yet.
    let Some((inlined, read)) = before.inlined(step).filter(|_| !before.alters) else {
        return Ok(Found::of(whole));
    };
    let tried = dry_runs(adapter, &inlined, before.header).await?;
    if tried.problem.is_some() {
        return Ok(tried);
    }
    let scanned = tried.bytes.number().map(|all| all.saturating_sub(read));
    let least = match (scanned, whole.number()) {
        (Some(scanned), Some(whole)) => Some(scanned.min(whole)),
        (scanned, whole) => scanned.or(whole),
    };
    Ok(Found::of(least.map_or(Bytes::Unknown, Bytes::AtMost)))
}

async fn dry_runs(
    adapter: &BigQueryAdapter,
    step: &Step,
    header: Option<(usize, &str)>,
) -> Result<Found, AdapterError> {
    let mut found = Found::of(Bytes::Exactly(0));
    for statement in google_sql_statements(step) {
        let sql = statement.sql.trim();
        if sql.is_empty() || sql.starts_with("--") {
            continue;
        }
        let header = header.filter(|_| step.needs_header());
        let behind = header.map(|(_, header)| Rendered::behind(header, &statement));
        let header = header.map(|(at, _)| at);
        match dry_run(adapter, &behind.unwrap_or(statement), header).await? {
            Tried::Fine(bytes) => found.bytes = found.bytes.plus(bytes),
            Tried::NotYet(error) => {
                found.bytes = Bytes::Unknown;
                found.missing = found.missing.or(Some(error));
            }
            Tried::Wrong(error) => found.problem = found.problem.or(Some(error)),
        }
    }
    Ok(found)
}

enum Tried {
    Fine(Bytes),
    /// It reads something that is not there, and may be when its turn comes.
    NotYet(AdapterError),
    Wrong(AdapterError),
}

async fn dry_run(
    adapter: &BigQueryAdapter,
    statement: &Rendered,
    header: Option<usize>,
) -> Result<Tried, AdapterError> {
    let in_query = |error| in_query(error, statement, 0, header);
    match adapter.client.dry_run(&QueryJob::new(&statement.sql)).await {
        Ok(run) => Ok(Tried::Fine(bytes(&run))),
        Err(error) if error.may_be_missing() => Ok(Tried::NotYet(in_query(error.into()))),
        Err(error)
            if matches!(
                error.kind,
                BigQueryErrorKind::Invalid | BigQueryErrorKind::AccessDenied
            ) =>
        {
            Ok(Tried::Wrong(in_query(error.into())))
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
