//! The operators of pipes.

use super::rows::{Clauses, Rows, Visible};
use crate::sql::{
    ast::{
        Body, Expr, Ident, NamedWindow, OrderItem, Pipe, PipeKind, Query, Select, SelectItem,
        SelectMode, SetOperation, Span,
    },
    queries::given_names,
    scope::{Columns, Phase, Scope, Source, StarPart},
    translate::Translator,
    types::quote,
};

impl Translator<'_> {
    /// The query that rows are behind pipes.
    pub fn piped(&mut self, rows: Rows, pipes: &[Pipe], as_values: bool) -> (String, Columns) {
        let mut rows = rows;
        for (at, pipe) in pipes.iter().enumerate() {
            if let PipeKind::Select { distinct, mode, items, windows } = &pipe.kind {
                let select = plain_select(*distinct, mode.clone(), items, windows, pipe.span);
                let is_last = at + 1 == pipes.len();
                let (text, columns) = self.select_of(rows, &select, as_values && is_last, pipe);
                if is_last {
                    return (text, columns);
                }
                rows = self.rows_of(&text, columns);
                continue;
            }
            rows = self.pipe(rows, pipe);
        }
        let span = pipes.last().map_or_else(Span::default, |pipe| pipe.span);
        self.rows_text(&rows, &span)
    }

    fn select_of(
        &mut self,
        rows: Rows,
        select: &Select,
        as_values: bool,
        pipe: &Pipe,
    ) -> (String, Columns) {
        let rows = self.unordered(rows, pipe);
        let condition =
            if rows.conditions.is_empty() { None } else { Some(rows.conditions.join(" AND ")) };
        self.scopes.push(Scope { given: given_names(select), ..rows.scope });
        let (text, columns, _) = self.selected(select, rows.from, condition, as_values);
        (text, columns)
    }

    fn pipe(&mut self, rows: Rows, pipe: &Pipe) -> Rows {
        match &pipe.kind {
            PipeKind::Select { .. } => rows,
            PipeKind::Where(condition) => self.filter(rows, condition, pipe),
            PipeKind::Extend { items, windows } => self.extend(rows, items, windows, pipe),
            PipeKind::Set(items) => self.set(rows, items, pipe),
            PipeKind::Drop(names) => self.drop_columns(rows, names, pipe),
            PipeKind::Rename(names) => self.rename(rows, names, pipe),
            PipeKind::As(alias) => self.named_rows(rows, alias, pipe),
            PipeKind::Limit(limit, offset) => {
                let mut text = format!(" LIMIT {}", self.row_count(limit));
                if let Some(offset) = offset {
                    text.push_str(&format!(" OFFSET {}", self.row_count(offset)));
                }
                self.closed(&rows, &Clauses { limit: text, ..Clauses::default() }, pipe)
            }
            PipeKind::Aggregate { items, group_by, ordered } => {
                let rows = self.unordered(rows, pipe);
                self.aggregate_rows(rows, items, group_by.as_ref(), *ordered, pipe)
            }
            PipeKind::Distinct => {
                let rows = self.unordered(rows, pipe);
                self.closed(&rows, &Clauses { distinct: true, ..Clauses::default() }, pipe)
            }
            PipeKind::OrderBy(items) => self.ordered(rows, items, pipe),
            PipeKind::SetOperation { operator, all, matching, queries } => {
                let (mut text, mut columns) = self.rows_text(&rows, pipe);
                for query in queries {
                    let operation = SetOperation {
                        left: Body::From(Vec::new(), pipe.span),
                        operator: *operator,
                        all: *all,
                        matching: matching.clone(),
                        right: Body::Query(Box::new(Query::clone(query))),
                        span: pipe.span,
                    };
                    let left = (format!("({text})"), columns);
                    (text, columns) = self.set_operation(left, &operation, false);
                }
                self.rows_of(&text, columns)
            }
            PipeKind::Join(join) => {
                let mut rows = self.unordered(rows, pipe);
                if !rows.conditions.is_empty() {
                    rows = self.closed(&rows, &Clauses::default(), pipe);
                }
                self.scopes.push(rows.scope);
                let text = self.join(join, 0);
                rows.scope = self.scopes.pop().unwrap_or_default();
                rows.from.push_str(&text);
                rows
            }
            PipeKind::Pivot(pivot, alias) => self.turned_rows(rows, pipe, |translator, source| {
                let alias = alias.as_ref().map(|alias| alias.value.clone());
                translator.pivot_rows(&source.0, &source.1, pivot, alias)
            }),
            PipeKind::Unpivot(unpivot, alias) => {
                self.turned_rows(rows, pipe, |translator, source| {
                    let alias = alias.as_ref().map(|alias| alias.value.clone());
                    translator.unpivot_rows(&source.0, &source.1, unpivot, alias)
                })
            }
            PipeKind::Sample(share) => {
                let mut rows = self.closed(&rows, &Clauses::default(), pipe);
                rows.from = self.sampled(&rows.from, share);
                rows
            }
            PipeKind::Call(name, ..) => {
                let message =
                    format!("table function `{name}` is not supported on the embedded engine");
                self.refuse("unsupported-syntax", message, name, None);
                rows
            }
            PipeKind::Assert(..) | PipeKind::With(_) | PipeKind::Other(_) => {
                let message =
                    format!("`{}` is not supported on the embedded engine", self.written(pipe));
                self.refuse("unsupported-syntax", message, pipe, None);
                rows
            }
        }
    }

    /// Rows whose order is taken in, for what does not stand in one query with ORDER BY.
    fn unordered(&mut self, rows: Rows, pipe: &Pipe) -> Rows {
        match rows.order {
            Some(_) => self.closed(&rows, &Clauses::default(), pipe),
            None => rows,
        }
    }

    fn filter(&mut self, rows: Rows, condition: &Expr, pipe: &Pipe) -> Rows {
        let mut rows = self.unordered(rows, pipe);
        self.scopes.push(rows.scope.clone());
        let sql = self.condition(condition, "WHERE");
        self.scopes.pop();
        if has_window(&sql) {
            return self.closed(&rows, &Clauses { qualify: Some(sql), ..Clauses::default() }, pipe);
        }
        rows.conditions.push(sql);
        rows
    }

    fn extend(
        &mut self,
        rows: Rows,
        items: &[SelectItem],
        windows: &[NamedWindow],
        pipe: &Pipe,
    ) -> Rows {
        let select = plain_select(false, None, items, windows, pipe.span);
        self.scopes.push(Scope { given: given_names(&select), ..rows.scope.clone() });
        let (texts, columns) = self.projection(&select);
        let windows: Vec<String> = windows.iter().map(|window| self.named_window(window)).collect();
        self.scopes.pop();
        let clauses = Clauses { windows: windows.join(", "), ..Clauses::default() };
        match rows.visible() {
            Some(mut visible) if texts.len() == columns.columns.len() => {
                for ((name, kind), text) in columns.columns.into_iter().zip(texts) {
                    let end = format!(" AS {}", quote(&name));
                    let sql = text.strip_suffix(&end).unwrap_or(&text).to_owned();
                    visible.push(Visible { name, sql, kind });
                }
                self.with_columns(&rows, &visible, &clauses)
            }
            _ => {
                let star = format!("*, {}", texts.join(", "));
                let mut rows = self.with_star(&rows, &star, &clauses, true, pipe);
                if let Some(source) = rows.scope.sources.first_mut() {
                    source.columns.columns.extend(columns.columns);
                }
                rows
            }
        }
    }

    fn set(&mut self, rows: Rows, items: &[(Ident, Expr)], pipe: &Pipe) -> Rows {
        self.scopes.push(rows.scope.clone());
        let mut values = Vec::new();
        for (name, value) in items {
            values.push((name, self.expression(value)));
        }
        self.scopes.pop();
        let Some(mut visible) = rows.visible() else {
            let texts: Vec<String> = values
                .iter()
                .map(|(name, typed)| format!("{} AS {}", typed.sql, quote(&name.value)))
                .collect();
            let star = format!("* REPLACE ({})", texts.join(", "));
            return self.with_star(&rows, &star, &Clauses::default(), false, pipe);
        };
        for (name, typed) in values {
            let Some(at) = self.column_at(&visible, name, "SET") else { continue };
            let name = visible[at].name.clone();
            visible[at] = Visible { name, sql: typed.sql, kind: typed.kind };
        }
        self.with_columns(&rows, &visible, &Clauses::default())
    }

    fn drop_columns(&mut self, rows: Rows, names: &[Ident], pipe: &Pipe) -> Rows {
        let Some(mut visible) = rows.visible() else {
            let names: Vec<String> = names.iter().map(|name| quote(&name.value)).collect();
            let star = format!("* EXCLUDE ({})", names.join(", "));
            return self.with_star(&rows, &star, &Clauses::default(), false, pipe);
        };
        for name in names {
            if let Some(at) = self.column_at(&visible, name, "DROP") {
                visible.remove(at);
            }
        }
        if visible.is_empty() {
            let message = "DROP leaves no column";
            self.refuse("sql-syntax", message, pipe, None);
        }
        self.with_columns(&rows, &visible, &Clauses::default())
    }

    fn rename(&mut self, rows: Rows, names: &[(Ident, Ident)], pipe: &Pipe) -> Rows {
        let Some(mut visible) = rows.visible() else {
            let names: Vec<String> = names
                .iter()
                .map(|(old, new)| format!("{} AS {}", quote(&old.value), quote(&new.value)))
                .collect();
            let star = format!("* RENAME ({})", names.join(", "));
            return self.with_star(&rows, &star, &Clauses::default(), false, pipe);
        };
        let mut renamed = Vec::new();
        for (old, new) in names {
            if let Some(at) = self.column_at(&visible, old, "RENAME") {
                renamed.push((at, new.value.clone()));
            }
        }
        for (at, name) in renamed {
            visible[at].name = name;
        }
        self.with_columns(&rows, &visible, &Clauses::default())
    }

    /// The one column of a name.
    fn column_at(&mut self, visible: &[Visible], name: &Ident, pipe: &str) -> Option<usize> {
        let is_named = |column: &Visible| column.name.eq_ignore_ascii_case(&name.value);
        match visible.iter().filter(|column| is_named(column)).count() {
            1 => visible.iter().position(is_named),
            0 => {
                let message = format!("{pipe} finds no column `{name}`");
                let names = visible.iter().map(|column| column.name.as_str());
                let help = crate::diagnostic::did_you_mean(&name.value, names);
                self.refuse("unknown-column", message, name, help.as_deref());
                None
            }
            _ => {
                let message = format!("`{name}` is the name of more than one column");
                self.refuse("ambiguous-name", message, name, None);
                None
            }
        }
    }

    /// `|> AS t`: one alias for all columns, and the earlier ones are gone.
    fn named_rows(&mut self, rows: Rows, alias: &Ident, pipe: &Pipe) -> Rows {
        let alias = Some(alias.value.clone());
        let mut rows = rows;
        let is_unknown = rows.visible().is_none();
        if let [source] = rows.scope.sources.as_mut_slice()
            && (is_unknown || source.element.is_some() && !source.only_by_alias)
        {
            source.alias = alias;
            return rows;
        }
        for source in &mut rows.scope.sources {
            source.alias = None;
        }
        let mut rows = self.closed(&rows, &Clauses::default(), pipe);
        let mut columns = Vec::new();
        let mut renamed = Vec::new();
        let mut table = String::new();
        for part in &rows.scope.star {
            let StarPart::Column(column) = part else { continue };
            let sql = column.sql.as_deref().unwrap_or_default();
            if let Some((of, name)) = sql.split_once('.') {
                table = of.trim_matches('"').to_owned();
                renamed.push((column.name.clone(), name.trim_matches('"').to_owned()));
            }
            columns.push((column.name.clone(), column.kind.clone()));
        }
        let columns = Columns::all(columns);
        let source =
            Source { alias, table, columns, renamed, only_by_alias: true, ..Source::default() };
        rows.scope.sources.push(source);
        rows
    }

    fn ordered(&mut self, rows: Rows, items: &[OrderItem], pipe: &Pipe) -> Rows {
        let mut rows = self.unordered(rows, pipe);
        let visible = rows.visible().unwrap_or_default();
        let aliases: Vec<_> =
            visible.iter().map(|column| (column.name.clone(), column.kind.clone())).collect();
        // A number counts the columns.
        let counted = !aliases.is_empty();
        let (phase, is_ordered) = (Phase::Results, true);
        self.scopes.push(Scope { phase, aliases, counted, is_ordered, ..rows.scope.clone() });
        rows.order = Some(self.order_items(items));
        self.scopes.pop();
        rows
    }

    /// PIVOT and UNPIVOT: `turn` is given the rows as one table, alone in a scope.
    fn turned_rows(
        &mut self,
        rows: Rows,
        pipe: &Pipe,
        turn: impl FnOnce(&mut Self, &(String, Source)) -> String,
    ) -> Rows {
        let (text, columns) = self.rows_text(&rows, pipe);
        if !columns.complete || columns.is_value {
            let message = "PIVOT and UNPIVOT need a table whose columns are known";
            let help = "name the columns with `|> SELECT` before";
            self.refuse("unsupported-syntax", message, pipe, Some(help));
            return rows;
        }
        let table = self.rows_of(&text, columns);
        let Some(source) = table.scope.sources.first().cloned() else { return rows };
        // Where the outcome goes, and where it is made.
        self.scopes.push(Scope::default());
        self.scopes.push(table.scope);
        let from = turn(self, &(table.from, source));
        let scope = self.scopes.pop().unwrap_or_default();
        Rows { from, scope, ..Rows::default() }
    }
}

/// Whether a value is computed over other rows.
pub(super) fn has_window(sql: &str) -> bool {
    sql.contains(" OVER (") || sql.contains(" OVER \"")
}

fn plain_select(
    distinct: bool,
    mode: Option<SelectMode>,
    items: &[SelectItem],
    windows: &[NamedWindow],
    span: Span,
) -> Select {
    Select {
        distinct,
        mode,
        items: items.to_vec(),
        from: Vec::new(),
        filter: None,
        group_by: None,
        having: None,
        qualify: None,
        windows: windows.to_vec(),
        span,
    }
}
