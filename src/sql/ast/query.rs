//! Queries.

use super::{
    call::{OrderItem, WindowSpec},
    expression::Expr,
    name::Ident,
    pipe::Pipe,
    span::{Span, spanned},
    table::From,
};

/// `WITH … body ORDER BY … LIMIT … |> …`
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// WITH …
    pub with: Option<With>,
    /// What gives the rows.
    pub body: Body,
    /// ORDER BY …
    pub order_by: Vec<OrderItem>,
    /// LIMIT …
    pub limit: Option<Expr>,
    /// OFFSET …
    pub offset: Option<Expr>,
    /// `|> …`
    pub pipes: Vec<Pipe>,
    /// The whole.
    pub span: Span,
}

/// `WITH [RECURSIVE] …`
#[derive(Clone, Debug, PartialEq)]
pub struct With {
    /// RECURSIVE
    pub recursive: bool,
    /// The tables.
    pub tables: Vec<Cte>,
}

/// `name AS (query)`
#[derive(Clone, Debug, PartialEq)]
pub struct Cte {
    /// Its name.
    pub name: Ident,
    /// Names of columns, which GoogleSQL has not.
    pub columns: Vec<Ident>,
    /// Its rows.
    pub query: Query,
}

/// What gives a query's rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// `SELECT …`
    Select(Box<Select>),
    /// `(query)`
    Query(Box<Query>),
    /// `… UNION ALL …`
    Set(Box<SetOperation>),
    /// `FROM …`, the beginning of a pipe.
    From(Vec<From>, Span),
}

impl super::Spanned for Body {
    fn span(&self) -> Span {
        match self {
            Self::Select(select) => select.span,
            Self::Query(query) => query.span,
            Self::Set(operation) => operation.span,
            Self::From(_, span) => *span,
        }
    }
}

/// `left UNION ALL right`
#[derive(Clone, Debug, PartialEq)]
pub struct SetOperation {
    /// The first query.
    pub left: Body,
    /// UNION, INTERSECT, EXCEPT
    pub operator: SetOperator,
    /// ALL, not DISTINCT.
    pub all: bool,
    /// How columns are brought together, where not by place.
    pub matching: Option<Matching>,
    /// The second query.
    pub right: Body,
    /// The whole.
    pub span: Span,
}

/// Operators on the rows of two queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperator {
    /// UNION
    Union,
    /// INTERSECT
    Intersect,
    /// EXCEPT
    Except,
}

/// BY NAME and CORRESPONDING.
#[derive(Clone, Debug, PartialEq)]
pub struct Matching {
    /// Which columns.
    pub mode: MatchingMode,
    /// `ON (…)`, `BY (…)`
    pub columns: Vec<Ident>,
}

/// Which columns a set operation by name takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchingMode {
    /// Both sides have the same ones.
    Strict,
    /// Those of both sides.
    Inner,
    /// Those of the first query.
    Left,
    /// Those of any.
    Full,
}

/// `SELECT …`
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// DISTINCT
    pub distinct: bool,
    /// AS STRUCT, AS VALUE
    pub mode: Option<SelectMode>,
    /// The SELECT list.
    pub items: Vec<SelectItem>,
    /// FROM …, separated by commas.
    pub from: Vec<From>,
    /// WHERE …
    pub filter: Option<Expr>,
    /// GROUP BY …
    pub group_by: Option<GroupBy>,
    /// HAVING …
    pub having: Option<Expr>,
    /// QUALIFY …
    pub qualify: Option<Expr>,
    /// WINDOW …
    pub windows: Vec<NamedWindow>,
    /// The whole.
    pub span: Span,
}

/// What a SELECT makes of its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectMode {
    /// AS STRUCT
    Struct,
    /// AS VALUE
    Value,
    /// AS and the name of a type.
    Type(String),
    /// `SELECT WITH DIFFERENTIAL_PRIVACY` and its like.
    With(String),
}

/// An item of a SELECT list.
#[derive(Clone, Debug, PartialEq)]
pub enum SelectItem {
    /// `expression AS alias`
    Expr(Expr, Option<Ident>),
    /// `*`, `t.*`
    Star(Star),
}

/// `of.* EXCEPT (…) REPLACE (…)`
#[derive(Clone, Debug, PartialEq)]
pub struct Star {
    /// What stands before the dot.
    pub of: Option<Expr>,
    /// EXCEPT (…)
    pub except: Vec<Ident>,
    /// REPLACE (expression AS name, …)
    pub replace: Vec<(Expr, Ident)>,
    /// The whole.
    pub span: Span,
}

/// `GROUP BY …`
#[derive(Clone, Debug, PartialEq)]
pub enum GroupBy {
    /// GROUP BY ALL
    All,
    /// The keys.
    Items(Vec<GroupItem>),
}

/// One item of GROUP BY.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupItem {
    /// What it is.
    pub kind: GroupItemKind,
    /// Its name, which only pipe syntax gives.
    pub alias: Option<Ident>,
    /// ASC or DESC, which only pipe syntax gives: the flag is DESC.
    pub order: Option<bool>,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of items of GROUP BY.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupItemKind {
    /// A key; several in parentheses are one tuple.
    Key(Expr),
    /// `()`
    Nothing,
    /// ROLLUP (…)
    Rollup(Vec<Expr>),
    /// CUBE (…)
    Cube(Vec<Expr>),
    /// GROUPING SETS (…)
    Sets(Vec<GroupItem>),
}

/// `name AS (…)` of a WINDOW clause.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedWindow {
    /// Its name.
    pub name: Ident,
    /// What it is.
    pub spec: WindowSpec,
}

spanned!(Query, SetOperation, Select, Star, GroupItem);

impl super::Spanned for Cte {
    fn span(&self) -> Span {
        self.name.span
    }
}
