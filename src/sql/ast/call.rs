//! Calls of functions, and the windows that they look through.

use super::{
    expression::Expr,
    name::{Ident, Path},
    span::{Span, spanned},
};

/// `SAFE.f(DISTINCT a, name => b IGNORE NULLS ORDER BY c LIMIT 1) OVER (…)`
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function, without `SAFE`.
    pub name: Path,
    /// `SAFE.`
    pub safe: bool,
    /// DISTINCT
    pub distinct: bool,
    /// `COUNT(*)`
    pub star: bool,
    /// The arguments.
    pub arguments: Vec<Argument>,
    /// IGNORE NULLS or RESPECT NULLS
    pub nulls: Option<Nulls>,
    /// HAVING MAX … or MIN …
    pub having: Option<HavingBound>,
    /// Another clause that is not known here, with its place.
    pub clause: Option<(String, Span)>,
    /// ORDER BY …
    pub order_by: Vec<OrderItem>,
    /// LIMIT …
    pub limit: Option<Expr>,
    /// OVER …
    pub over: Option<Over>,
    /// The whole.
    pub span: Span,
}

impl Call {
    /// The function in capitals, its parts with dots between.
    pub fn function(&self) -> String {
        self.name.to_string().to_ascii_uppercase()
    }

    /// A call of values and nothing else.
    pub fn is_plain(&self) -> bool {
        !self.distinct
            && !self.star
            && self.nulls.is_none()
            && self.having.is_none()
            && self.clause.is_none()
            && self.order_by.is_empty()
            && self.limit.is_none()
            && self.over.is_none()
    }
}

/// `name => value`
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The name, if it is given by name.
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
}

/// What becomes of NULLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// IGNORE NULLS
    Ignore,
    /// RESPECT NULLS
    Respect,
}

/// `HAVING MAX by`
#[derive(Clone, Debug, PartialEq)]
pub struct HavingBound {
    /// MAX, not MIN.
    pub is_max: bool,
    /// Of what.
    pub by: Expr,
}

/// `key COLLATE … ASC NULLS FIRST`
#[derive(Clone, Debug, PartialEq)]
pub struct OrderItem {
    /// The key.
    pub key: Expr,
    /// COLLATE …
    pub collate: Option<Expr>,
    /// DESC
    pub descending: bool,
    /// NULLS FIRST or LAST
    pub nulls_first: Option<bool>,
}

/// What stands behind OVER.
#[derive(Clone, Debug, PartialEq)]
pub enum Over {
    /// `OVER w`
    Name(Ident),
    /// `OVER (…)`
    Spec(Box<WindowSpec>),
}

/// `w PARTITION BY … ORDER BY … ROWS …`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct WindowSpec {
    /// The window that it begins with.
    pub base: Option<Ident>,
    /// PARTITION BY …
    pub partition_by: Vec<Expr>,
    /// ORDER BY …
    pub order_by: Vec<OrderItem>,
    /// ROWS or RANGE …
    pub frame: Option<Frame>,
}

/// `ROWS BETWEEN start AND end`
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// ROWS or RANGE
    pub unit: FrameUnit,
    /// Where it starts.
    pub start: FrameBound,
    /// Where it ends; the current row where that is not said.
    pub end: Option<FrameBound>,
    /// The whole.
    pub span: Span,
}

/// In what a frame is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameUnit {
    /// ROWS
    Rows,
    /// RANGE
    Range,
}

/// Where a frame starts or ends.
#[derive(Clone, Debug, PartialEq)]
pub enum FrameBound {
    /// CURRENT ROW
    CurrentRow,
    /// `n PRECEDING`; UNBOUNDED without a number.
    Preceding(Option<Expr>),
    /// `n FOLLOWING`; UNBOUNDED without a number.
    Following(Option<Expr>),
}

spanned!(Call, Frame);
