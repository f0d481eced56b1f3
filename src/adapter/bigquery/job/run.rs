//! Running a job from its id to its end.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    JobId, JobOptions, JobOutcome, LoadSource, QueryJob,
    outcome::located,
    submit::Submitted,
    wait::{Ended, Watch},
};
use crate::adapter::{
    Cancel,
    bigquery::{
        client::BigQueryClient,
        error::{BigQueryError, BigQueryErrorKind},
        http::Fault,
        labels::job_labels,
        reason::judge_job,
        resource::{Job, JobRef},
    },
};

impl BigQueryClient {
    /// Runs a statement or a script to its end.
    ///
    /// # Errors
    /// What BigQuery says of the statement, at its place in `sql`; what hindered it to run.
    pub async fn query_job(
        &self,
        job: &QueryJob,
        cancel: &Cancel,
    ) -> Result<JobOutcome, BigQueryError> {
        let configuration = json!({"query": job.configuration(self.settings())});
        self.run(&job.options, configuration, None, Watch::Query, cancel).await
    }

    /// Runs a job, again under a new id when it failed through BigQuery's fault, as often as
    /// `job_retries` says. `rows` are sent with it.
    pub(super) async fn run(
        &self,
        options: &JobOptions,
        mut configuration: Value,
        rows: Option<&LoadSource>,
        watch: Watch,
        cancel: &Cancel,
    ) -> Result<JobOutcome, BigQueryError> {
        let timeout = options.timeout.unwrap_or(self.settings().execution_timeout);
        self.complete(options, Some(timeout), &mut configuration);
        let id = options.id.clone().unwrap_or_else(JobId::random);
        let mut attempt = 1;
        loop {
            if cancel.is_cancelled() {
                return Err(BigQueryError::cancelled());
            }
            let reference = JobRef {
                project: self.settings().project.clone(),
                id: id.attempt(attempt),
                location: options.location.clone().or_else(|| self.settings().location.clone()),
            };
            let underway = self.running().add(&reference);
            let submitted = match rows {
                Some(rows) => self.insert_with_rows(&reference, &configuration, rows, cancel).await,
                None => self.insert(&reference, &configuration, cancel).await,
            };
            let (submitted, reattached) = match submitted {
                Ok(Submitted { job, reattached }) => (job, reattached),
                Err(fault) => {
                    let error = self.not_submitted(&reference, fault).await;
                    underway.ended();
                    return Err(error);
                }
            };
            let reference = located(&reference, &submitted);
            underway.located(&reference);
            // Where the end is not known, the job stays in the list, for `cancel_running`.
            let ended = self.wait(&reference, submitted, watch, timeout, cancel).await?;
            underway.ended();
            let error = match JobOutcome::of(&reference, &ended.job) {
                Ok(outcome) => {
                    return Ok(JobOutcome { attempts: attempt, reattached, ..outcome });
                }
                Err(error) => error,
            };
            if attempt > self.settings().job_retries || !may_run_again(&ended.job, &error) {
                return Err(in_context(error, &ended, attempt, timeout, cancel));
            }
            tokio::select! {
                () = tokio::time::sleep(self.transport().pause(attempt)) => {}
                () = cancel.cancelled() => {}
            }
            attempt += 1;
        }
    }

    /// Labels, time limit and reservation.
    pub(super) fn complete(
        &self,
        options: &JobOptions,
        timeout: Option<Duration>,
        configuration: &mut Value,
    ) {
        let labels = job_labels(self.settings().labels.iter().chain(&options.labels));
        if !labels.is_empty() {
            configuration["labels"] = Value::Object(labels);
        }
        if let Some(timeout) = timeout {
            configuration["jobTimeoutMs"] = Value::from(timeout.as_millis().to_string());
        }
        let reservation = options.reservation.as_ref().or(self.settings().reservation.as_ref());
        if let Some(reservation) = reservation {
            configuration["reservation"] = Value::from(reservation.as_str());
        }
    }

    /// Nobody knows whether a job exists whose insertion was not answered: it is cancelled.
    async fn not_submitted(&self, reference: &JobRef, fault: Fault) -> BigQueryError {
        if fault.maybe_done {
            // Whatever comes of it: the insertion's failure is what is told.
            let _ = self.cancel_and_wait(reference).await;
        }
        fault.error.of_job(reference)
    }
}

/// Whether a failed job can be run again without doing anything twice: what failed has written nothing,
/// unless it is a script, whose statements are committed one by one.
fn may_run_again(job: &Job, error: &BigQueryError) -> bool {
    let passing = error.reason.as_deref().is_some_and(|reason| judge_job(reason).may_pass());
    let statistics = job.statistics();
    let script = statistics.statement_type.as_deref() == Some("SCRIPT");
    passing && statistics.child_jobs == 0 && !script
}

/// The failure of a job, with what is known here only.
fn in_context(
    mut error: BigQueryError,
    ended: &Ended,
    attempts: u32,
    timeout: Duration,
    cancel: &Cancel,
) -> BigQueryError {
    if attempts > 1 {
        error.message += &format!(" (the job was run {attempts} times)");
    }
    if ended.timed_out {
        let secs = timeout.as_secs();
        error.message = format!("the job did not end within {secs} s, and was cancelled");
        error.kind = BigQueryErrorKind::TimedOut;
    }
    if error.kind == BigQueryErrorKind::TimedOut {
        return error.help("raise `job_execution_timeout_seconds`");
    }
    if error.kind == BigQueryErrorKind::Stopped && cancel.is_cancelled() {
        error.kind = BigQueryErrorKind::Cancelled;
    }
    error
}
