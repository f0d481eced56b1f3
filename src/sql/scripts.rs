//! Scripts, one statement at a time: what a statement means depends on the tables that those before
//! it have made, and on variables.

use super::{
    Schemas, SqlError, Type,
    ast::{DataType, Expr, Query, Statement, StatementKind},
    parse,
    scope::Scope,
    translate::{Translated, Translator, Typed},
    type_parameters::Limits,
};

/// A script as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    source: String,
    /// Its statements.
    pub statements: Vec<Statement>,
}

/// A variable of a script.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// Its name; `@x` is a parameter.
    pub name: String,
    /// The engine's SQL of its value.
    pub sql: String,
    /// Its type.
    pub kind: Type,
    /// The type it was declared with, if that limits its values: `STRING(3)`.
    pub limited: Option<DataType>,
}

impl Variable {
    /// A variable that takes any value of its type.
    pub fn new(name: impl Into<String>, sql: impl Into<String>, kind: Type) -> Self {
        Self { name: name.into(), sql: sql.into(), kind, limited: None }
    }
}

/// Reads statements; none where they hold nothing that only scripts have.
///
/// # Errors
/// All mistakes, in the order of the text.
pub(crate) fn read_script(sql: &str) -> Result<Option<Script>, Vec<SqlError>> {
    let statements = parse::statements(sql)?;
    let is_script = statements.iter().any(|one| matches!(one.kind, StatementKind::Script(_)));
    Ok(is_script.then(|| Script { source: sql.to_owned(), statements }))
}

/// Reads statements that are translated one by one, when their turn comes: those of a script, and those
/// behind one that makes or changes a table or a view, which they may read. None where the statements
/// can be translated together.
///
/// # Errors
/// All mistakes, in the order of the text.
pub(crate) fn read_steps(sql: &str) -> Result<Option<Script>, Vec<SqlError>> {
    let statements = parse::statements(sql)?;
    let is_script = statements.iter().any(|one| matches!(one.kind, StatementKind::Script(_)));
    let before_last = statements.len().saturating_sub(1);
    let makes = statements[..before_last].iter().any(|one| {
        matches!(
            one.kind,
            StatementKind::CreateTable(_)
                | StatementKind::CreateView(_)
                | StatementKind::AlterTable { .. }
        )
    });
    Ok((is_script || makes).then(|| Script { source: sql.to_owned(), statements }))
}

impl Script {
    /// The one statement of a text that a script has computed.
    ///
    /// # Errors
    /// All mistakes, in the order of the text.
    pub fn of_one(sql: &str) -> Result<Self, Vec<SqlError>> {
        let statements = parse::statements(sql)?;
        if statements.len() != 1 {
            let message =
                format!("EXECUTE IMMEDIATE takes one statement, not {}", statements.len());
            return Err(vec![SqlError::at("sql-syntax", message, super::ast::Span::default())]);
        }
        Ok(Self { source: sql.to_owned(), statements })
    }

    /// A statement that is no script's own, with the checks before it.
    ///
    /// # Errors
    /// Every mistake and everything not supported, by name and place.
    pub fn statement(
        &self,
        statement: &Statement,
        variables: &[Variable],
        schemas: &dyn Schemas,
    ) -> Result<Vec<Translated>, Vec<SqlError>> {
        let mut translator = self.translator(variables, schemas);
        let translated = translator.checked_statement(statement);
        translator.finish(translated)
    }

    /// A value, for a target where there is one.
    ///
    /// # Errors
    /// Every mistake and everything not supported, by name and place.
    pub fn value(
        &self,
        value: &Expr,
        target: Option<&(String, Type)>,
        variables: &[Variable],
        schemas: &dyn Schemas,
    ) -> Result<(String, Type), Vec<SqlError>> {
        let mut translator = self.translator(variables, schemas);
        translator.scopes.push(Scope::default());
        let typed = match target {
            Some(target) => Typed::new(translator.assigned(value, Some(target)), target.1.clone()),
            None => translator.expression(value),
        };
        let typed = match typed.kind.duckdb() {
            Some(name) => Typed::new(format!("CAST({} AS {name})", typed.sql), typed.kind),
            None => typed,
        };
        translator.finish((typed.sql, typed.kind))
    }

    /// A value of a type, cut or refused where it does not keep to the limits of how it is written.
    ///
    /// # Errors
    /// Limits that the type cannot have.
    pub fn limited(
        &self,
        sql: &str,
        kind: &Type,
        written: &DataType,
        schemas: &dyn Schemas,
    ) -> Result<String, Vec<SqlError>> {
        let limits = Limits::from_ast(written).map_err(|error| vec![error])?;
        let Some(limits) = limits else { return Ok(sql.to_owned()) };
        let mut translator = self.translator(&[], schemas);
        let limited = limits.apply(&mut translator, &Typed::new(sql, kind.clone()), false);
        translator.finish(limited)
    }

    /// A condition of a statement.
    ///
    /// # Errors
    /// Every mistake and everything not supported, by name and place.
    pub fn condition(
        &self,
        condition: &Expr,
        variables: &[Variable],
        schemas: &dyn Schemas,
    ) -> Result<String, Vec<SqlError>> {
        let mut translator = self.translator(variables, schemas);
        translator.scopes.push(Scope::default());
        let sql = translator.condition(condition, "the condition");
        translator.finish(sql)
    }

    /// A query, and the type of its rows as a struct, where its columns are known.
    ///
    /// # Errors
    /// Every mistake and everything not supported, by name and place.
    pub fn rows(
        &self,
        query: &Query,
        variables: &[Variable],
        schemas: &dyn Schemas,
    ) -> Result<(String, Option<Type>), Vec<SqlError>> {
        let mut translator = self.translator(variables, schemas);
        let (sql, columns) = translator.query(query);
        let kind = columns.complete.then_some(Type::Struct(columns.columns));
        translator.finish((sql, kind))
    }

    fn translator<'a>(
        &'a self,
        variables: &[Variable],
        schemas: &'a dyn Schemas,
    ) -> Translator<'a> {
        let mut translator = Translator::new(&self.source, schemas);
        let mut marks = 0;
        for variable in variables {
            if variable.name.starts_with('?') {
                marks += 1;
            }
            let value = Typed::new(variable.sql.as_str(), variable.kind.clone());
            translator.bind_argument(&variable.name, value);
        }
        translator.marks = marks;
        translator
    }
}

impl Translator<'_> {
    /// `@name`, `@@error.message`, `?`, where it has a value.
    pub fn parameter(&self, name: &str, start: u32) -> Option<Typed> {
        if name != "?" {
            return self.binding(name, 0);
        }
        // Each mark is one of the values, as long as no text holds one.
        if self.source.matches('?').count() != self.marks {
            return None;
        }
        let before = self.source.get(..start as usize)?.matches('?').count();
        self.binding(&format!("?{}", before + 1), 0)
    }
}
