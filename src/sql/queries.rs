//! Queries: WITH, set operations, the clauses of SELECT in order.

use sqlparser::ast::{
    Cte, Distinct, Expr, LimitClause, ObjectName, Query, Select, SelectFlavor, SelectItem, SetExpr,
    SetOperator, SetQuantifier, Spanned, TableAlias, Value, ValueTableMode,
};

use super::{
    by_name::{Matching, matching},
    scope::{Columns, Phase, Scope, Source},
    translate::{Translator, Typed},
    types::{Type, quote},
};

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
            for cte in &with.cte_tables {
                tables.push(self.cte(cte, with.recursive));
            }
            out.push_str(&format!("WITH {recursive}{} ", tables.join(", ")));
        }
        if let Some(pipe) = query.pipe_operators.first() {
            let help = "write it as SELECT … FROM";
            self.refuse(
                "unsupported-syntax",
                format!("pipe syntax (`{pipe}`) is not supported"),
                query,
                Some(help),
            );
        }
        let foreign = [
            (query.fetch.is_some(), "FETCH"),
            (!query.locks.is_empty(), "FOR UPDATE"),
            (query.for_clause.is_some(), "FOR XML or FOR JSON"),
            (query.settings.is_some(), "SETTINGS"),
            (query.format_clause.is_some(), "FORMAT"),
        ];
        for (is_there, name) in foreign {
            if is_there {
                let message = format!("{name} is not GoogleSQL");
                self.refuse("unsupported-syntax", message, query, None);
            }
        }
        let ((body, columns, aliases), first) = match itself {
            None => (self.set_expression(&query.body, as_values), Columns::default()),
            Some(name) => self.recursive(&query.body, name),
        };
        out.push_str(&body);
        // ORDER BY of the whole query sees the output and, for a plain SELECT, FROM.
        if let Some(order_by) = &query.order_by {
            let scope = aliases
                .unwrap_or_else(|| Scope { aliases: columns.columns.clone(), ..Scope::default() });
            self.scopes.push(Scope { phase: Phase::Results, ..scope });
            let text = self.order_by(order_by);
            self.scopes.pop();
            out.push_str(&text);
        }
        match &query.limit_clause {
            None => {}
            Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                if let Some(limit) = limit {
                    out.push_str(&format!(" LIMIT {}", self.row_count(limit)));
                }
                if let Some(offset) = offset {
                    out.push_str(&format!(" OFFSET {}", self.row_count(&offset.value)));
                }
            }
            Some(LimitClause::OffsetCommaLimit { .. }) => {
                self.refuse(
                    "unsupported-syntax",
                    "`LIMIT a, b` is not GoogleSQL",
                    query,
                    Some("write `LIMIT b OFFSET a`"),
                );
            }
        }
        self.ctes.truncate(ctes_before);
        (out, columns, first)
    }

    /// LIMIT and OFFSET take a number that is written out.
    pub fn row_count(&mut self, count: &Expr) -> String {
        match count {
            Expr::Nested(inner) => self.row_count(inner),
            Expr::Value(value) => match &value.value {
                Value::Number(text, _) => {
                    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
                    let number = match digits {
                        Some(digits) => i64::from_str_radix(digits, 16),
                        None => text.parse(),
                    };
                    number.map_or_else(|_| self.no_row_count(count), |number| number.to_string())
                }
                _ => self.no_row_count(count),
            },
            Expr::Cast { expr, .. } => self.row_count(expr),
            _ => self.no_row_count(count),
        }
    }

    fn no_row_count(&mut self, count: &Expr) -> String {
        let message = format!("LIMIT and OFFSET take a whole number, not `{count}`");
        self.refuse("sql-syntax", message, count, None).sql
    }

    /// GoogleSQL names columns in the query itself.
    pub fn refuse_column_list(&mut self, alias: &TableAlias, place: &impl Spanned) {
        if !alias.columns.is_empty() {
            let message = format!("`{}` takes no list of columns in GoogleSQL", alias.name);
            self.refuse("sql-syntax", message, place, Some("name the columns in its SELECT"));
        }
    }

    /// What the engine would bring together by name or by chance.
    fn refuse_uneven(&mut self, left: &Columns, right: &Columns, place: &SetExpr) {
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
        let name = &cte.alias.name.value;
        self.refuse_column_list(&cte.alias, cte);
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

    fn set_expression(
        &mut self,
        body: &SetExpr,
        as_values: bool,
    ) -> (String, Columns, Option<Scope>) {
        match body {
            SetExpr::Select(select) => {
                let (text, columns, scope) = self.select(select, as_values);
                (text, columns, Some(scope))
            }
            SetExpr::Query(query) => {
                let (text, columns, _) = self.query_of(query, as_values, None);
                (format!("({text})"), columns, None)
            }
            SetExpr::SetOperation { left, .. } => {
                let (left, matching) = left_side(left);
                let (text, columns, _) = self.set_expression(left, as_values);
                self.set_operation((text, columns), matching, body, as_values)
            }
            other => {
                self.refuse(
                    "unsupported-syntax",
                    format!("`{other}` is not supported in a query"),
                    other,
                    None,
                );
                (String::new(), Columns::default(), None)
            }
        }
    }

    /// A query that reads itself by a name: there it has the columns of its first query, which are
    /// the second of the answers.
    fn recursive(
        &mut self,
        body: &SetExpr,
        name: &str,
    ) -> ((String, Columns, Option<Scope>), Columns) {
        let SetExpr::SetOperation { left, .. } = body else {
            self.ctes.push((name.to_owned(), Columns::default()));
            return (self.set_expression(body, false), Columns::default());
        };
        let (left, matching) = left_side(left);
        let (text, columns, _) = self.set_expression(left, false);
        self.ctes.push((name.to_owned(), columns.clone()));
        let whole = self.set_operation((text, columns.clone()), matching, body, false);
        (whole, columns)
    }

    /// A set operation whose left side is translated already.
    fn set_operation(
        &mut self,
        (mut left_text, mut left_columns): (String, Columns),
        matching: Option<Matching>,
        body: &SetExpr,
        as_values: bool,
    ) -> (String, Columns, Option<Scope>) {
        let SetExpr::SetOperation { op, set_quantifier, right, .. } = body else {
            unreachable!("the caller has looked");
        };
        let (mut right_text, mut right_columns, _) = self.set_expression(right, as_values);
        if let Some(matching) = matching {
            [(left_text, left_columns), (right_text, right_columns)] = self.matched(
                (left_text, left_columns),
                (right_text, right_columns),
                &matching,
                body,
            );
        }
        let operator = match (op, set_quantifier) {
            (SetOperator::Union, SetQuantifier::All) => "UNION ALL",
            (SetOperator::Union, SetQuantifier::Distinct) => "UNION",
            (SetOperator::Intersect, SetQuantifier::All) => "INTERSECT ALL",
            (SetOperator::Intersect, SetQuantifier::Distinct) => "INTERSECT",
            (SetOperator::Except, SetQuantifier::All) => "EXCEPT ALL",
            (SetOperator::Except, SetQuantifier::Distinct) => "EXCEPT",
            _ => {
                let message = format!("`{op} {set_quantifier}` is not GoogleSQL");
                let help = "say which: ALL or DISTINCT";
                self.refuse("unsupported-syntax", message, body, Some(help));
                "UNION ALL"
            }
        };
        self.refuse_uneven(&left_columns, &right_columns, body);
        let columns = merged(&left_columns, &right_columns);
        // Parentheses keep the left-to-right order that GoogleSQL asks for anyway.
        (format!("{left_text} {operator} {right_text}"), columns, None)
    }

    fn select(&mut self, select: &Select, as_values: bool) -> (String, Columns, Scope) {
        self.refuse_foreign(select);
        let mut from = String::new();
        self.scopes.push(Scope { given: given_names(select), ..Scope::default() });
        for (at, table) in select.from.iter().enumerate() {
            let text = self.table_with_joins(table, 0);
            if at > 0 {
                from.push_str(" CROSS JOIN ");
            }
            from.push_str(&text);
        }
        let selection = select.selection.as_ref().map(|given| self.condition(given, "WHERE"));
        let (items, columns) = self.projection(select);
        if let Some(top) = self.scopes.last_mut() {
            top.counted = columns.complete;
            top.aliases =
                columns.columns.iter().filter(|(name, _)| !name.is_empty()).cloned().collect();
        }
        let mut out = String::from("SELECT ");
        match &select.distinct {
            None | Some(Distinct::All) => {}
            Some(Distinct::Distinct) => out.push_str("DISTINCT "),
            Some(Distinct::On(_)) => {
                self.refuse(
                    "unsupported-syntax",
                    "DISTINCT ON is not GoogleSQL",
                    select,
                    Some("use QUALIFY ROW_NUMBER() … = 1"),
                );
            }
        }
        if let Some(ValueTableMode::DistinctAsStruct | ValueTableMode::DistinctAsValue) =
            select.value_table_mode
        {
            out.push_str("DISTINCT ");
        }
        let value = self.value_table(select, items, columns, as_values);
        out.push_str(&value.items.join(", "));
        if !from.is_empty() {
            out.push_str(" FROM ");
            out.push_str(&from);
        }
        if let Some(condition) = selection {
            out.push_str(" WHERE ");
            out.push_str(&condition);
        }
        out.push_str(&self.group_by(select));
        // From here on the SELECT list's aliases are in sight.
        if let Some(top) = self.scopes.last_mut() {
            top.phase = Phase::Results;
        }
        if let Some(condition) = &select.having {
            out.push_str(&format!(" HAVING {}", self.condition(condition, "HAVING")));
        }
        if !select.named_window.is_empty() {
            let windows: Vec<String> =
                select.named_window.iter().map(|window| self.named_window(window)).collect();
            out.push_str(&format!(" WINDOW {}", windows.join(", ")));
        }
        if let Some(condition) = &select.qualify {
            out.push_str(&format!(" QUALIFY {}", self.condition(condition, "QUALIFY")));
        }
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
                element: None,
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

    /// Clauses that the parser knows of other dialects.
    fn refuse_foreign(&mut self, select: &Select) {
        let foreign = [
            (select.top.is_some(), "TOP"),
            (select.into.is_some(), "SELECT INTO"),
            (select.exclude.is_some(), "EXCLUDE"),
            (select.prewhere.is_some(), "PREWHERE"),
            (!select.lateral_views.is_empty(), "LATERAL VIEW"),
            (!select.connect_by.is_empty(), "CONNECT BY"),
            (!select.cluster_by.is_empty(), "CLUSTER BY"),
            (!select.distribute_by.is_empty(), "DISTRIBUTE BY"),
            (!select.sort_by.is_empty(), "SORT BY"),
            (select.select_modifiers.is_some(), "this modifier of SELECT"),
            (select.flavor != SelectFlavor::Standard, "FROM without SELECT"),
        ];
        for (is_there, name) in foreign {
            if is_there {
                let message = format!("{name} is not GoogleSQL");
                self.refuse("unsupported-syntax", message, select, None);
            }
        }
    }

    /// A table's name for DuckDB.
    pub fn table_name(&mut self, name: &ObjectName) -> String {
        let parts: Vec<String> = name_parts(name).iter().map(|part| quote(part)).collect();
        parts.join(".")
    }
}

/// The aliases of a SELECT list.
fn given_names(select: &Select) -> Vec<String> {
    let alias = |item: &SelectItem| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        _ => None,
    };
    select.projection.iter().filter_map(alias).collect()
}

/// The parts of a name; `` `project.dataset.table` `` in one pair of backticks has three.
pub(super) fn name_parts(name: &ObjectName) -> Vec<String> {
    let mut parts = Vec::new();
    for part in &name.0 {
        let text = part.as_ident().map_or_else(|| part.to_string(), |ident| ident.value.clone());
        parts.extend(text.split('.').map(str::to_owned));
    }
    parts
}

/// The left side of a set operation, and how the columns of both are brought together.
fn left_side(left: &SetExpr) -> (&SetExpr, Option<Matching>) {
    match left {
        SetExpr::SetOperation { left, right, .. } if let Some(matching) = matching(right) => {
            (left, Some(matching))
        }
        _ => (left, None),
    }
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
