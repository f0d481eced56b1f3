//! Where a script goes on behind a statement.

use crate::sql::ast::Ident;

/// Where a script goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// Out of the innermost loop, or of what has this label.
    Break(Option<String>),
    /// On in the innermost loop, or in the one with this label.
    Continue(Option<String>),
    Return,
}

impl Flow {
    /// Behind a loop's body: where the script goes on, if it leaves the loop.
    pub fn leaves(self, label: Option<&Ident>) -> Option<Self> {
        let is_here = |to: &Option<String>| match (to, label) {
            (None, _) => true,
            (Some(to), Some(label)) => label.value.eq_ignore_ascii_case(to),
            (Some(_), None) => false,
        };
        match self {
            Self::Next => None,
            Self::Break(to) if is_here(&to) => Some(Self::Next),
            Self::Continue(to) if is_here(&to) => None,
            outer => Some(outer),
        }
    }
}
