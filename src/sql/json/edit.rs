//! JSON values that are changed.

use serde_json::{Map, Value};

use super::path::{Step, Steps};

/// `JSON_SET(…)` of one value.
pub fn set(document: &mut Value, steps: &Steps, value: Value, create: bool) {
    if let Some(place) = place(document, steps.steps(), create) {
        *place = value;
    }
}

/// The value at the steps; missing members and elements are made where `create`.
fn place<'v>(value: &'v mut Value, steps: &[Step], create: bool) -> Option<&'v mut Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(value) };
    if create && value.is_null() {
        *value = if step.is_index { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
    }
    match value {
        Value::Object(members) if !step.is_index => {
            if create && !members.contains_key(&step.name) {
                // What the rest of the path cannot make is not begun.
                members.insert(step.name.clone(), Value::Null);
                members.sort_keys();
            }
            place(members.get_mut(&step.name)?, rest, create)
        }
        Value::Array(items) if step.is_index => {
            let at = step.index()?;
            if create && at >= items.len() && at < MAX_ELEMENTS {
                items.resize(at + 1, Value::Null);
            }
            place(items.get_mut(at)?, rest, create)
        }
        _ => None,
    }
}

/// Elements that a path may add to an array at most.
const MAX_ELEMENTS: usize = 1_000_000;

/// `JSON_REMOVE(…)` of one path.
///
/// # Errors
/// The root cannot be removed.
pub fn remove(document: &mut Value, steps: &Steps) -> Result<(), String> {
    let Some((last, before)) = steps.steps().split_last() else {
        return Err("the path of JSON_REMOVE cannot be `$`".to_owned());
    };
    match place(document, before, false) {
        Some(Value::Object(members)) if !last.is_index => {
            members.shift_remove(&last.name);
        }
        Some(Value::Array(items)) if last.is_index => {
            if let Some(at) = last.index().filter(|at| *at < items.len()) {
                items.remove(at);
            }
        }
        _ => {}
    }
    Ok(())
}

/// `JSON_STRIP_NULLS(…)` below a path.
pub fn strip_nulls(document: &mut Value, steps: &Steps, arrays: bool, empty: bool) {
    let Some(place) = place(document, steps.steps(), false) else { return };
    strip(place, arrays, empty);
    if empty && is_empty(place) {
        *place = Value::Null;
    }
}

fn strip(value: &mut Value, arrays: bool, empty: bool) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| strip(member, arrays, empty));
            members.retain(|_, member| stays(member, empty));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| strip(item, arrays, empty));
            if arrays {
                items.retain(|item| stays(item, empty));
            }
        }
        _ => {}
    }
}

fn stays(value: &Value, empty: bool) -> bool {
    let goes = value.is_null() || empty && is_empty(value);
    !goes
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// `JSON_ARRAY_APPEND(…)` of one value, or of its elements where `each`.
pub fn array_append(document: &mut Value, steps: &Steps, value: Value, each: bool) {
    let Some(place) = place(document, steps.steps(), false) else { return };
    if place.is_null() {
        *place = Value::Array(Vec::new());
    }
    let Value::Array(items) = place else { return };
    match value {
        Value::Array(more) if each => items.extend(more),
        value => items.push(value),
    }
}

/// `JSON_ARRAY_INSERT(…)` of one value, or of its elements where `each`.
pub fn array_insert(document: &mut Value, steps: &Steps, value: Value, each: bool) {
    let Some((last, before)) = steps.steps().split_last() else { return };
    let Some(at) = last.index().filter(|at| last.is_index && *at < MAX_ELEMENTS) else { return };
    let Some(place) = place(document, before, false) else { return };
    if place.is_null() {
        *place = Value::Array(Vec::new());
    }
    let Value::Array(items) = place else { return };
    if at > items.len() {
        items.resize(at, Value::Null);
    }
    match value {
        Value::Array(more) if each => {
            items.splice(at..at, more);
        }
        value => items.insert(at, value),
    }
}

/// `JSON_KEYS(…)`: the paths of the keys down to a depth, each once, in order.
///
/// # Errors
/// Modes that there are not, and a depth below 1.
pub fn keys(document: &Value, depth: i64, mode: &str) -> Result<Vec<String>, String> {
    if depth < 1 {
        return Err("the depth of JSON_KEYS must be 1 or more".to_owned());
    }
    let mode = mode.to_ascii_lowercase();
    let words: Vec<&str> = mode.split_whitespace().collect();
    let arrays = match words.as_slice() {
        ["strict"] => Arrays::Closed,
        ["lax"] => Arrays::One,
        ["lax", "recursive"] | ["recursive", "lax"] => Arrays::All,
        _ => return Err(format!("`{mode}` is no mode of JSON_KEYS")),
    };
    let mut found = Vec::new();
    collect(document, "", depth, arrays, false, &mut found);
    found.sort();
    found.dedup();
    Ok(found)
}

/// Which arrays keys are looked for in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrays {
    Closed,
    One,
    All,
}

fn collect(
    value: &Value,
    prefix: &str,
    depth: i64,
    arrays: Arrays,
    in_array: bool,
    found: &mut Vec<String>,
) {
    match value {
        Value::Object(members) if depth > 0 => {
            for (name, member) in members {
                let is_plain = !name.contains(['.', '"', '\\']);
                let name =
                    if is_plain { name.clone() } else { Value::from(name.as_str()).to_string() };
                let path = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
                collect(member, &path, depth - 1, arrays, false, found);
                found.push(path);
            }
        }
        Value::Array(items) if arrays == Arrays::All || arrays == Arrays::One && !in_array => {
            for item in items {
                collect(item, prefix, depth, arrays, true, found);
            }
        }
        _ => {}
    }
}
