//! Expressions.

use super::{
    call::Call,
    data_type::DataType,
    name::{Ident, Path},
    query::Query,
    span::{Span, spanned},
};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

impl Expr {
    /// An expression at a place.
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The expression without parentheses around it.
    pub fn bare(&self) -> &Self {
        match &self.kind {
            ExprKind::Nested(inner) => inner.bare(),
            _ => self,
        }
    }

    /// The text, if it is a string literal.
    pub fn text(&self) -> Option<&str> {
        match &self.bare().kind {
            ExprKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether NULL is written here, without a type.
    pub fn is_null(&self) -> bool {
        matches!(self.bare().kind, ExprKind::Null)
    }
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// What GoogleSQL has and BigQuery has not: read over, and refused by this name.
    Foreign(&'static str),
    /// `NULL`
    Null,
    /// `TRUE`, `FALSE`
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A string literal, decoded.
    Text(String),
    /// A bytes literal, decoded.
    Bytes(Vec<u8>),
    /// `DATE '2024-01-31'`
    TypedText(DataType, String),
    /// `a`, `t.a`, `t.a.field`
    Path(Vec<Ident>),
    /// `@name`, `@@name`, `?`, as written.
    Parameter(String),
    /// `(expression).field`
    Field(Box<Expr>, Ident),
    /// `value[index]`
    Subscript(Box<Expr>, SubscriptKind, Box<Expr>),
    /// `-value`
    Unary(UnaryOperator, Box<Expr>),
    /// `left + right`
    Binary(Box<Expr>, BinaryOperator, Box<Expr>),
    /// `value IS [NOT] NULL`
    Is {
        /// What is tested.
        value: Box<Expr>,
        /// For what.
        test: IsTest,
        /// `IS NOT`
        negated: bool,
    },
    /// `left IS [NOT] DISTINCT FROM right`
    Distinct {
        /// Before IS.
        left: Box<Expr>,
        /// Behind FROM.
        right: Box<Expr>,
        /// `IS NOT`
        negated: bool,
    },
    /// `value [NOT] IN (…)`
    InList {
        /// What is looked for.
        value: Box<Expr>,
        /// Among what.
        items: Vec<Expr>,
        /// `NOT IN`
        negated: bool,
    },
    /// `value [NOT] IN (SELECT …)`
    InQuery {
        /// What is looked for.
        value: Box<Expr>,
        /// Among its rows.
        query: Box<Query>,
        /// `NOT IN`
        negated: bool,
    },
    /// `value [NOT] IN UNNEST(array)`
    InArray {
        /// What is looked for.
        value: Box<Expr>,
        /// Among its elements.
        array: Box<Expr>,
        /// `NOT IN`
        negated: bool,
    },
    /// `value [NOT] BETWEEN low AND high`
    Between {
        /// What is tested.
        value: Box<Expr>,
        /// The least.
        low: Box<Expr>,
        /// The most.
        high: Box<Expr>,
        /// `NOT BETWEEN`
        negated: bool,
    },
    /// `value [NOT] LIKE pattern`
    Like {
        /// What is tested.
        value: Box<Expr>,
        /// By what.
        patterns: Patterns,
        /// `NOT LIKE`
        negated: bool,
    },
    /// `CASE … END`
    Case {
        /// Between CASE and the first WHEN.
        operand: Option<Box<Expr>>,
        /// WHEN … THEN …
        whens: Vec<When>,
        /// ELSE …
        otherwise: Option<Box<Expr>>,
    },
    /// `CAST(value AS type FORMAT format AT TIME ZONE zone)`
    Cast {
        /// SAFE_CAST
        safe: bool,
        /// What is cast.
        value: Box<Expr>,
        /// To what.
        data_type: DataType,
        /// FORMAT …
        format: Option<Box<Expr>>,
        /// AT TIME ZONE …
        zone: Option<Box<Expr>>,
    },
    /// `EXTRACT(part FROM value AT TIME ZONE zone)`
    Extract {
        /// The part: a name, or `WEEK(MONDAY)`.
        part: Box<Expr>,
        /// Of what.
        value: Box<Expr>,
        /// AT TIME ZONE …
        zone: Option<Box<Expr>>,
    },
    /// `f(…)`
    Call(Box<Call>),
    /// `EXISTS (SELECT …)`
    Exists(Box<Query>),
    /// `ARRAY(SELECT …)`
    ArrayQuery(Box<Query>),
    /// `(SELECT …)`
    Subquery(Box<Query>),
    /// `[…]`, `ARRAY<T>[…]`
    Array(Option<DataType>, Vec<Expr>),
    /// `STRUCT(…)`, `STRUCT<T>(…)`
    Struct(Option<DataType>, Vec<StructItem>),
    /// `(a, b)`
    Tuple(Vec<Expr>),
    /// `INTERVAL 3 DAY`, `INTERVAL '1-2' YEAR TO MONTH`
    Interval {
        /// How much.
        value: Box<Expr>,
        /// Of what.
        first: Ident,
        /// TO …
        last: Option<Ident>,
    },
    /// `WITH(a AS expression, …, body)`
    With(Vec<(Ident, Expr)>, Box<Expr>),
    /// `x -> body`
    Lambda(Vec<Ident>, Box<Expr>),
    /// `(expression)`
    Nested(Box<Expr>),
    /// `DEFAULT`, in the values of DML.
    Default,
    /// What could not be read; its error is noted.
    Wrong,
}

/// `value AS name` in `STRUCT(…)`.
#[derive(Clone, Debug, PartialEq)]
pub struct StructItem {
    /// The value.
    pub value: Expr,
    /// Its name.
    pub name: Option<Ident>,
}

/// `WHEN condition THEN result`
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// The condition, or the value to compare with.
    pub condition: Expr,
    /// What it gives.
    pub result: Expr,
}

/// How an index counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptKind {
    /// `[0]`, `['key']`
    Plain,
    /// `[OFFSET(0)]`
    Offset,
    /// `[SAFE_OFFSET(0)]`
    SafeOffset,
    /// `[ORDINAL(1)]`
    Ordinal,
    /// `[SAFE_ORDINAL(1)]`
    SafeOrdinal,
}

/// What IS tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsTest {
    /// `IS NULL`, `IS UNKNOWN`
    Null,
    /// `IS UNKNOWN`
    Unknown,
    /// `IS TRUE`
    True,
    /// `IS FALSE`
    False,
}

