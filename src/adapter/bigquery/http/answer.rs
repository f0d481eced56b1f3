//! What is answered.

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::adapter::bigquery::error::{BigQueryError, read_error_body};

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
        let mut value = Value::Object(self.object()?);
        drop_nulls(&mut value);
        serde_json::from_value(value).map_err(|error| {
            BigQueryError::protocol(format!("an answer of BigQuery cannot be read: {error}"))
        })
    }

    /// The body as a JSON object: everything that is answered is one. An error is one also with the
    /// status of success.
    pub(in crate::adapter::bigquery) fn object(&self) -> Result<Map<String, Value>, BigQueryError> {
        let status = self.status;
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) if object.contains_key("error") => {
                Err(BigQueryError::said(Some(status), read_error_body(status, &self.body)))
            }
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => {
                let message = format!("an answer ({status}) of BigQuery is no JSON object");
                Err(BigQueryError::protocol(message))
            }
            Err(error) => {
                let message = format!("an answer ({status}) of BigQuery is no JSON: {error}");
                Err(BigQueryError::protocol(message))
            }
        }
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
