//! What the jobs of a plan did and cost together, as it goes to `run_results.json`
//! (<https://docs.getdbt.com/reference/artifacts/run-results-json>).

use serde_json::{Map, Value};

use crate::adapter::bigquery::{JobOutcome, JobRef};

/// What the jobs of a plan did and cost together.
#[derive(Debug, Default)]
pub(super) struct Tally {
    bytes_processed: i64,
    bytes_billed: i64,
    slot_ms: i64,
    cache_hits: u64,
    jobs: u64,
    last: Option<JobRef>,
    code: Option<String>,
    /// Rows that the plan's own table got.
    pub rows: Option<u64>,
}

impl Tally {
    /// Adds a job.
    pub fn add(&mut self, outcome: &JobOutcome) {
        let statistics = &outcome.statistics;
        self.bytes_processed += statistics.bytes_processed.unwrap_or(0);
        self.bytes_billed += statistics.bytes_billed.unwrap_or(0);
        self.slot_ms += statistics.slot_ms.unwrap_or(0);
        self.cache_hits += u64::from(statistics.cache_hit == Some(true));
        self.jobs += 1;
        self.last = Some(outcome.job.clone());
        let words = |kind: &String| kind.replace('_', " ");
        self.code = statistics.statement_type.as_ref().map(words).or_else(|| self.code.take());
    }

    /// Adds rows that the plan's own table got.
    pub fn add_rows(&mut self, rows: Option<i64>) {
        if let Some(rows) = rows.and_then(|rows| u64::try_from(rows).ok()) {
            self.rows = Some(self.rows.unwrap_or(0) + rows);
        }
    }

    /// `adapter_response`, with dbt-bigquery's keys.
    pub fn response(&self) -> Map<String, Value> {
        let mut response = Map::new();
        let Some(last) = &self.last else { return response };
        let code = self.code.as_deref().unwrap_or("OK");
        let rows = self.rows.map_or(String::new(), |rows| format!("{rows} rows, "));
        let message = format!("{code} ({rows}{} bytes processed)", self.bytes_processed);
        for (key, value) in [
            ("_message", Value::from(message)),
            ("code", Value::from(code)),
            ("rows_affected", self.rows.into()),
            ("bytes_processed", self.bytes_processed.into()),
            ("bytes_billed", self.bytes_billed.into()),
            ("slot_ms", self.slot_ms.into()),
            ("cache_hits", self.cache_hits.into()),
            ("jobs", self.jobs.into()),
            ("location", last.location.clone().into()),
            ("project_id", last.project.clone().into()),
            ("job_id", last.id.clone().into()),
        ] {
            response.insert(key.to_owned(), value);
        }
        response
    }
}
