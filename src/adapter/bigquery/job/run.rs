//! Running a job from its id to its end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    JobId, JobOptions, JobOutcome, LoadSource, QueryJob,
    outcome::located,
    script::Effect,
    submit::{Found, Submitted},
    wait::{Ended, Watch},
};
use crate::adapter::{
    Cancel,
    bigquery::{
        client::BigQueryClient,
        error::{BigQueryError, BigQueryErrorKind},
        http::Fault,
        labels::{job_labels, query_label},
        reason::{Verdict, judge_job},
        resource::{Job, JobRef},
    },
};

/// Failures of earlier runs under the same id, which the caller chose, that are passed over: more are a
/// caller that does not choose well.
const MAX_OLD_FAILURES: u32 = 100;

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
        let ran = self.run(&job.options, configuration, None, Watch::Query, cancel).await;
        ran.map(|(outcome, _)| outcome)
    }

    /// As [`BigQueryClient::query_job`], with the first page of rows, where it came with the end.
    pub(in crate::adapter::bigquery) async fn query_job_and_page(
        &self,
        job: &QueryJob,
        limit: Option<usize>,
        cancel: &Cancel,
    ) -> Result<(JobOutcome, Option<Value>), BigQueryError> {
        let configuration = json!({"query": job.configuration(self.settings())});
        self.run(&job.options, configuration, None, Watch::Rows(limit), cancel).await
    }

    /// Runs a job. It is run again under a new id when it failed through BigQuery's fault, as often as
    /// `job_retries` says; when it was refused because there were too many, for as long as requests are
    /// repeated. `rows` are sent with it.
    pub(super) async fn run(
        &self,
        options: &JobOptions,
        mut configuration: Value,
        rows: Option<&LoadSource>,
        watch: Watch,
        cancel: &Cancel,
    ) -> Result<(JobOutcome, Option<Value>), BigQueryError> {
        let timeout = options.timeout.unwrap_or(self.settings().execution_timeout);
        self.complete(options, Some(timeout), &mut configuration);
        label_statements(&mut configuration);
        let id = options.id.clone().unwrap_or_else(JobId::random);
        let begin = Instant::now();
        let (mut number, mut attempts, mut faults) = (1, 0, 0);
        loop {
            if cancel.is_cancelled() {
                return Err(BigQueryError::cancelled());
            }
            let reference = JobRef {
                project: self.settings().project.clone(),
                id: id.attempt(number),
                location: options.location.clone().or_else(|| self.settings().location.clone()),
            };
            let underway = self.running().add(&reference);
            let submitted = match rows {
                Some(rows) => self.insert_with_rows(&reference, &configuration, rows, cancel).await,
                None => self.insert(&reference, &configuration, cancel).await,
            };
            let Submitted { job, found } = match submitted {
                Ok(submitted) => submitted,
                Err(fault) => {
                    if self.is_certainly_over(&reference, &fault).await {
                        underway.ended();
                    }
                    return Err(fault.error.of_job(&reference));
                }
            };
            let reference = located(&reference, &job);
            underway.located(&reference);
            // Nobody else has a random id.
            let old = found == Found::Stranger && job.is_done() && options.id.is_some();
            let ended = match self.wait(&reference, job, watch, timeout, cancel).await {
                Ok(ended) => ended,
                Err(error) => {
                    // Its end is not known. What is told as failed must not happen later; where it cannot
                    // be stopped either, it stays in the list, for `cancel_running`.
                    if self.cancel_and_wait(&reference).await.is_ok() {
                        underway.ended();
                    }
                    return Err(error);
                }
            };
            underway.ended();
            attempts += u32::from(!old);
            let error = match JobOutcome::of(&reference, &ended.job) {
                Ok(outcome) => {
                    let reattached = found != Found::New;
                    return Ok((JobOutcome { attempts, reattached, ..outcome }, ended.page));
                }
                Err(error) => error,
            };
            number += 1;
            if old && number <= MAX_OLD_FAILURES {
                // What failed before this was asked for is no answer to it.
                continue;
            }
            let (verdict, error) = self.may_run_again(&reference, &ended.job, error).await;
            let again = match verdict {
                Verdict::Passing => {
                    faults += 1;
                    faults <= self.settings().job_retries
                }
                Verdict::Throttled => {
                    self.settings().job_retries > 0
                        && begin.elapsed() < self.settings().retry_deadline
                }
                Verdict::Lasting | Verdict::Unauthenticated => false,
            };
            if !again {
                return Err(in_context(error, &ended, attempts, timeout, cancel));
            }
            tokio::select! {
                () = tokio::time::sleep(self.transport().pause(attempts)) => {}
                () = cancel.cancelled() => {}
            }
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

    /// Whether a failed job can be run again without doing anything twice: what failed has written
    /// nothing, unless it is a script.
    async fn may_run_again(
        &self,
        reference: &JobRef,
        job: &Job,
        error: BigQueryError,
    ) -> (Verdict, BigQueryError) {
        let verdict = error.reason.as_deref().map_or(Verdict::Lasting, judge_job);
        let statistics = job.statistics();
        if !verdict.may_pass() || !statistics.is_script() {
            return (verdict, error);
        }
        match self.effect_of_script(reference, &statistics).await {
            Effect::Nothing => (verdict, error),
            Effect::Lasting(kind) => {
                let told =
                    format!("the script's {kind} took effect: it is not run again by itself");
                (Verdict::Lasting, error.help(told))
            }
            Effect::Unknown => {
                let told = "what the script has done is not known: it is not run again by itself";
                (Verdict::Lasting, error.help(told))
            }
        }
    }

    /// Nobody knows whether a job exists whose insertion was not answered: it is cancelled. Whether none
    /// can be running now; else it stays in the list, for `cancel_running`.
    async fn is_certainly_over(&self, reference: &JobRef, fault: &Fault) -> bool {
        if !fault.maybe_done {
            return true;
        }
        match self.cancel_and_wait(reference).await {
            Ok(_) => true,
            // There is no such job.
            Err(error) => error.status == Some(404),
        }
    }
}

/// Has the statements of a script carry its labels.
fn label_statements(configuration: &mut Value) {
    let Some(labels) = configuration.get("labels").and_then(Value::as_object) else { return };
    let property = json!({"key": "query_label", "value": query_label(labels)});
    let Some(query) = configuration.get_mut("query") else { return };
    let sql = query["query"].as_str().unwrap_or_default();
    // A semicolon in a text or a comment makes no script: then the property says what is true anyway.
    if !sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace()).contains(';') {
        return;
    }
    match query["connectionProperties"].as_array_mut() {
        Some(properties) => properties.push(property),
        None => query["connectionProperties"] = json!([property]),
    }
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
