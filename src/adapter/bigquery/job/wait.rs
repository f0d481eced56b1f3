//! Waiting for a job's end, and cancelling it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::{JobOutcome, outcome::located};
use crate::adapter::{
    Cancel,
    bigquery::{
        client::BigQueryClient,
        error::{BigQueryError, BigQueryErrorKind},
        http::{Address, Fault, Request, Stop},
        reason::Verdict,
        resource::{Job, JobRef},
        rows::page_address,
    },
};

/// The longest pause between two looks at a job whose end cannot be waited for.
const LONGEST_POLL_PAUSE: Duration = Duration::from_secs(5);
/// How much longer than asked an answer may take to arrive.
const POLL_MARGIN: Duration = Duration::from_secs(30);
/// Jobs beyond which answers are held back a shorter time: each occupies one of the requests that
/// BigQuery takes of a user at a time.
const MANY_JOBS: usize = 150;
/// The time that answers are held back where there are many jobs.
const SHORT_POLL_WAIT: Duration = Duration::from_secs(3);
/// The pause between two looks at a job that was cancelled.
const CANCELLED_POLL_PAUSE: Duration = Duration::from_millis(250);
/// How long one attempt at cancelling may take.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(30);

/// How a job's end is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watch {
    /// `jobs.getQueryResults` answers when the query ends.
    Query,
    /// As `Query`, and with the first rows, at most so many (a page, where none).
    Rows(Option<usize>),
    /// `jobs.get`, again and again.
    Look,
}

/// A job that ended, well or not.
pub(super) struct Ended {
    pub(super) job: Job,
    /// Whether it was stopped because it took longer than allowed.
    pub(super) timed_out: bool,
    /// The first page of rows, where they were asked for and came.
    pub(super) page: Option<Value>,
}

