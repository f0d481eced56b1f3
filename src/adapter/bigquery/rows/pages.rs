//! Results, page by page
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults>).

use std::time::{Duration, Instant};

use serde_json::Value;

use super::cells::row;
use crate::{
    adapter::{
        Cancel,
        bigquery::{
            client::BigQueryClient,
            error::BigQueryError,
            http::{Address, Request, Stop},
            job::{JobOutcome, QueryJob},
            resource::{Field, JobRef, Schema},
        },
    },
    relation::Table,
};

/// Bytes of a result that is held in memory: previews and test counts, never a model's data.
const MAX_RESULT_BYTES: usize = 512 * 1024 * 1024;
/// How long one attempt at a page may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(120);

impl BigQueryClient {
    /// The rows that a query job gave, at most `limit` (all, where none); of a script, those of its last
    /// `SELECT`. Other statements give an empty table without columns.
    ///
    /// # Errors
    /// Where the rows cannot be read, or are too many to hold.
    pub async fn get_query_results(
        &self,
        job: &JobRef,
        limit: Option<usize>,
    ) -> Result<Table, BigQueryError> {
        self.read_pages(job, limit, None, Stop::Never).await
    }

    /// Runs a query and reads its rows, at most `limit` (all, where none).
    ///
    /// # Errors
    /// As [`BigQueryClient::query_job`] and [`BigQueryClient::get_query_results`].
    pub async fn query_rows(
        &self,
        job: &QueryJob,
        limit: Option<usize>,
        cancel: &Cancel,
    ) -> Result<(JobOutcome, Table), BigQueryError> {
        let (outcome, first) = self.query_job_and_page(job, limit, cancel).await?;
        let stop = Stop::AtOnce(cancel);
        let table = self.read_pages(&outcome.job, limit, first, stop).await?;
        Ok((outcome, table))
    }

    /// Reads the pages of a result; the first may be there already.
    async fn read_pages(
        &self,
        job: &JobRef,
        limit: Option<usize>,
        mut first: Option<Value>,
        stop: Stop<'_>,
    ) -> Result<Table, BigQueryError> {
        let mut table = Table::default();
        let mut fields: Option<Vec<Field>> = None;
        let mut token: Option<String> = None;
        let mut bytes = 0;
        let begin = Instant::now();
        loop {
            let page = match first.take() {
                Some(page) => page,
                None => {
                    let rest = limit.map(|limit| limit.saturating_sub(table.rows.len()));
                    let address = page_address(job, rest).maybe("pageToken", token.as_deref());
                    let request = Request::get(address).of_job(PAGE_TIMEOUT);
                    let answer = self.transport().send(&request, stop).await;
                    let answer = answer.map_err(|fault| fault.error.of_job(job))?;
                    bytes += answer.body.len();
                    Value::Object(answer.object()?)
                }
            };
            if bytes > MAX_RESULT_BYTES {
                let message = format!("the result has more than {MAX_RESULT_BYTES} bytes");
                return Err(BigQueryError::protocol(message).help("ask for fewer rows"));
            }
            match page.get("jobComplete") {
                Some(Value::Bool(true)) => {}
                // The job ended before its rows are asked for; a server may need a moment to know.
                Some(Value::Bool(false)) if begin.elapsed() < self.settings().retry_deadline => {
                    tokio::time::sleep(self.settings().first_poll_pause).await;
                    continue;
                }
                _ => {
                    let message = "BigQuery does not say that the query ended";
                    return Err(BigQueryError::protocol(message).of_job(job));
                }
            }
            let fields = match &fields {
                Some(fields) => fields,
                None => fields.insert(read_fields(&page)?),
            };
            for line in page.get("rows").and_then(Value::as_array).into_iter().flatten() {
                table.rows.push(row(fields, line)?);
            }
            let next = page.get("pageToken").and_then(Value::as_str);
            let next = next.filter(|next| !next.is_empty());
            let enough = limit.is_some_and(|limit| table.rows.len() >= limit);
            match next {
                Some(next) if !enough => {
                    if token.as_deref() == Some(next) {
                        return Err(BigQueryError::protocol("the pages of the result do not end"));
                    }
                    token = Some(next.to_owned());
                }
                _ => {
                    table.columns = fields.iter().map(Field::column).collect();
                    table.rows.truncate(limit.unwrap_or(usize::MAX));
                    return Ok(table);
                }
            }
        }
    }
}

/// Where a page of rows is.
pub(in crate::adapter::bigquery) fn page_address(job: &JobRef, rows: Option<usize>) -> Address {
    Address::api()
        .part("projects")
        .part(&job.project)
        .part("queries")
        .part(&job.id)
        .maybe("location", job.location.as_deref())
        .with("formatOptions.useInt64Timestamp", "true")
        .maybe("maxResults", rows.map(|rows| rows.to_string()).as_deref())
}

fn read_fields(page: &Value) -> Result<Vec<Field>, BigQueryError> {
    let Some(schema) = page.get("schema") else { return Ok(Vec::new()) };
    serde_json::from_value::<Schema>(schema.clone())
        .map(|schema| schema.fields)
        .map_err(|error| BigQueryError::protocol(format!("columns cannot be read: {error}")))
}
