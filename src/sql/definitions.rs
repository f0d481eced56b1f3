//! CREATE TABLE and CREATE VIEW
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language>).

use super::{
    SqlError,
    ast::{ColumnDef, Create, CreateTable, CreateView, Query, Statement},
    parse,
    scope::Scope,
    translate::Translator,
    type_parameters::{Limits, limited_column},
    types::{Type, quote},
};

/// The type of a table's column as the engine's definitions of tables have it, with what keeps it to
/// its lengths and digits.
///
/// # Errors
/// Types that cannot be read or that the embedded engine has not.
pub fn duckdb_column(name: &str, google_type: &str) -> Result<String, SqlError> {
    let written = parse::data_type(google_type)?;
    Ok(match limited_column(&written, &quote(name))? {
        (kind, None) => kind,
        (kind, Some(check)) => format!("{kind} CHECK ({check})"),
    })
}

impl Translator<'_> {
    /// Partitioning, clustering and options have no counterpart and change no row; keys are not
    /// enforced in BigQuery either.
    pub fn create_table(&mut self, table: &CreateTable, statement: &Statement) -> String {
        let create = &table.create;
        self.refuse_clauses(create, "write CREATE TABLE … AS SELECT");
        let name = self.table_name(&create.name);
        let replace = if create.or_replace { "OR REPLACE " } else { "" };
        let temporary = if create.temporary { "TEMPORARY " } else { "" };
        let absent = if create.if_not_exists { "IF NOT EXISTS " } else { "" };
        let head = format!("CREATE {replace}{temporary}TABLE {absent}{name}");
        match (&table.query, &table.columns) {
            (Some(query), columns) => {
                let columns = columns.as_deref().unwrap_or_default();
                format!("{head} AS {}", self.filling_query(query, columns, statement))
            }
            (None, Some(columns)) => {
                let columns: Vec<String> =
                    columns.iter().map(|column| self.column(column, true)).collect();
                format!("{head} ({})", columns.join(", "))
            }
            (None, None) if !create.clauses.is_empty() => String::new(),
            (None, None) => {
                let message = "CREATE TABLE needs columns or a query";
                self.refuse("sql-syntax", message, statement, None).sql
            }
        }
    }

    fn refuse_clauses(&mut self, create: &Create, help: &str) {
        for (clause, span) in &create.clauses {
            let message = format!("{clause} is not supported on the embedded engine");
            self.refuse("unsupported-syntax", message, span, Some(help));
        }
    }

    /// The query of CREATE TABLE … AS; a list of columns names what it gives, and has its types.
    fn filling_query(
        &mut self,
        query: &Query,
        columns: &[ColumnDef],
        statement: &Statement,
    ) -> String {
        let (text, given) = self.query(query);
        let text = self.stored(text, &given);
        if columns.is_empty() {
            return text;
        }
        let mut names = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            let same = match &column.data_type {
                None => true,
                Some(data_type) => {
                    let parsed = Type::from_ast(data_type);
                    given.complete
                        && given
                            .columns
                            .get(at)
                            .is_some_and(|(_, kind)| parsed.as_ref() == Ok(kind))
                        && Limits::from_ast(data_type) == Ok(None)
                }
            };
            let bare = !column.not_null && column.default.is_none() && column.others.is_empty();
            if !same || !bare {
                let message = format!(
                    "column `{}` of a table that a query fills takes the type of the query, and no constraint",
                    column.name
                );
                let help = "leave the list of columns out, and CAST in the query";
                self.refuse("unsupported-syntax", message, column, Some(help));
            }
            names.push(quote(&column.name.value));
        }
        if given.complete && names.len() != given.columns.len() {
            let message = format!(
                "{} columns are named, the query gives {}",
                names.len(),
                given.columns.len()
            );
            self.refuse("sql-syntax", message, statement, None);
        }
        format!("SELECT * FROM ({text}) AS __given({})", names.join(", "))
    }

    /// `CREATE VIEW name (columns) AS query`.
    pub fn create_view(&mut self, view: &CreateView, statement: &Statement) -> String {
        let create = &view.create;
        self.refuse_clauses(create, "create a view or a table");
        let unsupported = [
            (view.materialized, "CREATE MATERIALIZED VIEW"),
            (create.temporary, "CREATE TEMP VIEW"),
        ];
        for (is_there, name) in unsupported {
            if is_there {
                let message = format!("{name} is not supported on the embedded engine");
                let help = "create a view or a table";
                self.refuse("unsupported-syntax", message, statement, Some(help));
            }
        }
        let name = self.table_name(&create.name);
        let (query, given) = self.query(&view.query);
        if given.complete && !view.columns.is_empty() && given.columns.len() != view.columns.len() {
            let (named, gives) = (view.columns.len(), given.columns.len());
            let message = format!("{named} columns are named, the query gives {gives}");
            self.refuse("sql-syntax", message, statement, None);
        }
        let columns: Vec<String> = view.columns.iter().map(|column| quote(&column.value)).collect();
        let columns =
            if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
        let replace = if create.or_replace { "OR REPLACE " } else { "" };
        let absent = if create.if_not_exists { "IF NOT EXISTS " } else { "" };
        format!("CREATE {replace}VIEW {absent}{name}{columns} AS {query}")
    }

    /// A column of a new table, or (not `new`) one that is added to a table.
    pub fn column(&mut self, column: &ColumnDef, new: bool) -> String {
        let name = quote(&column.name.value);
        let Some(data_type) = &column.data_type else {
            let message = format!("column `{}` needs a type", column.name);
            return self.refuse("sql-syntax", message, column, None).sql;
        };
        let mut out = match limited_column(data_type, &name) {
            Ok((kind, None)) => format!("{name} {kind}"),
            Ok((kind, Some(check))) if new => format!("{name} {kind} CHECK ({check})"),
            Ok(_) => {
                let message = format!("`{}` cannot be added with a length", column.name);
                let help = "leave the length out";
                self.refuse("unsupported-syntax", message, data_type, Some(help)).sql
            }
            Err(error) => {
                let help = error.help.clone();
                self.refuse(error.code, error.message, data_type, help.as_deref()).sql
            }
        };
        let mut others = column.others.clone();
        match (column.not_null, new) {
            (true, true) => out.push_str(" NOT NULL"),
            (true, false) => others.push("NOT NULL".to_owned()),
            (false, _) => {}
        }
        match (&column.default, new) {
            (Some(value), true) => {
                self.scopes.push(Scope::default());
                let value = self.expression(value);
                self.scopes.pop();
                out.push_str(&format!(" DEFAULT ({})", value.sql));
            }
            (Some(_), false) => others.push("DEFAULT".to_owned()),
            (None, _) => {}
        }
        for other in others {
            let message = format!("`{other}` of column `{}` is not supported", column.name);
            self.refuse("unsupported-syntax", message, column, None);
        }
        out
    }
}
