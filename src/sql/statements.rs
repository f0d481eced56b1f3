//! Statements other than queries: what hooks, operations and `run_query` hold.

use super::{
    ast::{
        AlterAction, Assignment, Create, Delete, DropKind, Expr, Ident, Insert, InsertSource, Path,
        Spanned, Statement, StatementKind, Table, TableKind, Update,
    },
    bignumerics::mixes_bignumeric,
    scope::{Columns, Scope, Source, field},
    translate::{Translator, Typed},
    types::{Type, quote},
};
use crate::relation::is_pseudo_column;

impl Translator<'_> {
    /// One statement.
    pub fn statement(&mut self, statement: &Statement) -> String {
        match &statement.kind {
            StatementKind::Query(query) => self.query(query).0,
            StatementKind::Insert(insert) => self.insert(insert),
            StatementKind::Delete(delete) => self.delete(delete, statement),
            StatementKind::Update(update) => self.update(update, statement),
            StatementKind::CreateTable(create) => self.create_table(create, statement),
            StatementKind::CreateView(create) => self.create_view(create, statement),
            StatementKind::CreateSchema(create) => self.create_schema(create, statement),
            StatementKind::CreateFunction(create) => self.create_function(create, statement),
            StatementKind::Assert(condition, message) => {
                let condition = self.condition(condition, "ASSERT");
                let message = match message {
                    Some(message) => self.expression(message).sql,
                    None => "'an assertion failed'".to_owned(),
                };
                format!("SELECT CASE WHEN {condition} THEN TRUE ELSE error({message}) END")
            }
            StatementKind::Drop { kind, if_exists, name, cascade } => {
                let kind = match kind {
                    DropKind::Table => "TABLE",
                    DropKind::View => "VIEW",
                    DropKind::Schema => "SCHEMA",
                };
                let exists = if *if_exists { "IF EXISTS " } else { "" };
                let cascade = if *cascade { " CASCADE" } else { "" };
                format!("DROP {kind} {exists}{}{cascade}", self.table_name(name))
            }
            StatementKind::Truncate(name) => format!("TRUNCATE {}", self.table_name(name)),
            StatementKind::AlterTable { if_exists: false, name, actions } => {
                let name = self.table_name(name);
                match actions.as_slice() {
                    [AlterAction::Add(if_not_exists, column)] => {
                        let absent = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                        let column = self.column(column, false);
                        format!("ALTER TABLE {name} ADD COLUMN {absent}{column}")
                    }
                    [AlterAction::Drop(if_exists, column)] => {
                        let exists = if *if_exists { "IF EXISTS " } else { "" };
                        format!("ALTER TABLE {name} DROP COLUMN {exists}{}", quote(&column.value))
                    }
                    [AlterAction::Rename(old, new)] => format!(
                        "ALTER TABLE {name} RENAME COLUMN {} TO {}",
                        quote(&old.value),
                        quote(&new.value)
                    ),
                    _ => self.refused(statement),
                }
            }
            StatementKind::Begin => "BEGIN TRANSACTION".to_owned(),
            StatementKind::Commit => "COMMIT".to_owned(),
            StatementKind::Rollback => "ROLLBACK".to_owned(),
            StatementKind::Merge(merge) => self.merge_statement(merge, statement),
            StatementKind::Foreign(what) => {
                let message = format!("{what} is not supported");
                self.refuse("unsupported-syntax", message, statement, None);
                String::new()
            }
            StatementKind::Script(_)
            | StatementKind::CreateProcedure(_)
            | StatementKind::AlterTable { .. }
            | StatementKind::Other(_) => self.refused(statement),
        }
    }

    fn create_schema(&mut self, create: &Create, statement: &Statement) -> String {
        if create.or_replace || create.temporary || !create.clauses.is_empty() {
            return self.refused(statement);
        }
        let absent = if create.if_not_exists { "IF NOT EXISTS " } else { "" };
        format!("CREATE SCHEMA {absent}{}", self.table_name(&create.name))
    }

    pub(super) fn refused(&mut self, statement: &Statement) -> String {
        let text = self.written(statement);
        let shown: Vec<&str> = text.split_whitespace().take(3).collect();
        self.refuse(
            "unsupported-syntax",
            format!("statement `{} …` is not supported on the embedded engine", shown.join(" ")),
            statement,
            None,
        );
        String::new()
    }

    fn insert(&mut self, insert: &Insert) -> String {
        let targets = self.insert_targets(&insert.table, &insert.columns);
        let name = self.table_name(&insert.table);
        let columns: Vec<String> =
            insert.columns.iter().map(|column| quote(&column.value)).collect();
        let columns =
            if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
        let rows = match &insert.source {
            InsertSource::Values(rows) => {
                self.scopes.push(Scope::default());
                let mut texts = Vec::with_capacity(rows.len());
                for row in rows {
                    let mut cells = Vec::with_capacity(row.len());
                    for (at, cell) in row.iter().enumerate() {
                        let target = targets.as_ref().and_then(|all| all.get(at));
                        cells.push(self.assigned(cell, target));
                    }
                    texts.push(format!("({})", cells.join(", ")));
                }
                self.scopes.pop();
                format!("VALUES {}", texts.join(", "))
            }
            InsertSource::Query(query) => {
                let (mut text, mut given) = self.query(query);
                if let Some(targets) = &targets {
                    let kinds = targets.iter().map(|(_, kind)| kind.clone()).collect();
                    (text, given) = self.beside_bignumerics(text, given, kinds);
                }
                for (target, (_, kind)) in
                    targets.iter().flatten().zip(given.columns.iter().filter(|_| given.complete))
                {
                    let value = Typed::new("", kind.clone());
                    self.refuse_unassignable(&value, target, query.as_ref());
                    self.refuse_other_names(&target.0, &target.1, kind, query.as_ref());
                }
                self.stored(text, &given)
            }
        };
        format!("INSERT INTO {name}{columns} {rows}")
    }

    /// The columns that INSERT fills, in its order, where the table is known.
    fn insert_targets(&self, name: &Path, columns: &[Ident]) -> Option<Vec<(String, Type)>> {
        let known = self.table_columns(name)?;
        if columns.is_empty() {
            let shown = known.into_iter().filter(|(name, _)| !is_pseudo_column(name));
            return Some(shown.collect());
        }
        let named = |column: &Ident| {
            let kind = field(&known, &column.value).map(|(_, kind)| kind.clone());
            (column.value.clone(), kind.unwrap_or_default())
        };
        Some(columns.iter().map(named).collect())
    }

    /// The columns of a table, where it is known.
    pub fn table_columns(&self, name: &Path) -> Option<Vec<(String, Type)>> {
        let parts = name.names();
        let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
        let columns = self.schemas.columns(&borrowed)?.into_iter();
        let typed = |column: super::ColumnType| {
            (column.name, Type::parse(&column.data_type).unwrap_or_default())
        };
        Some(columns.map(typed).collect())
    }

    /// A value as a column takes it.
    pub fn assigned(&mut self, value: &Expr, target: Option<&(String, Type)>) -> String {
        let typed = self.expression(value);
        let Some(target) = target else { return typed.sql };
        self.refuse_unassignable(&typed, target, value);
        match (&typed.kind, &target.1) {
            (Type::Float64, Type::Numeric | Type::BigNumeric) => {
                self.convert(&typed, &target.1, false)
            }
            (kind, target) if mixes_bignumeric(kind, target) => {
                self.beside_bignumeric(typed, target).sql
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
    pub fn target(&mut self, table: &Table) -> Option<String> {
        let TableKind::Named { name, system_time: None } = &table.kind else { return None };
        if table.offset.is_some() || table.sample.is_some() || !table.columns.is_empty() {
            return None;
        }
        let known = self.table_columns(name);
        let columns = Columns {
            complete: known.is_some(),
            is_value: false,
            columns: known.unwrap_or_default(),
        };
        let shown = table.alias.as_ref().map(|alias| alias.value.clone());
        let alias = shown.clone().or_else(|| name.names().pop());
        let source = Source {
            table: alias.clone().unwrap_or_default(),
            alias,
            columns,
            ..Source::default()
        };
        self.scopes.push(Scope { sources: vec![source], ..Scope::default() });
        let name = self.table_name(name);
        Some(match shown {
            Some(alias) => format!("{name} AS {}", quote(&alias)),
            None => name,
        })
    }

    fn delete(&mut self, delete: &Delete, statement: &Statement) -> String {
        let Some(target) = self.target(&delete.table) else { return self.refused(statement) };
        let condition = delete.filter.as_ref().map(|given| self.condition(given, "WHERE"));
        self.scopes.pop();
        match condition {
            Some(condition) => format!("DELETE FROM {target} WHERE {condition}"),
            None => self.no_condition("DELETE", statement),
        }
    }

    fn no_condition(&mut self, statement: &str, place: &Statement) -> String {
        let message = format!("{statement} needs a WHERE in GoogleSQL");
        self.refuse("sql-syntax", message, place, Some("write WHERE true"));
        String::new()
    }

    fn update(&mut self, update: &Update, statement: &Statement) -> String {
        let Some(target) = self.target(&update.table) else { return self.refused(statement) };
        let from: Vec<String> =
            update.from.iter().map(|table| self.table_with_joins(table, 0)).collect();
        let from = from.join(" CROSS JOIN ");
        let source = self.scopes.last().and_then(|scope| scope.sources.first()).cloned();
        let assignments =
            self.assignments(&update.assignments, &source.unwrap_or_default()).join(", ");
        let condition = update.filter.as_ref().map(|given| self.condition(given, "WHERE"));
        let scope = self.scopes.pop().unwrap_or_default();
        let Some(condition) = condition else { return self.no_condition("UPDATE", statement) };
        if from.is_empty() {
            return format!("UPDATE {target} SET {assignments} WHERE {condition}");
        }
        self.check_single(&format!("{target} CROSS JOIN {from}"), Some(&condition), &scope);
        format!("UPDATE {target} SET {assignments} FROM {from} WHERE {condition}")
    }

    /// `column = value`, for the columns of a table.
    pub fn assignments(&mut self, all: &[Assignment], source: &Source) -> Vec<String> {
        let mut assignments = Vec::new();
        for assignment in all {
            let name = &assignment.target;
            let mut parts = name.names();
            let column = parts.pop().unwrap_or_default();
            let is_target = match parts.as_slice() {
                [] => true,
                [table] => source.table.eq_ignore_ascii_case(table),
                _ => false,
            };
            if !is_target {
                let message = format!("`{name}` is a part of a column, which cannot be set alone");
                let help = "set the whole column";
                self.refuse("unsupported-syntax", message, name, Some(help));
            }
            let target = field(&source.columns.columns, &column)
                .map(|(name, kind)| (name.clone(), kind.clone()));
            let value = self.assigned(&assignment.value, target.as_ref());
            assignments.push(format!("{} = {value}", quote(&column)));
        }
        assignments
    }
}
