//! SELECT.

use std::sync::Arc;

use super::{
    analyzer::Analyzer,
    coercion::Literal,
    expressions::structure_of,
    flow::{Flow, How},
    grouping::{has_aggregate, has_window},
    problem::Problem,
    queries::is_place,
    rows::{Column, Rows, Scope, Value},
    types::Type,
};
use crate::sql::ast::{Expr, ExprKind, OrderItem, Select, SelectItem, SelectMode, Span};

impl Analyzer<'_> {
    /// What a SELECT gives.
    pub fn select(&mut self, select: &Select, order_by: &[OrderItem]) -> Rows {
        let later = select.items.iter().filter_map(|item| match item {
            SelectItem::Expr(_, Some(alias)) => Some(alias.value.clone()),
            _ => None,
        });
        let stars = self.stars.len();
        self.scopes.push(Scope { later: later.collect(), ..Scope::default() });
        self.from(&select.from);
        // Only those of the last SELECT list are told.
        self.stars.truncate(stars);
        if let Some(filter) = &select.filter {
            if has_window(filter) {
                let message = "a window function cannot be in WHERE";
                let problem = Problem::at("misplaced-window", message, filter.span);
                self.problem(problem.help("filter by it with `QUALIFY`"));
            }
            self.rows_filter(filter, "WHERE");
        }
        let aggregates = |item: &Expr| has_aggregate(item);
        let in_items = select.items.iter().any(|item| match item {
            SelectItem::Expr(item, _) => aggregates(item),
            SelectItem::Star(star) => star.replace.iter().any(|(item, _)| aggregates(item)),
        });
        let later = [&select.having, &select.qualify].into_iter().flatten();
        let is_grouped = select.group_by.is_some() || in_items || later.into_iter().any(aggregates);
        if is_grouped {
            self.group(select.group_by.as_ref(), &select.items);
        }
        for window in &select.windows {
            self.name_window(window);
        }
        let (columns, is_complete, open) = self.items(&select.items);
        self.see_aliases(&columns);
        if let Some(having) = &select.having {
            self.results_filter(having, "HAVING");
        }
        if let Some(qualify) = &select.qualify {
            self.results_filter(qualify, "QUALIFY");
        }
        for item in order_by {
            self.order_key(&item.key, select);
        }
        let scope = self.scopes.pop().unwrap_or_default();
        let rows =
            Rows { columns, is_complete, is_value: false, open, chosen_by: scope.chosen_by.inputs };
        self.in_mode(rows, select.mode.as_ref(), select.span)
    }

    /// Columns of the SELECT list come in sight.
    pub fn see_aliases(&mut self, columns: &[Column]) {
        let named = columns.iter().filter(|column| !column.name.is_empty());
        let named: Vec<(Arc<str>, Value)> = named
            .map(|column| {
                let value = Value { literal: Literal::No, ..column.value.clone() };
                (Arc::clone(&column.name), value)
            })
            .collect();
        self.scope().aliases = named;
    }

    /// A condition on the rows of FROM.
    pub fn rows_filter(&mut self, filter: &Expr, clause: &str) {
        if has_aggregate(filter) {
            let message = format!("an aggregate cannot be in {clause}");
            let help =
                "filter groups with `HAVING`, or the rows of an aggregate with `COUNTIF`, `IF`";
            self.problem(Problem::at("misplaced-aggregate", message, filter.span).help(help));
        }
        let value = self.condition(filter, clause);
        self.predicates_of(filter);
        self.scope().chosen_by.add_used(&value.flow, How::Filter);
    }

    fn results_filter(&mut self, filter: &Expr, clause: &str) {
        let value = self.condition(filter, clause);
        self.scope().chosen_by.add_used(&value.flow, How::Filter);
    }

    /// A condition: its type is BOOL.
    pub fn condition(&mut self, condition: &Expr, clause: &str) -> Value {
        let value = self.expression(condition);
        self.expect(&value, &Type::Bool, clause, condition.span);
        value
    }

    fn order_key(&mut self, key: &Expr, select: &Select) {
        if is_place(key) {
            if let ExprKind::Number(text) = &key.bare().kind {
                self.item_at(text, &select.items, key.span);
            }
            return;
        }
        self.no_literal(key, "ORDER BY");
        let value = self.expression(key);
        if !value.kind.has_order() {
            let message = format!("rows cannot be ordered by a value of type {}", value.kind);
            self.problem(Problem::at("wrong-types", message, key.span));
        }
        self.scope().chosen_by.add_used(&value.flow, How::Sort);
    }

    /// The columns of a SELECT list, whether they are all, and the table of further ones.
    pub fn items(&mut self, items: &[SelectItem]) -> (Vec<Column>, bool, Option<u32>) {
        let mut columns = Vec::with_capacity(items.len());
        let (mut is_complete, mut open) = (true, None);
        for item in items {
            match item {
                SelectItem::Expr(expression, alias) => {
                    let value = self.expression(expression);
                    let name = match alias {
                        Some(alias) => alias.value.as_str(),
                        None => implied_name(expression),
                    };
                    let span = alias.as_ref().map_or(expression.span, |alias| alias.span);
                    columns.push(Column { name: Arc::from(name), value, span });
                }
                SelectItem::Star(star) => {
                    self.stars.push(star.span);
                    let (found, all, table) = self.star(star);
                    if !all {
                        open = if is_complete { table } else { None };
                        is_complete = false;
                    }
                    columns.extend(found);
                }
            }
        }
        (columns, is_complete, open)
    }

    /// AS STRUCT, AS VALUE.
    pub fn in_mode(&mut self, mut rows: Rows, mode: Option<&SelectMode>, span: Span) -> Rows {
        let Some(mode) = mode else { return rows };
        let value = match mode {
            SelectMode::Struct if rows.is_complete => {
                let columns = std::mem::take(&mut rows.columns);
                structure_of(columns.into_iter().map(|column| (column.name, column.value)))
            }
            SelectMode::Value if rows.columns.len() == 1 => rows.columns.remove(0).value,
            _ => Value::of(Type::Unknown),
        };
        let columns = vec![Column { name: Arc::from(""), value, span }];
        Rows { columns, is_complete: true, is_value: true, open: None, chosen_by: rows.chosen_by }
    }

    /// All rows of FROM, with the columns that `*` means.
    pub fn all_rows(&mut self) -> Rows {
        let (mut columns, is_complete, open) = self.everything(Span::default());
        let scope = self.scope();
        let value = match scope.sources.as_slice() {
            [only] => only.value.clone(),
            _ => None,
        };
        let is_value = value.is_some();
        if let Some(value) = value.filter(|value| value.kind.fields().is_some()) {
            columns = vec![Column { name: Arc::from(""), value, span: Span::default() }];
        }
        Rows {
            columns,
            is_complete,
            is_value,
            open,
            chosen_by: std::mem::take(&mut scope.chosen_by).inputs,
        }
    }

    /// Takes what chooses the rows of an item of FROM.
    pub fn choose_by(&mut self, inputs: &[super::flow::Input]) {
        let flow = Flow { inputs: inputs.to_vec(), fields: Vec::new() };
        self.scope().chosen_by.add(&flow);
    }
}

/// The name that an expression without an alias gives its column.
pub(super) fn implied_name(expression: &Expr) -> &str {
    match &expression.bare().kind {
        ExprKind::Path(parts) => parts.last().map_or("", |part| part.value.as_str()),
        ExprKind::Field(_, name) => name.value.as_str(),
        _ => "",
    }
}
