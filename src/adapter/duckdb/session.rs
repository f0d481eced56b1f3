//! One connection at work.

use std::{cell::RefCell, collections::BTreeMap};

use duckdb::{
    Connection,
    arrow::array::{Array, AsArray},
};

use super::{
    cells::cell,
    columns::{in_dialect, result_columns},
    errors::{engine_error, translation_error, warehouse_error},
    script,
    shared::Shared,
    signature,
};
use crate::{
    adapter::AdapterError,
    plan::FunctionDefinition,
    relation::{Column, Dialect, Table},
    sql::{self, FunctionType, Script, Translated},
};

/// A connection with what it shares.
pub(super) struct Session<'a> {
    pub shared: &'a Shared,
    pub connection: &'a Connection,
    /// Temporary functions by name, which go with the session.
    functions: RefCell<BTreeMap<String, FunctionType>>,
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        for name in self.functions.get_mut().keys() {
            // One that went with its transaction is gone already.
            let _ = self.connection.execute_batch(&sql::drop_temporary_function(name));
        }
    }
}

impl<'a> Session<'a> {
    /// A connection at work, without functions of its own.
    pub fn new(shared: &'a Shared, connection: &'a Connection) -> Self {
        Self { shared, connection, functions: RefCell::default() }
    }
}

impl Session<'_> {
    /// A temporary function of the session.
    pub fn temporary_function(&self, name: &str) -> Option<FunctionType> {
        self.functions.borrow().get(&name.to_lowercase()).cloned()
    }

    /// Runs a translated statement; a function that it makes is known from now on.
    pub fn run_statement(&self, statement: &Translated) -> Result<u64, AdapterError> {
        let done = self.run(&statement.sql, 0)?;
        if let Some((name, declared)) = &statement.function {
            self.functions.borrow_mut().insert(name.to_lowercase(), declared.clone());
        }
        Ok(done)
    }

    /// A query in the engine's SQL.
    pub fn query(&self, sql: &str) -> Result<String, AdapterError> {
        match self.shared.dialect {
            Dialect::DuckDb => Ok(without_end(sql).to_owned()),
            Dialect::GoogleSql => {
                sql::translate_query(without_end(sql), self).map_err(translation_error)
            }
        }
    }

    /// A query that a view is made of, in the engine's SQL: as in BigQuery each column has a name of
    /// its own.
    pub fn view_query(&self, sql: &str) -> Result<String, AdapterError> {
        if self.shared.dialect == Dialect::DuckDb {
            return self.query(sql);
        }
        let mut statements =
            sql::translate_statements(without_end(sql), self).map_err(translation_error)?;
        match statements.pop() {
            Some(query) if query.is_query && statements.is_empty() => {
                lasting(&query.sql)?;
                named(query)
            }
            // Says what is wrong with it.
            _ => self.query(sql),
        }
    }

    /// A query that a table is made of, in the engine's SQL: each column has a name of its own, and
    /// arrays are as BigQuery stores them.
    pub fn table_query(&self, sql: &str) -> Result<String, AdapterError> {
        match self.shared.dialect {
            Dialect::DuckDb => self.query(sql),
            Dialect::GoogleSql => named(self.stored(sql)?),
        }
    }

    /// A query whose rows go into a table that is there, in the engine's SQL.
    pub fn rows_query(&self, sql: &str) -> Result<String, AdapterError> {
        match self.shared.dialect {
            Dialect::DuckDb => self.query(sql),
            Dialect::GoogleSql => Ok(self.stored(sql)?.sql),
        }
    }

    fn stored(&self, sql: &str) -> Result<Translated, AdapterError> {
        sql::translate_stored_query(without_end(sql), self).map_err(translation_error)
    }

    /// An expression in the engine's SQL.
    pub fn expression(&self, sql: &str) -> Result<String, AdapterError> {
        match self.shared.dialect {
            Dialect::DuckDb => Ok(sql.to_owned()),
            Dialect::GoogleSql => sql::translate_expression(sql, self).map_err(translation_error),
        }
    }

    /// A user-defined function in the engine's SQL.
    pub fn function(
        &self,
        function: &FunctionDefinition,
    ) -> Result<FunctionDefinition, AdapterError> {
        if self.shared.dialect == Dialect::DuckDb {
            return Ok(function.clone());
        }
        let arguments: Vec<(&str, &str)> =
            function.arguments.iter().map(|(name, kind)| (name.as_str(), kind.as_str())).collect();
        let translated =
            sql::translate_function(&function.body, &arguments, &function.returns, self)
                .map_err(translation_error)?;
        Ok(FunctionDefinition {
            description: Some(signature::write(function, translated.has_query)),
            arguments: translated.arguments,
            returns: translated.returns,
            body: translated.body,
            ..function.clone()
        })
    }

    /// Statements in the engine's SQL, one by one where the dialect is translated.
    pub fn statements(&self, sql: &str) -> Result<Vec<Translated>, AdapterError> {
        if is_blank(sql) {
            return Ok(Vec::new());
        }
        match self.shared.dialect {
            Dialect::DuckDb => Ok(vec![Translated {
                sql: sql.to_owned(),
                is_query: reads_only(sql),
                columns: None,
                function: None,
            }]),
            Dialect::GoogleSql => sql::translate_statements(sql, self).map_err(translation_error),
        }
    }

    /// The script that a text is, where it is one.
    pub fn script(&self, sql: &str) -> Result<Option<Script>, AdapterError> {
        match self.shared.dialect {
            Dialect::DuckDb => Ok(None),
            Dialect::GoogleSql => sql::read_script(sql).map_err(translation_error),
        }
    }

    /// The statements of a text that are carried out one by one, where they cannot be translated
    /// together.
    fn steps(&self, sql: &str) -> Result<Option<Script>, AdapterError> {
        match self.shared.dialect {
            Dialect::DuckDb => Ok(None),
            Dialect::GoogleSql => sql::read_steps(sql).map_err(translation_error),
        }
    }

    /// A type in the engine's words.
    pub fn data_type(&self, data_type: &str) -> Result<String, AdapterError> {
        match self.shared.dialect {
            Dialect::DuckDb => Ok(data_type.to_owned()),
            Dialect::GoogleSql => {
                sql::duckdb_type(data_type).map_err(|error| translation_error(vec![error]))
            }
        }
    }

    /// The engine's type of a column that is declared, with what keeps it to its lengths and digits.
    ///
    /// # Errors
    /// Types that the engine has not.
    pub fn column_type(&self, column: &Column) -> Result<String, AdapterError> {
        match self.shared.dialect {
            Dialect::DuckDb => Ok(column.data_type.clone()),
            Dialect::GoogleSql => sql::duckdb_column(&column.name, &column.data_type)
                .map_err(|error| translation_error(vec![error])),
        }
    }

    /// Runs a statement of the engine's SQL; rows written, where it says.
    pub fn run(&self, sql: &str, lines_before: u32) -> Result<u64, AdapterError> {
        let failed = |error: duckdb::Error| engine_error(&error, self.shared.dialect, lines_before);
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let changed = statement.execute([]).map_err(failed)? as u64;
        // `create table … as` tells its rows in a result only.
        let counts = changed == 0 && statement.column_names().as_slice() == ["Count"];
        if !counts {
            return Ok(changed);
        }
        let mut rows = statement.raw_query();
        let first = rows.next().map_err(failed)?;
        let count = first.and_then(|row| row.get::<_, i64>(0).ok()).unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The rows of the last of some statements, at most `limit`; none of one that is no query.
    pub fn answer(&self, sql: &str, limit: Option<usize>) -> Result<Table, AdapterError> {
        if let Some(script) = self.steps(sql)? {
            return script::run(self, &script, limit);
        }
        let mut statements = self.statements(sql)?;
        let last = statements.pop();
        let changes = statements.iter().any(|statement| !statement.is_query);
        for statement in &statements {
            self.run_statement(statement)?;
        }
        let Some(last) = last else { return Ok(Table::default()) };
        let mut table = self.typed_rows(&last, limit)?;
        set_types(&mut table, last.columns.as_deref().unwrap_or_default());
        if changes || !last.is_query {
            self.shared.forget_all();
        }
        if last.is_query {
            return Ok(table);
        }
        // A statement's own answer (a count of rows) is not a result.
        let is_count = matches!(table.columns.as_slice(), [one] if one.name == "Count");
        Ok(if is_count || self.shared.dialect == Dialect::GoogleSql {
            Table::default()
        } else {
            table
        })
    }

    /// The rows of a translated query. The driver gives the time of an INTERVAL in nanoseconds, which
    /// 292 years overflow: it is taken as text.
    pub fn typed_rows(
        &self,
        query: &Translated,
        limit: Option<usize>,
    ) -> Result<Table, AdapterError> {
        match sql::with_interval_texts(query) {
            Some(sql) => self.rows(&sql, limit),
            None => self.rows(&query.sql, limit),
        }
    }

    /// Runs a query (or statement) of the engine's SQL and takes at most `limit` rows.
    pub fn rows(&self, sql: &str, limit: Option<usize>) -> Result<Table, AdapterError> {
        let failed = |error: duckdb::Error| engine_error(&error, self.shared.dialect, 0);
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        // Streaming, so that a limit spares the rest of the work.
        let _ = statement.stream_arrow([]).map_err(failed)?;
        let columns = result_columns(&statement.schema(), self.shared.dialect);
        let mut rows = Vec::new();
        let limit = limit.unwrap_or(usize::MAX);
        while rows.len() < limit {
            let Some(batch) = statement.step().map_err(failed)? else { break };
            for row in 0..batch.len().min(limit - rows.len()) {
                rows.push(batch.columns().iter().map(|column| cell(column, row)).collect());
            }
        }
        Ok(Table { columns, rows })
    }

    /// Gives every text of a query's one column to `on`, a few thousand at a time.
    pub fn each_text(&self, sql: &str, on: &mut dyn FnMut(&str)) -> Result<(), AdapterError> {
        let failed = |error: duckdb::Error| engine_error(&error, self.shared.dialect, 0);
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let _ = statement.stream_arrow([]).map_err(failed)?;
        while let Some(batch) = statement.step().map_err(failed)? {
            if let Some(texts) = batch.column(0).as_string_opt::<i32>() {
                texts.iter().flatten().for_each(&mut *on);
            }
        }
        Ok(())
    }

    /// The columns a query of the engine's SQL gives, types in the engine's words.
    pub fn describe(&self, sql: &str) -> Result<Vec<(String, String)>, AdapterError> {
        let failed = |error: duckdb::Error| engine_error(&error, self.shared.dialect, 1);
        let mut statement = self.connection.prepare(&format!("DESCRIBE\n{sql}")).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut columns = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            columns.push((row.get(0).map_err(failed)?, row.get(1).map_err(failed)?));
        }
        Ok(columns)
    }

    /// The columns of a query behind statements that it needs, which run and are undone.
    pub fn describe_behind(
        &self,
        header: &str,
        sql: &str,
    ) -> Result<Vec<(String, String)>, AdapterError> {
        if is_blank(header) {
            return self.describe(&self.query(sql)?);
        }
        let control = |sql: &str| {
            let done = self.connection.execute_batch(sql);
            done.map_err(|error| engine_error(&error, self.shared.dialect, 0))
        };
        control("BEGIN TRANSACTION")?;
        let in_header = |error| AdapterError { step: Some(0), ..error };
        let ready = self.run_header(header).map_err(in_header);
        let described = ready.and_then(|()| self.describe(&self.query(sql)?));
        let undone = control("ROLLBACK");
        self.shared.forget_all();
        undone.and(described)
    }

    /// Runs the statements of a header. Those of a script (`DECLARE`, `SET`, …) are refused: their
    /// variables would be gone before the query.
    pub fn run_header(&self, sql: &str) -> Result<(), AdapterError> {
        if self.script(sql)?.is_some() {
            let message = "a `sql_header` with variables is not supported on the embedded engine";
            let error = warehouse_error("unsupported-syntax", message);
            let help = "write a temporary function for the value";
            return Err(AdapterError {
                position: Some((1, 1)),
                help: Some(help.to_owned()),
                ..error
            });
        }
        self.run_script(sql)
    }

    /// Runs statements one by one.
    pub fn run_script(&self, sql: &str) -> Result<(), AdapterError> {
        if let Some(script) = self.steps(sql)? {
            return script::run(self, &script, Some(0)).map(|_| ());
        }
        self.statements(sql)?.iter().try_for_each(|one| self.run_statement(one).map(|_| ()))
    }

    /// The columns of a table or view by its rendered name; none where it does not exist.
    pub fn table_columns(&self, name: &str) -> Result<Option<Vec<(String, String)>>, AdapterError> {
        match self.describe(&format!("SELECT * FROM {name}")) {
            Ok(columns) => Ok(Some(columns)),
            Err(error) if is_missing(&error.message) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Engine columns in the dialect's types.
    pub fn in_dialect(&self, columns: Vec<(String, String)>) -> Vec<Column> {
        let column = |(name, data_type): (String, String)| Column {
            name,
            data_type: in_dialect(&data_type, self.shared.dialect),
        };
        columns.into_iter().map(column).collect()
    }

    /// Name parts as the engine writes them. The parts of a GoogleSQL name may hold dots inside.
    pub fn name(&self, parts: &[&str]) -> String {
        let parts = parts.iter().map(|part| Dialect::DuckDb.quote(part));
        parts.collect::<Vec<_>>().join(".")
    }
}

/// The types of a query's columns where they are known: the engine has fewer than the dialect, and
/// JSON for one is text in its results.
pub(super) fn set_types(table: &mut Table, columns: &[(String, sql::Type)]) {
    for (column, (_, kind)) in table.columns.iter_mut().zip(columns) {
        if kind.is_known() {
            column.data_type = kind.google();
        }
    }
}

/// The text without blanks and semicolons at its end.
fn without_end(sql: &str) -> &str {
    sql.trim_end_matches(|c: char| c.is_whitespace() || c == ';')
}

/// Whether there is nothing to run: blanks, semicolons and comments only.
pub(super) fn is_blank(sql: &str) -> bool {
    after_comments(sql).is_empty()
}

/// The text from its first word on: blanks, semicolons and comments before it left out.
fn after_comments(sql: &str) -> &str {
    let is_blank = |c: char| c.is_whitespace() || c == ';';
    let mut rest = sql.trim_start_matches(is_blank);
    loop {
        let after = if rest.starts_with("--") {
            rest.find('\n').map_or("", |at| &rest[at..])
        } else if rest.starts_with("/*") {
            match rest.find("*/") {
                Some(at) => &rest[at + 2..],
                None => return rest,
            }
        } else {
            return rest;
        };
        rest = after.trim_start_matches(is_blank);
    }
}

/// Whether a text begins like a query. Being wrong costs only what is known of the catalog.
fn reads_only(sql: &str) -> bool {
    let first: String = after_comments(sql)
        .trim_start_matches(|c: char| c.is_whitespace() || c == '(')
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect();
    matches!(
        first.to_ascii_lowercase().as_str(),
        "select" | "with" | "from" | "values" | "table" | "describe" | "show" | "explain" | "pivot"
    )
}

/// The SQL of a query whose columns can be those of a table.
fn named(query: Translated) -> Result<String, AdapterError> {
    match misnamed(query.columns.as_deref().unwrap_or_default()) {
        Some(message) => Err(warehouse_error("column-names", message)),
        None => Ok(query.sql),
    }
}

/// Refuses a view whose query calls a temporary function: as in BigQuery, it would be gone when the
/// view is read.
fn lasting(query: &str) -> Result<(), AdapterError> {
    if !sql::is_temporary_call(query) {
        return Ok(());
    }
    let message = "a view cannot call a temporary function, which is gone when the view is read";
    let error = warehouse_error("unsupported-syntax", message);
    let help = "materialize the model as a table, or write a function of the project: a file in `functions`";
    Err(AdapterError { help: Some(help.to_owned()), ..error })
}

/// What is wrong with the names of the columns of a table or view.
fn misnamed(columns: &[(String, sql::Type)]) -> Option<String> {
    for (at, (name, _)) in columns.iter().enumerate() {
        if *name == format!("f{at}_") {
            return Some(format!("column {} has no name: give it one with AS", at + 1));
        }
        if columns[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Some(format!("two columns are named `{name}`"));
        }
    }
    None
}

fn is_missing(message: &str) -> bool {
    message.starts_with("Catalog Error") && message.contains("does not exist")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_nothing_to_run() {
        assert!(is_blank(" ;\n-- x\n/* y */ ;"));
        assert!(!is_blank("-- x\nselect 1"));
    }
}
