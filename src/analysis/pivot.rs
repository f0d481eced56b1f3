//! PIVOT and UNPIVOT
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#pivot_operator>).

use std::sync::Arc;

use super::{
    analyzer::Analyzer,
    coercion::{Candidate, Literal, supertype},
    flow::{Flow, How},
    problem::Problem,
    rows::{Column, Rows, Value},
    types::Type,
};
use crate::{
    diagnostic::did_you_mean,
    sql::ast::{Expr, ExprKind, Pivot, UnaryOperator, Unpivot, for_each_expression},
};

impl Analyzer<'_> {
    /// The rows of the innermost scope, pivoted.
    pub fn pivot(&mut self, pivot: &Pivot) -> Rows {
        let from = self.all_rows();
        let mut used: Vec<String> = Vec::new();
        let mut note = |expression: &Expr| {
            for_each_expression(expression, &mut |part| {
                if let ExprKind::Path(parts) = &part.kind {
                    used.extend(parts.iter().map(|part| part.value.to_ascii_lowercase()));
                }
            });
        };
        note(&pivot.input);
        for aggregate in &pivot.aggregates {
            note(&aggregate.expr);
        }
        let input = self.expression(&pivot.input);
        let kept = |column: &Column| !used.contains(&column.name.to_ascii_lowercase());
        let mut columns: Vec<Column> =
            from.columns.iter().filter(|column| kept(column)).cloned().collect();
        let mut keys = Flow::default();
        for column in &columns {
            keys.add_used(&column.value.flow, How::GroupBy);
        }
        let aggregates: Vec<Value> =
            pivot.aggregates.iter().map(|aggregate| self.expression(&aggregate.expr)).collect();
        let mut is_named = true;
        for value in &pivot.values {
            let wanted = self.expression(&value.expr);
            self.comparable("PIVOT", &[input.clone(), wanted], value.expr.span);
            let of_value = match &value.alias {
                Some(alias) => Some(alias.value.clone()),
                None => value_name(&value.expr),
            };
            is_named &= of_value.is_some();
            let of_value = of_value.unwrap_or_default();
            for (aggregate, computed) in pivot.aggregates.iter().zip(&aggregates) {
                let name = match &aggregate.alias {
                    Some(alias) => format!("{}_{}", alias.value, of_value.trim_start_matches('_')),
                    None => of_value.clone(),
                };
                let mut flow = computed.flow.clone();
                flow.add_used(&input.flow, How::Conditional);
                let value = Value { kind: computed.kind.clone(), literal: Literal::No, flow };
                columns.push(Column { name: Arc::from(name), value, span: aggregate.expr.span });
            }
        }
        let mut chosen_by = from.chosen_by;
        super::queries::merge(&mut chosen_by, &keys.inputs);
        let is_complete = from.is_complete && is_named;
        if !is_named {
            columns.clear();
        }
        Rows { columns, is_complete, is_value: false, open: None, chosen_by }
    }

    /// The rows of the innermost scope, with columns made rows.
    pub fn unpivot(&mut self, unpivot: &Unpivot) -> Rows {
        let from = self.all_rows();
        let mut taken: Vec<String> = Vec::new();
        let mut groups: Vec<Vec<Value>> = vec![Vec::new(); unpivot.values.len()];
        let mut label = Type::String;
        for group in &unpivot.columns {
            if let Some(text) = &group.label {
                label = self.expression(text).kind;
            }
            for (at, path) in group.columns.iter().enumerate() {
                let name = path.to_string();
                taken.push(name.to_ascii_lowercase());
                let found =
                    from.columns.iter().find(|column| column.name.eq_ignore_ascii_case(&name));
                match found {
                    Some(column) => {
                        if let Some(values) = groups.get_mut(at) {
                            values.push(column.value.clone());
                        }
                    }
                    None if from.is_complete => {
                        let message = format!("no column `{name}` to UNPIVOT");
                        let help =
                            did_you_mean(&name, from.columns.iter().map(|column| &*column.name));
                        let problem = Problem::at("unknown-column", message, path.span);
                        self.problem(problem.maybe_help(help));
                    }
                    None => {}
                }
            }
        }
        let kept = |column: &&Column| !taken.contains(&column.name.to_ascii_lowercase());
        let mut columns: Vec<Column> = from.columns.iter().filter(kept).cloned().collect();
        for (path, values) in unpivot.values.iter().zip(groups) {
            let candidates: Vec<Candidate<'_>> =
                values.iter().map(|value| (&value.kind, &value.literal)).collect();
            let kind = supertype(&candidates).unwrap_or_default();
            let flows: Vec<Flow> = values.iter().map(|value| value.flow.clone()).collect();
            let kind = if values.is_empty() { Type::Unknown } else { kind };
            let value = Value { kind, literal: Literal::No, flow: Flow::choice(&flows) };
            columns.push(Column { name: Arc::from(path.to_string()), value, span: path.span });
        }
        let name = &unpivot.name;
        let value = Value::of(label);
        columns.push(Column { name: Arc::from(name.to_string()), value, span: name.span });
        Rows {
            columns,
            is_complete: from.is_complete,
            is_value: false,
            open: from.open,
            chosen_by: from.chosen_by,
        }
    }
}

/// The name that BigQuery makes of a value; nothing where that is not plain.
fn value_name(value: &Expr) -> Option<String> {
    match &value.bare().kind {
        ExprKind::Text(text) => Some(text.clone()),
        ExprKind::Bool(value) => Some(if *value { "true" } else { "false" }.to_owned()),
        ExprKind::Null => Some("NULL".to_owned()),
        ExprKind::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(format!("_{text}"))
        }
        ExprKind::Unary(UnaryOperator::Minus, inner) => match &inner.bare().kind {
            ExprKind::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(format!("minus_{text}"))
            }
            _ => None,
        },
        ExprKind::TypedText(kind, text) if kind.name.to_string().eq_ignore_ascii_case("DATE") => {
            Some(format!("_{}", text.replace('-', "_")))
        }
        _ => None,
    }
}
