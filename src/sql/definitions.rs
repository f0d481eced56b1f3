//! CREATE TABLE and CREATE VIEW
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language>).

use sqlparser::ast::{
    ColumnDef, ColumnOption, CreateTable, CreateView, Query, Spanned, Statement, TableConstraint,
};

use super::{
    scope::Scope,
    translate::Translator,
    type_parameters::Limit,
    types::{Type, quote},
};

impl Translator<'_> {
    /// Partitioning, clustering and options have no counterpart and change no row; keys are not
    /// enforced in BigQuery either.
    pub fn create_table(&mut self, create: &CreateTable, statement: &Statement) -> String {
        let unsupported = [
            (create.like.is_some(), "CREATE TABLE … LIKE"),
            (create.clone.is_some(), "CREATE TABLE … CLONE or COPY"),
            (create.version.is_some(), "FOR SYSTEM_TIME AS OF"),
            (create.external, "CREATE EXTERNAL TABLE"),
            (create.snapshot, "CREATE SNAPSHOT TABLE"),
            (create.default_ddl_collation.is_some(), "DEFAULT COLLATE"),
            (create.inherits.is_some() || create.partition_of.is_some(), "an inherited table"),
            (create.with_connection.is_some(), "WITH CONNECTION"),
        ];
        for (is_there, name) in unsupported {
            if is_there {
                let message = format!("{name} is not supported on the embedded engine");
                let help = "write CREATE TABLE … AS SELECT";
                self.refuse("unsupported-syntax", message, statement, Some(help));
            }
        }
        for constraint in &create.constraints {
            if !matches!(
                constraint,
                TableConstraint::PrimaryKey(_) | TableConstraint::ForeignKey(_)
            ) {
                let message = format!("the constraint `{constraint}` is not GoogleSQL");
                self.refuse("unsupported-syntax", message, statement, None);
            }
        }
        let name = self.table_name(&create.name);
        let replace = if create.or_replace { "OR REPLACE " } else { "" };
        let temporary = if create.temporary { "TEMPORARY " } else { "" };
        let absent = if create.if_not_exists { "IF NOT EXISTS " } else { "" };
        let head = format!("CREATE {replace}{temporary}TABLE {absent}{name}");
        match &create.query {
            Some(query) => format!("{head} AS {}", self.filling_query(query, create, statement)),
            None => {
                let columns: Vec<String> = create
                    .columns
                    .iter()
                    .map(|column| self.column(column, true, statement))
                    .collect();
                format!("{head} ({})", columns.join(", "))
            }
        }
    }

    /// The query of CREATE TABLE … AS; a list of columns names what it gives, and has its types.
    fn filling_query(
        &mut self,
        query: &Query,
        create: &CreateTable,
        statement: &Statement,
    ) -> String {
        let (text, given) = self.query(query);
        let text = self.stored(text, &given);
        if create.columns.is_empty() {
            return text;
        }
        let mut names = Vec::new();
        for (at, column) in create.columns.iter().enumerate() {
            let parsed = Type::from_ast(&column.data_type);
            let limit = Limit::from_ast(&column.data_type);
            let same = given.complete
                && given.columns.get(at).is_some_and(|(_, kind)| parsed.as_ref() == Ok(kind));
            if !same
                || limit != Ok(None)
                || !column.options.iter().all(|option| is_note(&option.option))
            {
                let message = format!(
                    "column `{}` of a table that a query fills takes the type of the query, and no constraint",
                    column.name
                );
                let help = "leave the list of columns out, and CAST in the query";
                self.refuse("unsupported-syntax", message, statement, Some(help));
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
    pub fn create_view(&mut self, create: &CreateView, statement: &Statement) -> String {
        let unsupported = [
            (create.materialized, "CREATE MATERIALIZED VIEW"),
            (create.temporary, "CREATE TEMP VIEW"),
            (create.to.is_some(), "CREATE VIEW … TO"),
        ];
        for (is_there, name) in unsupported {
            if is_there {
                let message = format!("{name} is not supported on the embedded engine");
                let help = "create a view or a table";
                self.refuse("unsupported-syntax", message, statement, Some(help));
            }
        }
        let name = self.table_name(&create.name);
        let (query, given) = self.query(&create.query);
        if given.complete
            && !create.columns.is_empty()
            && given.columns.len() != create.columns.len()
        {
            let (named, gives) = (create.columns.len(), given.columns.len());
            let message = format!("{named} columns are named, the query gives {gives}");
            self.refuse("sql-syntax", message, statement, None);
        }
        let columns: Vec<String> =
            create.columns.iter().map(|column| quote(&column.name.value)).collect();
        let columns =
            if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
        let replace = if create.or_replace { "OR REPLACE " } else { "" };
        let absent = if create.if_not_exists { "IF NOT EXISTS " } else { "" };
        format!("CREATE {replace}VIEW {absent}{name}{columns} AS {query}")
    }

    /// A column of a new table, or (not `new`) one that is added to a table.
    pub fn column(&mut self, column: &ColumnDef, new: bool, place: &impl Spanned) -> String {
        let name = quote(&column.name.value);
        let kind = match Type::from_ast(&column.data_type) {
            Ok(kind) => kind.duckdb().unwrap_or_default(),
            Err(error) => self.refuse(error.code, error.message, place, None).sql,
        };
        let mut out = match Limit::from_ast(&column.data_type) {
            Ok(None) => format!("{name} {kind}"),
            Ok(Some(Limit::Digits(precision, digits))) => {
                format!("{name} DECIMAL({precision},{digits})")
            }
            Ok(Some(Limit::Length(most))) if new => {
                let length = if kind == "BLOB" { "octet_length" } else { "length" };
                format!("{name} {kind} CHECK ({length}({name}) <= {most})")
            }
            Ok(Some(Limit::Length(_))) => {
                let message = format!("`{}` cannot be added with a length", column.name);
                self.refuse("unsupported-syntax", message, place, Some("leave the length out")).sql
            }
            Err(error) => self.refuse(error.code, error.message, place, None).sql,
        };
        for option in &column.options {
            match &option.option {
                ColumnOption::NotNull if new => out.push_str(" NOT NULL"),
                ColumnOption::Default(value) if new => {
                    self.scopes.push(Scope::default());
                    let value = self.expression(value);
                    self.scopes.pop();
                    out.push_str(&format!(" DEFAULT ({})", value.sql));
                }
                option if is_note(option) => {}
                option => {
                    let message =
                        format!("`{option}` of column `{}` is not supported", column.name);
                    self.refuse("unsupported-syntax", message, place, None);
                }
            }
        }
        out
    }
}

/// Whether an option of a column changes no row.
fn is_note(option: &ColumnOption) -> bool {
    match option {
        ColumnOption::Null
        | ColumnOption::Comment(_)
        | ColumnOption::PrimaryKey(_)
        | ColumnOption::ForeignKey(_) => true,
        ColumnOption::Options(options) => options
            .iter()
            .all(|option| !option.to_string().to_ascii_lowercase().contains("rounding_mode")),
        _ => false,
    }
}
