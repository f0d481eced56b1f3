//! Rows that come in batches: written to files of JSON lines, and from there to their tables by one
//! script in a transaction, so that all of them are there or none. They get to it by load jobs into
//! staging tables, which bill nothing; few rows that are in memory already go with the script itself.

use super::{apply::Applying, failed, inline, names::table_id, spool};
use crate::{
    adapter::{
        AdapterError,
        bigquery::{Destination, JobId, JobOptions, QueryJob, WriteDisposition},
    },
    plan::{
        LandTable, PassRule, PassedOn, Passing, RowSource, RowStream, Step, TableOptions,
        google_sql_statements,
    },
    relation::{Relation, RelationKind},
};

/// Lands all batches: rows by table. Whoever submits `commit` after somebody else has is told so
/// (`PlanOutcome::reattached`).
pub(super) async fn land(
    applying: &mut Applying<'_>,
    tables: &[LandTable],
    rows: &RowStream,
    commit: &str,
) -> Result<Vec<u64>, AdapterError> {
    let batches = rows.take().ok_or_else(|| gone("the rows were taken before"))?;
    let (layout, cancel) = (tables.to_vec(), applying.cancel.clone());
    let written = tokio::task::spawn_blocking(move || spool::batches(&layout, batches, &cancel));
    let spools = written.await.map_err(|bug| gone(&bug.to_string()))??;
    let bytes: u64 = spools.iter().flatten().map(|spool| spool.bytes).sum();
    let goes_along = rows.is_held() && bytes <= inline::MAX_BYTES;
    let mut script = Script::default();
    for (at, (table, spool)) in tables.iter().zip(spools).enumerate() {
        let Some(spool) = spool else { continue };
        let source = match goes_along {
            true => script.along(table, &spool)?,
            false => RowSource::Relation(staged(applying, table, &spool).await?),
        };
        let (target, columns, source) = match &table.passed_on {
            Some(passed) => {
                let Passing { changes, columns, values } = passed.values.now();
                // Metadata has no transaction: a table that was widened for rows that do not come is
                // widened.
                for change in &changes {
                    applying.change(change).await?;
                }
                let query = new_rows_query(passed, &values, &as_table(&source));
                (passed.target.clone(), columns, RowSource::Query(query))
            }
            None => (
                table.relation.clone(),
                table.columns.iter().map(|column| column.name.clone()).collect(),
                source,
            ),
        };
        let insert = Step::Insert { target, columns, rows: source };
        script.statements.extend(google_sql_statements(&insert).into_iter().map(|one| one.sql));
        script.staged.push((at, spool.rows));
    }
    let mut counts = vec![0; tables.len()];
    if script.statements.is_empty() {
        return Ok(counts);
    }
    let told = script.run(applying, commit, writes_all(tables)).await?;
    for ((at, staged), place) in script.staged.iter().zip(0..) {
        if let Some(slot) = counts.get_mut(*at) {
            *slot = if told.len() == script.staged.len() { told[place] } else { *staged };
        }
    }
    Ok(counts)
}

/// What commits.
#[derive(Default)]
struct Script {
    statements: Vec<String>,
    parameters: Vec<serde_json::Value>,
    /// Tables that get rows, and how many came for them.
    staged: Vec<(usize, u64)>,
}

impl Script {
    /// Rows that go with the script.
    fn along(
        &mut self,
        table: &LandTable,
        spool: &spool::Spool,
    ) -> Result<RowSource, AdapterError> {
        let name = format!("rows_{}", self.parameters.len());
        let query = inline::rows_query(&table.columns, &name);
        self.parameters.push(inline::rows_parameter(&name, spool)?);
        Ok(RowSource::Query(query))
    }

    /// Runs it: the rows that each of its statements has written, where that is not known before.
    async fn run(
        &mut self,
        applying: &mut Applying<'_>,
        commit: &str,
        is_known: bool,
    ) -> Result<Vec<u64>, AdapterError> {
        let statements = self.statements.join(";\n");
        let sql = format!("begin transaction;\n{statements};\ncommit transaction;");
        let (sql, _) = applying.plan.context.with_comment(&sql);
        let id = JobId::new(commit).map_err(AdapterError::from)?;
        let options = JobOptions { id: Some(id), ..applying.job_options() };
        let parameters = std::mem::take(&mut self.parameters);
        let job = QueryJob { options, parameters, ..QueryJob::new(sql) };
        let client = &applying.adapter.client;
        let outcome = client.query_job(&job, applying.cancel).await?;
        applying.tally.add(&outcome);
        applying.reattached = outcome.reattached;
        if is_known {
            return Ok(Vec::new());
        }
        let Ok(children) = client.child_jobs(&outcome.job).await else { return Ok(Vec::new()) };
        let inserts = children
            .iter()
            .filter(|child| child.statistics.statement_type.as_deref() == Some("INSERT"));
        Ok(inserts
            .filter_map(|child| u64::try_from(child.statistics.rows_written()?).ok())
            .collect())
    }
}

