//! PIVOT and UNPIVOT, written out as aggregates of one value each and as an array that is unnested
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#pivot_operator>).

use super::{
    aggregates::is_aggregate,
    ast::{
        Aliased, Expr, ExprKind, Pivot, Table, UnaryOperator, Unpivot, any_expression,
        for_each_expression,
    },
    scope::{Columns, Scope, Source},
    translate::Translator,
    types::{Type, quote},
};
use crate::relation::is_pseudo_column;

impl Translator<'_> {
    /// `table PIVOT (aggregates FOR column IN (values))`.
    pub fn pivot(
        &mut self,
        table: &Table,
        pivot: &Pivot,
        alias: Option<String>,
        place: &Table,
    ) -> String {
        let Some((from, source)) = self.turned(table, place) else { return String::new() };
        self.pivot_rows(&from, &source, pivot, alias)
    }

    /// PIVOT of rows that are alone in the innermost scope, which this takes away.
    pub fn pivot_rows(
        &mut self,
        from: &str,
        source: &Source,
        pivot: &Pivot,
        alias: Option<String>,
    ) -> String {
        let input = &pivot.input;
        if !is_plain_value(input) {
            self.scopes.pop();
            return self.no_pivot(input, "a subquery or RAND() in PIVOT");
        }
        let mut used = names_in(input);
        for aggregate in &pivot.aggregates {
            used.extend(names_in(&aggregate.expr));
        }
        let is_used = |name: &str| used.iter().any(|used| used.eq_ignore_ascii_case(name));
        let groups: Vec<(String, Type)> =
            source.columns.columns.iter().filter(|(name, _)| !is_used(name)).cloned().collect();
        let mut items: Vec<String> = groups.iter().map(|(name, _)| quote(name)).collect();
        let mut columns = groups.clone();
        let input_kind = self.expression(input).kind;
        for value in &pivot.values {
            let Some((value_name, behind)) = self.pivot_names(value, &input_kind) else { continue };
            for aggregate in &pivot.aggregates {
                let name = match &aggregate.alias {
                    Some(alias) => format!("{}_{behind}", alias.value),
                    None if pivot.aggregates.len() > 1 => {
                        let message = "several aggregates of PIVOT need an alias each";
                        self.refuse("sql-syntax", message, &aggregate.expr, None);
                        continue;
                    }
                    None => value_name.clone(),
                };
                let same = ExprKind::Distinct {
                    left: Box::new(input.clone()),
                    right: Box::new(value.expr.clone()),
                    negated: true,
                };
                if !can_be_filtered(&aggregate.expr) {
                    let message =
                        format!("`{}` is not supported in PIVOT", self.written(&aggregate.expr));
                    let help = "write it as an aggregate of IF(…)";
                    self.refuse("unsupported-syntax", message, &aggregate.expr, Some(help));
                    continue;
                }
                let condition = Expr::new(same, value.expr.span);
                self.row_filter = Some(self.expression(&condition).sql);
                let typed = self.expression(&aggregate.expr);
                self.row_filter = None;
                items.push(format!("{} AS {}", typed.sql, quote(&name)));
                columns.push((name, typed.kind));
            }
        }
        self.scopes.pop();
        let keys: Vec<String> = groups.iter().map(|(name, _)| quote(name)).collect();
        let group_by = match keys.as_slice() {
            [] => String::new(),
            keys => format!(" GROUP BY {}", keys.join(", ")),
        };
        let text = format!("SELECT {} FROM {from}{group_by}", items.join(", "));
        self.turned_source(&text, columns, alias)
    }

    /// `table UNPIVOT (value FOR name IN (columns))`.
    pub fn unpivot(
        &mut self,
        table: &Table,
        unpivot: &Unpivot,
        alias: Option<String>,
        place: &Table,
    ) -> String {
        let Some((from, source)) = self.turned(table, place) else { return String::new() };
        self.unpivot_rows(&from, &source, unpivot, alias)
    }

    /// UNPIVOT of rows that are alone in the innermost scope, which this takes away.
    pub fn unpivot_rows(
        &mut self,
        from: &str,
        source: &Source,
        unpivot: &Unpivot,
        alias: Option<String>,
    ) -> String {
        let last = |path: &super::ast::Path| {
            path.parts.last().map(|part| part.value.clone()).unwrap_or_default()
        };
        let value_names: Vec<String> = unpivot.values.iter().map(last).collect();
        let name = last(&unpivot.name);
        let mut used = Vec::new();
        let mut labels = Vec::new();
        let mut lists: Vec<Vec<String>> = vec![Vec::new(); value_names.len()];
        let mut kinds: Vec<Option<Type>> = vec![None; value_names.len()];
        for column in &unpivot.columns {
            if column.columns.len() != value_names.len() {
                let message = "UNPIVOT needs as many columns as values in each group";
                self.refuse("sql-syntax", message, column, None);
                continue;
            }
            let names: Vec<String> = column.columns.iter().map(last).collect();
            labels.push(match column.label.as_ref() {
                None => names.join("_"),
                Some(label) => match &label.kind {
                    ExprKind::Text(text) | ExprKind::Number(text) => text.clone(),
                    _ => {
                        let message = "the label of UNPIVOT is a text or a number";
                        self.refuse("unsupported-syntax", message, label, None);
                        String::new()
                    }
                },
            });
            for (at, part) in column.columns.iter().enumerate() {
                let value = Expr::new(ExprKind::Path(part.parts.clone()), part.span);
                let typed = self.expression(&value);
                let before = kinds[at].clone().unwrap_or(Type::Null);
                // NULL takes the type of the others.
                let kind = if typed.kind == Type::Null { before.clone() } else { typed.kind };
                if before != Type::Null && before != kind {
                    let message = "the columns of UNPIVOT need one type";
                    self.refuse("wrong-type", message, part, Some("CAST them in a subquery"));
                }
                kinds[at] = Some(kind);
                lists[at].push(typed.sql);
            }
            used.extend(names);
        }
        let is_used = |name: &str| used.iter().any(|used: &String| used.eq_ignore_ascii_case(name));
        let mut given: Vec<(String, Type)> =
            source.columns.columns.iter().filter(|(name, _)| !is_used(name)).cloned().collect();
        let mut items: Vec<String> = given
            .iter()
            .map(|(name, _)| format!("{}.{}", quote(&source.table), quote(name)))
            .collect();
        self.scopes.pop();
        let row = self.fresh("row");
        let mut unnests = Vec::new();
        for ((value_name, list), kind) in value_names.iter().zip(&lists).zip(kinds) {
            unnests.push(format!("unnest([{}]) AS {}", list.join(", "), quote(value_name)));
            items.push(format!("{row}.{}", quote(value_name)));
            given.push((value_name.clone(), kind.unwrap_or_default()));
        }
        let texts: Vec<String> = labels.iter().map(|label| super::types::literal(label)).collect();
        unnests.push(format!("unnest([{}]) AS {}", texts.join(", "), quote(&name)));
        items.push(format!("{row}.{}", quote(&name)));
        given.push((name, Type::String));
        let condition = match unpivot.include_nulls {
            true => String::new(),
            false => {
                let known: Vec<String> = value_names
                    .iter()
                    .map(|name| format!("{row}.{} IS NOT NULL", quote(name)))
                    .collect();
                format!(" WHERE {}", known.join(" OR "))
            }
        };
        let text = format!(
            "SELECT {} FROM {from} CROSS JOIN LATERAL (SELECT {}) AS {row}{condition}",
            items.join(", "),
            unnests.join(", ")
        );
        self.turned_source(&text, given, alias)
    }

    fn no_pivot(&mut self, place: &Expr, what: &str) -> String {
        let message = format!("{what} is not supported on the embedded engine");
        let help = "write one conditional aggregate a column: SUM(IF(…))";
        self.refuse("unsupported-syntax", message, place, Some(help));
        String::new()
    }

    /// The table to turn, alone in a new scope that the caller pops; none where it cannot be turned.
    fn turned(&mut self, table: &Table, place: &Table) -> Option<(String, Source)> {
        self.scopes.push(Scope::default());
        let from = self.table(table);
        let source = self.scopes.last().and_then(|scope| match scope.sources.as_slice() {
            [source] => Some(source.clone()),
            _ => None,
        });
        let source = source.filter(|source| {
            let columns = &source.columns.columns;
            source.columns.complete
                && source.element.is_none()
                && columns.iter().enumerate().all(|(at, (name, _))| {
                    !columns[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
                })
        });
        if source.is_none() {
            self.scopes.pop();
            let message = "PIVOT and UNPIVOT need a table whose columns are known";
            let help = "name the columns in a subquery";
            self.refuse("unsupported-syntax", message, place, Some(help));
        }
        source.map(|mut source| {
            source.columns.columns.retain(|(name, _)| !is_pseudo_column(name));
            (from, source)
        })
    }

    fn turned_source(
        &mut self,
        text: &str,
        columns: Vec<(String, Type)>,
        alias: Option<String>,
    ) -> String {
        let table = alias.clone().unwrap_or_else(|| self.fresh("pivot"));
        let columns = Columns::all(columns);
        self.add_source(Source { alias, table: table.clone(), columns, ..Source::default() });
        format!("({text}) AS {}", quote(&table))
    }

    /// The names that a pivot value gives its columns: alone, and behind the alias of an aggregate
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#rules_for_pivot_column>).
    fn pivot_names(&mut self, value: &Aliased, input: &Type) -> Option<(String, String)> {
        if let Some(alias) = &value.alias {
            return Some((alias.value.clone(), alias.value.clone()));
        }
        if let Some(names) = value_names(&value.expr, input) {
            return Some(names);
        }
        let help = "write `value AS name`";
        self.refuse(
            "unsupported-syntax",
            "this value of PIVOT needs an alias",
            &value.expr,
            Some(help),
        );
        None
    }
}

