//! What an unknown name is while parsing: it can be called, indexed and printed, and is nothing.
//!
//! dbt parses a model before all it needs is there, and only refuses unknown names while compiling.

use std::sync::Arc;

use minijinja::{
    Environment, Error, State, Value,
    value::{Enumerator, Kwargs, Object, ObjectRepr, Rest},
};

/// The hole.
#[derive(Debug)]
struct Hole;

/// A hole as a template value.
pub fn hole() -> Value {
    Value::from_object(Hole)
}

/// Whether a value is a hole.
pub fn is_hole(value: &Value) -> bool {
    value.downcast_object_ref::<Hole>().is_some()
}

impl Object for Hole {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        key.as_str().map(|_| hole())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, _args: &[Value]) -> Result<Value, Error> {
        Ok(hole())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        _method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        Ok(hole())
    }

    fn render(self: &Arc<Self>, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

/// Makes the tests and the filter that ask for undefined values know holes.
pub fn register(environment: &mut Environment<'static>) {
    environment.add_test("defined", |value: &Value| !value.is_undefined() && !is_hole(value));
    environment.add_test("undefined", |value: &Value| value.is_undefined() || is_hole(value));
    for name in ["default", "d"] {
        environment.add_filter(name, default);
    }
}

/// Jinja's `default(value, boolean)`.
fn default(value: Value, given: Rest<Value>, options: Kwargs) -> Result<Value, Error> {
    // Not `Option`: a written `none` is a default like any other.
    let other = match given.first() {
        Some(other) => other.clone(),
        None if options.has("default_value") => options.get("default_value")?,
        None => Value::from(""),
    };
    let falsy_too = options.get::<Option<bool>>("boolean")?;
    let falsy_too = falsy_too.unwrap_or_else(|| given.get(1).is_some_and(Value::is_true));
    let missing = value.is_undefined() || is_hole(&value) || falsy_too && !value.is_true();
    Ok(if missing { other } else { value })
}
