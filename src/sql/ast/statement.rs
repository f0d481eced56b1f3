//! Statements.

use super::{
    data_type::DataType,
    expression::Expr,
    name::{Ident, Path},
    query::Query,
    span::{Span, spanned},
    table::{From, Table},
};

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// The whole.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// A query.
    Query(Box<Query>),
    /// INSERT
    Insert(Box<Insert>),
    /// DELETE
    Delete(Box<Delete>),
    /// UPDATE
    Update(Box<Update>),
    /// CREATE TABLE
    CreateTable(Box<CreateTable>),
    /// CREATE VIEW
    CreateView(Box<CreateView>),
    /// CREATE SCHEMA
    CreateSchema(Box<Create>),
    /// CREATE FUNCTION
    CreateFunction(Box<CreateFunction>),
    /// DROP TABLE, VIEW, SCHEMA
    Drop {
        /// What.
        kind: DropKind,
        /// IF EXISTS
        if_exists: bool,
        /// Which.
        name: Path,
        /// CASCADE
        cascade: bool,
    },
    /// TRUNCATE TABLE
    Truncate(Path),
    /// ALTER TABLE
    AlterTable {
        /// IF EXISTS
        if_exists: bool,
        /// Which.
        name: Path,
        /// What is changed, in order.
        actions: Vec<AlterAction>,
    },
    /// ASSERT condition AS message
    Assert(Box<Expr>, Option<Box<Expr>>),
    /// MERGE
    Merge(Box<super::script::Merge>),
    /// What only scripts have.
    Script(Box<super::script::ScriptKind>),
    /// BEGIN TRANSACTION
    Begin,
    /// COMMIT TRANSACTION
    Commit,
    /// ROLLBACK TRANSACTION
    Rollback,
    /// What is known by its first words only.
    Other(String),
    /// What GoogleSQL has and BigQuery has not: read over, and refused by this name.
    Foreign(&'static str),
    /// CREATE PROCEDURE
    CreateProcedure(Box<CreateProcedure>),
}

/// `CREATE PROCEDURE …`
#[derive(Clone, Debug, PartialEq)]
pub struct CreateProcedure {
    /// Its head.
    pub create: Create,
    /// What it does; none where it is written in another language.
    pub body: Option<Box<Statement>>,
}

/// `CREATE OR REPLACE TEMP … IF NOT EXISTS name`
#[derive(Clone, Debug, PartialEq)]
pub struct Create {
    /// OR REPLACE
    pub or_replace: bool,
    /// TEMP
    pub temporary: bool,
    /// IF NOT EXISTS
    pub if_not_exists: bool,
    /// Which.
    pub name: Path,
    /// Clauses that say something of the rows and are not known here.
    pub clauses: Vec<(String, Span)>,
}

/// `CREATE FUNCTION …`
#[derive(Clone, Debug, PartialEq)]
pub struct CreateFunction {
    /// Its head; clauses are what its body is instead of an expression (`LANGUAGE js`).
    pub create: Create,
    /// Its arguments; `ANY TYPE` is none.
    pub arguments: Vec<(Ident, Option<DataType>)>,
    /// RETURNS
    pub returns: Option<DataType>,
    /// What it gives, where it is an expression.
    pub body: Option<Expr>,
}

/// `CREATE TABLE …`
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    /// Its head.
    pub create: Create,
    /// Its columns, if they are listed.
    pub columns: Option<Vec<ColumnDef>>,
    /// AS …
    pub query: Option<Query>,
}

/// `CREATE VIEW …`
#[derive(Clone, Debug, PartialEq)]
pub struct CreateView {
    /// Its head.
    pub create: Create,
    /// MATERIALIZED
    pub materialized: bool,
    /// Names of its columns.
    pub columns: Vec<Ident>,
    /// AS …
    pub query: Query,
}

/// `name type NOT NULL DEFAULT … OPTIONS (…)`
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Its type; none where only names are listed.
    pub data_type: Option<DataType>,
    /// NOT NULL
    pub not_null: bool,
    /// DEFAULT …
    pub default: Option<Expr>,
    /// What cannot be left out without changing rows.
    pub others: Vec<String>,
    /// The whole.
    pub span: Span,
}

/// What DROP drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropKind {
    /// TABLE
    Table,
    /// VIEW
    View,
    /// SCHEMA
    Schema,
}

/// What ALTER TABLE changes.
#[derive(Clone, Debug, PartialEq)]
pub enum AlterAction {
    /// ADD COLUMN IF NOT EXISTS …
    Add(bool, Box<ColumnDef>),
    /// DROP COLUMN IF EXISTS …
    Drop(bool, Ident),
    /// RENAME COLUMN … TO …
    Rename(Ident, Ident),
    /// What is known by its first words only.
    Other(String),
}

/// `INSERT INTO table (columns) …`
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    /// The table.
    pub table: Path,
    /// The columns that are given.
    pub columns: Vec<Ident>,
    /// Their values.
    pub source: InsertSource,
}

/// What INSERT inserts.
#[derive(Clone, Debug, PartialEq)]
pub enum InsertSource {
    /// VALUES …
    Values(Vec<Vec<Expr>>),
    /// A query.
    Query(Box<Query>),
}

/// `DELETE FROM table WHERE …`
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// The table, with its alias.
    pub table: Table,
    /// WHERE …
    pub filter: Option<Expr>,
}

/// `UPDATE table SET … FROM … WHERE …`
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The table, with its alias.
    pub table: Table,
    /// SET …
    pub assignments: Vec<Assignment>,
    /// FROM …
    pub from: Vec<From>,
    /// WHERE …
    pub filter: Option<Expr>,
}

/// `column = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The column, or a part of one.
    pub target: Path,
    /// Its new value.
    pub value: Expr,
}

spanned!(Statement, ColumnDef);
