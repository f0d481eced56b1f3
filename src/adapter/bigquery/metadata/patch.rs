//! A change of a table's or dataset's properties.

use serde_json::{Map, Value};

use crate::adapter::bigquery::{
    error::{BigQueryError, BigQueryErrorKind},
    http::Fault,
    resource::Field,
};

/// What is changed: properties that are not in it stay (`tables.patch`, `datasets.patch`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    properties: Map<String, Value>,
    etag: Option<String>,
}

impl Patch {
    /// Changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a property as the API writes it; null removes it.
    pub fn set(mut self, property: &str, value: impl Into<Value>) -> Self {
        self.properties.insert(property.to_owned(), value.into());
        self
    }

    /// Sets or removes the description.
    pub fn description(self, description: Option<&str>) -> Self {
        self.set("description", description.map_or(Value::Null, Value::from))
    }

    /// Sets labels; those with none are removed, the others stay.
    pub fn labels<'a>(self, labels: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Self {
        let label = |(key, value): (&str, Option<&str>)| {
            (key.to_owned(), value.map_or(Value::Null, Value::from))
        };
        let labels: Map<String, Value> = labels.into_iter().map(label).collect();
        self.set("labels", labels)
    }

    /// Sets a table's columns. All of them are given; columns may be added at the end of their level,
    /// and relaxed.
    pub fn fields(self, fields: &[Field]) -> Self {
        self.set("schema", serde_json::json!({"fields": fields}))
    }

    /// Refuses the change where something else was changed since `etag` was read.
    pub fn if_unchanged(mut self, etag: Option<&str>) -> Self {
        self.etag = etag.map(str::to_owned);
        self
    }

    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.properties.is_empty()
    }

    pub(super) fn body(&self) -> Value {
        Value::Object(self.properties.clone())
    }

    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        self.etag.iter().map(|etag| ("if-match", etag.clone())).collect()
    }
}

/// The failure of a change of `name`. One that was made for a state that was seen, whose answer was lost,
/// is refused when it is repeated, since it was made: that cannot be told from a change by someone else.
pub(super) fn refused(fault: Fault, name: &str) -> BigQueryError {
    match fault.maybe_done && fault.error.kind == BigQueryErrorKind::Changed {
        true => fault.error.help(format!(
            "an answer was lost: the change of `{name}` may have been made; read it again"
        )),
        false => fault.error,
    }
}
