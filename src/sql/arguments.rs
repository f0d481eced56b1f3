//! The translated arguments of a call.

use std::ops::Deref;

use super::{translate::Typed, types::Type};

/// Arguments by position.
pub(super) struct Args<'a>(pub &'a [Typed]);

impl Deref for Args<'_> {
    type Target = [Typed];

    fn deref(&self) -> &[Typed] {
        self.0
    }
}

impl Args<'_> {
    /// The SQL of one.
    pub fn sql(&self, at: usize) -> String {
        self.get(at).map(|arg| arg.sql.clone()).unwrap_or_default()
    }

    /// The type of one.
    pub fn kind(&self, at: usize) -> Type {
        self.get(at).map(|arg| arg.kind.clone()).unwrap_or_default()
    }

    /// All of them with commas between.
    pub fn joined(&self) -> String {
        self.iter().map(|arg| arg.sql.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The type that all of them have together.
    pub fn same_kind(&self) -> Type {
        let kinds = self.iter().map(|arg| arg.kind.clone());
        kinds.reduce(|one, other| one.common(&other)).unwrap_or_default()
    }

    /// A call of one of the engine's functions with all of them.
    pub fn call(&self, function: &str, kind: Type) -> Option<Typed> {
        Some(Typed::new(format!("{function}({})", self.joined()), kind))
    }
}
