//! Query jobs
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfigurationquery>).

use serde_json::{Map, Value, json};

use super::JobOptions;
use crate::{
    adapter::bigquery::{
        resource::{DatasetId, TableId},
        settings::ClientSettings,
    },
    project::Priority,
};

/// A statement or a script, in GoogleSQL.
#[derive(Clone, Debug, Default)]
pub struct QueryJob {
    /// What is run.
    pub sql: String,
    /// What all kinds of jobs have in common.
    pub options: JobOptions,
    /// The dataset of names that have none.
    pub default_dataset: Option<DatasetId>,
    /// Where a `SELECT`'s rows are kept; otherwise in a temporary table. Not for DDL, DML and scripts.
    pub destination: Option<Destination>,
    /// Query parameters, as the API writes them
    /// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter>).
    pub parameters: Vec<Value>,
    /// Bytes the query may bill, where it is not the client's limit.
    pub maximum_bytes_billed: Option<i64>,
    /// How soon it runs, where it is not the client's priority.
    pub priority: Option<Priority>,
    /// Whether a cached result will do; BigQuery's default is yes.
    pub use_query_cache: Option<bool>,
    /// Whether a session is created for it
    /// (<https://cloud.google.com/bigquery/docs/sessions-intro>).
    pub create_session: bool,
    /// The session it runs in.
    pub session: Option<String>,
}

/// Where a query's rows are kept.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The table, or a partition of it.
    pub table: TableId,
    /// What happens to the rows that are there.
    pub write: WriteDisposition,
    /// Whether the table is created where it does not exist.
    pub create_if_needed: bool,
    /// `ALLOW_FIELD_ADDITION`, `ALLOW_FIELD_RELAXATION`.
    pub schema_update_options: Vec<String>,
    /// Partitioning, clustering, encryption (`timePartitioning`, `rangePartitioning`, `clustering`,
    /// `destinationEncryptionConfiguration`), as the API writes them.
    pub properties: Map<String, Value>,
}

impl Destination {
    /// A table that is created or replaced.
    pub fn replace(table: TableId) -> Self {
        Self {
            table,
            write: WriteDisposition::Truncate,
            create_if_needed: true,
            schema_update_options: Vec::new(),
            properties: Map::new(),
        }
    }

    pub(super) fn write_into(&self, configuration: &mut Value) {
        configuration["destinationTable"] = json!(self.table);
        configuration["writeDisposition"] = Value::from(self.write.as_str());
        let create = if self.create_if_needed { "CREATE_IF_NEEDED" } else { "CREATE_NEVER" };
        configuration["createDisposition"] = Value::from(create);
        if !self.schema_update_options.is_empty() {
            configuration["schemaUpdateOptions"] = json!(self.schema_update_options);
        }
        for (key, value) in &self.properties {
            configuration[key.as_str()] = value.clone();
        }
    }
}

/// What happens to the rows that are in a destination table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteDisposition {
    /// They are replaced, and so is the schema.
    Truncate,
    /// They are replaced; schema and constraints stay.
    TruncateData,
    /// They stay.
    Append,
    /// There must be none.
    Empty,
}

impl WriteDisposition {
    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Truncate => "WRITE_TRUNCATE",
            Self::TruncateData => "WRITE_TRUNCATE_DATA",
            Self::Append => "WRITE_APPEND",
            Self::Empty => "WRITE_EMPTY",
        }
    }
}

impl QueryJob {
    /// A statement or script without further wishes.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), ..Self::default() }
    }

    /// `configuration.query`.
    pub(super) fn configuration(&self, settings: &ClientSettings) -> Value {
        let mut query = json!({"query": self.sql, "useLegacySql": false});
        if let Some(dataset) = &self.default_dataset {
            query["defaultDataset"] = json!(dataset);
        }
        if let Some(destination) = &self.destination {
            destination.write_into(&mut query);
        }
        if !self.parameters.is_empty() {
            let named = self.parameters.iter().any(|parameter| parameter.get("name").is_some());
            query["parameterMode"] = Value::from(if named { "NAMED" } else { "POSITIONAL" });
            query["queryParameters"] = Value::from(self.parameters.clone());
        }
        if let Some(bytes) = self.maximum_bytes_billed.or(settings.maximum_bytes_billed) {
            query["maximumBytesBilled"] = Value::from(bytes.to_string());
        }
        if let Some(priority) = self.priority.or(settings.priority) {
            query["priority"] = Value::from(match priority {
                Priority::Interactive => "INTERACTIVE",
                Priority::Batch => "BATCH",
            });
        }
        if let Some(cache) = self.use_query_cache {
            query["useQueryCache"] = Value::from(cache);
        }
        if self.create_session {
            query["createSession"] = Value::from(true);
        }
        if let Some(session) = &self.session {
            query["connectionProperties"] = json!([{"key": "session_id", "value": session}]);
        }
        query
    }
}
