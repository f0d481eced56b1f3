//! Queries: WITH, set operations, the clauses of SELECT in order.

use super::{
    ast::{
        Body, Cte, Expr, ExprKind, Ident, Path, PipeKind, Query, Select, SelectItem, SetOperation,
        SetOperator, Spanned, any_expression, may_name_columns,
    },
    scope::{Columns, Phase, Scope, Source},
    translate::{Translator, Typed},
    types::{Type, quote},
};

/// The engine's largest LIMIT and OFFSET; no table has as many rows.
const MOST_ROWS: i64 = (1 << 62) - 1;

impl Translator<'_> {
    /// A query with what it gives.
    pub fn query(&mut self, query: &Query) -> (String, Columns) {
        let (text, columns, _) = self.query_of(query, false, None);
        (text, columns)
    }

    /// A query whose rows are values (`ARRAY(…)`, `(…)` as an expression): `SELECT AS STRUCT` gives
    /// one struct, while in FROM its fields are columns.
    pub fn value_query(&mut self, query: &Query) -> (String, Columns) {
        let (text, columns, _) = self.query_of(query, true, None);
        (text, columns)
    }

    /// `itself`: the name under which a recursive query reads what it gave before. What it gives
    /// first comes last in the answer.
    fn query_of(
        &mut self,
        query: &Query,
        as_values: bool,
        itself: Option<&str>,
    ) -> (String, Columns, Columns) {
        let ctes_before = self.ctes.len();
        let mut out = String::new();
        if let Some(with) = &query.with {
            let recursive = if with.recursive { "RECURSIVE " } else { "" };
            let mut tables = Vec::new();
            for cte in &with.tables {
                tables.push(self.cte(cte, with.recursive));
            }
            out.push_str(&format!("WITH {recursive}{} ", tables.join(", ")));
        }
        if let Body::From(tables, _) = &query.body {
            let rows = self.rows_from(tables);
            let (text, columns) = self.piped(rows, &query.pipes, as_values);
            self.ctes.truncate(ctes_before);
            return (format!("{out}{text}"), columns, Columns::default());
        }
        let as_set = itself.and_then(|_| as_set_operation(query));
        let pipes = if as_set.is_some() { &[] } else { query.pipes.as_slice() };
        let before = out.len();
        let ((body, columns, aliases), first) = match itself {
            None => (self.body(&query.body, as_values && pipes.is_empty()), Columns::default()),
            Some(name) => self.recursive(as_set.as_ref().unwrap_or(&query.body), name),
        };
        match &query.body {
            // The engine reads no WITH in parentheses behind another one.
            Body::Query(inner) if inner.with.is_some() && query.with.is_some() => {
                let alias = self.fresh("with");
                out.push_str(&format!("SELECT * FROM {body} AS {alias}"));
            }
            _ => out.push_str(&body),
        }
        // ORDER BY of the whole query sees the output and, for a plain SELECT, FROM.
        if !query.order_by.is_empty() {
            let scope = aliases
                .unwrap_or_else(|| Scope { aliases: columns.columns.clone(), ..Scope::default() });
            self.scopes.push(Scope { phase: Phase::Results, is_ordered: true, ..scope });
            let keys = self.order_items(&query.order_by);
            let keys = self.with_keys(keys);
            self.scopes.pop();
            out.push_str(&format!(" ORDER BY {keys}"));
        }
        if let Some(limit) = &query.limit {
            out.push_str(&format!(" LIMIT {}", self.row_count(limit)));
        }
        if let Some(offset) = &query.offset {
            out.push_str(&format!(" OFFSET {}", self.row_count(offset)));
        }
        if !pipes.is_empty() {
            let rows = self.rows_of(&out.split_off(before), columns);
            let (text, columns) = self.piped(rows, pipes, as_values);
            self.ctes.truncate(ctes_before);
            return (format!("{out}{text}"), columns, first);
        }
        self.ctes.truncate(ctes_before);
        (out, columns, first)
    }

    /// LIMIT and OFFSET take a number that is written out.
    pub fn row_count(&mut self, count: &Expr) -> String {
        match &count.kind {
            ExprKind::Nested(inner) | ExprKind::Cast { value: inner, .. } => self.row_count(inner),
            ExprKind::Number(text) => {
                let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
                let number = match digits {
                    Some(digits) => i64::from_str_radix(digits, 16),
                    None => text.parse(),
                };
                match number {
                    Ok(number) if number >= 0 => number.min(MOST_ROWS).to_string(),
                    _ => self.no_row_count(count),
                }
            }
            _ if any_expression(count, &mut |part| {
                may_name_columns(part) || matches!(part.kind, ExprKind::Text(_))
            }) =>
            {
                self.no_row_count(count)
            }
            // Computed from constants.
            _ => {
                let value = self.expression(count);
                if !matches!(value.kind, Type::Int64 | Type::Unknown) {
                    return self.no_row_count(count);
                }
                self.bind(&[&value], |names| {
                    format!(
                        "(CASE WHEN {0} >= 0 THEN least({0}, {MOST_ROWS}) ELSE error('LIMIT and OFFSET take a number that is 0 or more') END)",
                        names[0]
                    )
                })
            }
        }
    }

    fn no_row_count(&mut self, count: &Expr) -> String {
        let message =
            format!("LIMIT and OFFSET take a whole number, not `{}`", self.written(count));
        self.refuse("sql-syntax", message, count, None).sql
    }

    /// GoogleSQL names columns in the query itself.
    pub fn refuse_column_list(&mut self, name: &Ident, columns: &[Ident]) {
        if let Some(first) = columns.first() {
            let message = format!("`{name}` takes no list of columns in GoogleSQL");
            self.refuse("sql-syntax", message, first, Some("name the columns in its SELECT"));
        }
    }

    /// What the engine would bring together by name or by chance.
    fn refuse_uneven(&mut self, left: &Columns, right: &Columns, place: &SetOperation) {
        if left.complete && right.complete && left.columns.len() != right.columns.len() {
            let message = format!(
                "the queries of a set operation have {} and {} columns",
                left.columns.len(),
                right.columns.len()
            );
            self.refuse("sql-syntax", message, place, None);
        }
        for ((name, left), (_, right)) in left.columns.iter().zip(&right.columns) {
            if left.clashes(right) {
                let message = format!(
                    "column `{name}` is {} in one query and {} in another",
                    left.google(),
                    right.google()
                );
                let help = "give both queries the same type, with CAST where needed";
                self.refuse("unsupported-syntax", message, place, Some(help));
            }
            self.refuse_other_names(name, left, right, place);
        }
    }

    /// The engine matches the fields of structs by name, BigQuery by position.
    pub fn refuse_other_names(
        &mut self,
        name: &str,
        left: &Type,
        right: &Type,
        place: &impl Spanned,
    ) {
        if names_differ(left, right) {
            let message = format!(
                "column `{name}` has structs whose fields have other names: {} and {}",
                left.google(),
                right.google()
            );
            let help = "give the fields the same names in both queries";
            self.refuse("unsupported-syntax", message, place, Some(help));
        }
    }

    fn cte(&mut self, cte: &Cte, recursive: bool) -> String {
        let name = &cte.name.value;
        self.refuse_column_list(&cte.name, &cte.columns);
        let itself = recursive.then_some(name.as_str());
        let (text, columns, first) = self.query_of(&cte.query, false, itself);
        for ((column, kind), (_, first)) in columns.columns.iter().zip(&first.columns) {
            if kind != first && kind.is_known() && first.is_known() {
                let message = format!(
                    "column `{column}` is {} in the first query and {} in the recursive one",
                    first.google(),
                    kind.google()
                );
                self.refuse("wrong-type", message, cte, Some("use CAST in the first query"));
            }
        }
        self.ctes.push((name.clone(), columns));
        format!("{} AS ({text})", quote(name))
    }

    fn body(&mut self, body: &Body, as_values: bool) -> (String, Columns, Option<Scope>) {
        match body {
            Body::Select(select) => {
                let (text, columns, scope) = self.select(select, as_values);
                (text, columns, Some(scope))
            }
            Body::Query(query) => {
                let (text, columns, _) = self.query_of(query, as_values, None);
                (format!("({text})"), columns, None)
            }
            Body::Set(operation) => {
                let (text, columns, _) = self.body(&operation.left, as_values);
                let (text, columns) = self.set_operation((text, columns), operation, as_values);
                (text, columns, None)
            }
            Body::From(tables, _) => {
                let rows = self.rows_from(tables);
                let (text, columns) = self.piped(rows, &[], as_values);
                (text, columns, None)
            }
        }
    }

    /// A query that reads itself by a name: there it has the columns of its first query, which are
    /// the second of the answers.
    fn recursive(
        &mut self,
        body: &Body,
        name: &str,
    ) -> ((String, Columns, Option<Scope>), Columns) {
        let Body::Set(operation) = body else {
            self.ctes.push((name.to_owned(), Columns::default()));
            return (self.body(body, false), Columns::default());
        };
        let (text, columns, _) = self.body(&operation.left, false);
        self.ctes.push((name.to_owned(), columns.clone()));
        let (text, all) = self.set_operation((text, columns.clone()), operation, false);
        ((text, all, None), columns)
    }

    /// A set operation whose left side is translated already.
    pub fn set_operation(
        &mut self,
        (mut left_text, mut left_columns): (String, Columns),
        operation: &SetOperation,
        as_values: bool,
    ) -> (String, Columns) {
        let (mut right_text, mut right_columns, _) = self.body(&operation.right, as_values);
        if let Some(matching) = &operation.matching {
            [(left_text, left_columns), (right_text, right_columns)] = self.matched(
                (left_text, left_columns),
                (right_text, right_columns),
                matching,
                operation,
            );
        }
        let operator = match (operation.operator, operation.all) {
            (SetOperator::Union, true) => "UNION ALL",
            (SetOperator::Union, false) => "UNION",
            (SetOperator::Intersect, true) => "INTERSECT ALL",
            (SetOperator::Intersect, false) => "INTERSECT",
            (SetOperator::Except, true) => "EXCEPT ALL",
            (SetOperator::Except, false) => "EXCEPT",
        };
        (left_text, left_columns) =
            self.aligned(left_text, left_columns, &right_columns, &operation.left, false);
        (right_text, right_columns) =
            self.aligned(right_text, right_columns, &left_columns, &operation.right, true);
        self.refuse_uneven(&left_columns, &right_columns, operation);
        let columns = merged(&left_columns, &right_columns);
        (format!("{left_text} {operator} {right_text}"), columns)
    }

    fn select(&mut self, select: &Select, as_values: bool) -> (String, Columns, Scope) {
        let mut from = String::new();
        self.scopes.push(Scope { given: given_names(select), ..Scope::default() });
        for (at, table) in select.from.iter().enumerate() {
            let text = self.table_with_joins(table, 0);
            if at > 0 {
                from.push_str(" CROSS JOIN ");
            }
            from.push_str(&text);
        }
        let selection = select.filter.as_ref().map(|given| self.condition(given, "WHERE"));
        self.selected(select, from, selection, as_values)
    }

    /// A SELECT whose FROM and WHERE are translated already; they are in the innermost scope, which
    /// this takes away.
    pub fn selected(
        &mut self,
        select: &Select,
        from: String,
        selection: Option<String>,
        as_values: bool,
    ) -> (String, Columns, Scope) {
        let (items, columns) = self.projection(select);
        if let Some(top) = self.scopes.last_mut() {
            top.counted = columns.complete;
            top.aliases =
                columns.columns.iter().filter(|(name, _)| !name.is_empty()).cloned().collect();
        }
        let mut out = String::from("SELECT ");
        if select.distinct {
            out.push_str("DISTINCT ");
        }
        let value = self.value_table(select, items, columns, as_values);
        out.push_str(&value.items.join(", "));
        let mut clauses = self.group_by(select);
        // From here on the SELECT list's aliases are in sight.
        if let Some(top) = self.scopes.last_mut() {
            top.phase = Phase::Results;
        }
        if let Some(condition) = &select.having {
            clauses.push_str(&format!(" HAVING {}", self.condition(condition, "HAVING")));
        }
        if !select.windows.is_empty() {
            let windows: Vec<String> =
                select.windows.iter().map(|window| self.named_window(window)).collect();
            clauses.push_str(&format!(" WINDOW {}", windows.join(", ")));
        }
        if let Some(condition) = &select.qualify {
            clauses.push_str(&format!(" QUALIFY {}", self.condition(condition, "QUALIFY")));
        }
        out = self.with_keys(out);
        clauses = self.with_keys(clauses);
        out.push_str(&self.with_extremes(select, from, selection));
        out.push_str(&clauses);
        let scope = self.scopes.pop().unwrap_or_default();
        if !value.is_row {
            return (out, value.columns, scope);
        }
        // The rows of `*` as structs.
        let (row, name) = (self.fresh("row"), self.fresh("value"));
        let scope = Scope {
            sources: vec![Source {
                alias: None,
                table: row.clone(),
                columns: value.columns.clone(),
                ..Source::default()
            }],
            ..Scope::default()
        };
        let kind = match value.columns.complete {
            true => Type::Struct(value.columns.columns),
            false => Type::Unknown,
        };
        let out = format!("SELECT {0} AS {1} FROM ({out}) AS {0}", quote(&row), quote(&name));
        (out, Columns { columns: vec![(name, kind)], complete: true, is_value: true }, scope)
    }

    /// A condition of a clause.
    pub fn condition(&mut self, condition: &Expr, clause: &str) -> String {
        let typed = self.expression(condition);
        self.truth(typed, condition, clause)
    }

    /// A value where a BOOL is needed.
    pub fn truth(&mut self, typed: Typed, condition: &Expr, clause: &str) -> String {
        if !matches!(typed.kind, Type::Bool | Type::Unknown | Type::Null) {
            let message = format!("{clause} takes a BOOL, not {}", typed.kind.google());
            return self.refuse("wrong-type", message, condition, None).sql;
        }
        typed.sql
    }

    /// A table's name for DuckDB.
    pub fn table_name(&mut self, name: &Path) -> String {
        let parts: Vec<String> = name.names().iter().map(|part| quote(part)).collect();
        parts.join(".")
    }
}

