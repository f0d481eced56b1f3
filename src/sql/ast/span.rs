//! Places in a text.

/// A stretch of a text: bytes, and the line and column where it begins (1-based, in characters).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
    /// The line of the first byte.
    pub line: u32,
    /// The column of the first byte.
    pub column: u32,
}

impl Span {
    /// From here to the end of another.
    pub fn to(self, last: Self) -> Self {
        Self { end: last.end.max(self.end), ..self }
    }
}

/// What stands somewhere in a text.
pub trait Spanned {
    /// Where.
    fn span(&self) -> Span;
}

impl Spanned for Span {
    fn span(&self) -> Span {
        *self
    }
}

impl<T: Spanned> Spanned for Box<T> {
    fn span(&self) -> Span {
        self.as_ref().span()
    }
}

/// Nodes with a field `span`.
macro_rules! spanned {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::sql::ast::Spanned for $name {
            fn span(&self) -> $crate::sql::ast::Span {
                self.span
            }
        }
    )+};
}
pub(super) use spanned;
