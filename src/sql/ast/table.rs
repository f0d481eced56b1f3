//! FROM.

use super::{
    call::Argument,
    expression::Expr,
    name::{Ident, Path},
    query::Query,
    span::{Span, spanned},
};

/// A table with the joins to it.
#[derive(Clone, Debug, PartialEq)]
pub struct From {
    /// The first table.
    pub table: Table,
    /// What is joined to it, in order.
    pub joins: Vec<Join>,
}

/// `LEFT JOIN table ON …`
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// INNER, LEFT, …
    pub kind: JoinKind,
    /// What is joined; with its own joins in a [`TableKind::Nested`].
    pub table: Table,
    /// ON or USING
    pub condition: Option<Condition>,
    /// The whole.
    pub span: Span,
}

/// The kinds of joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    /// CROSS JOIN
    Cross,
    /// JOIN
    Inner,
    /// LEFT JOIN
    Left,
    /// RIGHT JOIN
    Right,
    /// FULL JOIN
    Full,
}

/// How rows of a join are matched.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// ON …
    On(Expr),
    /// USING (…)
    Using(Vec<Ident>),
}

/// One item of FROM.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it is.
    pub kind: TableKind,
    /// Its alias.
    pub alias: Option<Ident>,
    /// Names of columns behind the alias, which GoogleSQL has not.
    pub columns: Vec<Ident>,
    /// WITH OFFSET, with its alias.
    pub offset: Option<Option<Ident>>,
    /// TABLESAMPLE … (n PERCENT)
    pub sample: Option<Expr>,
    /// The whole.
    pub span: Span,
}

/// The kinds of items of FROM.
#[derive(Clone, Debug, PartialEq)]
pub enum TableKind {
    /// A table, or an array of a neighbour.
    Named {
        /// Its name.
        name: Path,
        /// FOR SYSTEM_TIME AS OF …
        system_time: Option<Expr>,
    },
    /// A table function.
    Function(Path, Vec<Argument>),
    /// `(query)`
    Query(Box<Query>),
    /// `UNNEST(array, …)`
    Unnest(Vec<Expr>),
    /// `(table JOIN …)`
    Nested(Box<From>),
    /// `table PIVOT (…)`
    Pivot(Box<Table>, Box<Pivot>),
    /// `table UNPIVOT (…)`
    Unpivot(Box<Table>, Box<Unpivot>),
}

/// `PIVOT (aggregates FOR input IN (values))`
#[derive(Clone, Debug, PartialEq)]
pub struct Pivot {
    /// The aggregates.
    pub aggregates: Vec<Aliased>,
    /// FOR …
    pub input: Expr,
    /// IN (…)
    pub values: Vec<Aliased>,
}

/// `expression AS alias`
#[derive(Clone, Debug, PartialEq)]
pub struct Aliased {
    /// The expression.
    pub expr: Expr,
    /// Its name.
    pub alias: Option<Ident>,
}

/// `UNPIVOT [INCLUDE NULLS] (values FOR name IN (columns))`
#[derive(Clone, Debug, PartialEq)]
pub struct Unpivot {
    /// INCLUDE NULLS
    pub include_nulls: bool,
    /// The new columns for values.
    pub values: Vec<Path>,
    /// The new column for labels.
    pub name: Path,
    /// The groups of columns that become rows.
    pub columns: Vec<UnpivotColumns>,
}

/// `(a, b) AS 'label'`
#[derive(Clone, Debug, PartialEq)]
pub struct UnpivotColumns {
    /// The columns.
    pub columns: Vec<Path>,
    /// Their label.
    pub label: Option<Expr>,
    /// The whole.
    pub span: Span,
}

spanned!(Table, Join, UnpivotColumns);

impl super::Spanned for From {
    fn span(&self) -> Span {
        self.joins.last().map_or(self.table.span, |join| self.table.span.to(join.span))
    }
}
