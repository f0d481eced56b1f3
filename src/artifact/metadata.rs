//! What every artifact says of the invocation that wrote it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// The `metadata` of an artifact.
#[derive(Clone, Debug)]
pub struct ArtifactMetadata {
    /// The dbt version whose format is written.
    pub dbt_version: String,
    /// When it was written.
    pub generated_at: DateTime<Utc>,
    /// The invocation's UUID.
    pub invocation_id: String,
    /// When the invocation started.
    pub invocation_started_at: DateTime<Utc>,
    /// Variables named `DBT_ENV_CUSTOM_ENV_<name>`, by `<name>`
    /// (<https://docs.getdbt.com/reference/dbt-jinja-functions/env_var#custom-metadata>).
    pub env: Map<String, Value>,
}

impl ArtifactMetadata {
    /// As JSON, for the artifact whose schema has this name (`run-results/v6`).
    pub fn to_json(&self, schema: &str) -> Value {
        json!({
            "dbt_schema_version": format!("https://schemas.getdbt.com/dbt/{schema}.json"),
            "dbt_version": self.dbt_version,
            "generated_at": timestamp(self.generated_at),
            "invocation_id": self.invocation_id,
            "invocation_started_at": timestamp(self.invocation_started_at),
            "env": self.env,
        })
    }
}

/// RFC 3339 in UTC with microseconds, as dbt writes times.
pub(super) fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
