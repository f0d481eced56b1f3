//! Calls of functions.

use super::{
    analyzer::Analyzer,
    coercion::Literal,
    expressions::transformed,
    flow::{Flow, How},
    functions::{Argument, Chosen, Function, FunctionKind, choose, function},
    grouping::{has_aggregate, is_aggregate},
    problem::Problem,
    rows::Value,
    types::Type,
};
use crate::sql::ast::{Call, Expr, ExprKind, Ident};

/// Signatures that a message lists.
const MOST_SIGNATURES: usize = 4;

impl Analyzer<'_> {
    /// The value of a call.
    pub fn call(&mut self, call: &Call) -> Value {
        let name = call.function();
        let known = function(&name);
        let is_aggregate = is_aggregate(call);
        if is_aggregate {
            self.check_nesting(call, &name);
        }
        // GROUPING takes a key; what is not known may be an aggregate of the user's.
        let gathers =
            (is_aggregate && name != "GROUPING") || (known.is_none() && call.over.is_none());
        if gathers {
            self.scope().inside_aggregates += 1;
        }
        let mut values: Vec<Value> = Vec::with_capacity(call.arguments.len());
        for (at, argument) in call.arguments.iter().enumerate() {
            let value = match &argument.value.kind {
                ExprKind::Lambda(names, body) => self.lambda(names, body, &values),
                _ if known.is_some_and(|known| takes_word(known, at)) => {
                    self.word(call, &name, &argument.value, &values)
                }
                _ => self.expression(&argument.value),
            };
            values.push(value);
        }
        let mut others = Flow::default();
        if let Some(having) = &call.having {
            let by = self.expression(&having.by);
            others.add_used(&by.flow, How::Conditional);
        }
        for item in &call.order_by {
            let key = self.expression(&item.key);
            others.add_used(&key.flow, How::Sort);
        }
        if let Some(limit) = &call.limit {
            self.expression(limit);
        }
        if gathers {
            self.scope().inside_aggregates -= 1;
        }
        let window = call.over.as_ref().map(|over| self.over(over));
        if let Some(window) = &window {
            others.add(&window.flow);
        }
        if let Some(known) = known {
            self.check_clauses(call, &name, known.kind, window.as_ref());
        }
        let kind = match known {
            _ if call.star => Type::Int64,
            Some(known) if self.check_names(call, &name, known) => {
                self.check_parts(call, &name, &values);
                if name == "FORMAT" {
                    self.check_format(call, &values);
                }
                self.result(call, &name, known, &values)
            }
            Some(_) => Type::Unknown,
            None => self.catalog.function(&call.name.names()).unwrap_or_default(),
        };
        let mut flow = flow_of(&name, known, &values, call.over.is_some());
        flow.add(&others);
        Value { kind, literal: Literal::No, flow }
    }

    fn result(&mut self, call: &Call, name: &str, known: &Function, values: &[Value]) -> Type {
        let arguments: Vec<Argument<'_>> = call
            .arguments
            .iter()
            .zip(values)
            .map(|(argument, value)| Argument {
                name: argument.name.as_ref().map(|name| name.value.as_str()),
                kind: &value.kind,
                literal: &value.literal,
            })
            .collect();
        if ["MIN", "MAX"].contains(&name)
            && let [value] = values
            && !value.kind.has_order()
        {
            let message = format!("`{name}` does not take {}, which has no order", value.kind);
            self.problem(Problem::at("wrong-arguments", message, call.span));
        }
        match choose(known, &arguments) {
            Chosen::Gives(kind) => kind,
            Chosen::Nothing => {
                let given: Vec<String> =
                    values.iter().map(|value| value.kind.to_string()).collect();
                let message = format!("`{name}` does not take ({})", given.join(", "));
                let mut takes: Vec<String> = Vec::new();
                for signature in &known.signatures {
                    let shown = format!("{name}({})", signature.shown());
                    if !takes.contains(&shown) {
                        takes.push(shown);
                    }
                }
                let more = takes.len().saturating_sub(MOST_SIGNATURES);
                takes.truncate(MOST_SIGNATURES);
                let mut takes = format!("it takes {}", takes.join(" or "));
                if more > 0 {
                    takes += &format!(" or {more} more");
                }
                self.problem(Problem::at("wrong-arguments", message, call.span).help(takes));
                Type::Unknown
            }
        }
    }

    fn check_nesting(&mut self, call: &Call, name: &str) {
        let inner = call.arguments.iter().find(|argument| has_aggregate(&argument.value));
        if let Some(inner) = inner {
            let message = format!("an aggregate inside of `{name}`");
            let help =
                "aggregate in a subquery first, or add `OVER ()` for a window over the groups";
            let problem = Problem::at("misplaced-aggregate", message, inner.value.span);
            self.problem(problem.help(help));
        }
    }

    /// What a lambda gives for the elements of the arrays before it; behind their names comes that of
    /// the place.
    fn lambda(&mut self, names: &[Ident], body: &Expr, before: &[Value]) -> Value {
        let mut arrays = before.iter().filter_map(|value| {
            let kind = value.kind.element()?.clone();
            Some(Value { kind, literal: Literal::No, flow: value.flow.clone() })
        });
        let known = self.scope().locals.len();
        for name in names {
            let value = match (arrays.next(), before.is_empty()) {
                (Some(element), _) => element,
                (None, _) if before.iter().any(|value| value.kind == Type::Unknown) => {
                    Value::default()
                }
                (None, false) => Value::of(Type::Int64),
                (None, true) => Value::default(),
            };
            self.scope().locals.push((name.value.clone(), value));
        }
        let value = self.expression(body);
        self.scope().locals.truncate(known);
        Value { literal: Literal::No, ..value }
    }
}

