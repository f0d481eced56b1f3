//! The arguments of a generic test: strings that are templates become what they stand for.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use minijinja::Value;
use regex::Regex;
use serde_json::Value as Json;

use crate::{
    diagnostic::{Diagnostic, SourceFile},
    jinja::{Engine, Marks, Scope, convert::from_json, dict::Dict, list::List},
};

/// The name under which dbt's generated test code finds its arguments.
pub const ARGUMENTS: &str = "_dbt_generic_test_kwargs";
/// The name of the function that takes an expression's value out of a template.
const TAKE: &str = "__take";

/// Strings that are calls without braces, which dbt evaluates too.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$").expect("a constant pattern")
});

/// The arguments as one dict value. `scope` is what the test's own code will see.
pub fn arguments_value(
    engine: &Engine,
    arguments: &serde_json::Map<String, Json>,
    scope: impl Fn(std::collections::BTreeMap<String, Value>) -> Arc<Scope>,
) -> Result<Value, Box<Diagnostic>> {
    let mut entries = Vec::with_capacity(arguments.len());
    for (name, value) in arguments {
        // A column's name is a name, whatever it looks like.
        let value = match (name.as_str(), value) {
            ("column_name", Json::String(column)) if !column.contains("{{") => {
                Value::from(column.as_str())
            }
            _ => evaluate(engine, value, &scope)?,
        };
        entries.push((Value::from(name.as_str()), value));
    }
    Ok(Dict::value(entries))
}

fn evaluate(
    engine: &Engine,
    value: &Json,
    scope: &impl Fn(std::collections::BTreeMap<String, Value>) -> Arc<Scope>,
) -> Result<Value, Box<Diagnostic>> {
    match value {
        Json::String(text) if CALL.is_match(text) => take(engine, text, scope),
        Json::String(text) => match lone_expression(text) {
            Some(expression) => take(engine, expression, scope),
            None if text.contains('{') => render(engine, text, scope(Default::default())),
            None => Ok(Value::from(text.as_str())),
        },
        Json::Array(items) => {
            let items: Result<Vec<Value>, _> =
                items.iter().map(|item| evaluate(engine, item, scope)).collect();
            Ok(List::value(items?))
        }
        Json::Object(map) => {
            let entries: Result<Vec<_>, Box<Diagnostic>> = map
                .iter()
                .map(|(key, item)| Ok((Value::from(key.as_str()), evaluate(engine, item, scope)?)))
                .collect();
            Ok(Dict::value(entries?))
        }
        scalar => Ok(from_json(scalar)),
    }
}

/// The inside of a text that is one `{{ … }}` and nothing else.
fn lone_expression(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!inside.contains("{{") && !inside.contains("}}")).then_some(inside)
}

fn render(engine: &Engine, text: &str, scope: Arc<Scope>) -> Result<Value, Box<Diagnostic>> {
    let file = SourceFile::new("a test's argument", text);
    match engine.render(&file, 0..text.len(), &scope, Marks::None) {
        Ok(rendered) => Ok(Value::from(rendered.text)),
        Err(error) => Err(Box::new(error.diagnostic)),
    }
}

/// The value of an expression, not its text: a relation stays a relation.
fn take(
    engine: &Engine,
    expression: &str,
    scope: &impl Fn(std::collections::BTreeMap<String, Value>) -> Arc<Scope>,
) -> Result<Value, Box<Diagnostic>> {
    let slot: Arc<Mutex<Value>> = Arc::default();
    let taken = Arc::clone(&slot);
    let function = Value::from_function(move |value: Value| {
        *taken.lock().unwrap_or_else(PoisonError::into_inner) = value;
        String::new()
    });
    let template = format!("{{{{ {TAKE}({expression}) }}}}");
    render(engine, &template, scope([(TAKE.to_owned(), function)].into()))?;
    let value = slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(value)
}
