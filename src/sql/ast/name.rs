//! Names.

use std::fmt;

use super::span::{Span, spanned};

/// One name; without its backticks, if it has some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub value: String,
    /// Where it stands.
    pub span: Span,
    /// Whether it is in backticks.
    pub quoted: bool,
}

impl Ident {
    /// Whether it is this word, written without backticks.
    pub fn is(&self, word: &str) -> bool {
        !self.quoted && self.value.eq_ignore_ascii_case(word)
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

/// Names with dots between: a table, a function, a column with its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// At least one.
    pub parts: Vec<Ident>,
    /// All of them.
    pub span: Span,
}

impl Path {
    /// The names; `` `project.dataset.table` `` in one pair of backticks has three.
    pub fn names(&self) -> Vec<String> {
        let parts = self.parts.iter();
        parts.flat_map(|part| part.value.split('.').map(str::to_owned)).collect()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            let dot = if at > 0 { "." } else { "" };
            write!(f, "{dot}{part}")?;
        }
        Ok(())
    }
}

spanned!(Ident, Path);