/// Whether the argument at a place can be a word.
fn takes_word(function: &Function, at: usize) -> bool {
    function
        .signatures
        .iter()
        .any(|signature| signature.parameters.get(at).is_some_and(|parameter| parameter.is_word()))
}

/// What a call's result is made from.
fn flow_of(
    name: &str,
    known: Option<&'static Function>,
    values: &[Value],
    is_window: bool,
) -> Flow {
    let flows = |from: usize| -> Vec<Flow> {
        values.iter().skip(from).map(|value| transformed(&value.flow)).collect()
    };
    match (name, known.map(|known| known.kind)) {
        ("IF", _) => {
            let mut flow = Flow::choice(&flows(1));
            if let Some(condition) = values.first() {
                flow.add_used(&condition.flow, How::Conditional);
            }
            flow
        }
        ("COALESCE" | "IFNULL" | "NULLIF" | "GREATEST" | "LEAST" | "ARRAY_CONCAT", _) => {
            Flow::choice(&flows(0))
        }
        ("ARRAY_REVERSE" | "ARRAY_FIRST" | "ARRAY_LAST" | "ARRAY_SLICE", _) => {
            flows(0).into_iter().next().unwrap_or_default()
        }
        // The other columns say which row it is.
        ("MAX_BY" | "MIN_BY", _) => {
            let mut flow = values.first().map(|value| value.flow.gathered()).unwrap_or_default();
            for value in values.iter().skip(1) {
                flow.add_used(&value.flow, How::Conditional);
            }
            flow
        }
        ("LAG" | "LEAD" | "FIRST_VALUE" | "LAST_VALUE" | "NTH_VALUE", _) => Flow::choice(&flows(0)),
        (_, Some(FunctionKind::Aggregate)) => {
            let gathered: Vec<Flow> = values.iter().map(|value| value.flow.gathered()).collect();
            Flow::choice(&gathered[..gathered.len().min(1)]).with(&gathered)
        }
        _ => {
            let how = if is_window { How::Aggregated } else { How::Transformed };
            let mut flow = Flow::default();
            for value in values {
                flow.add_used(&value.flow, how);
            }
            flow
        }
    }
}