/// Whether all rows that come are written, so that nobody need be asked how many were.
fn writes_all(tables: &[LandTable]) -> bool {
    let rules = tables.iter().filter_map(|table| table.passed_on.as_ref());
    rules.into_iter().all(|passed| passed.rule == PassRule::All)
}

/// Rows in a staging table, loaded by a job.
async fn staged(
    applying: &mut Applying<'_>,
    table: &LandTable,
    spool: &spool::Spool,
) -> Result<Relation, AdapterError> {
    let staging = match &table.passed_on {
        Some(_) => table.relation.clone(),
        None => staging(&table.relation),
    };
    let staging = Relation { kind: Some(RelationKind::Table), ..staging };
    // One that a killed process leaves behind expires.
    let create = Step::CreateEmptyTable {
        relation: staging.clone(),
        columns: table.columns.clone(),
        options: TableOptions::default(),
        temporary: true,
    };
    applying.create_staging(&create, &staging).await?;
    let mut destination = Destination::replace(table_id(&applying.adapter.client, &staging));
    destination.write = WriteDisposition::Append;
    applying.load(destination, &table.columns, spool).await?;
    Ok(staging)
}

/// Rows as they stand behind `from`.
fn as_table(rows: &RowSource) -> String {
    match rows {
        RowSource::Relation(relation) => relation.to_string(),
        RowSource::Query(query) => format!("(\n{query}\n)"),
    }
}

/// A staging table of this load's own.
fn staging(relation: &Relation) -> Relation {
    let random = uuid::Uuid::new_v4().simple().to_string();
    relation.with_identifier(format!("{}__elt_stage_{}", relation.identifier, &random[..12]))
}

fn gone(problem: &str) -> AdapterError {
    failed("load", format!("the rows cannot be read: {problem}"))
}

/// The begin of time for tables that are not read without a filter of their partitions.
const ALL_PARTITIONS: &str = "_ingested_at >= timestamp '1970-01-01'";

/// The rows of a staging table that are new.
fn new_rows_query(passed: &PassedOn, values: &[String], staging: &str) -> String {
    let values = values.join(", ");
    let table = &passed.target;
    let new = match passed.rule {
        PassRule::All => return format!("select {values} from {staging}"),
        PassRule::NewKeys => format!(
            "select min(_seq) from {staging} where _record_key not in (select _record_key from {table} \
             where {ALL_PARTITIONS}) group by _record_key"
        ),
        PassRule::NewVersions => new_versions(table, staging),
        PassRule::NewMessages => new_versions(
            table,
            &format!(
                "(select * from {staging} where _uri not in (select _uri from {table} where \
                 {ALL_PARTITIONS}))"
            ),
        ),
    };
    format!("select {values} from {staging} where _seq in (\n{new}\n)")
}

/// A version and a landed one are `length` apart if the known begin of the versions would have to be that
/// long for the two to meet; it is known where as many meet.
fn new_versions(table: &Relation, staged: &str) -> String {
    format!(
        "with versions as (
  select _record_key, _record_hash, _seq,
    row_number() over (partition by _record_key order by _seq) as number
  from (
    select _record_key, _record_hash, _seq,
      lag(_record_hash) over (partition by _record_key order by _seq) as hash_before
    from {staged}
  )
  where hash_before is null or _record_hash != hash_before
),
landed as (
  select _record_key, _record_hash,
    row_number() over (partition by _record_key order by _ingested_at desc, _seq desc) as back
  from {table}
  where {ALL_PARTITIONS} and _record_key in (select _record_key from versions)
),
met as (
  select versions._record_key, versions.number + landed.back - 1 as length, count(*) as meetings
  from versions
  join landed on versions._record_key = landed._record_key
    and versions._record_hash = landed._record_hash
  group by 1, 2
),
known as (
  select _record_key, max(length) as versions from met where meetings = length group by 1
)
select versions._seq
from versions
left join known on versions._record_key = known._record_key
where versions.number > coalesce(known.versions, 0)"
    )
}
