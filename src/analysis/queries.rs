//! Queries: WITH, the rows, ORDER BY, LIMIT, pipes.

use std::rc::Rc;

use super::{
    analyzer::Analyzer,
    flow::{How, used},
    problem::Problem,
    rows::{Rows, Scope, Source},
    types::Type,
};
use crate::sql::ast::{
    Body, Cte, Expr, OrderItem, Pipe, PipeKind, Query, Select, SelectItem, With,
};

impl Analyzer<'_> {
    /// What a query gives.
    pub fn query(&mut self, query: &Query) -> Rows {
        let tables = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with);
        }
        let rows = match (&query.body, query.pipes.as_slice()) {
            (body, []) => self.body(body, &query.order_by),
            (body, pipes) => self.piped(body, &query.order_by, pipes),
        };
        for limit in [&query.limit, &query.offset].into_iter().flatten() {
            self.limit(limit);
        }
        self.ctes.truncate(tables);
        rows
    }

    /// A query inside an expression.
    pub fn subquery(&mut self, query: &Query) -> Rows {
        let stars = self.stars.len();
        let rows = self.query(query);
        self.stars.truncate(stars);
        rows
    }

    /// The number of LIMIT or OFFSET.
    pub fn limit(&mut self, limit: &Expr) {
        self.scopes.push(Scope::default());
        let value = self.expression(limit);
        self.expect(&value, &Type::Int64, "LIMIT", limit.span);
        self.scopes.pop();
    }

    /// The tables of a WITH come in sight.
    pub fn with(&mut self, with: &With) {
        let is_recursive = |name: &str, query: &Query| with.recursive && reads(query, name);
        for table in in_order(with) {
            let name = table.name.value.to_ascii_lowercase();
            let mut rows = match is_recursive(&name, &table.query) {
                true => {
                    self.ctes.push((name.clone(), Rc::new(Rows::unknown())));
                    let problems = self.problems.len();
                    let first = self.first_rows(&table.query);
                    // They are found again.
                    self.problems.truncate(problems);
                    self.ctes.pop();
                    self.ctes.push((name.clone(), Rc::new(first)));
                    let rows = self.subquery(&table.query);
                    self.ctes.pop();
                    rows
                }
                false => self.subquery(&table.query),
            };
            for (column, name) in rows.columns.iter_mut().zip(&table.columns) {
                column.name = name.value.as_str().into();
            }
            self.ctes.push((name, Rc::new(rows)));
        }
    }

    /// The rows that a recursion begins with.
    fn first_rows(&mut self, query: &Query) -> Rows {
        let tables = self.ctes.len();
        if let Some(with) = &query.with {
            self.with(with);
        }
        let is_set = |pipe: &Pipe| matches!(pipe.kind, PipeKind::SetOperation { .. });
        let rows = match (&query.body, query.pipes.iter().position(is_set)) {
            (body, Some(before)) => self.piped(body, &[], &query.pipes[..before]),
            (Body::Set(set), None) => self.body(&set.left, &[]),
            (Body::Query(inner), None) => self.first_rows(inner),
            _ => Rows::unknown(),
        };
        self.ctes.truncate(tables);
        rows
    }

    /// The rows of a query without WITH, LIMIT and pipes.
    pub fn body(&mut self, body: &Body, order_by: &[OrderItem]) -> Rows {
        match body {
            Body::Select(select) => self.select(select, order_by),
            Body::Query(query) => {
                let rows = self.query(query);
                self.order_rows(rows, order_by)
            }
            Body::Set(set) => {
                let rows = self.set_operation(set);
                self.order_rows(rows, order_by)
            }
            Body::From(items, _) => {
                self.scopes.push(Scope::default());
                self.from(items);
                let rows = self.all_rows();
                self.scopes.pop();
                self.order_rows(rows, order_by)
            }
        }
    }

    /// ORDER BY over rows whose FROM is not in sight.
    pub fn order_rows(&mut self, mut rows: Rows, order_by: &[OrderItem]) -> Rows {
        if order_by.is_empty() {
            return rows;
        }
        let mut scope = Scope::default();
        scope.sources.push(Source::of("", &rows));
        self.scopes.push(scope);
        for item in order_by {
            if !is_place(&item.key) {
                let key = self.expression(&item.key);
                if !key.kind.has_order() {
                    let message = format!("rows cannot be ordered by a value of type {}", key.kind);
                    self.problem(Problem::at("wrong-types", message, item.key.span));
                }
                self.scope().chosen_by.add_used(&key.flow, How::Sort);
            }
        }
        let chosen = self.scopes.pop().map(|scope| scope.chosen_by).unwrap_or_default();
        merge(&mut rows.chosen_by, &chosen.inputs);
        rows
    }
}

