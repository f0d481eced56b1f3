//! What is answered.

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::adapter::bigquery::error::BigQueryError;

/// A complete answer that is no error.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct Answer {
    pub(in crate::adapter::bigquery) status: u16,
    pub(in crate::adapter::bigquery) headers: HeaderMap,
    pub(in crate::adapter::bigquery) body: Vec<u8>,
}

impl Answer {
    /// The body as a resource. What is null counts as left out.
    pub(in crate::adapter::bigquery) fn read<T: DeserializeOwned>(
        &self,
    ) -> Result<T, BigQueryError> {
        let mut value = self.value()?;
        drop_nulls(&mut value);
        serde_json::from_value(value).map_err(|error| {
            BigQueryError::protocol(format!("an answer of BigQuery cannot be read: {error}"))
        })
    }

    /// The body as JSON.
    pub(in crate::adapter::bigquery) fn value(&self) -> Result<Value, BigQueryError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let status = self.status;
            BigQueryError::protocol(format!("an answer ({status}) of BigQuery is no JSON: {error}"))
        })
    }
}

/// Removes the members of objects that are null.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
