//! Copy jobs
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfigurationtablecopy>).

use serde_json::{Value, json};

use super::{Destination, JobOptions, JobOutcome, wait::Watch};
use crate::adapter::{
    Cancel,
    bigquery::{client::BigQueryClient, error::BigQueryError, resource::TableId},
};

/// Tables, or partitions of tables, that are copied into another.
#[derive(Clone, Debug)]
pub struct CopyJob {
    /// What is copied.
    pub sources: Vec<TableId>,
    /// Where to.
    pub destination: Destination,
    /// What kind of copy.
    pub operation: CopyOperation,
    /// What all kinds of jobs have in common.
    pub options: JobOptions,
}

/// The kinds of copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyOperation {
    /// The rows are copied.
    #[default]
    Copy,
    /// A table that cannot be written to, and keeps differences only.
    Snapshot,
    /// A snapshot becomes a table.
    Restore,
    /// A table that shares its rows with the source until they differ.
    Clone,
}

impl CopyOperation {
    fn as_str(self) -> &'static str {
        match self {
            Self::Copy => "COPY",
            Self::Snapshot => "SNAPSHOT",
            Self::Restore => "RESTORE",
            Self::Clone => "CLONE",
        }
    }
}

impl CopyJob {
    /// A copy that replaces a table, or a partition.
    pub fn replace(source: TableId, destination: TableId) -> Self {
        Self {
            sources: vec![source],
            destination: Destination::replace(destination),
            operation: CopyOperation::Copy,
            options: JobOptions::default(),
        }
    }

    fn configuration(&self) -> Value {
        let mut copy = json!({"sourceTables": self.sources});
        self.destination.write_into(&mut copy);
        if self.operation != CopyOperation::Copy {
            copy["operationType"] = Value::from(self.operation.as_str());
        }
        copy
    }
}

impl BigQueryClient {
    /// Copies tables to the end.
    ///
    /// # Errors
    /// Why it failed.
    pub async fn copy_job(
        &self,
        job: &CopyJob,
        cancel: &Cancel,
    ) -> Result<JobOutcome, BigQueryError> {
        let configuration = json!({"copy": job.configuration()});
        if let Some((table, _)) = job.destination.table.table.split_once('$') {
            let table = TableId { table: table.to_owned(), ..job.destination.table.clone() };
            self.transport().pace_partition(&table.to_string()).await;
        }
        let ran = self.run(&job.options, configuration, None, Watch::Look, cancel).await;
        ran.map(|(outcome, _)| outcome)
    }
}
