//! A column of a relation.

/// A column with its type as the target's dialect writes it (`INT64`, `ARRAY<STRING>`, `BIGINT`).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Column {
    /// The name, in the relation's own case.
    pub name: String,
    /// The data type in the target's dialect.
    pub data_type: String,
}
