//! What is wrong with a piece of SQL.

use super::ast::Span;

/// A mistake or something not supported, at its place in the given text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct SqlError {
    /// `sql-syntax`, `unsupported-syntax`, `unsupported-function`, `unsupported-type`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// 1-based line in the given text.
    pub line: u32,
    /// 1-based column in the given text.
    pub column: u32,
    /// What to do.
    pub help: Option<String>,
}

impl SqlError {
    /// An error at a place.
    pub fn at(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self {
            code,
            message: message.into(),
            line: span.line.max(1),
            column: span.column.max(1),
            help: None,
        }
    }
}
