//! A job as it is read (<https://cloud.google.com/bigquery/docs/reference/rest/v2/Job>).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{JobStatistics, TableId, statistics};
use crate::adapter::bigquery::error::ErrorProto;

/// What `jobs.insert`, `jobs.get` and `jobs.list` answer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::adapter::bigquery) struct Job {
    pub(in crate::adapter::bigquery) job_reference: Option<PartialJobRef>,
    pub(in crate::adapter::bigquery) status: Option<JobStatus>,
    statistics: Option<statistics::Wire>,
    configuration: Option<Configuration>,
    /// Of `jobs.list`, which gives it beside the status.
    error_result: Option<ErrorProto>,
}

/// A reference as it is read: nothing of it is needed to go on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::adapter::bigquery) struct PartialJobRef {
    pub(in crate::adapter::bigquery) job_id: Option<String>,
    pub(in crate::adapter::bigquery) project_id: Option<String>,
    pub(in crate::adapter::bigquery) location: Option<String>,
}

/// `JobStatus`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::adapter::bigquery) struct JobStatus {
    pub(in crate::adapter::bigquery) state: String,
    pub(in crate::adapter::bigquery) error_result: Option<ErrorProto>,
    pub(in crate::adapter::bigquery) errors: Vec<ErrorProto>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Configuration {
    labels: Map<String, Value>,
    query: Value,
    load: Value,
    copy: Value,
}

impl Job {
    /// Whether it has anything of a job: an answer that has not is no job.
    pub(in crate::adapter::bigquery) fn is_some(&self) -> bool {
        let told = self.status.is_some() || self.statistics.is_some();
        told || self.job_reference.is_some() || self.configuration.is_some()
    }

    /// Whether it ended, well or not.
    pub(in crate::adapter::bigquery) fn is_done(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.state == "DONE")
    }

    /// Why it failed: the presence of `errorResult` says that it did, `errors` alone may be warnings.
    pub(in crate::adapter::bigquery) fn failure(&self) -> Option<ErrorProto> {
        let status = self.status.as_ref();
        let result = status.and_then(|status| status.error_result.clone());
        result.or_else(|| self.error_result.clone())
    }

    /// Further errors and warnings.
    pub(in crate::adapter::bigquery) fn remarks(&self) -> &[ErrorProto] {
        self.status.as_ref().map_or(&[], |status| status.errors.as_slice())
    }

    /// Whether it has all of these labels.
    pub(in crate::adapter::bigquery) fn has_labels(&self, labels: &Map<String, Value>) -> bool {
        let own = self.configuration.as_ref().map(|configuration| &configuration.labels);
        labels.iter().all(|(key, value)| own.is_some_and(|own| own.get(key) == Some(value)))
    }

    /// What it did and cost.
    pub(in crate::adapter::bigquery) fn statistics(&self) -> JobStatistics {
        self.statistics.clone().map(JobStatistics::from).unwrap_or_default()
    }

    /// The columns of a dry run's result, as written.
    pub(in crate::adapter::bigquery) fn schema(&self) -> Option<&Value> {
        self.statistics.as_ref().map(statistics::Wire::schema).filter(|schema| !schema.is_null())
    }

    /// The table it wrote to; for a query without one, the temporary table of its result.
    pub(in crate::adapter::bigquery) fn destination(&self) -> Option<TableId> {
        let Configuration { query, load, copy, .. } = self.configuration.as_ref()?;
        let of = |part: &Value| serde_json::from_value(part.get("destinationTable")?.clone()).ok();
        of(query).or_else(|| of(load)).or_else(|| of(copy))
    }
}
