//! Values of variables: they are the engine's own variables, which keep a value of any type as it is.

use super::run::{Running, at};
use crate::{
    adapter::{AdapterError, duckdb::errors::translation_error},
    relation::Cell,
    sql::{
        Script, Type,
        ast::{DataType, Expr},
    },
};

impl Running<'_> {
    /// The engine's SQL of a value, and its type.
    pub(super) fn value(
        &self,
        script: &Script,
        value: &Expr,
        target: Option<&(String, Type)>,
    ) -> Result<(String, Type), AdapterError> {
        script.value(value, target, &self.variables, self.session).map_err(translation_error)
    }

    /// Keeps a value under a name of its own; what reads it.
    pub(super) fn keep(&mut self, sql: &str) -> Result<String, AdapterError> {
        self.made += 1;
        let name = variable(self.made);
        self.session.run(&format!("SET VARIABLE {name} = {sql}"), 0)?;
        Ok(format!("getvariable('{name}')"))
    }

    /// Keeps a value of a type that may be declared with limits (`NUMERIC(5, 2)`).
    pub(super) fn keep_limited(
        &mut self,
        script: &Script,
        (sql, kind): (&str, &Type),
        written: Option<&DataType>,
    ) -> Result<String, AdapterError> {
        let Some(written) = written else { return self.keep(sql) };
        let limited =
            script.limited(sql, kind, written, self.session).map_err(translation_error)?;
        self.keep(&limited)
    }

    /// Leaves the connection as it was.
    pub(super) fn forget_variables(&self) -> Result<(), AdapterError> {
        for number in 1..=self.made {
            self.session.run(&format!("RESET VARIABLE {}", variable(number)), 0)?;
        }
        Ok(())
    }

    /// Whether a condition is true.
    pub(super) fn holds(
        &mut self,
        script: &Script,
        condition: &Expr,
    ) -> Result<bool, AdapterError> {
        let sql = script
            .condition(condition, &self.variables, self.session)
            .map_err(translation_error)?;
        let cell = self.cell(&format!("SELECT {sql}")).map_err(|error| at(error, condition))?;
        Ok(cell == Some(Cell::Bool(true)))
    }

    /// A value as text.
    pub(super) fn text(&self, sql: &str) -> Result<Option<String>, AdapterError> {
        Ok(match self.cell(&format!("SELECT CAST({sql} AS VARCHAR)"))? {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        })
    }

    /// The number that a query gives.
    pub(super) fn whole_number(&self, sql: &str) -> Result<i64, AdapterError> {
        Ok(match self.cell(sql)? {
            Some(Cell::Int(number)) => number,
            _ => 0,
        })
    }

    fn cell(&self, sql: &str) -> Result<Option<Cell>, AdapterError> {
        let table = self.session.rows(sql, Some(1))?;
        Ok(table.rows.into_iter().next().and_then(|row| row.into_iter().next()))
    }
}

fn variable(number: usize) -> String {
    format!("googlesql_script_{number}")
}

/// A value that the engine keeps, with its type: NULL has none of its own.
pub(super) fn typed(sql: &str, kind: &Type) -> String {
    match kind.duckdb() {
        Some(name) => format!("CAST({sql} AS {name})"),
        None => sql.to_owned(),
    }
}

/// Whether a number loses nothing as another type.
pub(super) fn widens(from: &Type, to: &Type) -> bool {
    match from {
        Type::Int64 => to.is_number(),
        Type::Numeric => matches!(to, Type::BigNumeric | Type::Float64),
        Type::BigNumeric => *to == Type::Float64,
        _ => false,
    }
}
