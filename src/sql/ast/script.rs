//! Statements of scripts
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language>), and MERGE.

use super::{
    data_type::DataType,
    expression::Expr,
    name::Ident,
    query::Query,
    span::{Span, spanned},
    statement::{Assignment, Statement},
    table::Table,
};

/// What a script does.
#[derive(Clone, Debug, PartialEq)]
pub enum ScriptKind {
    /// `DECLARE a, b INT64 DEFAULT 1`
    Declare {
        /// The variables.
        names: Vec<Ident>,
        /// Their type; else it is the default's.
        data_type: Option<DataType>,
        /// DEFAULT …
        default: Option<Expr>,
    },
    /// `SET a = 1`, `SET (a, b) = (1, 2)`
    Set {
        /// The variables.
        targets: Vec<Ident>,
        /// Whether they stand in parentheses.
        is_tuple: bool,
        /// What they become.
        value: Expr,
    },
    /// `IF … THEN … ELSEIF … ELSE … END IF`, and CASE.
    If {
        /// Conditions, and what is done.
        branches: Vec<(Expr, Vec<Statement>)>,
        /// ELSE
        otherwise: Vec<Statement>,
    },
    /// `LOOP … END LOOP`
    Loop(Vec<Statement>),
    /// `WHILE … DO … END WHILE`
    While(Expr, Vec<Statement>),
    /// `REPEAT … UNTIL … END REPEAT`
    Repeat(Vec<Statement>, Expr),
    /// `FOR row IN (query) DO … END FOR`
    For {
        /// The variable that is each row.
        name: Ident,
        /// The rows.
        query: Box<Query>,
        /// What is done.
        body: Vec<Statement>,
    },
    /// `BEGIN … EXCEPTION WHEN ERROR THEN … END`
    Block {
        /// What is done.
        body: Vec<Statement>,
        /// What is done after an error.
        handler: Option<Vec<Statement>>,
    },
    /// `label: LOOP … END LOOP label` and its like.
    Labelled(Ident, Box<Self>),
    /// BREAK, LEAVE; of the loop or block with this label.
    Break(Option<Ident>),
    /// CONTINUE, ITERATE; of the loop with this label.
    Continue(Option<Ident>),
    /// RETURN
    Return,
    /// `RAISE USING MESSAGE = …`
    Raise(Option<Expr>),
    /// `EXECUTE IMMEDIATE … INTO … USING …`
    Execute {
        /// The statement's text.
        sql: Expr,
        /// The variables that its one row goes to.
        into: Vec<Ident>,
        /// Its parameters.
        using: Vec<(Expr, Option<Ident>)>,
    },
}

/// `MERGE INTO table USING source ON condition …`
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// What is changed, with its alias.
    pub table: Table,
    /// With what.
    pub source: Table,
    /// ON …
    pub condition: Expr,
    /// WHEN …
    pub clauses: Vec<MergeClause>,
}

/// `WHEN [NOT] MATCHED … THEN …`
#[derive(Clone, Debug, PartialEq)]
pub struct MergeClause {
    /// Of which rows.
    pub rows: MergeRows,
    /// AND …
    pub condition: Option<Expr>,
    /// What is done.
    pub action: MergeAction,
    /// The whole.
    pub span: Span,
}

/// The rows of a clause of MERGE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeRows {
    /// MATCHED
    Matched,
    /// NOT MATCHED BY TARGET
    NotByTarget,
    /// NOT MATCHED BY SOURCE
    NotBySource,
}

/// What a clause of MERGE does.
#[derive(Clone, Debug, PartialEq)]
pub enum MergeAction {
    /// UPDATE SET …
    Update(Vec<Assignment>),
    /// DELETE
    Delete,
    /// `INSERT (columns) VALUES (…)`; without values `INSERT ROW`.
    Insert {
        /// The columns that are given.
        columns: Vec<Ident>,
        /// Their values.
        values: Option<Vec<Expr>>,
    },
}

spanned!(MergeClause);
