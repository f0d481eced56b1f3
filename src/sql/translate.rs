//! The translator: reads GoogleSQL, writes DuckDB SQL.

use super::{
    FunctionType, Schemas, SqlError,
    ast::{Spanned, Statement, StatementKind},
    bindings::Binding,
    parse,
    scope::{Columns, Scope},
    types::Type,
};

/// Translates one query.
///
/// # Errors
/// Every mistake and everything not supported, by name and place.
pub fn translate_query(sql: &str, schemas: &dyn Schemas) -> Result<String, Vec<SqlError>> {
    let query = parse::query(sql)?;
    let mut translator = Translator::new(sql, schemas);
    let (text, _) = translator.query(&query);
    translator.finish(text)
}

/// Translates one query whose rows go into a table.
///
/// # Errors
/// Every mistake and everything not supported, by name and place.
pub fn translate_stored_query(
    sql: &str,
    schemas: &dyn Schemas,
) -> Result<Translated, Vec<SqlError>> {
    let query = parse::query(sql)?;
    let mut translator = Translator::new(sql, schemas);
    let (text, columns) = translator.query(&query);
    let sql = translator.stored(text, &columns);
    let columns = columns.complete.then_some(columns.columns);
    translator.finish(Translated { sql, is_query: true, columns, function: None })
}

/// A translated statement.
#[derive(Clone, Debug)]
pub struct Translated {
    /// DuckDB's SQL.
    pub sql: String,
    /// Whether it gives rows and changes nothing.
    pub is_query: bool,
    /// The columns that a query gives, where all are known; types may be [`Type::Unknown`].
    pub columns: Option<Vec<(String, Type)>>,
    /// The temporary function that a statement makes: its name, and how a call is checked.
    pub function: Option<(String, FunctionType)>,
}

/// Translates statements separated by semicolons, one by one.
///
/// # Errors
/// Every mistake and everything not supported, by name and place.
pub fn translate_statements(
    sql: &str,
    schemas: &dyn Schemas,
) -> Result<Vec<Translated>, Vec<SqlError>> {
    let statements = parse::statements(sql)?;
    let mut translator = Translator::new(sql, schemas);
    let mut translated = Vec::with_capacity(statements.len());
    for statement in &statements {
        translated.extend(translator.checked_statement(statement));
    }
    translator.finish(translated)
}

/// Translates one expression over columns of unknown type.
///
/// # Errors
/// Every mistake and everything not supported, by name and place.
pub fn translate_expression(sql: &str, schemas: &dyn Schemas) -> Result<String, Vec<SqlError>> {
    let expression = parse::expression(sql)?;
    let mut translator = Translator::new(sql, schemas);
    translator.scopes.push(Scope::default());
    let text = translator.expression(&expression).sql;
    translator.finish(text)
}

/// A translated expression.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub sql: String,
    pub kind: Type,
}

impl Typed {
    pub fn new(sql: impl Into<String>, kind: Type) -> Self {
        Self { sql: sql.into(), kind }
    }
}

pub(super) struct Translator<'a> {
    /// What is translated.
    pub source: &'a str,
    pub schemas: &'a dyn Schemas,
    pub errors: Vec<SqlError>,
    /// Innermost last.
    pub scopes: Vec<Scope>,
    /// CTEs in sight, innermost last.
    pub ctes: Vec<(String, Columns)>,
    /// Names of values, innermost last.
    pub bindings: Vec<Binding>,
    /// The rows that the next aggregate takes.
    pub row_filter: Option<String>,
    /// Queries that fail where a statement may not be carried out.
    pub checks: Vec<String>,
    /// How many values `?` has.
    pub marks: usize,
    /// For names of our own.
    pub counter: usize,
    /// Temporary functions that statements before have made, the latest last.
    pub temporary_functions: Vec<(String, FunctionType)>,
}

impl<'a> Translator<'a> {
    pub fn new(source: &'a str, schemas: &'a dyn Schemas) -> Self {
        Self {
            source,
            schemas,
            errors: Vec::new(),
            scopes: Vec::new(),
            ctes: Vec::new(),
            bindings: Vec::new(),
            row_filter: None,
            checks: Vec::new(),
            marks: 0,
            counter: 0,
            temporary_functions: Vec::new(),
        }
    }

    pub fn finish<T>(self, value: T) -> Result<T, Vec<SqlError>> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }

    /// A statement with the checks that go before it.
    pub fn checked_statement(&mut self, statement: &Statement) -> Vec<Translated> {
        if let StatementKind::Query(query) = &statement.kind {
            let (sql, columns) = self.query(query);
            let columns = columns.complete.then_some(columns.columns);
            return vec![Translated { sql, is_query: true, columns, function: None }];
        }
        let known = self.temporary_functions.len();
        let sql = self.statement(statement);
        let function = self.temporary_functions.get(known).cloned();
        let of_query = |sql| Translated { sql, is_query: true, columns: None, function: None };
        let mut all: Vec<Translated> =
            std::mem::take(&mut self.checks).into_iter().map(of_query).collect();
        all.push(Translated { sql, is_query: false, columns: None, function });
        all
    }

    /// Notes something not supported; the returned NULL keeps the translation going, so that all
    /// of them are found.
    pub fn refuse(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        node: &impl Spanned,
        help: Option<&str>,
    ) -> Typed {
        let mut error = SqlError::at(code, message, node.span());
        error.help = help.map(str::to_owned);
        self.errors.push(error);
        Typed::new("NULL", Type::Unknown)
    }

    /// A name that no user's name is.
    pub fn fresh(&mut self, prefix: &str) -> String {
        self.counter += 1;
        format!("__{prefix}{}", self.counter)
    }
}
