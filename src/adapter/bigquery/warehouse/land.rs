//! Rows that come in batches: written to files of JSON lines, loaded into staging tables by jobs that
//! bill nothing, and written to their tables by one script in a transaction, so that all of them are
//! there or none.

use super::{apply::Applying, failed, names::table_id, spool};
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
    let mut statements = Vec::new();
    let mut counted = Vec::new();
    for (at, (table, spool)) in tables.iter().zip(spools).enumerate() {
        let Some(spool) = spool else { continue };
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
        applying.load(destination, &table.columns, &spool).await?;
        let (target, columns, rows) = match &table.passed_on {
            Some(passed) => {
                let Passing { changes, columns, values } = passed.values.now();
                // Metadata has no transaction: a table that was widened for rows that do not come is
                // widened.
                for change in &changes {
                    applying.change(change).await?;
                }
                let query = new_rows_query(passed, &values, &staging);
                (passed.target.clone(), columns, RowSource::Query(query))
            }
            None => (
                table.relation.clone(),
                table.columns.iter().map(|column| column.name.clone()).collect(),
                RowSource::Relation(staging),
            ),
        };
        let insert = Step::Insert { target, columns, rows };
        statements.extend(google_sql_statements(&insert).into_iter().map(|one| one.sql));
        counted.push((at, spool.rows));
    }
    let mut counts = vec![0; tables.len()];
    if statements.is_empty() {
        return Ok(counts);
    }
    let sql = format!("begin transaction;\n{};\ncommit transaction;", statements.join(";\n"));
    let (sql, _) = applying.plan.context.with_comment(&sql);
    let id = JobId::new(commit).map_err(AdapterError::from)?;
    let options = JobOptions { id: Some(id), ..applying.job_options() };
    let job = QueryJob { options, ..QueryJob::new(sql) };
    let client = &applying.adapter.client;
    let outcome = client.query_job(&job, applying.cancel).await?;
    applying.tally.add(&outcome);
    applying.reattached = outcome.reattached;
    // What was written is told by the script's statements; without them by what was staged.
    let told: Vec<u64> = client.child_jobs(&outcome.job).await.map_or_else(
        |_| Vec::new(),
        |children| {
            let inserts = children
                .iter()
                .filter(|child| child.statistics.statement_type.as_deref() == Some("INSERT"));
            inserts
                .filter_map(|child| u64::try_from(child.statistics.rows_written()?).ok())
                .collect()
        },
    );
    for (place, (at, staged)) in counted.iter().enumerate() {
        if let Some(slot) = counts.get_mut(*at) {
            *slot = if told.len() == counted.len() { told[place] } else { *staged };
        }
    }
    Ok(counts)
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
fn new_rows_query(passed: &PassedOn, values: &[String], staging: &Relation) -> String {
    let values = values.join(", ");
    let table = &passed.target;
    let new = match passed.rule {
        PassRule::All => return format!("select {values} from {staging}"),
        PassRule::NewKeys => format!(
            "select min(_seq) from {staging} where _record_key not in (select _record_key from {table} \
             where {ALL_PARTITIONS}) group by _record_key"
        ),
        PassRule::NewVersions => new_versions(table, &staging.to_string()),
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
