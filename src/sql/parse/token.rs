//! The words of GoogleSQL.

use crate::sql::ast::Span;

/// A word, literal or sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A keyword or name.
    Word(String),
    /// A name in backticks.
    Quoted(String),
    /// A number as written.
    Number(String),
    /// A string literal, decoded.
    Text(String),
    /// A bytes literal, decoded.
    Bytes(Vec<u8>),
    /// Anything else: `(`, `<=`, `|>`.
    Sign(&'static str),
    /// Behind the last one.
    End,
}

/// A token at its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed {
    pub token: Token,
    pub span: Span,
}

impl Token {
    /// How it is shown in messages.
    pub fn shown(&self) -> String {
        match self {
            Self::Word(text) | Self::Number(text) => format!("`{text}`"),
            Self::Quoted(text) => format!("`{text}`"),
            Self::Text(_) => "a string literal".to_owned(),
            Self::Bytes(_) => "a bytes literal".to_owned(),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end".to_owned(),
        }
    }
}
