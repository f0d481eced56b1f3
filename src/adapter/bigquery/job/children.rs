//! The statements of a script, which are jobs of their own
//! (<https://cloud.google.com/bigquery/docs/multi-statement-queries>).

use std::time::Duration;

use serde::Deserialize;

use super::outcome::located;
use crate::adapter::bigquery::{
    client::BigQueryClient,
    error::BigQueryError,
    http::{Address, Request, Stop},
    resource::{Job, JobRef, JobStatistics},
};

/// How long one attempt at a page may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(60);
/// Lines of a page.
const PAGE_LINES: &str = "1000";
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

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    jobs: Vec<Job>,
    next_page_token: Option<String>,
}

impl BigQueryClient {
    /// The statements that a script ran, in their order.
    ///
    /// # Errors
    /// What hindered to know.
    pub async fn child_jobs(&self, script: &JobRef) -> Result<Vec<ChildJob>, BigQueryError> {
        let mut children = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let address = Address::api()
                .part("projects")
                .part(&script.project)
                .part("jobs")
                .with("parentJobId", &script.id)
                .with("projection", "full")
                .with("maxResults", PAGE_LINES)
                .maybe("pageToken", token.as_deref());
            let request = Request::get(address).of_job(PAGE_TIMEOUT);
            let answer = self.transport().send(&request, Stop::Never).await?;
            let page: Page = answer.read()?;
            children.extend(page.jobs.iter().map(|job| child(script, job)));
            match page.next_page_token.filter(|next| !next.is_empty()) {
                Some(next) if children.len() < MAX_CHILDREN && token.as_ref() != Some(&next) => {
                    token = Some(next);
                }
                _ => break,
            }
        }
        // They come newest first.
        children.reverse();
        Ok(children)
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