/// A query and what pipes unite it with, as one set operation: a recursive query is one.
fn as_set_operation(query: &Query) -> Option<Body> {
    if !query.order_by.is_empty() || query.limit.is_some() {
        return None;
    }
    let mut body = query.body.clone();
    for pipe in &query.pipes {
        let PipeKind::SetOperation { operator, all, matching, queries } = &pipe.kind else {
            return None;
        };
        for right in queries {
            body = Body::Set(Box::new(SetOperation {
                left: body,
                operator: *operator,
                all: *all,
                matching: matching.clone(),
                right: Body::Query(Box::new(right.clone())),
                span: pipe.span,
            }));
        }
    }
    (!query.pipes.is_empty()).then_some(body)
}

/// The aliases of a SELECT list.
pub(super) fn given_names(select: &Select) -> Vec<String> {
    let alias = |item: &SelectItem| match item {
        SelectItem::Expr(_, alias) => alias.as_ref().map(|alias| alias.value.clone()),
        SelectItem::Star(_) => None,
    };
    select.items.iter().filter_map(alias).collect()
}

fn merged(left: &Columns, right: &Columns) -> Columns {
    let columns = left
        .columns
        .iter()
        .enumerate()
        .map(|(at, (name, kind))| {
            let other = right.columns.get(at).map(|(_, kind)| kind.clone()).unwrap_or_default();
            (name.clone(), kind.common(&other))
        })
        .collect();
    Columns { columns, complete: left.complete && right.complete, is_value: left.is_value }
}

/// Whether two types hold structs with other field names: the engine matches fields by name, BigQuery
/// by position.
pub(super) fn names_differ(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Array(left), Type::Array(right)) => names_differ(left, right),
        (Type::Struct(left), Type::Struct(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).any(|((left, left_kind), (right, right_kind))| {
                    !left.eq_ignore_ascii_case(right) || names_differ(left_kind, right_kind)
                })
        }
        _ => false,
    }
}
