//! Every expression inside another.

use super::{
    call::{Call, Over},
    expression::{Expr, ExprKind, Patterns},
};

/// Whether it is a name, or a query in which there may be some.
pub fn may_name_columns(expression: &Expr) -> bool {
    matches!(
        expression.kind,
        ExprKind::Path(_)
            | ExprKind::Subquery(_)
            | ExprKind::ArrayQuery(_)
            | ExprKind::Exists(_)
            | ExprKind::InQuery { .. }
    )
}

/// Whether an expression, or one inside it, is as asked. Subqueries are not entered.
pub fn any_expression(expression: &Expr, test: &mut impl FnMut(&Expr) -> bool) -> bool {
    let mut found = false;
    for_each_expression(expression, &mut |part| found |= !found && test(part));
    found
}

/// Visits an expression and all inside it, the outer ones first. Subqueries are not entered.
pub fn for_each_expression(expression: &Expr, visit: &mut impl FnMut(&Expr)) {
    visit(expression);
    let mut inner: Vec<&Expr> = Vec::new();
    match &expression.kind {
        ExprKind::Null
        | ExprKind::Foreign(_)
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Bytes(_)
        | ExprKind::TypedText(..)
        | ExprKind::Path(_)
        | ExprKind::Parameter(_)
        | ExprKind::Exists(_)
        | ExprKind::ArrayQuery(_)
        | ExprKind::Subquery(_)
        | ExprKind::Default
        | ExprKind::Wrong => {}
        ExprKind::Field(value, _)
        | ExprKind::Unary(_, value)
        | ExprKind::Is { value, .. }
        | ExprKind::InQuery { value, .. }
        | ExprKind::Interval { value, .. }
        | ExprKind::Lambda(_, value)
        | ExprKind::Nested(value) => inner.push(value),
        ExprKind::Subscript(one, _, other)
        | ExprKind::Binary(one, _, other)
        | ExprKind::Distinct { left: one, right: other, .. }
        | ExprKind::InArray { value: one, array: other, .. } => inner.extend([&**one, &**other]),
        ExprKind::InList { value, items, .. } => {
            inner.push(value);
            inner.extend(items);
        }
        ExprKind::Between { value, low, high, .. } => inner.extend([&**value, &**low, &**high]),
        ExprKind::Like { value, patterns, .. } => {
            inner.push(value);
            match patterns {
                Patterns::One(one) | Patterns::Array(_, one) => inner.push(one),
                Patterns::List(_, several) => inner.extend(several),
                Patterns::Query(..) => {}
            }
        }
        ExprKind::Case { operand, whens, otherwise } => {
            inner.extend(operand.as_deref());
            for when in whens {
                inner.extend([&when.condition, &when.result]);
            }
            inner.extend(otherwise.as_deref());
        }
        ExprKind::Cast { value, format, zone, .. } => {
            inner.push(value);
            inner.extend(format.as_deref());
            inner.extend(zone.as_deref());
        }
        ExprKind::Extract { value, zone, .. } => {
            inner.push(value);
            inner.extend(zone.as_deref());
        }
        ExprKind::Call(call) => inner.extend(of_call(call)),
        ExprKind::Array(_, items) | ExprKind::Tuple(items) => inner.extend(items),
        ExprKind::Struct(_, items) => inner.extend(items.iter().map(|item| &item.value)),
        ExprKind::With(bindings, body) => {
            inner.extend(bindings.iter().map(|(_, value)| value));
            inner.push(body);
        }
    }
    for part in inner {
        for_each_expression(part, visit);
    }
}

fn of_call(call: &Call) -> Vec<&Expr> {
    let mut inner: Vec<&Expr> = call.arguments.iter().map(|argument| &argument.value).collect();
    inner.extend(call.having.as_ref().map(|having| &having.by));
    inner.extend(call.order_by.iter().map(|item| &item.key));
    inner.extend(call.limit.as_ref());
    if let Some(Over::Spec(spec)) = &call.over {
        inner.extend(&spec.partition_by);
        inner.extend(spec.order_by.iter().map(|item| &item.key));
    }
    inner
}
