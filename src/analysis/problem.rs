//! What is wrong with a query.

use crate::sql::ast::Span;

/// Something wrong with a query, at its place in the query's text.
///
/// Wording as in [`crate::diagnostic::Diagnostic`].
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// A stable kebab-case code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do.
    pub help: Vec<String>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

impl Problem {
    /// A problem at a place.
    pub fn at(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self { code, message: message.into(), span, help: Vec::new(), notes: Vec::new() }
    }

    /// Adds what to do, if there is something.
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help.extend(help);
        self
    }

    /// Adds what to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.maybe_help(Some(help.into()))
    }

    /// Adds what is worth knowing.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