/// Whether a key of ORDER BY is the place of a column.
pub(super) fn is_place(key: &Expr) -> bool {
    matches!(key.bare().kind, crate::sql::ast::ExprKind::Number(_))
}

/// Adds inputs to others.
pub(super) fn merge(into: &mut Vec<super::flow::Input>, more: &[super::flow::Input]) {
    let mut flow = super::flow::Flow { inputs: std::mem::take(into), fields: Vec::new() };
    flow.extend(&used(more, How::Copied));
    *into = flow.inputs;
}

/// The tables of a WITH, each after those it reads: with RECURSIVE they may stand behind.
fn in_order(with: &With) -> Vec<&Cte> {
    let tables = &with.tables;
    if !with.recursive || tables.len() < 2 {
        return tables.iter().collect();
    }
    let mut order: Vec<&Cte> = Vec::with_capacity(tables.len());
    let mut left: Vec<&Cte> = tables.iter().collect();
    while !left.is_empty() {
        let is_free = |table: &&Cte| {
            let others = left.iter().filter(|other| other.name.value != table.name.value);
            !others.into_iter().any(|other| reads(&table.query, &other.name.value))
        };
        // Tables that read each other are taken as they stand.
        let at = left.iter().position(is_free).unwrap_or_default();
        order.push(left.remove(at));
    }
    order
}

/// Whether a query reads a table of this name, in FROM anywhere.
fn reads(query: &Query, name: &str) -> bool {
    let is_hidden =
        |with: &With| with.tables.iter().any(|table| table.name.value.eq_ignore_ascii_case(name));
    let with = query.with.as_ref();
    if with.is_some_and(|with| with.tables.iter().any(|table| reads(&table.query, name))) {
        return true;
    }
    // A table of its own hides it.
    !with.is_some_and(is_hidden)
        && (body_reads(&query.body, name)
            || query.pipes.iter().any(|pipe| match &pipe.kind {
                PipeKind::Join(join) => table_reads(&join.table, name),
                PipeKind::SetOperation { queries, .. } => {
                    queries.iter().any(|query| reads(query, name))
                }
                PipeKind::Where(filter) => subquery_reads(filter, name),
                _ => false,
            }))
}

fn body_reads(body: &Body, name: &str) -> bool {
    match body {
        Body::Select(select) => select_reads(select, name),
        Body::Query(query) => reads(query, name),
        Body::Set(set) => body_reads(&set.left, name) || body_reads(&set.right, name),
        Body::From(items, _) => items.iter().any(|item| item_reads(item, name)),
    }
}

fn select_reads(select: &Select, name: &str) -> bool {
    let in_items = select.items.iter().any(|item| match item {
        SelectItem::Expr(item, _) => subquery_reads(item, name),
        SelectItem::Star(_) => false,
    });
    in_items
        || select.from.iter().any(|item| item_reads(item, name))
        || select.filter.as_ref().is_some_and(|filter| subquery_reads(filter, name))
}

fn subquery_reads(expression: &Expr, name: &str) -> bool {
    use crate::sql::ast::{ExprKind, any_expression};
    any_expression(expression, &mut |part| match &part.kind {
        ExprKind::Exists(query) | ExprKind::ArrayQuery(query) | ExprKind::Subquery(query) => {
            reads(query, name)
        }
        ExprKind::InQuery { query, .. } => reads(query, name),
        _ => false,
    })
}

fn item_reads(item: &crate::sql::ast::From, name: &str) -> bool {
    let tables = std::iter::once(&item.table).chain(item.joins.iter().map(|join| &join.table));
    tables.into_iter().any(|table| table_reads(table, name))
}

fn table_reads(table: &crate::sql::ast::Table, name: &str) -> bool {
    use crate::sql::ast::TableKind;
    match &table.kind {
        TableKind::Named { name: path, .. } => {
            matches!(path.parts.as_slice(), [only] if only.value.eq_ignore_ascii_case(name))
        }
        TableKind::Query(query) => reads(query, name),
        TableKind::Nested(item) => item_reads(item, name),
        TableKind::Pivot(table, _) | TableKind::Unpivot(table, _) => table_reads(table, name),
        TableKind::Function(..) | TableKind::Unnest(_) => false,
    }
}
