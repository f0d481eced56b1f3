//! Columns (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema>).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::relation::Column;

/// Nesting deeper than BigQuery's own limit of 15 levels
/// (<https://cloud.google.com/bigquery/docs/nested-repeated#limitations>).
const MAX_DEPTH: usize = 32;

/// A column, or a field of a `STRUCT`.
///
/// What is not named here (policy tags, default values, collation) is kept as it is, so that a schema
/// that is read, changed and written loses nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name, in its own case.
    pub name: String,
    /// Its type as the API writes it: `INTEGER` as well as `INT64`, `RECORD` as well as `STRUCT`.
    #[serde(rename = "type", deserialize_with = "upper_case")]
    pub field_type: String,
    /// `NULLABLE`, `REQUIRED` or `REPEATED`; nothing is `NULLABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// What it holds, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The fields of a `STRUCT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Everything else.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Names of types are the same in any case: here they are compared in upper case.
fn upper_case<'de, D: Deserializer<'de>>(reader: D) -> Result<String, D::Error> {
    String::deserialize(reader).map(|name| name.to_ascii_uppercase())
}

impl Field {
    /// A column of a plain type.
    pub fn new(name: impl Into<String>, field_type: impl Into<String>) -> Self {
        Self { name: name.into(), field_type: field_type.into(), ..Self::default() }
    }

    /// Whether it is an `ARRAY`.
    pub fn is_repeated(&self) -> bool {
        self.mode.as_deref().is_some_and(|mode| mode.eq_ignore_ascii_case("REPEATED"))
    }

    /// Whether it is `NOT NULL`.
    pub fn is_required(&self) -> bool {
        self.mode.as_deref().is_some_and(|mode| mode.eq_ignore_ascii_case("REQUIRED"))
    }

    /// Its type as GoogleSQL writes it: `INT64`, `NUMERIC(10, 2)`, `ARRAY<STRUCT<a INT64, b STRING>>`.
    pub fn data_type(&self) -> String {
        self.nested_type(0)
    }

    fn nested_type(&self, depth: usize) -> String {
        let element = self.element_type(depth);
        match self.is_repeated() {
            true => format!("ARRAY<{element}>"),
            false => element,
        }
    }

    fn element_type(&self, depth: usize) -> String {
        let number = |key: &str| match self.other.get(key) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let name = self.kind();
        match name {
            "STRUCT" if depth < MAX_DEPTH => {
                let field = |field: &Field| {
                    format!("{} {}", quoted(&field.name), field.nested_type(depth + 1))
                };
                format!("STRUCT<{}>", self.fields.iter().map(field).collect::<Vec<_>>().join(", "))
            }
            "STRING" | "BYTES" => match number("maxLength") {
                Some(length) => format!("{name}({length})"),
                None => name.to_owned(),
            },
            "NUMERIC" | "BIGNUMERIC" => match (number("precision"), number("scale")) {
                (Some(precision), Some(scale)) if scale != "0" => {
                    format!("{name}({precision}, {scale})")
                }
                (Some(precision), _) => format!("{name}({precision})"),
                (None, _) => name.to_owned(),
            },
            "TIMESTAMP" => match number("timestampPrecision") {
                Some(precision) if precision != "6" => format!("{name}({precision})"),
                _ => name.to_owned(),
            },
            "RANGE" => {
                let element = self.other.get("rangeElementType").and_then(|of| of.get("type"));
                let element = element.and_then(Value::as_str).unwrap_or("DATE");
                format!("RANGE<{}>", element.to_ascii_uppercase())
            }
            _ => name.to_owned(),
        }
    }

    /// Its type without what is in it, by GoogleSQL's name.
    pub(in crate::adapter::bigquery) fn kind(&self) -> &str {
        match self.field_type.as_str() {
            "INTEGER" => "INT64",
            "FLOAT" => "FLOAT64",
            "BOOLEAN" => "BOOL",
            "RECORD" => "STRUCT",
            "DECIMAL" => "NUMERIC",
            "BIGDECIMAL" => "BIGNUMERIC",
            other => other,
        }
    }

    /// As a column of a relation.
    pub fn column(&self) -> Column {
        Column { name: self.name.clone(), data_type: self.data_type() }
    }
}

/// A name in a type: quoted where it is no plain one.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match plain {
        true => name.to_owned(),
        false => crate::relation::Dialect::GoogleSql.quote(name),
    }
}

/// `TableSchema`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::adapter::bigquery) struct Schema {
    pub(in crate::adapter::bigquery) fields: Vec<Field>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Field {
        serde_json::from_str(json).expect("it is a field")
    }

    #[test]
    fn types_are_written_as_googlesql_does() {
        for (json, data_type) in [
            (r#"{"name":"a","type":"INTEGER","mode":"REQUIRED"}"#, "INT64"),
            (r#"{"name":"a","type":"FLOAT","mode":"REPEATED"}"#, "ARRAY<FLOAT64>"),
            (r#"{"name":"a","type":"Integer","mode":"repeated"}"#, "ARRAY<INT64>"),
            (
                r#"{"name":"a","type":"record","fields":[{"name":"b","type":"bool"}]}"#,
                "STRUCT<b BOOL>",
            ),
            (r#"{"name":"a","type":"NUMERIC","precision":"10","scale":"2"}"#, "NUMERIC(10, 2)"),
            (r#"{"name":"a","type":"BIGNUMERIC","precision":"40"}"#, "BIGNUMERIC(40)"),
            (r#"{"name":"a","type":"STRING","maxLength":"5"}"#, "STRING(5)"),
            (
                r#"{"name":"a","type":"RANGE","rangeElementType":{"type":"DATETIME"}}"#,
                "RANGE<DATETIME>",
            ),
            (
                r#"{"name":"a","type":"RECORD","mode":"REPEATED","fields":[
                    {"name":"b","type":"BOOLEAN"},{"name":"c d","type":"RECORD","fields":[
                    {"name":"e","type":"TIMESTAMP"}]}]}"#,
                "ARRAY<STRUCT<b BOOL, `c d` STRUCT<e TIMESTAMP>>>",
            ),
        ] {
            assert_eq!(read(json).data_type(), data_type);
        }
    }

    #[test]
    fn what_is_not_known_is_kept() {
        let json = r#"{"name":"a","type":"STRING","policyTags":{"names":["x"]},"fields":[]}"#;
        let written = serde_json::to_string(&read(json)).expect("it is written");
        assert_eq!(written, r#"{"name":"a","type":"STRING","policyTags":{"names":["x"]}}"#);
    }
}
