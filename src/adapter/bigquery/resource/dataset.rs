//! Datasets (<https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets>).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{DatasetId, number, table::labels};

/// A dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct DatasetInfo {
    /// Its name.
    pub id: DatasetId,
    /// Where its data is.
    pub location: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// How long tables live in it that do not say so, in milliseconds.
    pub default_table_expiration_ms: Option<i64>,
    /// Who may do what in it (`access`), as the API writes it; empty in lists.
    pub access: Vec<Value>,
    /// What changes with each change: given to an update, it says what was seen.
    pub etag: Option<String>,
    /// Everything as the API writes it.
    pub resource: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    dataset_reference: DatasetId,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    labels: Map<String, Value>,
    #[serde(default, deserialize_with = "number::read")]
    default_table_expiration_ms: Option<i64>,
    #[serde(default)]
    access: Vec<Value>,
    #[serde(default)]
    etag: Option<String>,
}

/// Reads a dataset; `resource` is without nulls.
pub(in crate::adapter::bigquery) fn read_dataset(
    resource: Map<String, Value>,
) -> Result<DatasetInfo, serde_json::Error> {
    let wire: Wire = serde_json::from_value(Value::Object(resource.clone()))?;
    Ok(DatasetInfo {
        id: wire.dataset_reference,
        location: wire.location,
        description: wire.description,
        labels: labels(wire.labels),
        default_table_expiration_ms: wire.default_table_expiration_ms,
        access: wire.access,
        etag: wire.etag,
        resource,
    })
}

/// A page of `datasets.list`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::adapter::bigquery) struct DatasetPage {
    pub(in crate::adapter::bigquery) datasets: Vec<Map<String, Value>>,
    pub(in crate::adapter::bigquery) next_page_token: Option<String>,
}
