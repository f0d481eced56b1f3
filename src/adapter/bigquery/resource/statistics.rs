//! What a job did and cost
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobstatistics>).

use serde::Deserialize;
use serde_json::Value;

use super::{TableId, number};

/// What a job did and cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobStatistics {
    /// Bytes read. Of a dry run: how many would be.
    pub bytes_processed: Option<i64>,
    /// Bytes billed on demand; informational where slots are paid for.
    pub bytes_billed: Option<i64>,
    /// Slot time in milliseconds.
    pub slot_ms: Option<i64>,
    /// Whether the result was taken from the cache, for nothing.
    pub cache_hit: Option<bool>,
    /// What kind of statement (`SELECT`, `MERGE`, `CREATE_TABLE_AS_SELECT`, `SCRIPT`).
    pub statement_type: Option<String>,
    /// What a DDL statement did (`CREATE`, `SKIP`, `REPLACE`, `DROP`).
    pub ddl_operation: Option<String>,
    /// The table or view that a DDL statement was about.
    pub ddl_target: Option<TableId>,
    /// Rows that a DML statement changed.
    pub dml: Option<DmlStatistics>,
    /// All rows that a DML statement changed.
    pub dml_affected_rows: Option<i64>,
    /// Rows that a load job wrote.
    pub output_rows: Option<i64>,
    /// Bytes that a load job wrote.
    pub output_bytes: Option<i64>,
    /// Records that a load job left out, `maximum_bad_records` allowing.
    pub bad_records: Option<i64>,
    /// Rows that a copy job wrote.
    pub copied_rows: Option<i64>,
    /// Bytes that a copy job wrote.
    pub copied_bytes: Option<i64>,
    /// The statements of a script that ran, as jobs of their own.
    pub child_jobs: i64,
    /// The script that this job is a statement of.
    pub parent_job: Option<String>,
    /// The session it ran in, or created.
    pub session: Option<String>,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: Option<i64>,
    /// When it began to run.
    pub started_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// The reservation whose slots it used.
    pub reservation: Option<String>,
    /// How exact the bytes of a dry run are: `PRECISE`, `LOWER_BOUND`, `UPPER_BOUND`, `UNKNOWN`.
    pub bytes_accuracy: Option<String>,
    /// The tables a query reads.
    pub referenced_tables: Vec<TableId>,
}

impl JobStatistics {
    /// The rows that were written, where the job says: DML, load and copy jobs.
    pub fn rows_written(&self) -> Option<i64> {
        let dml = self.dml.as_ref().map(|dml| dml.inserted + dml.updated + dml.deleted);
        self.dml_affected_rows.or(dml).or(self.output_rows).or(self.copied_rows)
    }
}

/// Rows that a DML statement changed, by what happened to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DmlStatistics {
    /// Inserted.
    pub inserted: i64,
    /// Updated.
    pub updated: i64,
    /// Deleted.
    pub deleted: i64,
}

/// `JobStatistics`, as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::adapter::bigquery) struct Wire {
    #[serde(deserialize_with = "number::read")]
    total_bytes_processed: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    total_slot_ms: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    num_child_jobs: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    creation_time: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    start_time: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    end_time: Option<i64>,
    parent_job_id: Option<String>,
    #[serde(rename = "reservation_id")]
    reservation: Option<String>,
    session_info: Session,
    query: Query,
    load: Load,
    copy: Copied,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Session {
    session_id: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Query {
    #[serde(deserialize_with = "number::read")]
    total_bytes_processed: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    total_bytes_billed: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    total_slot_ms: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    num_dml_affected_rows: Option<i64>,
    total_bytes_processed_accuracy: Option<String>,
    cache_hit: Option<bool>,
    statement_type: Option<String>,
    ddl_operation_performed: Option<String>,
    ddl_target_table: Option<TableId>,
    dml_stats: Option<Dml>,
    referenced_tables: Vec<Value>,
    /// The columns of the result; of dry runs only.
    schema: Value,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Dml {
    #[serde(deserialize_with = "number::read")]
    inserted_row_count: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    updated_row_count: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    deleted_row_count: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Load {
    #[serde(deserialize_with = "number::read")]
    output_rows: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    output_bytes: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    bad_records: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Copied {
    #[serde(deserialize_with = "number::read")]
    copied_rows: Option<i64>,
    #[serde(deserialize_with = "number::read")]
    copied_logical_bytes: Option<i64>,
}

impl Wire {
    /// The columns of a dry run's result, as written.
    pub(in crate::adapter::bigquery) fn schema(&self) -> &Value {
        &self.query.schema
    }
}

impl From<Wire> for JobStatistics {
    fn from(wire: Wire) -> Self {
        let Wire { query, load, copy, .. } = wire;
        let dml = query.dml_stats.map(|dml| DmlStatistics {
            inserted: dml.inserted_row_count.unwrap_or(0),
            updated: dml.updated_row_count.unwrap_or(0),
            deleted: dml.deleted_row_count.unwrap_or(0),
        });
        let table = |value: Value| serde_json::from_value(value).ok();
        Self {
            bytes_processed: query.total_bytes_processed.or(wire.total_bytes_processed),
            bytes_billed: query.total_bytes_billed,
            slot_ms: wire.total_slot_ms.or(query.total_slot_ms),
            cache_hit: query.cache_hit,
            statement_type: query.statement_type,
            ddl_operation: query.ddl_operation_performed,
            ddl_target: query.ddl_target_table,
            dml,
            dml_affected_rows: query.num_dml_affected_rows,
            output_rows: load.output_rows,
            output_bytes: load.output_bytes,
            bad_records: load.bad_records,
            copied_rows: copy.copied_rows,
            copied_bytes: copy.copied_logical_bytes,
            child_jobs: wire.num_child_jobs.unwrap_or(0),
            parent_job: wire.parent_job_id,
            session: wire.session_info.session_id,
            created_ms: wire.creation_time,
            started_ms: wire.start_time,
            ended_ms: wire.end_time,
            reservation: wire.reservation,
            bytes_accuracy: query.total_bytes_processed_accuracy,
            referenced_tables: query.referenced_tables.into_iter().filter_map(table).collect(),
        }
    }
}
