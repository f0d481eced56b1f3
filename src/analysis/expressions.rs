//! The types of expressions, and what they are made from.

use std::sync::Arc;

use super::{
    analyzer::Analyzer,
    casts::can_cast,
    coercion::{Candidate, Literal, coercion, supertype},
    flow::{Flow, How},
    problem::Problem,
    rows::{Rows, Value},
    types::Type,
    written_types::Place,
};
use crate::sql::ast::{Expr, ExprKind, IsTest, Span, StructItem, SubscriptKind, When};

impl Analyzer<'_> {
    /// The value of an expression.
    pub fn expression(&mut self, expression: &Expr) -> Value {
        if self.is_key(expression) {
            self.scope().inside_aggregates += 1;
            let value = self.inner(expression);
            self.scope().inside_aggregates -= 1;
            return value;
        }
        self.inner(expression)
    }

    fn inner(&mut self, expression: &Expr) -> Value {
        let span = expression.span;
        match &expression.kind {
            ExprKind::Null => Value::literal(Type::Null),
            ExprKind::Bool(_) => Value::literal(Type::Bool),
            ExprKind::Number(text) => Value::literal(number(text)),
            ExprKind::Text(_) => Value::literal(Type::String),
            ExprKind::Bytes(_) => Value::literal(Type::Bytes),
            ExprKind::TypedText(kind, text) => {
                let kind = self.written_type(kind, Place::Constructor);
                let text = Expr { kind: ExprKind::Text(text.clone()), span };
                self.text_as(&text, &kind);
                Value::of(kind)
            }
            ExprKind::Path(parts) => self.path(parts, span),
            ExprKind::Parameter(_) | ExprKind::Default | ExprKind::Foreign(_) | ExprKind::Wrong => {
                Value::default()
            }
            ExprKind::Nested(inner) => self.expression(inner),
            ExprKind::Field(value, name) => {
                let value = self.expression(value);
                self.field(value, name)
            }
            ExprKind::Subscript(value, kind, index) => self.subscript(value, *kind, index, span),
            ExprKind::Unary(operator, value) => self.unary(*operator, value, span),
            ExprKind::Binary(left, operator, right) => self.binary(left, *operator, right, span),
            ExprKind::Is { value, test, .. } => {
                let tested = self.expression(value);
                if matches!(test, IsTest::True | IsTest::False) {
                    self.expect(&tested, &Type::Bool, "IS TRUE", value.span);
                }
                computed(Type::Bool, &[&tested])
            }
            ExprKind::Distinct { left, right, .. } => {
                let values = [self.expression(left), self.expression(right)];
                self.comparable("IS DISTINCT FROM", &values, span);
                computed(Type::Bool, &[&values[0], &values[1]])
            }
            ExprKind::InList { value, items, .. } => {
                let mut values = vec![self.expression(value)];
                values.extend(items.iter().map(|item| self.expression(item)));
                self.comparable("IN", &values, span);
                let written: Vec<&Expr> = std::iter::once(&**value).chain(items).collect();
                self.texts_beside(&written, &values);
                let values: Vec<&Value> = values.iter().collect();
                computed(Type::Bool, &values)
            }
            ExprKind::InQuery { value, query, .. } => {
                let value = self.expression(value);
                let rows = self.subquery(query);
                let found = match rows.columns.as_slice() {
                    [only] => only.value.clone(),
                    columns => {
                        if rows.is_complete {
                            let message =
                                format!("the query of IN gives {} columns, not one", columns.len());
                            self.problem(Problem::at("subquery-columns", message, span));
                        }
                        Value::default()
                    }
                };
                let values = [value, Value { literal: Literal::No, ..found }];
                self.comparable("IN", &values, span);
                let mut result = computed(Type::Bool, &[&values[0], &values[1]]);
                result.flow.extend(&rows.chosen_by);
                result
            }
            ExprKind::InArray { value, array, .. } => {
                let value = self.expression(value);
                let array_value = self.expression(array);
                let element = match &array_value.kind {
                    Type::Array(element) => (**element).clone(),
                    Type::Unknown | Type::Null => Type::Unknown,
                    other => {
                        let message = format!("UNNEST takes an array, not {other}");
                        self.problem(Problem::at("wrong-types", message, array.span));
                        Type::Unknown
                    }
                };
                let values = [value, Value { kind: element, ..array_value }];
                self.comparable("IN UNNEST", &values, span);
                computed(Type::Bool, &[&values[0], &values[1]])
            }
            ExprKind::Between { value, low, high, .. } => {
                let values = [self.expression(value), self.expression(low), self.expression(high)];
                self.ordered("BETWEEN", &values, span);
                self.texts_beside(&[value, low, high], &values);
                computed(Type::Bool, &[&values[0], &values[1], &values[2]])
            }
            ExprKind::Like { value, patterns, .. } => self.like(value, patterns, span),
            ExprKind::Case { operand, whens, otherwise } => {
                self.case(operand.as_deref(), whens, otherwise.as_deref(), span)
            }
            ExprKind::Cast { safe, value, data_type, format, zone } => {
                let given = self.expression(value);
                for (other, what) in [(format, "FORMAT"), (zone, "AT TIME ZONE")] {
                    if let Some(other) = other {
                        let given = self.expression(other);
                        self.expect(&given, &Type::String, what, other.span);
                    }
                }
                let kind = self.written_type(data_type, Place::Limited);
                // SAFE_CAST gives NULL.
                if let Some(format) = format.as_ref().filter(|_| !safe) {
                    self.check_cast_format(format, &given.kind, &kind);
                }
                if !can_cast(&given.kind, &kind, given.literal.is_whole()) {
                    let message = format!("{} cannot be cast to {kind}", given.kind);
                    self.problem(Problem::at("wrong-types", message, value.span));
                }
                computed(kind, &[&given])
            }
            ExprKind::Extract { part, value, zone } => {
                let given = self.expression(value);
                if let Some(zone) = zone {
                    let place = self.expression(zone);
                    self.expect(&place, &Type::String, "AT TIME ZONE", zone.span);
                }
                let kind = match &part.kind {
                    ExprKind::Path(names) => match names.as_slice() {
                        [name] if name.is("DATE") => Type::Date,
                        [name] if name.is("TIME") => Type::Time,
                        [name] if name.is("DATETIME") => Type::DateTime,
                        _ => Type::Int64,
                    },
                    _ => Type::Int64,
                };
                let is_time = matches!(
                    given.kind,
                    Type::Date | Type::DateTime | Type::Time | Type::Timestamp | Type::Interval
                );
                if !is_time && !matches!(given.kind, Type::Unknown | Type::Null) {
                    let message =
                        format!("EXTRACT takes a date, a time or an interval, not {}", given.kind);
                    self.problem(Problem::at("wrong-types", message, value.span));
                }
                self.check_extract(part, &given.kind);
                computed(kind, &[&given])
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Exists(query) => {
                let rows = self.subquery(query);
                let mut value = Value::of(Type::Bool);
                for column in &rows.columns {
                    value.flow.add_used(&column.value.flow, How::Filter);
                }
                value.flow.extend(&rows.chosen_by);
                value
            }
            ExprKind::ArrayQuery(query) => {
                let rows = self.subquery(query);
                let one = self.only_column(&rows, "ARRAY", span);
                let mut flow = one.flow.gathered();
                flow.extend(&rows.chosen_by);
                Value { kind: one.kind.settled().array(), literal: Literal::No, flow }
            }
            ExprKind::Subquery(query) => {
                let rows = self.subquery(query);
                let one = self.only_column(&rows, "a query in parentheses", span);
                let mut flow = one.flow.clone();
                flow.extend(&rows.chosen_by);
                Value { kind: one.kind.settled(), literal: Literal::No, flow }
            }
            ExprKind::Array(kind, items) => {
                let kind = kind.as_ref().map(|kind| self.written_type(kind, Place::Constructor));
                self.array(kind, items, span)
            }
            ExprKind::Struct(kind, items) => {
                let kind = kind.as_ref().map(|kind| self.written_type(kind, Place::Constructor));
                self.structure(kind, items, span)
            }
            ExprKind::Tuple(items) => {
                let values: Vec<Value> = items.iter().map(|item| self.expression(item)).collect();
                structure_of(values.into_iter().map(|value| (Arc::from(""), value)))
            }
            ExprKind::Interval { value, first, last } => {
                self.check_interval(first, last.as_ref(), value.text().is_some());
                let written = value;
                let value = self.expression(written);
                self.text_as(written, &Type::Interval);
                if !matches!(value.kind, Type::Int64 | Type::String | Type::Unknown | Type::Null) {
                    let message = format!("INTERVAL takes INT64 or a text, not {}", value.kind);
                    self.problem(Problem::at("wrong-types", message, span));
                }
                computed(Type::Interval, &[&value])
            }
            ExprKind::With(bindings, body) => {
                let before = self.scope().locals.len();
                for (name, value) in bindings {
                    let value = self.expression(value);
                    let value = Value { literal: Literal::No, kind: value.kind.settled(), ..value };
                    self.scope().locals.push((name.value.clone(), value));
                }
                let value = self.expression(body);
                self.scope().locals.truncate(before);
                value
            }
            // Its names are given by the function that it is for.
            ExprKind::Lambda(names, body) => {
                let before = self.scope().locals.len();
                for name in names {
                    self.scope().locals.push((name.value.clone(), Value::default()));
                }
                let value = self.expression(body);
                self.scope().locals.truncate(before);
                Value { kind: Type::Unknown, ..value }
            }
        }
    }

    /// Expects a value that goes for a type.
    pub fn expect(&mut self, value: &Value, kind: &Type, what: &str, span: Span) {
        if coercion(&value.kind, &value.literal, kind).is_none() {
            let message = format!("{what} takes {kind}, not {}", value.kind);
            self.problem(Problem::at("wrong-types", message, span));
        }
    }

    /// The only column of a subquery.
    pub(super) fn only_column(&mut self, rows: &Rows, what: &str, span: Span) -> Value {
        match rows.columns.as_slice() {
            [only] if rows.is_complete => only.value.clone(),
            columns => {
                if rows.is_complete {
                    let message =
                        format!("{what} takes one column, this query gives {}", columns.len());
                    let problem = Problem::at("subquery-columns", message, span);
                    self.problem(problem.help("make one of them with `SELECT AS STRUCT`"));
                }
                Value::default()
            }
        }
    }

    fn case(
        &mut self,
        operand: Option<&Expr>,
        whens: &[When],
        otherwise: Option<&Expr>,
        span: Span,
    ) -> Value {
        let operand = operand.map(|operand| self.expression(operand));
        let mut conditions = Flow::default();
        if let Some(operand) = &operand {
            conditions.add_used(&operand.flow, How::Conditional);
        }
        let mut results = Vec::new();
        for when in whens {
            let condition = self.expression(&when.condition);
            conditions.add_used(&condition.flow, How::Conditional);
            match &operand {
                Some(operand) => {
                    self.comparable("CASE", &[operand.clone(), condition], when.condition.span);
                }
                None => self.expect(&condition, &Type::Bool, "WHEN", when.condition.span),
            }
            results.push((self.expression(&when.result), when.result.span));
        }
        results.extend(otherwise.map(|otherwise| (self.expression(otherwise), otherwise.span)));
        let mut value = self.choice(results, "CASE", span);
        value.flow.add(&conditions);
        value
    }

    /// One of several values.
    fn choice(&mut self, values: Vec<(Value, Span)>, what: &str, span: Span) -> Value {
        let candidates: Vec<Candidate<'_>> =
            values.iter().map(|(value, _)| (&value.kind, &value.literal)).collect();
        let kind = supertype(&candidates).unwrap_or_else(|| {
            let mut shown: Vec<String> =
                candidates.iter().map(|(kind, _)| kind.to_string()).collect();
            shown.retain(|kind| kind != "NULL");
            shown.dedup();
            let message =
                format!("the results of {what} have no type in common: {}", shown.join(", "));
            self.problem(Problem::at("wrong-types", message, span));
            Type::Unknown
        });
        let literal =
            match !values.is_empty() && values.iter().all(|(value, _)| value.kind == Type::Null) {
                true => Literal::Yes,
                false => Literal::No,
            };
        let flows: Vec<Flow> =
            values.into_iter().map(|(value, _)| transformed(&value.flow)).collect();
        Value { kind, literal, flow: Flow::choice(&flows) }
    }

    fn array(&mut self, kind: Option<Type>, items: &[Expr], span: Span) -> Value {
        let values: Vec<Value> = items.iter().map(|item| self.expression(item)).collect();
        let is_literal = kind.is_none() && values.iter().all(|value| value.literal.is_whole());
        let literal = if is_literal { Literal::Yes } else { Literal::No };
        let flows: Vec<Flow> = values.iter().map(|value| transformed(&value.flow)).collect();
        let flow = Flow::choice(&flows);
        let element = match kind {
            Some(kind) => {
                let element = kind.element().cloned().unwrap_or_default();
                for (value, item) in values.iter().zip(items) {
                    self.expect(value, &element, "an element of this array", item.span);
                }
                element
            }
            None => {
                let candidates: Vec<Candidate<'_>> =
                    values.iter().map(|value| (&value.kind, &value.literal)).collect();
                supertype(&candidates).unwrap_or_else(|| {
                    let mut shown: Vec<String> =
                        values.iter().map(|value| value.kind.to_string()).collect();
                    shown.dedup();
                    let message = format!(
                        "the elements of this array have no type in common: {}",
                        shown.join(", ")
                    );
                    self.problem(Problem::at("wrong-types", message, span));
                    Type::Unknown
                })
            }
        };
        if let Type::Array(_) = element {
            let message =
                format!("an array of {element} cannot be: arrays of arrays are not supported");
            let help = "put the inner one in a struct: `[STRUCT(inner AS items)]`";
            self.problem(Problem::at("wrong-types", message, span).help(help));
            return Value { kind: Type::Unknown, literal, flow };
        }
        Value { kind: element.array(), literal, flow }
    }

    fn structure(&mut self, kind: Option<Type>, items: &[StructItem], span: Span) -> Value {
        let values: Vec<Value> = items.iter().map(|item| self.expression(&item.value)).collect();
        let Some(kind) = kind else {
            let named = items.iter().zip(values).map(|(item, value)| {
                let name = match (&item.name, &item.value.bare().kind) {
                    (Some(name), _) => name.value.as_str(),
                    (None, ExprKind::Path(parts)) => {
                        parts.last().map_or("", |part| part.value.as_str())
                    }
                    (None, ExprKind::Field(_, name)) => name.value.as_str(),
                    _ => "",
                };
                (Arc::from(name), value)
            });
            return structure_of(named);
        };
        if let Some(fields) = kind.fields() {
            if fields.len() != values.len() {
                let message =
                    format!("{kind} has {} fields, {} are given", fields.len(), values.len());
                self.problem(Problem::at("wrong-types", message, span));
            }
            for ((value, item), field) in values.iter().zip(items).zip(fields.iter()) {
                self.expect(value, &field.kind, "this field", item.value.span);
            }
        }
        let flow = Flow::structure(values.into_iter().map(|value| value.flow).collect());
        Value { kind, literal: Literal::No, flow }
    }

    /// What one element of an array is made from, field by field.
    fn element_flow(&mut self, array: &Value) -> Flow {
        let mut element = match array.kind.element() {
            Some(kind) => Value { kind: kind.clone(), ..array.clone() },
            None => array.clone(),
        };
        element = self.with_fields(element);
        let fields = element.flow.fields.iter().map(transformed).collect();
        Flow { fields, ..element.flow.used(How::Transformed) }
    }

    fn subscript(&mut self, value: &Expr, kind: SubscriptKind, index: &Expr, span: Span) -> Value {
        let array = self.expression(value);
        let place = self.expression(index);
        let flow = self.element_flow(&array);
        let result = |kind: Type| Value { kind, literal: Literal::No, flow: flow.clone() };
        match &array.kind {
            Type::Array(element) => {
                self.expect(&place, &Type::Int64, "a place in an array", index.span);
                result((**element).clone())
            }
            Type::Json if kind == SubscriptKind::Plain => result(Type::Json),
            Type::Unknown | Type::Null => result(Type::Unknown),
            other => {
                let message = format!("a value of type {other} has no elements");
                self.problem(Problem::at("wrong-types", message, span));
                Value::default()
            }
        }
    }
}

/// A value that is computed from others.
pub(super) fn computed(kind: Type, from: &[&Value]) -> Value {
    let mut flow = Flow::default();
    for value in from {
        flow.add_used(&value.flow, How::Transformed);
    }
    Value { kind, literal: Literal::No, flow }
}

/// A flow that is changed, fields kept.
pub(super) fn transformed(flow: &Flow) -> Flow {
    Flow { fields: flow.fields.clone(), ..flow.used(How::Transformed) }
}

/// A struct of named values.
pub(super) fn structure_of(fields: impl Iterator<Item = (Arc<str>, Value)>) -> Value {
    let (mut kinds, mut literals, mut flows) = (Vec::new(), Vec::new(), Vec::new());
    for (name, value) in fields {
        kinds.push((name, value.kind));
        literals.push(value.literal);
        flows.push(value.flow);
    }
    Value {
        kind: Type::structure(kinds),
        literal: Literal::of_fields(literals),
        flow: Flow::structure(flows),
    }
}

/// The type of a number as written.
fn number(text: &str) -> Type {
    let is_hex = text.starts_with("0x") || text.starts_with("0X");
    match !is_hex && text.contains(['.', 'e', 'E']) {
        true => Type::Float64,
        false => Type::Int64,
    }
}