/// What stands behind LIKE.
#[derive(Clone, Debug, PartialEq)]
pub enum Patterns {
    /// One pattern.
    One(Box<Expr>),
    /// `ANY (…)`, or `ALL (…)` where the flag is set.
    List(bool, Vec<Expr>),
    /// `ANY UNNEST(…)`
    Array(bool, Box<Expr>),
    /// `ANY (SELECT …)`
    Query(bool, Box<Query>),
}

/// Operators before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `NOT`
    Not,
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `~`
    BitNot,
}

impl UnaryOperator {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Not => "NOT",
            Self::Minus => "-",
            Self::Plus => "+",
            Self::BitNot => "~",
        }
    }
}

/// Operators between values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `OR`
    Or,
    /// `AND`
    And,
    /// `=`
    Eq,
    /// `!=`, `<>`
    NotEq,
    /// `<`
    Lt,
    /// `<=`
    LtEq,
    /// `>`
    Gt,
    /// `>=`
    GtEq,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `&`
    BitAnd,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `||`
    Concat,
}

impl BinaryOperator {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "OR",
            Self::And => "AND",
            Self::Eq => "=",
            Self::NotEq => "<>",
            Self::Lt => "<",
            Self::LtEq => "<=",
            Self::Gt => ">",
            Self::GtEq => ">=",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::BitAnd => "&",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Concat => "||",
        }
    }
}

impl From<Path> for ExprKind {
    fn from(path: Path) -> Self {
        Self::Path(path.parts)
    }
}

spanned!(Expr);
