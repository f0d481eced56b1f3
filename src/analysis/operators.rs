//! Operators and comparisons.

use super::{
    analyzer::Analyzer,
    coercion::{Candidate, Literal, supertype},
    expressions::computed,
    functions::{Argument, Chosen, choose, function},
    help::{compare_help, operator_help},
    problem::Problem,
    rows::Value,
    types::Type,
};
use crate::sql::ast::{BinaryOperator, Expr, Patterns, Span, UnaryOperator};

impl Analyzer<'_> {
    /// Says it where values cannot be compared with each other.
    pub(super) fn comparable(&mut self, operator: &str, values: &[Value], span: Span) {
        let candidates: Vec<Candidate<'_>> =
            values.iter().map(|value| (&value.kind, &value.literal)).collect();
        let mut shown: Vec<String> = values.iter().map(|value| value.kind.to_string()).collect();
        match supertype(&candidates) {
            Some(common) if common.has_equality() => {}
            Some(common) => {
                let message =
                    format!("values of type {common} cannot be compared with `{operator}`");
                self.problem(Problem::at("wrong-types", message, span));
            }
            None => {
                if shown.len() > 2 {
                    let first = shown[0].clone();
                    shown.retain(|kind| *kind != first);
                    shown.dedup();
                    shown.insert(0, first);
                }
                let message = format!("`{operator}` cannot compare {}", shown.join(" with "));
                let help = compare_help(&values[0].kind, values.iter().map(|value| &value.kind));
                self.problem(Problem::at("wrong-types", message, span).maybe_help(help));
            }
        }
    }

    /// The same, and where they have no order.
    pub(super) fn ordered(&mut self, operator: &str, values: &[Value], span: Span) {
        let without = values.iter().find(|value| !value.kind.has_order());
        match without {
            Some(value) => {
                let message = format!("`{operator}` cannot compare values of type {}", value.kind);
                self.problem(Problem::at("wrong-types", message, span));
            }
            None => self.comparable(operator, values, span),
        }
    }

    pub(super) fn unary(&mut self, operator: UnaryOperator, value: &Expr, span: Span) -> Value {
        let given = self.expression(value);
        match operator {
            UnaryOperator::Not => {
                self.expect(&given, &Type::Bool, "NOT", value.span);
                computed(Type::Bool, &[&given])
            }
            UnaryOperator::Minus | UnaryOperator::Plus => {
                let name = if operator == UnaryOperator::Minus { "MINUS" } else { "PLUS" };
                let is_literal = given.literal.is_whole();
                let mut result = self.operator(name, operator.symbol(), vec![given], span);
                if is_literal {
                    result.literal = Literal::Yes;
                }
                result
            }
            UnaryOperator::BitNot => self.operator("~", "~", vec![given], span),
        }
    }

    pub(super) fn binary(
        &mut self,
        left: &Expr,
        operator: BinaryOperator,
        right: &Expr,
        span: Span,
    ) -> Value {
        use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq, NotEq, Or};
        let values = vec![self.expression(left), self.expression(right)];
        match operator {
            Or | And => {
                for (value, written) in values.iter().zip([left, right]) {
                    self.expect(value, &Type::Bool, operator.symbol(), written.span);
                }
                computed(Type::Bool, &[&values[0], &values[1]])
            }
            Eq | NotEq | Lt | LtEq | Gt | GtEq => {
                match operator {
                    Eq | NotEq => self.comparable(operator.symbol(), &values, span),
                    _ => self.ordered(operator.symbol(), &values, span),
                }
                self.texts_beside(&[left, right], &values);
                computed(Type::Bool, &[&values[0], &values[1]])
            }
            other => self.operator(other.symbol(), other.symbol(), values, span),
        }
    }

    /// An operator of the table of functions.
    pub(super) fn operator(
        &mut self,
        name: &str,
        symbol: &str,
        values: Vec<Value>,
        span: Span,
    ) -> Value {
        let arguments: Vec<Argument<'_>> = values
            .iter()
            .map(|value| Argument { name: None, kind: &value.kind, literal: &value.literal })
            .collect();
        let chosen = match function(name) {
            Some(function) => choose(function, &arguments),
            None => Chosen::Gives(Type::Unknown),
        };
        let kind = match chosen {
            Chosen::Gives(Type::Null) => Type::Int64,
            Chosen::Gives(kind) => kind,
            Chosen::Nothing => {
                let shown: Vec<String> =
                    values.iter().map(|value| value.kind.to_string()).collect();
                let message = format!("`{symbol}` does not take {}", shown.join(" and "));
                let help = operator_help(symbol, &values);
                self.problem(Problem::at("wrong-types", message, span).maybe_help(help));
                Type::Unknown
            }
        };
        let values: Vec<&Value> = values.iter().collect();
        computed(kind, &values)
    }

    pub(super) fn like(&mut self, value: &Expr, patterns: &Patterns, span: Span) -> Value {
        let mut values = vec![self.expression(value)];
        match patterns {
            Patterns::One(one) => values.push(self.expression(one)),
            Patterns::List(_, several) => {
                values.extend(several.iter().map(|one| self.expression(one)));
            }
            Patterns::Array(_, array) => {
                let array = self.expression(array);
                let element = array.kind.element().cloned().unwrap_or_default();
                values.push(Value { kind: element, ..array });
            }
            Patterns::Query(_, query) => {
                let rows = self.subquery(query);
                let mut found = self.only_column(&rows, "LIKE", span);
                found.flow.extend(&rows.chosen_by);
                values.push(found);
            }
        }
        let mut result = computed(Type::Bool, &[]);
        for pattern in &values[1..] {
            let pair = vec![values[0].clone(), pattern.clone()];
            result.flow.add(&self.operator("LIKE", "LIKE", pair, span).flow);
        }
        result
    }
}
