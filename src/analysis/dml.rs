//! INSERT, UPDATE, DELETE, MERGE
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax>).

use super::{
    analyzer::Analyzer,
    coercion::coercion,
    names::named,
    problem::Problem,
    rows::{Column, Scope, Source, Value},
    types::Type,
};
use crate::{
    diagnostic::did_you_mean,
    sql::ast::{
        Assignment, Delete, Expr, ExprKind, Ident, Insert, InsertSource, Merge, MergeAction,
        MergeRows, Span, Update,
    },
};

impl Analyzer<'_> {
    pub(super) fn insert(&mut self, insert: &Insert) {
        let rows = self.table_rows(&insert.table.names(), insert.table.span);
        let table = Source::of("", &rows);
        let targets = self.targets(&table, &insert.columns, insert.table.span);
        match &insert.source {
            InsertSource::Values(all) => {
                for row in all {
                    self.scopes.push(Scope::default());
                    self.insert_values(&targets, row, insert.table.span);
                    self.scopes.pop();
                }
            }
            InsertSource::Query(query) => {
                let given = self.query(query);
                if let Some(targets) = &targets
                    && given.is_complete
                {
                    self.expect_as_many(targets.len(), given.columns.len(), insert.table.span);
                    for (target, column) in targets.iter().zip(&given.columns) {
                        self.assign(target.as_ref(), &column.value, column.span);
                    }
                }
            }
        }
    }

    pub(super) fn update(&mut self, update: &Update) {
        self.scopes.push(Scope::default());
        self.table(&update.table);
        let own = self.scope().sources.len();
        self.from(&update.from);
        self.assignments(&update.assignments, own);
        self.required_filter(update.filter.as_ref(), "UPDATE", update.table.span);
        self.scopes.pop();
    }

    pub(super) fn delete(&mut self, delete: &Delete) {
        self.scopes.push(Scope::default());
        self.table(&delete.table);
        self.required_filter(delete.filter.as_ref(), "DELETE", delete.table.span);
        self.scopes.pop();
    }

    pub(super) fn merge(&mut self, merge: &Merge) {
        self.scopes.push(Scope::default());
        self.table(&merge.table);
        let own = self.scope().sources.len();
        self.table(&merge.source);
        self.condition(&merge.condition, "ON");
        self.predicates_of(&merge.condition);
        let all = self.scope().sources.clone();
        for clause in &merge.clauses {
            // What is there where no row of the other side is.
            let seen = match clause.rows {
                MergeRows::Matched => &all[..],
                MergeRows::NotByTarget => &all[own..],
                MergeRows::NotBySource => &all[..own],
            };
            self.scope().sources = seen.to_vec();
            if let Some(condition) = &clause.condition {
                self.condition(condition, "AND");
            }
            match &clause.action {
                MergeAction::Delete => {}
                MergeAction::Update(assignments) => self.assignments(assignments, own),
                MergeAction::Insert { columns, values } => {
                    let Some(table) = all.first() else { continue };
                    let targets = self.targets(table, columns, clause.span);
                    match values {
                        Some(values) => self.insert_values(&targets, values, clause.span),
                        None => {
                            let rows = self.everything(clause.span);
                            if let (Some(targets), (given, true, _)) = (targets, rows) {
                                self.expect_as_many(targets.len(), given.len(), clause.span);
                            }
                        }
                    }
                }
            }
        }
        self.scopes.pop();
    }

    /// WHERE, which BigQuery asks for.
    fn required_filter(&mut self, filter: Option<&Expr>, statement: &str, span: Span) {
        match filter {
            Some(filter) => self.rows_filter(filter, "WHERE"),
            None => {
                let message = format!("{statement} without WHERE");
                let help = "BigQuery refuses it: add `WHERE true` for all rows";
                self.problem(Problem::at("where-missing", message, span).help(help));
            }
        }
    }

    /// `SET column = value, …`; the table is the first `own` sources.
    fn assignments(&mut self, assignments: &[Assignment], own: usize) {
        for assignment in assignments {
            let all = self.scope().sources.clone();
            let kept = own.min(all.len());
            self.scope().sources.truncate(kept);
            let target = self.path(&assignment.target.parts, assignment.target.span);
            self.scope().sources = all;
            if matches!(assignment.value.kind, ExprKind::Default) {
                continue;
            }
            let value = self.expression(&assignment.value);
            let name = assignment.target.parts.last().map_or("", |part| part.value.as_str());
            self.assign(Some(&(name.to_owned(), target.kind)), &value, assignment.value.span);
        }
    }

    fn insert_values(&mut self, targets: &Option<Vec<Target>>, values: &[Expr], span: Span) {
        let span = values.first().map_or(span, |value| value.span);
        if let Some(targets) = targets {
            self.expect_as_many(targets.len(), values.len(), span);
        }
        for (at, value) in values.iter().enumerate() {
            if matches!(value.kind, ExprKind::Default) {
                continue;
            }
            let given = self.expression(value);
            let target = targets.as_ref().and_then(|targets| targets.get(at)?.as_ref());
            self.assign(target, &given, value.span);
        }
    }

    /// The columns that rows are put into: those that are named, or all; nothing where that is not
    /// known.
    fn targets(&mut self, table: &Source, columns: &[Ident], span: Span) -> Option<Vec<Target>> {
        let typed = |column: &Column| Some((column.name.to_string(), column.value.kind.clone()));
        if columns.is_empty() {
            return table.is_complete.then(|| table.columns.iter().map(typed).collect());
        }
        let mut targets = Vec::new();
        for name in columns {
            let place = named(table, &name.value).first().copied();
            if place.is_none() && table.is_complete {
                let span = if name.span == Span::default() { span } else { name.span };
                let message = format!("the table has no column `{name}`");
                let known = table.columns.iter().map(|column| &*column.name);
                let help = did_you_mean(&name.value, known);
                self.problem(Problem::at("unknown-column", message, span).maybe_help(help));
            }
            targets.push(place.and_then(|place| typed(&table.columns[place])));
        }
        Some(targets)
    }

    fn expect_as_many(&mut self, wanted: usize, given: usize, span: Span) {
        if wanted != given {
            let are = if given == 1 { "value is" } else { "values are" };
            let message = format!("{given} {are} given for {wanted} columns");
            self.problem(Problem::at("insert-columns", message, span));
        }
    }

    /// A value is put into a column or a variable.
    pub(super) fn assign(&mut self, target: Option<&(String, Type)>, value: &Value, span: Span) {
        let Some((name, kind)) = target else { return };
        if coercion(&value.kind, &value.literal, kind).is_none() {
            let message = format!("`{name}` is {kind}, and {} is put into it", value.kind);
            let help = super::casts::can_cast(&value.kind, kind, false)
                .then(|| format!("cast it: `CAST(… AS {kind})`"));
            self.problem(Problem::at("wrong-types", message, span).maybe_help(help));
        }
    }
}

/// A column that is written, with its type; nothing where it is not known.
type Target = Option<(String, Type)>;
