//! Submitting a job so that it runs once.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::adapter::{
    Cancel,
    bigquery::{
        client::BigQueryClient,
        error::{BigQueryError, BigQueryErrorKind},
        http::{Address, Answer, Fault, Request, Stop},
        resource::{Job, JobRef},
    },
};

/// How long one attempt at reading a job's state may take.
const GET_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a job is looked for that exists, as BigQuery said, and is not found: its servers may need a
/// moment to agree.
const FIND_DEADLINE: Duration = Duration::from_secs(60);

/// A job that BigQuery has.
pub(super) struct Submitted {
    pub(super) job: Job,
    pub(super) found: Found,
}

/// How a job came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It was made now.
    New,
    /// It was made now, and the answer was lost.
    Lost,
    /// Somebody else made it, or this program when it ran before.
    Stranger,
}

impl BigQueryClient {
    /// `jobs.insert`, repeated under the same id until it is certain whether the job exists. A second
    /// insertion of an id is refused with 409, so that the job runs once.
    pub(super) async fn insert(
        &self,
        reference: &JobRef,
        configuration: &Value,
        cancel: &Cancel,
    ) -> Result<Submitted, Fault> {
        let address = Address::api().part("projects").part(&reference.project).part("jobs");
        let body = json!({"jobReference": reference, "configuration": configuration});
        let request = Request::new(Method::POST, address)
            .json(&body)
            .of_job(self.settings().creation_timeout);
        match self.transport().send(&request, Stop::WithAnswer(cancel)).await {
            Ok(answer) => {
                // An answer that cannot be read says that the job may be there.
                let job = read_job(&answer).map_err(|error| Fault::lasting(error).after(true))?;
                Ok(Submitted { job, found: Found::New })
            }
            Err(fault) => self.attach(reference, fault).await,
        }
    }

    /// What an insertion's failure means: a job that exists is taken.
    pub(super) async fn attach(
        &self,
        reference: &JobRef,
        fault: Fault,
    ) -> Result<Submitted, Fault> {
        if fault.error.kind != BigQueryErrorKind::AlreadyExists {
            return Err(fault);
        }
        // A statement may find something else that exists: the table it creates.
        let is_job = fault.error.message.contains(&reference.id);
        let said = location_in(&fault.error.message, reference);
        let reference =
            JobRef { location: reference.location.clone().or(said), ..reference.clone() };
        let found = if fault.maybe_done { Found::Lost } else { Found::Stranger };
        let begin = Instant::now();
        let mut failures = 0;
        loop {
            match self.get_job(&reference, None, Stop::Never).await {
                Ok(job) => return Ok(Submitted { job, found }),
                // It exists, whatever hinders to look at it.
                Err(get) if get.error.kind != BigQueryErrorKind::NotFound => {
                    return Err(get.after(fault.maybe_done));
                }
                Err(_) if !is_job => return Err(fault),
                Err(get) => {
                    failures += 1;
                    let pause = self.transport().pause(failures);
                    if begin.elapsed() + pause > FIND_DEADLINE {
                        let lost = Fault::lasting(not_found(&reference, get.error));
                        return Err(lost.after(fault.maybe_done));
                    }
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// `jobs.get`.
    pub(super) async fn get_job(
        &self,
        job: &JobRef,
        patience: Option<Duration>,
        stop: Stop<'_>,
    ) -> Result<Job, Fault> {
        let address = Address::api()
            .part("projects")
            .part(&job.project)
            .part("jobs")
            .part(&job.id)
            .maybe("location", job.location.as_deref());
        let request = Request::get(address).of_job(GET_TIMEOUT).within(patience);
        let answer = self.transport().send(&request, stop).await?;
        read_job(&answer).map_err(Fault::lasting)
    }
}

/// Reads a job.
pub(super) fn read_job(answer: &Answer) -> Result<Job, BigQueryError> {
    let job: Job = answer.read()?;
    match job.is_some() {
        true => Ok(job),
        false => Err(BigQueryError::protocol("BigQuery gave something that is no job")),
    }
}

fn not_found(job: &JobRef, error: BigQueryError) -> BigQueryError {
    let help = match job.location {
        Some(_) => "it may run in another place than `location` says",
        None => "set `location` in the profile to where the datasets are",
    };
    let message = format!("the job `{job}` exists, and cannot be found");
    error.worded(message).of_job(job).help(help)
}

/// Where a job runs that BigQuery says to exist: `Already Exists: Job project:EU.id`.
fn location_in(message: &str, job: &JobRef) -> Option<String> {
    let (before, _) = message.split_once(&format!(".{}", job.id))?;
    let (_, location) = before.rsplit_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (!location.is_empty() && location.chars().all(plain)).then(|| location.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duplicate_tells_where_it_runs() {
        let job = JobRef { project: "p".to_owned(), id: "elt-1".to_owned(), location: None };
        let said = |message: &str| location_in(message, &job);
        let found = said("Already Exists: Job domain.com:p:europe-west1.elt-1");
        assert_eq!(found.as_deref(), Some("europe-west1"));
        assert_eq!(said("Already Exists: Job p:US.elt-1").as_deref(), Some("US"));
        assert_eq!(said("Already Exists: Job elt-1"), None);
        assert_eq!(said("Already Exists: Table p:d.t"), None);
    }
}
