//! What a job did.

use crate::adapter::bigquery::{
    error::BigQueryError,
    resource::{Job, JobRef, JobStatistics, TableId},
};

/// A job that ended well.
#[derive(Clone, Debug, PartialEq)]
pub struct JobOutcome {
    /// The job, its location filled.
    pub job: JobRef,
    /// What it did and cost.
    pub statistics: JobStatistics,
    /// The table it wrote to; for a query without one, the temporary table of its result.
    pub destination: Option<TableId>,
    /// Warnings.
    pub warnings: Vec<String>,
    /// How many jobs were run to get here: 1, or more where some failed through BigQuery's fault.
    pub attempts: u32,
    /// Whether the job was there already when it was submitted: an answer was lost, or another process
    /// submitted the same id.
    pub reattached: bool,
}

impl JobOutcome {
    /// Reads a job that ended: what it did, or why it failed.
    pub(super) fn of(reference: &JobRef, job: &Job) -> Result<Self, BigQueryError> {
        if let Some(proto) = job.failure() {
            let mut error = BigQueryError::said(None, proto).of_job(reference);
            add_details(&mut error, job);
            return Err(error);
        }
        let warning = |proto: &crate::adapter::bigquery::error::ErrorProto| proto.message.clone();
        Ok(Self {
            statistics: job.statistics(),
            destination: job.destination(),
            warnings: job.remarks().iter().filter_map(warning).collect(),
            job: reference.clone(),
            attempts: 1,
            reattached: false,
        })
    }
}

/// The reference with the location that BigQuery chose.
pub(super) fn located(reference: &JobRef, job: &Job) -> JobRef {
    let told = job.job_reference.as_ref().and_then(|told| told.location.clone());
    JobRef { location: told.or_else(|| reference.location.clone()), ..reference.clone() }
}

/// Errors that a load job lists beside its result say which rows of which file are wrong.
fn add_details(error: &mut BigQueryError, job: &Job) {
    /// Further errors that are shown.
    const MAX_DETAILS: usize = 3;
    let mut added = 0;
    for proto in job.remarks() {
        let Some(message) = &proto.message else { continue };
        if added == MAX_DETAILS || error.message.contains(message.as_str()) {
            continue;
        }
        error.message.push('\n');
        error.message.push_str(message);
        added += 1;
    }
}