/// The names of a value without an alias: alone, and behind something.
fn value_names(value: &Expr, input: &Type) -> Option<(String, String)> {
    let text = match (&value.kind, input) {
        (ExprKind::Tuple(parts), Type::Struct(fields)) if parts.len() == fields.len() => {
            let parts: Option<Vec<String>> = parts
                .iter()
                .zip(fields)
                .map(|(part, (_, kind))| Some(value_names(part, kind)?.1))
                .collect();
            parts?.join("_")
        }
        (ExprKind::Text(day), Type::Date) => day_name(day)?,
        (ExprKind::Text(text), _) if text.is_empty() => {
            let name = "empty_string_value";
            return Some((name.to_owned(), format!("_{name}")));
        }
        (ExprKind::Text(text), _) => return Some((text.clone(), text.clone())),
        (ExprKind::Null, _) => "NULL".to_owned(),
        (ExprKind::Bool(truth), _) => truth.to_string(),
        (ExprKind::Number(text), _) => number_name(text, input)?,
        (ExprKind::Unary(UnaryOperator::Minus, number), _)
            if let ExprKind::Number(text) = &number.kind =>
        {
            format!("minus_{}", number_name(text, input)?)
        }
        (ExprKind::TypedText(kind, day), _)
            if kind.name.to_string().eq_ignore_ascii_case("DATE") =>
        {
            day_name(day)?
        }
        _ => return None,
    };
    let alone = match text.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{text}"),
        false => text.clone(),
    };
    Some((alone, text))
}