impl BigQueryClient {
    /// Waits until a job ended. `job` is what is known of it.
    ///
    /// # Errors
    /// Why its end cannot be known: it may still be running.
    pub(super) async fn wait(
        &self,
        reference: &JobRef,
        mut job: Job,
        watch: Watch,
        timeout: Duration,
        cancel: &Cancel,
    ) -> Result<Ended, BigQueryError> {
        // BigQuery stops it by itself: it is given the time that stopping takes.
        let patience = timeout.saturating_add(self.settings().cancel_wait);
        let deadline = Instant::now().checked_add(patience);
        let mut pause = self.settings().first_poll_pause;
        let mut page = None;
        while !job.is_done() {
            if cancel.is_cancelled() {
                let job = self.cancel_and_wait(reference).await?;
                return Ok(Ended { job, timed_out: false, page: None });
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                let cancelled = self.cancel_and_wait(reference).await;
                let job = cancelled.map_err(|error| timed_out(error, timeout))?;
                return Ok(Ended { job, timed_out: true, page: None });
            }
            let look = match watch {
                Watch::Query | Watch::Rows(_) => {
                    let (look, rows) = self.await_completion(reference, watch, cancel).await;
                    page = rows;
                    look
                }
                Watch::Look => {
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = cancel.cancelled() => {}
                    }
                    pause = (pause + pause / 2).min(LONGEST_POLL_PAUSE);
                    true
                }
            };
            if !look {
                continue;
            }
            match self.get_job(reference, None, Stop::AtOnce(cancel)).await {
                Ok(now) => job = now,
                Err(fault) if fault.error.kind == BigQueryErrorKind::Cancelled => {}
                Err(fault) => return Err(fault.error.of_job(reference)),
            }
        }
        Ok(Ended { job, timed_out: false, page })
    }

    /// Returns when a query ended, a while passed, or the user cancelled: whether there is reason to look
    /// at the job, and its first rows, if they are wanted. What goes wrong here is left to `jobs.get`,
    /// since this method answers with the query's own failure as if it were a failure of the request.
    async fn await_completion(
        &self,
        job: &JobRef,
        watch: Watch,
        cancel: &Cancel,
    ) -> (bool, Option<Value>) {
        let begin = Instant::now();
        let many = self.running().count() > MANY_JOBS;
        let longest = self.settings().poll_wait;
        let wait = if many { longest.min(SHORT_POLL_WAIT) } else { longest };
        let rows = match watch {
            Watch::Rows(rows) => rows,
            Watch::Query | Watch::Look => Some(0),
        };
        let address = page_address(job, rows).with("timeoutMs", &wait.as_millis().to_string());
        let request = Request::get(address).of_job(wait + POLL_MARGIN);
        let answer = self.transport().try_once(&request, Stop::AtOnce(cancel)).await;
        let (look, haste, page) = match answer.map(|answer| answer.object().map(Value::Object)) {
            Ok(Ok(page)) => match page.get("jobComplete") {
                Some(Value::Bool(true)) => (true, true, Some(page)),
                _ => (false, false, None),
            },
            // Half an answer, or none.
            Ok(Err(_)) => (true, false, None),
            // The failure of the query itself, unless the request's: then there is no haste.
            Err(fault) => (true, fault.verdict == Verdict::Lasting, None),
        };
        let pause = self.settings().first_poll_pause;
        if !haste && begin.elapsed() < pause {
            tokio::select! {
                () = tokio::time::sleep(pause - begin.elapsed()) => {}
                () = cancel.cancelled() => {}
            }
        }
        (look, page.filter(|_| matches!(watch, Watch::Rows(_))))
    }

    /// Cancels a job and waits for its end: it may end well before the wish arrives.
    ///
    /// # Errors
    /// Of kind `Cancelled`, where the job never came to be or its end takes long.
    pub(super) async fn cancel_and_wait(&self, job: &JobRef) -> Result<Job, BigQueryError> {
        let begin = Instant::now();
        let patience = self.settings().cancel_wait;
        let mut last = self.request_cancel(job, patience).await;
        loop {
            match last {
                Ok(now) if now.is_done() => return Ok(now),
                Ok(_) => {}
                Err(fault) if fault.error.kind == BigQueryErrorKind::NotFound => {
                    let mut error = BigQueryError::cancelled().of_job(job);
                    error.status = fault.error.status;
                    return Err(error);
                }
                Err(fault) => return Err(fault.error.of_job(job)),
            }
            if begin.elapsed() >= patience {
                let secs = begin.elapsed().as_secs();
                let message = format!("cancelled; the job `{job}` has not ended after {secs} s");
                return Err(BigQueryError::new(BigQueryErrorKind::Cancelled, message).of_job(job));
            }
            tokio::time::sleep(CANCELLED_POLL_PAUSE.min(self.settings().first_poll_pause)).await;
            last = self.get_job(job, Some(patience), Stop::Never).await;
        }
    }

    /// `jobs.cancel`: says that the job is to end; it ends some time later.
    async fn request_cancel(&self, job: &JobRef, patience: Duration) -> Result<Job, Fault> {
        #[derive(Deserialize)]
        struct Cancelled {
            #[serde(default)]
            job: Job,
        }
        let address = Address::api()
            .part("projects")
            .part(&job.project)
            .part("jobs")
            .part(&job.id)
            .part("cancel")
            .maybe("location", job.location.as_deref());
        let request =
            Request::new(Method::POST, address).of_job(CANCEL_TIMEOUT).within(Some(patience));
        let answer = self.transport().send(&request, Stop::Never).await?;
        answer.read().map(|answer: Cancelled| answer.job).map_err(Fault::lasting)
    }

    /// Cancels every job of this client that is under way, also those whose waiting was dropped, and
    /// waits for their ends. Returns how many there were.
    pub async fn cancel_running(&self) -> usize {
        let jobs = self.running().all();
        self.cancel_all(&jobs).await;
        jobs.len()
    }

    /// Cancels jobs, this client's or others', all at once, and waits for their ends.
    pub async fn cancel_all(&self, jobs: &[JobRef]) {
        let tasks: Vec<_> = jobs
            .iter()
            .map(|job| {
                let (client, job) = (self.clone(), job.clone());
                tokio::spawn(async move {
                    // Whether it was cancelled, ended well or cannot be reached: nothing is left to do.
                    let _ = client.cancel_and_wait(&job).await;
                    client.running().remove(&job.id);
                })
            })
            .collect();
        for task in tasks {
            // The task ends in any case.
            let _ = task.await;
        }
    }

    /// Cancels one job and waits for its end.
    ///
    /// # Errors
    /// Of kind `Stopped` or `Cancelled`, where it was; another, where it failed by itself or cannot be
    /// reached.
    pub async fn cancel(&self, job: &JobRef) -> Result<JobOutcome, BigQueryError> {
        let ended = self.cancel_and_wait(job).await?;
        self.running().remove(&job.id);
        JobOutcome::of(&located(job, &ended), &ended)
    }
}

/// A job that took too long, and whose end is not known either.
fn timed_out(mut error: BigQueryError, timeout: Duration) -> BigQueryError {
    error.kind = BigQueryErrorKind::TimedOut;
    let secs = timeout.as_secs();
    let message = format!("the job did not end within {secs} s: {error}");
    error.worded(message)
}
