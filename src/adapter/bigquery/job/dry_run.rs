//! What a query would do: BigQuery checks it, and says what it would read
//! (<https://cloud.google.com/bigquery/docs/running-queries#dry-run>).

use reqwest::Method;
use serde_json::json;

use super::{QueryJob, submit::read_job};
use crate::{
    adapter::bigquery::{
        client::BigQueryClient,
        error::BigQueryError,
        http::{Address, Request, Stop},
        resource::{Field, JobStatistics, Schema},
    },
    relation::Column,
};

/// What a query would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DryRun {
    /// Bytes it would read, how exactly that is known, the tables it reads, its kind.
    pub statistics: JobStatistics,
    /// The columns it would give; none for DDL and DML.
    pub fields: Vec<Field>,
}

impl DryRun {
    /// The columns it would give, with types as GoogleSQL writes them.
    pub fn columns(&self) -> Vec<Column> {
        self.fields.iter().map(Field::column).collect()
    }
}

impl BigQueryClient {
    /// Checks a statement or script without running it, for nothing.
    ///
    /// # Errors
    /// What BigQuery says of the statement, at its place in `sql`; what hindered it to look.
    pub async fn dry_run(&self, job: &QueryJob) -> Result<DryRun, BigQueryError> {
        let mut reference = json!({"projectId": self.settings().project});
        let location = job.options.location.as_ref().or(self.settings().location.as_ref());
        if let Some(location) = location {
            reference["location"] = json!(location);
        }
        let mut configuration = json!({
            "dryRun": true,
            "query": job.configuration(self.settings()),
        });
        // It bills nothing: how much it would is what is asked.
        if let Some(query) = configuration["query"].as_object_mut() {
            query.shift_remove("maximumBytesBilled");
        }
        self.complete(&job.options, None, &mut configuration);
        let body = json!({"jobReference": reference, "configuration": configuration});
        let address = Address::api().part("projects").part(&self.settings().project).part("jobs");
        // It makes no job: it may be asked any number of times.
        let request = Request::new(Method::POST, address)
            .json(&body)
            .of_job(self.settings().creation_timeout);
        let answer = self.transport().send(&request, Stop::Never).await?;
        let job = read_job(&answer)?;
        if let Some(failure) = job.failure() {
            return Err(BigQueryError::said(None, failure));
        }
        let schema = match job.schema() {
            None => Schema::default(),
            Some(schema) => serde_json::from_value(schema.clone()).map_err(|error| {
                BigQueryError::protocol(format!("columns cannot be read: {error}"))
            })?,
        };
        Ok(DryRun { statistics: job.statistics(), fields: schema.fields })
    }
}