fn day_name(day: &str) -> Option<String> {
    let day = super::read_text::day(day)?;
    Some(day.format("%Y_%m_%d").to_string())
}

/// A number as a part of a name. FLOAT64 gives none.
fn number_name(number: &str, input: &Type) -> Option<String> {
    if let Some(positive) = number.strip_prefix('-') {
        return Some(format!("minus_{}", number_name(positive, input)?));
    }
    match number.split_once('.') {
        None if is_digits(number) => Some(number.to_owned()),
        Some((whole, fraction))
            if matches!(input, Type::Numeric | Type::BigNumeric)
                && is_digits(whole)
                && is_digits(fraction) =>
        {
            Some(format!("{whole}_point_{fraction}"))
        }
        _ => None,
    }
}

fn is_digits(number: &str) -> bool {
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// All parts of the names in an expression.
fn names_in(expression: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    for_each_expression(expression, &mut |part| {
        if let ExprKind::Path(parts) = &part.kind {
            names.extend(parts.iter().map(|part| part.value.clone()));
        }
    });
    names
}

/// Whether an expression is the same each time it is written, over the columns of one row.
fn is_plain_value(expression: &Expr) -> bool {
    !any_expression(expression, &mut |part| match &part.kind {
        ExprKind::Subquery(_)
        | ExprKind::ArrayQuery(_)
        | ExprKind::Exists(_)
        | ExprKind::InQuery { .. } => true,
        ExprKind::Call(call) => ["RAND", "GENERATE_UUID"].contains(&call.function().as_str()),
        _ => false,
    })
}

/// Whether an expression is one aggregate, which can be over a part of the rows.
fn can_be_filtered(aggregate: &Expr) -> bool {
    let ExprKind::Call(call) = &aggregate.kind else { return false };
    is_aggregate(&call.function())
        && call.over.is_none()
        && !call.safe
        && is_plain_value(aggregate)
        && call.arguments.iter().all(|argument| {
            !any_expression(&argument.value, &mut |part| {
                matches!(&part.kind, ExprKind::Call(call) if is_aggregate(&call.function()))
            })
        })
}
