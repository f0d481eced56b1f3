//! `+`, `-`, `*`, `/`, `//` and `%` of values that the template engine cannot reckon with (times,
//! sets, lists, and texts that are formats), and the order of values that have one.

use std::{cmp::Ordering, sync::LazyLock};

use minijinja::{Environment, Error, Expression, Value, context, value::ValueKind};

use super::functions::invalid;
use crate::jinja::{
    dict::DictView,
    filters::percent,
    generator::Generator,
    list::List,
    set::Set,
    times::{time_arithmetic, time_order},
};

/// Most items that a repeated list may have.
const MAX_REPEATED_ITEMS: usize = 1_000_000;

/// `left operator right`.
pub fn arithmetic(left: &Value, operator: &str, right: &Value) -> Result<Value, Error> {
    if let Some(value) = integers(left, operator, right) {
        return Ok(value);
    }
    if let Some(value) = time_arithmetic(left, operator, right)? {
        return Ok(value);
    }
    match operator {
        "+" if is_list(left) && is_list(right) => {
            return Ok(List::value(left.try_iter()?.chain(right.try_iter()?).collect()));
        }
        "+" if is_sequence(left) && is_generator(right)
            || is_generator(left) && is_sequence(right) =>
        {
            return Err(invalid(
                "a list can only be added to a list; write `| list` after the filter",
            ));
        }
        "-" if is_set(left) && is_set(right) => return Set::difference(left, right),
        "*" => {
            let (list, times) = if is_list(left) { (left, right) } else { (right, left) };
            if is_list(list) && times.is_integer() {
                return repeated(list, times);
            }
        }
        "%" => {
            if let Some(format) = left.as_str() {
                return percent(format, right.clone()).map(Value::from);
            }
        }
        _ => {}
    }
    engine(operator)?.eval(context! { left, right }).map_err(|error| {
        // Its place is in the prepared expression; the user's is that of the call.
        match error.detail() {
            Some(detail) if !detail.starts_with("tried to use") => {
                Error::new(error.kind(), detail.to_owned())
            }
            _ => {
                let (left, right) = (described(left), described(right));
                invalid(format!("`{operator}` does not work on {left} and {right}"))
            }
        }
    })
}

/// `__sum(a, '+', b, '-', c)` and `__product(a, '*', b)`: from left to right.
pub fn chain(terms: &[Value]) -> Result<Value, Error> {
    let mut value = terms.first().cloned().unwrap_or_default();
    for pair in terms.get(1..).unwrap_or_default().chunks(2) {
        if let [operator, term] = pair {
            value = arithmetic(&value, operator.as_str().unwrap_or("+"), term)?;
        }
    }
    Ok(value)
}

/// `__order(a, '<', b, '<=', c)`: whether each stands so to the next. While parsing, what has no
/// order is in none; dbt refuses it, and so does compiling.
pub fn order(terms: &[Value], parsing: bool) -> Result<bool, Error> {
    for window in terms.windows(3).step_by(2) {
        let [left, operator, right] = window else { continue };
        let found = match ordered(left, right) {
            Ok(order) => order,
            Err(_) if parsing => None,
            Err(error) => return Err(error),
        };
        let holds = found.is_some_and(|order| match operator.as_str() {
            Some("<") => order.is_lt(),
            Some("<=") => order.is_le(),
            Some(">") => order.is_gt(),
            _ => order.is_ge(),
        });
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The order of two values; none of sets that are no part of each other.
fn ordered(left: &Value, right: &Value) -> Result<Option<Ordering>, Error> {
    let is_number = |value: &Value| matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
    if is_number(left) && is_number(right) {
        let whole = |value: &Value| match value.kind() {
            ValueKind::Bool => Value::from(i64::from(value.is_true())),
            _ => value.clone(),
        };
        return Ok(Some(whole(left).cmp(&whole(right))));
    }
    if is_set(left) && is_set(right) {
        return Set::order(left, right);
    }
    if let Some(order) = time_order(left, right) {
        return order.map(Some);
    }
    let is_sequence = |value: &Value| is_sequence(value) && left.is_tuple() == value.is_tuple();
    if is_sequence(left) && is_sequence(right) {
        // The first items that differ decide.
        for (left, right) in left.try_iter()?.zip(right.try_iter()?) {
            if left != right {
                return ordered(&left, &right);
            }
        }
        return Ok(Some(left.len().cmp(&right.len())));
    }
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => Ok(Some(left.cmp(right))),
        _ => {
            let (left, right) = (described(left), described(right));
            Err(invalid(format!("{left} cannot be compared with {right}")))
        }
    }
}

/// A value in a message: `'a'`, `none`, …
fn described(value: &Value) -> String {
    if value.is_undefined() {
        return "an undefined value".to_owned();
    }
    let text = crate::jinja::python_text::repr(value);
    let short: String = text.chars().take(60).collect();
    let kind = match value.kind() {
        ValueKind::None => return "`none`".to_owned(),
        ValueKind::String => "the text",
        ValueKind::Number => "the number",
        ValueKind::Bool => "the boolean",
        ValueKind::Seq if value.is_tuple() => "the tuple",
        ValueKind::Seq => "the list",
        ValueKind::Map => "the dict",
        _ => "the value",
    };
    format!("{kind} `{short}`")
}

/// What templates mostly reckon with.
fn integers(left: &Value, operator: &str, right: &Value) -> Option<Value> {
    if !left.is_integer() || !right.is_integer() {
        return None;
    }
    let (a, b) = (i64::try_from(left.clone()).ok()?, i64::try_from(right.clone()).ok()?);
    match operator {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        _ => None,
    }
    .map(Value::from)
}

/// The engine's own arithmetic, which is only open to templates.
fn engine(operator: &str) -> Result<&'static Expression<'static, 'static>, Error> {
    type Prepared = (&'static str, Expression<'static, 'static>);
    static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(Environment::new);
    static PREPARED: LazyLock<Vec<Prepared>> = LazyLock::new(|| {
        let texts = [
            ("+", "left + right"),
            ("-", "left - right"),
            ("*", "left * right"),
            ("/", "left / right"),
            ("//", "left // right"),
            ("%", "left % right"),
        ];
        let prepared = texts.into_iter().filter_map(|(operator, text)| {
            Some((operator, ENVIRONMENT.compile_expression(text).ok()?))
        });
        prepared.collect()
    });
    let found = PREPARED.iter().find(|(known, _)| *known == operator);
    found.map(|(_, prepared)| prepared).ok_or_else(|| invalid("unknown operator"))
}

fn is_sequence(value: &Value) -> bool {
    value.kind() == ValueKind::Seq
}

fn is_list(value: &Value) -> bool {
    is_sequence(value) && !value.is_tuple() && !crate::jinja::hole::is_hole(value)
}

fn is_generator(value: &Value) -> bool {
    value.downcast_object_ref::<Generator>().is_some()
}

fn is_set(value: &Value) -> bool {
    value.downcast_object_ref::<Set>().is_some()
        || value.downcast_object_ref::<DictView>().is_some_and(DictView::is_set)
}

/// `[0] * 3`
fn repeated(list: &Value, times: &Value) -> Result<Value, Error> {
    let items: Vec<Value> = list.try_iter()?.collect();
    let times = i64::try_from(times.clone())?.max(0) as usize;
    match items.len().checked_mul(times) {
        Some(length) if length <= MAX_REPEATED_ITEMS => {
            Ok(List::value(std::iter::repeat_n(items, times).flatten().collect()))
        }
        _ => Err(invalid(format!("a repeated list has at most {MAX_REPEATED_ITEMS} items"))),
    }
}
