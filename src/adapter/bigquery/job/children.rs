//! The statements of a script, which are jobs of their own
//! (<https://cloud.google.com/bigquery/docs/multi-statement-queries>).

use super::outcome::located;
use crate::adapter::bigquery::{
    client::BigQueryClient,
    error::BigQueryError,
    resource::{Job, JobRef, JobStatistics},
};

/// Statements of a script that are read: a loop may run without an end.
const MAX_CHILDREN: usize = 10_000;

/// A statement of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct ChildJob {
    /// Its job.
    pub job: JobRef,
    /// What it did and cost.
    pub statistics: JobStatistics,
    /// What BigQuery says of its failure.
    pub failure: Option<String>,
}

impl BigQueryClient {
    /// The statements that a script ran, in their order.
    ///
    /// # Errors
    /// What hindered to know.
    pub async fn child_jobs(&self, script: &JobRef) -> Result<Vec<ChildJob>, BigQueryError> {
        let filter = [("parentJobId", script.id.as_str())];
        let jobs = self.list_jobs(&script.project, &filter, MAX_CHILDREN).await?;
        // They come newest first.
        Ok(jobs.iter().rev().map(|job| child(script, job)).collect())
    }
}

fn child(script: &JobRef, job: &Job) -> ChildJob {
    let id = job.job_reference.as_ref().and_then(|told| told.job_id.clone()).unwrap_or_default();
    let failure = job.failure().map(|proto| BigQueryError::said(None, proto).to_string());
    ChildJob {
        job: located(&JobRef { id, ..script.clone() }, job),
        statistics: job.statistics(),
        failure,
    }
}
