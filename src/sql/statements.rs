//! Statements other than queries: what hooks, operations and `run_query` hold.

use sqlparser::ast::{
    AlterTableOperation, AssignmentTarget, ColumnDef, CreateTable, Delete, FromTable, Insert,
    ObjectType, SchemaName, SetExpr, Spanned, Statement, TableFactor, TableObject, TableWithJoins,
    Update,
};

use super::{
    scope::{Columns, Scope, Source},
    translate::Translator,
    types::{Type, quote},
};

impl Translator<'_> {
    /// One statement.
    pub fn statement(&mut self, statement: &Statement) -> String {
        match statement {
            Statement::Query(query) => self.query(query).0,
            Statement::Insert(insert) => self.insert(insert, statement),
            Statement::Delete(delete) => self.delete(delete, statement),
            Statement::Update(update) => self.update(update, statement),
            Statement::CreateTable(create) => self.create_table(create, statement),
            Statement::CreateView(create) => {
                let name = self.table_name(&create.name);
                let (query, _) = self.query(&create.query);
                let replace = if create.or_replace { "OR REPLACE " } else { "" };
                let absent = if create.if_not_exists { "IF NOT EXISTS " } else { "" };
                format!("CREATE {replace}VIEW {absent}{name} AS {query}")
            }
            Statement::CreateSchema { schema_name, if_not_exists, .. } => {
                let absent = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                match schema_name {
                    SchemaName::Simple(name) => {
                        format!("CREATE SCHEMA {absent}{}", self.table_name(name))
                    }
                    _ => self.refused(statement),
                }
            }
            Statement::Drop { object_type, if_exists, names, cascade, .. } => {
                let kind = match object_type {
                    ObjectType::Table => "TABLE",
                    ObjectType::View => "VIEW",
                    ObjectType::Schema => "SCHEMA",
                    _ => return self.refused(statement),
                };
                let exists = if *if_exists { "IF EXISTS " } else { "" };
                let names: Vec<String> = names.iter().map(|name| self.table_name(name)).collect();
                let cascade = if *cascade { " CASCADE" } else { "" };
                format!("DROP {kind} {exists}{}{cascade}", names.join(", "))
            }
            Statement::Truncate(truncate) => {
                let names: Vec<String> =
                    truncate.table_names.iter().map(|table| self.table_name(&table.name)).collect();
                format!("TRUNCATE {}", names.join(", "))
            }
            Statement::AlterTable(alter) => {
                let name = self.table_name(&alter.name);
                match alter.operations.as_slice() {
                    [AlterTableOperation::AddColumn { if_not_exists, column_def, .. }] => {
                        let absent = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                        let column = self.column(column_def, statement);
                        format!("ALTER TABLE {name} ADD COLUMN {absent}{column}")
                    }
                    [AlterTableOperation::DropColumn { column_names, if_exists, .. }]
                        if column_names.len() == 1 =>
                    {
                        let exists = if *if_exists { "IF EXISTS " } else { "" };
                        format!(
                            "ALTER TABLE {name} DROP COLUMN {exists}{}",
                            quote(&column_names[0].value)
                        )
                    }
                    [AlterTableOperation::RenameColumn { old_column_name, new_column_name }] => {
                        format!(
                            "ALTER TABLE {name} RENAME COLUMN {} TO {}",
                            quote(&old_column_name.value),
                            quote(&new_column_name.value)
                        )
                    }
                    _ => self.refused(statement),
                }
            }
            Statement::StartTransaction { .. } => "BEGIN TRANSACTION".to_owned(),
            Statement::Commit { .. } => "COMMIT".to_owned(),
            Statement::Rollback { .. } => "ROLLBACK".to_owned(),
            _ => self.refused(statement),
        }
    }

    fn refused(&mut self, statement: &Statement) -> String {
        let text = statement.to_string();
        let shown: Vec<&str> = text.split_whitespace().take(3).collect();
        self.refuse(
            "unsupported-syntax",
            format!("statement `{} …` is not supported on the embedded engine", shown.join(" ")),
            statement,
            None,
        );
        String::new()
    }

    fn insert(&mut self, insert: &Insert, statement: &Statement) -> String {
        let TableObject::TableName(name) = &insert.table else { return self.refused(statement) };
        let Some(source) = &insert.source else { return self.refused(statement) };
        let name = self.table_name(name);
        let columns: Vec<String> = insert
            .columns
            .iter()
            .map(|column| {
                let last = column
                    .0
                    .last()
                    .map(|part| part.to_string().replace('`', ""))
                    .unwrap_or_default();
                quote(&last)
            })
            .collect();
        let columns =
            if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
        let rows = match source.body.as_ref() {
            SetExpr::Values(values) => {
                self.scopes.push(Scope::default());
                let rows: Vec<String> = values
                    .rows
                    .iter()
                    .map(|row| {
                        let cells: Vec<String> =
                            row.content.iter().map(|cell| self.expression(cell).sql).collect();
                        format!("({})", cells.join(", "))
                    })
                    .collect();
                self.scopes.pop();
                format!("VALUES {}", rows.join(", "))
            }
            _ => self.query(source).0,
        };
        format!("INSERT INTO {name}{columns} {rows}")
    }

    /// The target of DML: its name with alias, visible in a new scope that the caller pops.
    fn target(&mut self, table: &TableWithJoins) -> Option<String> {
        let TableFactor::Table { name, alias, .. } = &table.relation else { return None };
        self.scopes.push(Scope::default());
        let parts = super::queries::name_parts(name);
        let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
        let known = self.schemas.columns(&borrowed);
        let columns = Columns {
            complete: known.is_some(),
            is_value: false,
            columns: known
                .unwrap_or_default()
                .into_iter()
                .map(|column| {
                    let kind = super::parse::data_type(&column.data_type)
                        .and_then(|parsed| Type::from_ast(&parsed));
                    (column.name, kind.unwrap_or_default())
                })
                .collect(),
        };
        let shown = alias.as_ref().map(|alias| alias.name.value.clone());
        let alias = shown.clone().or_else(|| parts.last().cloned());
        if let Some(scope) = self.scopes.last_mut() {
            let table = alias.clone().unwrap_or_default();
            scope.sources.push(Source { alias, table, columns, element: None });
        }
        let name = self.table_name(name);
        Some(match shown {
            Some(alias) => format!("{name} AS {}", quote(&alias)),
            None => name,
        })
    }

    fn delete(&mut self, delete: &Delete, statement: &Statement) -> String {
        let (FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables)) = &delete.from;
        let [table] = tables.as_slice() else { return self.refused(statement) };
        let Some(target) = self.target(table) else { return self.refused(statement) };
        let condition = delete.selection.as_ref().map(|condition| self.expression(condition).sql);
        self.scopes.pop();
        match condition {
            Some(condition) => format!("DELETE FROM {target} WHERE {condition}"),
            None => {
                self.refuse(
                    "sql-syntax",
                    "DELETE needs a WHERE in GoogleSQL",
                    statement,
                    Some("write WHERE true"),
                );
                String::new()
            }
        }
    }

    fn update(&mut self, update: &Update, statement: &Statement) -> String {
        if update.from.is_some() {
            return self.refused(statement);
        }
        let Some(target) = self.target(&update.table) else { return self.refused(statement) };
        let mut assignments = Vec::new();
        for assignment in &update.assignments {
            let AssignmentTarget::ColumnName(name) = &assignment.target else {
                return self.refused(statement);
            };
            let column = super::queries::name_parts(name).pop().unwrap_or_default();
            let value = self.expression(&assignment.value).sql;
            assignments.push(format!("{} = {value}", quote(&column)));
        }
        let condition = update.selection.as_ref().map(|condition| self.expression(condition).sql);
        self.scopes.pop();
        match condition {
            Some(condition) => {
                format!("UPDATE {target} SET {} WHERE {condition}", assignments.join(", "))
            }
            None => {
                self.refuse(
                    "sql-syntax",
                    "UPDATE needs a WHERE in GoogleSQL",
                    statement,
                    Some("write WHERE true"),
                );
                String::new()
            }
        }
    }

    /// Partitioning, clustering and options have no counterpart and change no row.
    fn create_table(&mut self, create: &CreateTable, statement: &Statement) -> String {
        let name = self.table_name(&create.name);
        let replace = if create.or_replace { "OR REPLACE " } else { "" };
        let temporary = if create.temporary { "TEMPORARY " } else { "" };
        let absent = if create.if_not_exists { "IF NOT EXISTS " } else { "" };
        let head = format!("CREATE {replace}{temporary}TABLE {absent}{name}");
        match &create.query {
            Some(query) => {
                let (query, _) = self.query(query);
                format!("{head} AS {query}")
            }
            None => {
                let columns: Vec<String> =
                    create.columns.iter().map(|column| self.column(column, statement)).collect();
                format!("{head} ({})", columns.join(", "))
            }
        }
    }

    fn column(&mut self, column: &ColumnDef, place: &impl Spanned) -> String {
        let kind = match Type::from_ast(&column.data_type) {
            Ok(kind) => kind.duckdb().unwrap_or_default(),
            Err(error) => self.refuse(error.code, error.message, place, None).sql,
        };
        let not_null = column
            .options
            .iter()
            .any(|option| matches!(option.option, sqlparser::ast::ColumnOption::NotNull));
        format!("{} {kind}{}", quote(&column.name.value), if not_null { " NOT NULL" } else { "" })
    }
}
