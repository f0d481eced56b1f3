//! Pipe syntax
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax>).

use super::{
    call::{Argument, OrderItem},
    expression::Expr,
    name::{Ident, Path},
    query::{GroupBy, Matching, NamedWindow, Query, SelectItem, SelectMode, SetOperator},
    span::{Span, spanned},
    table::{Join, Pivot, Unpivot},
};

/// `|> …`
#[derive(Clone, Debug, PartialEq)]
pub struct Pipe {
    /// What it does.
    pub kind: PipeKind,
    /// The whole.
    pub span: Span,
}

/// The operators of pipe syntax.
#[derive(Clone, Debug, PartialEq)]
pub enum PipeKind {
    /// SELECT
    Select {
        /// DISTINCT
        distinct: bool,
        /// AS STRUCT, AS VALUE
        mode: Option<SelectMode>,
        /// The list.
        items: Vec<SelectItem>,
        /// WINDOW …
        windows: Vec<NamedWindow>,
    },
    /// EXTEND
    Extend {
        /// The new columns.
        items: Vec<SelectItem>,
        /// WINDOW …
        windows: Vec<NamedWindow>,
    },
    /// SET
    Set(Vec<(Ident, Expr)>),
    /// DROP
    Drop(Vec<Ident>),
    /// RENAME
    Rename(Vec<(Ident, Ident)>),
    /// AS
    As(Ident),
    /// WHERE
    Where(Expr),
    /// LIMIT and OFFSET
    Limit(Expr, Option<Expr>),
    /// AGGREGATE … GROUP BY …
    Aggregate {
        /// The aggregates, with ASC (`false`) or DESC (`true`) where that is said.
        items: Vec<(SelectItem, Option<bool>)>,
        /// GROUP BY …
        group_by: Option<GroupBy>,
        /// GROUP AND ORDER BY
        ordered: bool,
    },
    /// DISTINCT
    Distinct,
    /// ORDER BY
    OrderBy(Vec<OrderItem>),
    /// UNION, INTERSECT, EXCEPT
    SetOperation {
        /// Which.
        operator: SetOperator,
        /// ALL, not DISTINCT.
        all: bool,
        /// How columns are brought together, where not by place.
        matching: Option<Matching>,
        /// The other queries.
        queries: Vec<Query>,
    },
    /// JOIN
    Join(Box<Join>),
    /// CALL
    Call(Path, Vec<Argument>, Option<Ident>),
    /// PIVOT
    Pivot(Box<Pivot>, Option<Ident>),
    /// UNPIVOT
    Unpivot(Box<Unpivot>, Option<Ident>),
    /// ASSERT
    Assert(Expr, Vec<Expr>),
    /// TABLESAMPLE SYSTEM (n PERCENT)
    Sample(Expr),
    /// WITH
    With(super::query::With),
    /// What is known by its name only: TABLESAMPLE, MATCH_RECOGNIZE, …
    Other(String),
}

spanned!(Pipe);
