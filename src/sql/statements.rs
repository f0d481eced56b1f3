//! Statements other than queries: what hooks, operations and `run_query` hold.

use sqlparser::ast::{
    AlterTableOperation, AssignmentTarget, Delete, Expr, FromTable, Insert, ObjectName, ObjectType,
    SchemaName, SetExpr, Spanned, Statement, TableFactor, TableObject, TableWithJoins, Update,
};

use super::{
    scope::{Columns, Scope, Source, field},
    translate::{Translator, Typed},
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
            Statement::CreateView(create) => self.create_view(create, statement),
            Statement::Assert { condition, message } => {
                let condition = self.condition(condition, "ASSERT");
                let message = match message {
                    Some(message) => self.expression(message).sql,
                    None => "'an assertion failed'".to_owned(),
                };
                format!("SELECT CASE WHEN {condition} THEN TRUE ELSE error({message}) END")
            }
            Statement::CreateSchema {
                schema_name,
                if_not_exists,
                or_replace: false,
                default_collate_spec: None,
                clone: None,
                ..
            } => {
                let absent = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                match schema_name {
                    SchemaName::Simple(name) => {
                        format!("CREATE SCHEMA {absent}{}", self.table_name(name))
                    }
                    _ => self.refused(statement),
                }
            }
            Statement::Drop {
                object_type,
                if_exists,
                names,
                cascade,
                purge: false,
                temporary: false,
                table: None,
                ..
            } => {
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
            Statement::Truncate(truncate)
                if truncate.partitions.is_none()
                    && truncate.identity.is_none()
                    && truncate.cascade.is_none()
                    && !truncate.if_exists =>
            {
                let names: Vec<String> =
                    truncate.table_names.iter().map(|table| self.table_name(&table.name)).collect();
                format!("TRUNCATE {}", names.join(", "))
            }
            Statement::AlterTable(alter) => {
                let name = self.table_name(&alter.name);
                match alter.operations.as_slice() {
                    [AlterTableOperation::AddColumn { if_not_exists, column_def, .. }] => {
                        let absent = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                        let column = self.column(column_def, false, statement);
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
            Statement::StartTransaction {
                statements, exception: None, has_end_keyword, ..
            } if statements.is_empty() && !has_end_keyword => "BEGIN TRANSACTION".to_owned(),
            Statement::Commit { end: false, .. } => "COMMIT".to_owned(),
            Statement::Rollback { savepoint: None, .. } => "ROLLBACK".to_owned(),
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
        let foreign = insert.or.is_some()
            || insert.ignore
            || insert.overwrite
            || insert.replace_into
            || insert.table_alias.is_some()
            || insert.partitioned.is_some()
            || insert.on.is_some()
            || insert.returning.is_some()
            || insert.output.is_some()
            || insert.insert_alias.is_some();
        if foreign {
            return self.refused(statement);
        }
        let targets = self.insert_targets(name, &insert.columns);
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
                        let mut cells = Vec::new();
                        for (at, cell) in row.content.iter().enumerate() {
                            let target = targets.as_ref().and_then(|all| all.get(at));
                            cells.push(self.assigned(cell, target));
                        }
                        format!("({})", cells.join(", "))
                    })
                    .collect();
                self.scopes.pop();
                format!("VALUES {}", rows.join(", "))
            }
            _ => {
                let (text, given) = self.query(source);
                for (target, (_, kind)) in
                    targets.iter().flatten().zip(given.columns.iter().filter(|_| given.complete))
                {
                    let value = Typed::new("", kind.clone());
                    self.refuse_unassignable(&value, target, source.as_ref());
                    self.refuse_other_names(&target.0, &target.1, kind, source.as_ref());
                }
                self.stored(text, &given)
            }
        };
        format!("INSERT INTO {name}{columns} {rows}")
    }

    /// The columns that INSERT fills, in its order, where the table is known.
    fn insert_targets(
        &self,
        name: &ObjectName,
        columns: &[ObjectName],
    ) -> Option<Vec<(String, Type)>> {
        let parts = super::queries::name_parts(name);
        let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
        let known: Vec<(String, Type)> = self
            .schemas
            .columns(&borrowed)?
            .into_iter()
            .map(|column| (column.name, Type::parse(&column.data_type).unwrap_or_default()))
            .collect();
        if columns.is_empty() {
            return Some(known);
        }
        let named = |column: &ObjectName| {
            let name = super::queries::name_parts(column).pop().unwrap_or_default();
            let kind = field(&known, &name).map(|(_, kind)| kind.clone());
            (name, kind.unwrap_or_default())
        };
        Some(columns.iter().map(named).collect())
    }

    /// A value as a column takes it.
    fn assigned(&mut self, value: &Expr, target: Option<&(String, Type)>) -> String {
        let typed = self.expression(value);
        let Some(target) = target else { return typed.sql };
        self.refuse_unassignable(&typed, target, value);
        match (&typed.kind, &target.1) {
            (Type::Float64, Type::Numeric | Type::BigNumeric) => {
                self.convert(&typed, &target.1, false)
            }
            // The engine goes by the names of the fields, BigQuery by their places.
            (Type::Struct(_) | Type::Array(_), kind) if typed.kind != *kind => {
                self.convert(&typed, kind, false)
            }
            _ => typed.sql,
        }
    }

    /// The engine converts what it can; BigQuery only what loses nothing
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules>).
    fn refuse_unassignable(
        &mut self,
        value: &Typed,
        (name, target): &(String, Type),
        place: &impl Spanned,
    ) {
        let is_literal = value.sql.starts_with('\'') || value.sql.starts_with("CAST(");
        let narrows = match (&value.kind, target) {
            (Type::Float64, Type::Int64 | Type::Numeric | Type::BigNumeric) => !is_literal,
            (Type::Numeric | Type::BigNumeric, Type::Int64) => true,
            (Type::BigNumeric, Type::Numeric) => true,
            (Type::String, Type::Date | Type::DateTime | Type::Timestamp | Type::Time) => {
                !is_literal
            }
            (value, target) => value.clashes(target),
        };
        if narrows {
            let message = format!(
                "column `{name}` is {}, which does not take {}",
                target.google(),
                value.kind.google()
            );
            self.refuse("wrong-type", message, place, Some("use CAST"));
        }
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
        let foreign = !delete.tables.is_empty()
            || delete.using.is_some()
            || delete.returning.is_some()
            || delete.output.is_some()
            || !delete.order_by.is_empty()
            || delete.limit.is_some()
            || !table.joins.is_empty();
        if foreign {
            return self.refused(statement);
        }
        let Some(target) = self.target(table) else { return self.refused(statement) };
        let condition = delete.selection.as_ref().map(|given| self.condition(given, "WHERE"));
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
        let foreign = update.from.is_some()
            || update.returning.is_some()
            || update.output.is_some()
            || update.or.is_some()
            || !update.order_by.is_empty()
            || update.limit.is_some()
            || !update.table.joins.is_empty();
        if foreign {
            return self.refused(statement);
        }
        let Some(target) = self.target(&update.table) else { return self.refused(statement) };
        let mut assignments = Vec::new();
        for assignment in &update.assignments {
            let AssignmentTarget::ColumnName(name) = &assignment.target else {
                return self.refused(statement);
            };
            let mut parts = super::queries::name_parts(name);
            let column = parts.pop().unwrap_or_default();
            let source = self.scopes.last().and_then(|scope| scope.sources.first()).cloned();
            let is_target = match (parts.as_slice(), &source) {
                ([], _) => true,
                ([table], Some(source)) => source.table.eq_ignore_ascii_case(table),
                _ => false,
            };
            if !is_target {
                let message = format!("`{name}` is a part of a column, which cannot be set alone");
                let help = "set the whole column";
                self.refuse("unsupported-syntax", message, &assignment.value, Some(help));
            }
            let target = source.as_ref().and_then(|source| {
                let (name, kind) = field(&source.columns.columns, &column)?;
                Some((name.clone(), kind.clone()))
            });
            let value = self.assigned(&assignment.value, target.as_ref());
            assignments.push(format!("{} = {value}", quote(&column)));
        }
        let condition = update.selection.as_ref().map(|given| self.condition(given, "WHERE"));
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
}
