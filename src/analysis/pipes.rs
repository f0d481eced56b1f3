//! Pipe syntax
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax>).

use std::sync::Arc;

use super::{
    analyzer::Analyzer,
    flow::How,
    problem::Problem,
    queries::{is_place, merge},
    rows::{Column, Rows, Scope, Source, Value},
    select::implied_name,
    sets::Setting,
};
use crate::{
    diagnostic::did_you_mean,
    sql::ast::{
        Body, Expr, GroupBy, GroupItem, GroupItemKind, Ident, OrderItem, Pipe, PipeKind, SelectItem,
    },
};

impl Analyzer<'_> {
    /// What a query with pipes gives.
    pub fn piped(&mut self, body: &Body, order_by: &[OrderItem], pipes: &[Pipe]) -> Rows {
        let tables = self.ctes.len();
        self.scopes.push(Scope::default());
        match body {
            Body::From(items, _) => self.from(items),
            body => {
                let rows = self.body(body, order_by);
                self.begin_with(rows, "");
            }
        }
        let mut last = None;
        for pipe in pipes {
            last = self.pipe(pipe);
        }
        let rows = match last {
            // A list of values stays one.
            Some(mut rows) => {
                rows.chosen_by = std::mem::take(&mut self.scope().chosen_by).inputs;
                rows
            }
            None => self.all_rows(),
        };
        self.scopes.pop();
        self.ctes.truncate(tables);
        rows
    }

    /// Rows take the place of all that was in sight; what chose the rows so far still does.
    fn begin_with(&mut self, rows: Rows, alias: &str) {
        let mut scope = Scope::default();
        scope.chosen_by = std::mem::take(&mut self.scope().chosen_by);
        merge(&mut scope.chosen_by.inputs, &rows.chosen_by);
        scope.sources.push(Source::of(alias, &rows));
        *self.scope() = scope;
    }

    /// Rows take the place of those in sight; the names of tables go on meaning what they meant.
    fn go_on_with(&mut self, rows: Rows) {
        let mut kept = std::mem::take(&mut self.scope().sources);
        kept.retain(|source| !source.alias.is_empty());
        self.begin_with(rows, "");
        let kept = kept.into_iter().map(|source| Source { by_name_only: true, ..source });
        self.scope().sources.extend(kept);
    }

    /// One operator; the rows, where they are values.
    fn pipe(&mut self, pipe: &Pipe) -> Option<Rows> {
        match &pipe.kind {
            PipeKind::Select { mode, items, windows, .. } => {
                for window in windows {
                    self.name_window(window);
                }
                let (columns, is_complete, open) = self.items(items);
                let rows = Rows { columns, is_complete, open, ..Rows::default() };
                let rows = self.in_mode(rows, mode.as_ref(), pipe.span);
                self.begin_with(rows.clone(), "");
                return rows.is_value.then_some(rows);
            }
            PipeKind::Extend { items, windows } => {
                for window in windows {
                    self.name_window(window);
                }
                let (columns, is_complete, open) = self.items(items);
                let rows = Rows { columns, is_complete, open, ..Rows::default() };
                self.scope().sources.push(Source::of("", &rows));
            }
            PipeKind::Set(assignments) => {
                let values: Vec<Value> =
                    assignments.iter().map(|(_, value)| self.expression(value)).collect();
                let mut rows = self.all_rows();
                for ((name, _), value) in assignments.iter().zip(values) {
                    match self.column_of(&mut rows, name, "SET") {
                        Some(column) => column.value = value,
                        None => continue,
                    }
                }
                self.go_on_with(rows);
            }
            PipeKind::Drop(names) => {
                let mut rows = self.all_rows();
                for name in names {
                    if self.column_of(&mut rows, name, "DROP").is_some() {
                        rows.columns
                            .retain(|column| !column.name.eq_ignore_ascii_case(&name.value));
                    }
                }
                self.go_on_with(rows);
            }
            PipeKind::Rename(names) => {
                let mut rows = self.all_rows();
                let mut renamed = rows.clone();
                for (from, to) in names {
                    if self.column_of(&mut rows, from, "RENAME").is_none() {
                        continue;
                    }
                    for (column, new) in rows.columns.iter().zip(&mut renamed.columns) {
                        if column.name.eq_ignore_ascii_case(&from.value) {
                            new.name = Arc::from(to.value.as_str());
                        }
                    }
                }
                let rows = renamed;
                self.go_on_with(rows);
            }
            PipeKind::As(name) => {
                let rows = self.all_rows();
                self.begin_with(rows, &name.value);
            }
            PipeKind::Where(filter) => self.rows_filter(filter, "WHERE"),
            PipeKind::Limit(count, offset) => {
                self.limit(count);
                if let Some(offset) = offset {
                    self.limit(offset);
                }
            }
            PipeKind::Aggregate { items, group_by, .. } => self.aggregate(items, group_by.as_ref()),
            PipeKind::Distinct => {
                let rows = self.all_rows();
                self.go_on_with(rows);
            }
            PipeKind::OrderBy(keys) => {
                for item in keys.iter().filter(|item| !is_place(&item.key)) {
                    let key = self.expression(&item.key);
                    self.scope().chosen_by.add_used(&key.flow, How::Sort);
                }
            }
            PipeKind::SetOperation { operator, all, matching, queries } => {
                let mut rows = self.all_rows();
                for query in queries {
                    let scope = std::mem::take(self.scope());
                    let right = self.query(query);
                    *self.scope() = scope;
                    let setting = Setting {
                        operator: *operator,
                        all: *all,
                        matching: matching.as_ref(),
                        span: query.span,
                    };
                    rows = self.put_together(rows, right, setting);
                }
                self.begin_with(rows, "");
            }
            PipeKind::Join(join) => self.join(join, 0),
            PipeKind::Pivot(pivot, alias) => {
                let rows = self.pivot(pivot);
                self.begin_with(rows, alias.as_ref().map_or("", |alias| &alias.value));
            }
            PipeKind::Unpivot(unpivot, alias) => {
                let rows = self.unpivot(unpivot);
                self.begin_with(rows, alias.as_ref().map_or("", |alias| &alias.value));
            }
            PipeKind::Assert(condition, _) => {
                self.condition(condition, "ASSERT");
            }
            PipeKind::With(with) => self.with(with),
            // The same rows, fewer of them.
            PipeKind::Sample(_) => {}
            // What these give is not known.
            PipeKind::Call(..) | PipeKind::Other(_) => self.begin_with(Rows::unknown(), ""),
        }
        None
    }

    /// A column by its name; nothing where there is none, which is said.
    fn column_of<'r>(
        &mut self,
        rows: &'r mut Rows,
        name: &Ident,
        clause: &str,
    ) -> Option<&'r mut Column> {
        let is_it = |column: &Column| column.name.eq_ignore_ascii_case(&name.value);
        if rows.columns.iter().filter(|column| is_it(column)).count() > 1 {
            let message = format!("two columns have the name `{name}`: {clause} takes one");
            self.problem(Problem::at("ambiguous-column", message, name.span));
        }
        match rows.columns.iter().position(is_it) {
            Some(at) => rows.columns.get_mut(at),
            None => {
                if rows.is_complete {
                    let message = format!("no column `{name}` for {clause}");
                    let help =
                        did_you_mean(&name.value, rows.columns.iter().map(|column| &*column.name));
                    self.problem(
                        Problem::at("unknown-column", message, name.span).maybe_help(help),
                    );
                }
                None
            }
        }
    }

    fn aggregate(&mut self, items: &[(SelectItem, Option<bool>)], group_by: Option<&GroupBy>) {
        let mut keys = Vec::new();
        if let Some(GroupBy::Items(written)) = group_by {
            for item in written {
                self.keys_of(item, &mut keys);
            }
        }
        let items: Vec<SelectItem> = items.iter().map(|(item, _)| item.clone()).collect();
        self.group(group_by, &[]);
        let (columns, is_complete, _) = self.items(&items);
        keys.extend(columns);
        let is_complete = is_complete && !matches!(group_by, Some(GroupBy::All));
        let rows = Rows { columns: keys, is_complete, ..Rows::default() };
        self.begin_with(rows, "");
    }

    /// The columns of the keys of a group: they come before the aggregates.
    fn keys_of(&mut self, item: &GroupItem, keys: &mut Vec<Column>) {
        let several: &[Expr] = match &item.kind {
            GroupItemKind::Nothing => &[],
            GroupItemKind::Key(key) => {
                let name = item.alias.as_ref().map_or(implied_name(key), |alias| &alias.value);
                let value = self.quietly(key);
                keys.push(Column { name: Arc::from(name), value, span: key.span });
                &[]
            }
            GroupItemKind::Rollup(keys) | GroupItemKind::Cube(keys) => keys,
            GroupItemKind::Sets(sets) => {
                for set in sets {
                    self.keys_of(set, keys);
                }
                &[]
            }
        };
        for key in several {
            let value = self.quietly(key);
            keys.push(Column { name: Arc::from(implied_name(key)), value, span: key.span });
        }
    }
}
