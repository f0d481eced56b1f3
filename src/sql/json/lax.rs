//! JSON values as SQL values, strictly and laxly, and lax paths.

use serde_json::Value;

use super::path::{Step, Steps};
use crate::sql::{float_text, read_text};

/// The values that a lax path finds.
#[must_use]
pub fn lax_query(document: &Value, steps: &Steps, recursive: bool) -> Vec<Value> {
    let mut found = Vec::new();
    collect(document, steps.steps(), recursive, &mut found);
    found
}

fn collect(value: &Value, steps: &[Step], recursive: bool, found: &mut Vec<Value>) {
    let Some((step, rest)) = steps.split_first() else {
        found.push(value.clone());
        return;
    };
    match (value, step.is_index) {
        (Value::Object(members), false) => {
            if let Some(member) = members.get(&step.name) {
                collect(member, rest, recursive, found);
            }
        }
        (Value::Array(items), false) => {
            for item in items.iter().filter(|item| recursive || !item.is_array()) {
                collect(item, steps, recursive, found);
            }
        }
        (Value::Array(items), true) => {
            if let Some(item) = step.index().and_then(|at| items.get(at)) {
                collect(item, rest, recursive, found);
            }
        }
        // What is no array is an array of itself.
        (other, true) if step.index() == Some(0) => collect(other, rest, recursive, found),
        _ => {}
    }
}

/// `INT64(json)`.
///
/// # Errors
/// What is no whole number.
pub fn strict_int64(value: &Value) -> Result<i64, String> {
    let Value::Number(number) = value else {
        return Err("the JSON value is no integer".to_owned());
    };
    if let Some(whole) = number.as_i64() {
        return Ok(whole);
    }
    let float = number.as_f64().filter(|_| number.is_f64());
    let whole = float.filter(|float| float.fract() == 0.0).and_then(whole);
    whole.ok_or_else(|| format!("the JSON number {number} is no INT64"))
}

/// `FLOAT64(json)`; where `exact`, digits must not be lost.
///
/// # Errors
/// What is no number.
pub fn strict_float64(value: &Value, exact: bool) -> Result<f64, String> {
    let Value::Number(number) = value else {
        return Err("the JSON value is no number".to_owned());
    };
    let float = number.as_f64().ok_or("the JSON value is no number")?;
    let same = match (number.as_i64(), number.as_u64()) {
        (Some(whole), _) => float as i128 == i128::from(whole),
        (None, Some(whole)) => float as i128 == i128::from(whole),
        (None, None) => true,
    };
    if exact && !same {
        return Err(format!("the JSON number {number} has more digits than FLOAT64 holds"));
    }
    Ok(float)
}

/// A FLOAT64 as an INT64, halves away from zero.
fn whole(float: f64) -> Option<i64> {
    let rounded = float.round();
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded);
    fits.then_some(rounded as i64)
}

/// `LAX_INT64(json)`.
#[must_use]
pub fn lax_int64(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(value) => Some(i64::from(*value)),
        Value::Number(number) => number.as_i64().or_else(|| match number.is_f64() {
            true => whole(number.as_f64()?),
            false => None,
        }),
        Value::String(text) => {
            let text = text.trim();
            let is_decimal = !text.bytes().any(|byte| matches!(byte, b'x' | b'X'));
            let integer = if is_decimal { read_text::integer(text) } else { None };
            integer.or_else(|| whole(read_text::float(text)?))
        }
        _ => None,
    }
}

/// `LAX_FLOAT64(json)`.
#[must_use]
pub fn lax_float64(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let text = text.trim();
            // A number too large is infinite here.
            let is_plain =
                text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            read_text::float(text).or_else(|| text.parse().ok().filter(|_| is_plain))
        }
        _ => None,
    }
}

/// `LAX_BOOL(json)`.
#[must_use]
pub fn lax_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => read_text::truth(text),
        _ => None,
    }
}

/// `LAX_STRING(json)`.
#[must_use]
pub fn lax_string(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64()?;
            Some(float_text(if float == 0.0 { 0.0 } else { float }))
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
