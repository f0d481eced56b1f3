//! PIVOT and UNPIVOT, written out as aggregates of one value each and as an array that is unnested
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#pivot_operator>).

use std::ops::ControlFlow;

use sqlparser::ast::{
    CaseWhen, Expr, ExprWithAlias, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    NullInclusion, PivotValueSource, TableAlias, TableFactor, Value,
    helpers::attached_token::AttachedToken, visit_expressions,
};

use super::{
    scope::{Columns, Scope, Source},
    translate::Translator,
    types::{Type, quote},
};

/// Aggregates that leave NULL out, so that a condition can be put around their argument.
const CONDITIONAL: &[&str] = &[
    "ANY_VALUE",
    "AVG",
    "BIT_AND",
    "BIT_OR",
    "BIT_XOR",
    "COUNT",
    "COUNTIF",
    "LOGICAL_AND",
    "LOGICAL_OR",
    "MAX",
    "MIN",
    "STDDEV",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "STRING_AGG",
    "SUM",
    "VAR_POP",
    "VAR_SAMP",
    "VARIANCE",
];

impl Translator<'_> {
    /// `table PIVOT (aggregates FOR column IN (values))`.
    pub fn pivot(&mut self, pivot: &TableFactor) -> String {
        let TableFactor::Pivot {
            table,
            aggregate_functions,
            value_column,
            value_source,
            default_on_null: None,
            alias,
        } = pivot
        else {
            return self.no_pivot(pivot, "DEFAULT ON NULL");
        };
        let (PivotValueSource::List(values), [input]) = (value_source, value_column.as_slice())
        else {
            return self.no_pivot(pivot, "PIVOT without a list of values");
        };
        if !is_plain_value(input) {
            return self.no_pivot(pivot, "a subquery or RAND() in PIVOT");
        }
        let Some((from, source)) = self.turned(table, pivot) else { return String::new() };
        let mut used = names_in(input);
        for aggregate in aggregate_functions {
            used.extend(names_in(&aggregate.expr));
        }
        let is_used = |name: &str| used.iter().any(|used| used.eq_ignore_ascii_case(name));
        let groups: Vec<(String, Type)> =
            source.columns.columns.iter().filter(|(name, _)| !is_used(name)).cloned().collect();
        let mut items: Vec<String> = groups.iter().map(|(name, _)| quote(name)).collect();
        let mut columns = groups.clone();
        for value in values {
            let Some(value_name) = self.pivot_name(value) else { continue };
            for aggregate in aggregate_functions {
                let name = match &aggregate.alias {
                    Some(alias) => format!("{}_{value_name}", alias.value),
                    None if aggregate_functions.len() > 1 => {
                        let message = "several aggregates of PIVOT need an alias each";
                        self.refuse("sql-syntax", message, &aggregate.expr, None);
                        continue;
                    }
                    None => value_name.clone(),
                };
                let condition =
                    Expr::IsNotDistinctFrom(Box::new(input.clone()), Box::new(value.expr.clone()));
                let Some(conditional) = conditional(&aggregate.expr, condition) else {
                    let message = format!("`{}` is not supported in PIVOT", aggregate.expr);
                    let help = "write it as an aggregate of IF(…)";
                    self.refuse("unsupported-syntax", message, &aggregate.expr, Some(help));
                    continue;
                };
                let typed = self.expression(&conditional);
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
        self.turned_source(&text, columns, alias.as_ref())
    }

    /// `table UNPIVOT (value FOR name IN (columns))`.
    pub fn unpivot(&mut self, unpivot: &TableFactor) -> String {
        let TableFactor::Unpivot { table, value, name, columns, null_inclusion, alias } = unpivot
        else {
            return self.no_pivot(unpivot, "this UNPIVOT");
        };
        let Some((from, source)) = self.turned(table, unpivot) else { return String::new() };
        let value_names = names_of(value);
        let mut used = Vec::new();
        let mut labels = Vec::new();
        let mut lists: Vec<Vec<String>> = vec![Vec::new(); value_names.len()];
        let mut kinds: Vec<Option<Type>> = vec![None; value_names.len()];
        for column in columns {
            let parts: Vec<&Expr> = match &column.expr {
                Expr::Tuple(parts) => parts.iter().collect(),
                Expr::Nested(inner) => vec![inner],
                other => vec![other],
            };
            if parts.len() != value_names.len() {
                let message = "UNPIVOT needs as many columns as values in each group";
                self.refuse("sql-syntax", message, &column.expr, None);
                continue;
            }
            let names: Vec<String> = parts.iter().map(|part| names_of(part).join("_")).collect();
            labels.push(match &column.alias {
                Some(alias) => alias.value.clone(),
                None => names.join("_"),
            });
            for (at, part) in parts.into_iter().enumerate() {
                let typed = self.expression(part);
                if kinds[at].as_ref().is_some_and(|kind| *kind != typed.kind) {
                    let message = "the columns of UNPIVOT need one type";
                    self.refuse("wrong-type", message, part, Some("CAST them in a subquery"));
                }
                kinds[at] = Some(typed.kind);
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
        unnests.push(format!("unnest([{}]) AS {}", texts.join(", "), quote(&name.value)));
        items.push(format!("{row}.{}", quote(&name.value)));
        given.push((name.value.clone(), Type::String));
        let condition = match null_inclusion {
            Some(NullInclusion::IncludeNulls) => String::new(),
            _ => {
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
        self.turned_source(&text, given, alias.as_ref())
    }

    fn no_pivot(&mut self, place: &TableFactor, what: &str) -> String {
        let message = format!("{what} is not supported on the embedded engine");
        let help = "write one conditional aggregate a column: SUM(IF(…))";
        self.refuse("unsupported-syntax", message, place, Some(help));
        String::new()
    }

    /// The table to turn, alone in a new scope that the caller pops; none where it cannot be turned.
    fn turned(&mut self, table: &TableFactor, place: &TableFactor) -> Option<(String, Source)> {
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
        source.map(|source| (from, source))
    }

    fn turned_source(
        &mut self,
        text: &str,
        columns: Vec<(String, Type)>,
        alias: Option<&TableAlias>,
    ) -> String {
        let alias = alias.map(|alias| alias.name.value.clone());
        let table = alias.clone().unwrap_or_else(|| self.fresh("pivot"));
        let columns = Columns::all(columns);
        self.add_source(Source { alias, table: table.clone(), columns, element: None });
        format!("({text}) AS {}", quote(&table))
    }

    /// The name that a pivot value gives its columns.
    fn pivot_name(&mut self, value: &ExprWithAlias) -> Option<String> {
        if let Some(alias) = &value.alias {
            return Some(alias.value.clone());
        }
        if let Expr::Value(written) = &value.expr {
            match &written.value {
                Value::SingleQuotedString(text) => return Some(text.clone()),
                Value::Number(text, _) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                    return Some(format!("_{text}"));
                }
                _ => {}
            }
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

/// The last parts of the names in an expression, and the first ones.
fn names_in(expression: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    let _ = visit_expressions(expression, |part| {
        match part {
            Expr::Identifier(name) => names.push(name.value.clone()),
            Expr::CompoundIdentifier(parts) => {
                names.extend(parts.iter().map(|part| part.value.clone()));
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    });
    names
}

/// The names in a list.
fn names_of(expression: &Expr) -> Vec<String> {
    match expression {
        Expr::Tuple(parts) => parts.iter().flat_map(names_of).collect(),
        Expr::Nested(inner) => names_of(inner),
        Expr::Identifier(name) => vec![name.value.clone()],
        Expr::CompoundIdentifier(parts) => {
            parts.last().map(|part| part.value.clone()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Whether an expression is the same each time it is written, over the columns of one row.
fn is_plain_value(expression: &Expr) -> bool {
    visit_expressions(expression, |part| match part {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => ControlFlow::Break(()),
        Expr::Function(call)
            if matches!(call.args, FunctionArguments::Subquery(_))
                || ["RAND", "GENERATE_UUID"]
                    .contains(&call.name.to_string().to_ascii_uppercase().as_str()) =>
        {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    })
    .is_continue()
}

/// The aggregate over the rows where a condition holds.
fn conditional(aggregate: &Expr, condition: Expr) -> Option<Expr> {
    let Expr::Function(call) = aggregate else { return None };
    let name = call.name.to_string().to_ascii_uppercase();
    if !CONDITIONAL.contains(&name.as_str()) || call.over.is_some() || !is_plain_value(aggregate) {
        return None;
    }
    let mut call: Function = call.clone();
    let FunctionArguments::List(list) = &mut call.args else { return None };
    let value = match list.args.first_mut()? {
        FunctionArg::Unnamed(argument) => argument,
        _ => return None,
    };
    let result = match value {
        FunctionArgExpr::Expr(result) => result.clone(),
        FunctionArgExpr::Wildcard if name == "COUNT" => Expr::Value(Value::Boolean(true).into()),
        _ => return None,
    };
    *value = FunctionArgExpr::Expr(Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen { condition, result }],
        else_result: None,
    });
    Some(Expr::Function(call))
}
