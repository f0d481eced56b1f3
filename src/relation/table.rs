//! A small result set, held in memory: previews, `run_query`, test counts. Never a model's data.

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

/// Column names and types with rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns with their types in the target's dialect.
    pub columns: Vec<super::Column>,
    /// The rows; each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}
