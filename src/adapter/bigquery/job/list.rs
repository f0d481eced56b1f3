//! Lists of jobs (<https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/list>).

use std::time::Duration;

use serde::Deserialize;

use super::outcome::located;
use crate::adapter::bigquery::{
    client::BigQueryClient,
    error::BigQueryError,
    http::{Address, Request, Stop},
    resource::{Job, JobRef},
};

/// How long one attempt at a page may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(60);
/// Lines of a page.
const PAGE_LINES: &str = "1000";
/// Jobs of one user that run at a time: BigQuery has at most some hundreds run, and a thousand wait.
const MAX_RUNNING: usize = 10_000;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    jobs: Vec<Job>,
    next_page_token: Option<String>,
}

impl BigQueryClient {
    /// The jobs of this user that wait or run and have all of these labels, whichever process submitted
    /// them: one that was killed leaves its jobs running.
    ///
    /// # Errors
    /// What hindered to know.
    pub async fn running_jobs(
        &self,
        labels: &[(String, String)],
    ) -> Result<Vec<JobRef>, BigQueryError> {
        let wanted = crate::adapter::bigquery::labels::job_labels(labels);
        let project = self.settings().project.clone();
        let filter = [("stateFilter", "pending"), ("stateFilter", "running")];
        let jobs = self.list_jobs(&project, &filter, MAX_RUNNING).await?;
        let running = jobs.iter().filter(|job| !job.is_done() && job.has_labels(&wanted));
        Ok(running
            .filter_map(|job| {
                let id = job.job_reference.as_ref()?.job_id.clone()?;
                Some(located(&JobRef { project: project.clone(), id, location: None }, job))
            })
            .collect())
    }

    /// Jobs, newest first, at most about `most`.
    pub(super) async fn list_jobs(
        &self,
        project: &str,
        filter: &[(&str, &str)],
        most: usize,
    ) -> Result<Vec<Job>, BigQueryError> {
        let mut jobs = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut address = Address::api().part("projects").part(project).part("jobs");
            for (name, value) in filter {
                address = address.with(name, value);
            }
            let address = address
                .with("projection", "full")
                .with("maxResults", PAGE_LINES)
                .maybe("pageToken", token.as_deref());
            let request = Request::get(address).of_job(PAGE_TIMEOUT);
            let answer = self.transport().send(&request, Stop::Never).await?;
            let page: Page = answer.read()?;
            jobs.extend(page.jobs);
            match page.next_page_token.filter(|next| !next.is_empty()) {
                Some(next) if jobs.len() < most && token.as_ref() != Some(&next) => {
                    token = Some(next);
                }
                _ => return Ok(jobs),
            }
        }
    }
}
