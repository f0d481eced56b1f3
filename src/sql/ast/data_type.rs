//! Types as they are written.

use super::{
    name::{Ident, Path},
    span::{Span, spanned},
};

/// A type: `NUMERIC(10, 2)`, `ARRAY<STRUCT<a INT64, STRING>>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataType {
    /// `INT64`; `ARRAY`, `STRUCT` and `RANGE` too.
    pub name: Path,
    /// Lengths and digits in parentheses, as written.
    pub parameters: Vec<String>,
    /// What stands in angle brackets: one field without a name for ARRAY and RANGE. `None` without
    /// brackets.
    pub inner: Option<Vec<FieldType>>,
    /// The whole.
    pub span: Span,
}

/// A field of a STRUCT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldType {
    /// Its name, if it has one.
    pub name: Option<Ident>,
    /// Its type.
    pub data_type: DataType,
}

spanned!(DataType);
