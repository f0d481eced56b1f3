//! `ref()`, `source()` and `function()` calls, as captured from templates.

use crate::diagnostic::Span;

/// A `ref()` call.
#[derive(Clone, Debug)]
pub struct RefCall {
    /// The package, where two arguments were given.
    pub package: Option<String>,
    /// The model's, seed's or snapshot's name.
    pub name: String,
    /// `version=` or `v=`, as text.
    pub version: Option<String>,
    /// Where it is written.
    pub span: Option<Span>,
}

/// A `function()` call.
#[derive(Clone, Debug)]
pub struct FunctionCall {
    /// The package, where two arguments were given.
    pub package: Option<String>,
    /// The function's name.
    pub name: String,
    /// Where it is written.
    pub span: Option<Span>,
}

/// A `source()` call.
#[derive(Clone, Debug)]
pub struct SourceCall {
    /// The source's name.
    pub source: String,
    /// The table's name.
    pub table: String,
    /// Where it is written.
    pub span: Option<Span>,
}
