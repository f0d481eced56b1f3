//! Rows and the names in sight of an expression.

use std::{rc::Rc, sync::Arc};

use super::{
    coercion::Literal,
    flow::{Flow, Input},
    types::Type,
    windows::Window,
};
use crate::sql::ast::Span;

/// A value: its type, and what it is made from.
#[derive(Clone, Debug, Default)]
pub struct Value {
    /// Its type.
    pub kind: Type,
    /// Whether it is a literal.
    pub literal: Literal,
    /// What it is made from.
    pub flow: Flow,
}

impl Value {
    /// A value that is made from nothing.
    pub fn of(kind: Type) -> Self {
        Self { kind, ..Self::default() }
    }

    /// A literal.
    pub fn literal(kind: Type) -> Self {
        Self { kind, literal: Literal::Yes, flow: Flow::default() }
    }
}

/// A column of rows.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its name; empty where it has none.
    pub name: Arc<str>,
    /// What is in it.
    pub value: Value,
    /// Where it is written.
    pub span: Span,
}

/// What a query gives.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The columns in order, as far as known.
    pub columns: Vec<Column>,
    /// Whether these are all.
    pub is_complete: bool,
    /// Whether the rows are values (`SELECT AS STRUCT`): the only column has no name.
    pub is_value: bool,
    /// The number of the table that all further columns are of, where that is known.
    pub open: Option<u32>,
    /// What chooses, matches and orders the rows.
    pub chosen_by: Vec<Input>,
}

impl Rows {
    /// Rows of which nothing is known.
    pub fn unknown() -> Self {
        Self::default()
    }
}

/// An item of FROM.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The name it goes by; empty where it has none.
    pub alias: Arc<str>,
    /// Its columns.
    pub columns: Rc<[Column]>,
    /// Whether these are all.
    pub is_complete: bool,
    /// What its alias means, where that is not the row.
    pub value: Option<Value>,
    /// The number of the table that all further columns are of, where that is known.
    pub open: Option<u32>,
    /// Whether only its name reaches it: pipes have made other rows of it, and `t.x` is as it was.
    pub by_name_only: bool,
}

/// A column of USING: one for both sides.
#[derive(Clone, Debug)]
pub struct Merged {
    /// Its name and value.
    pub column: Column,
    /// The columns that are it: source and place.
    pub parts: Vec<(usize, usize)>,
    /// The first source of the join: `*` has it there.
    pub at: usize,
}

/// What rows are grouped by.
#[derive(Clone, Debug, Default)]
pub struct Grouping {
    /// Columns, and the fields of them.
    pub columns: Vec<(Place, Vec<String>)>,
    /// Expressions, as they are told apart.
    pub expressions: Vec<String>,
    /// Whether one of them cannot be told: then nothing is said.
    pub is_open: bool,
}

impl Source {
    /// Rows under a name.
    pub fn of(alias: &str, rows: &Rows) -> Self {
        let alias: Arc<str> = Arc::from(alias);
        let mut source = Self {
            alias: Arc::clone(&alias),
            columns: Rc::from([]),
            is_complete: rows.is_complete,
            open: rows.open,
            ..Self::default()
        };
        match rows.columns.as_slice() {
            [only] if rows.is_value => source.set_value(&only.value, only.span),
            columns => {
                // What is a literal inside is none outside.
                let outside = |column: &Column| {
                    let value = Value { literal: Literal::No, ..column.value.clone() };
                    Column { value, ..column.clone() }
                };
                source.columns = columns.iter().map(outside).collect();
            }
        }
        source
    }

    /// Makes it a list of values: their fields are its columns, or they themselves.
    pub fn set_value(&mut self, value: &Value, span: Span) {
        self.is_complete = true;
        self.columns = match value.kind.fields() {
            Some(fields) => fields
                .iter()
                .enumerate()
                .map(|(at, field)| {
                    let flow = value.flow.fields.get(at).unwrap_or(&value.flow).clone();
                    let value = Value { kind: field.kind.clone(), flow, literal: Literal::No };
                    Column { name: Arc::clone(&field.name), value, span }
                })
                .collect(),
            None => {
                self.is_complete = value.kind != Type::Unknown;
                let name = Arc::clone(&self.alias);
                let value = Value { literal: Literal::No, ..value.clone() };
                Rc::from([Column { name, value, span }])
            }
        };
        self.value = Some(value.clone());
    }
}

/// A column in a scope: its source and its place there.
pub type Place = (usize, usize);

/// The names in sight of one SELECT.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// FROM, in order.
    pub sources: Vec<Source>,
    /// Columns of USING.
    pub merged: Vec<Merged>,
    /// Names that `WITH(…)` and lambdas give.
    pub locals: Vec<(String, Value)>,
    /// Columns of the SELECT list, for the clauses after it.
    pub aliases: Vec<(Arc<str>, Value)>,
    /// Names of the SELECT list, to say why they are not in sight.
    pub later: Vec<String>,
    /// What rows are grouped by, where they are.
    pub grouping: Option<Grouping>,
    /// How many aggregates the expression is inside of.
    pub inside_aggregates: u32,
    /// Named windows: what divides and orders them.
    pub windows: Vec<(String, Window)>,
    /// What chooses the rows.
    pub chosen_by: Flow,
}

/// A comparison that keeps rows, for what is said of partitions.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// The column that is compared, and whether as it is or inside a function.
    pub column: u32,
    /// The name of the function around it.
    pub wrapped_in: Option<String>,
    /// Whether what it is compared with is known before the rows are read.
    pub with_constant: bool,
    /// Where.
    pub span: Span,
}
