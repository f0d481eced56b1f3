//! A small result set, held in memory: previews, `run_query`, test counts. Never a model's data.

use serde_json::Value;

/// One value of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// Anything else that has a text form: strings, dates (`2024-01-31`), timestamps
    /// (`2024-01-31 12:00:00+00:00`).
    Text(String),
    /// A decimal, as exact text.
    Decimal(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An array.
    List(Vec<Cell>),
    /// A struct: field names and values in order.
    Struct(Vec<(String, Cell)>),
}

impl Cell {
    /// The value as text that both engines read back exactly; none of NULL. Lists and structs are JSON.
    pub fn as_text(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::Text(value) | Self::Decimal(value) => value.clone(),
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Self::List(_) | Self::Struct(_) => self.as_json().to_string(),
        })
    }

    fn as_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::from(*value),
            Self::Int(value) => Value::from(*value),
            Self::Float(value) => Value::from(*value),
            Self::Text(value) | Self::Decimal(value) => Value::from(value.as_str()),
            Self::Bytes(bytes) => Value::from(String::from_utf8_lossy(bytes)),
            Self::List(cells) => cells.iter().map(Self::as_json).collect(),
            Self::Struct(fields) => Value::Object(
                fields.iter().map(|(name, cell)| (name.clone(), cell.as_json())).collect(),
            ),
        }
    }
}

/// Column names and types with rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns with their types in the target's dialect.
    pub columns: Vec<super::Column>,
    /// The rows; each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}
