//! `modules.re`: Python's regular expressions.
//!
//! Patterns run on an engine that needs linear time; those with look-around, back references and
//! other things that it refuses run on one that backtracks, within bounds.

mod engine;
mod found;
mod module;
mod pattern;
mod replacement;
mod translate;

pub use module::{flag, regular_expression};

use minijinja::{Error, ErrorKind};

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
