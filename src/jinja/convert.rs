//! Between JSON values and template values.

use minijinja::{Value, value::ValueKind};
use serde_json::Value as Json;

use super::{
    dict::{self, Dict},
    list::List,
};

/// JSON as a template value: lists and maps become our mutable objects.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(value), _, _) => Value::from(value),
            (None, Some(value), _) => Value::from(value),
            (None, None, Some(value)) => Value::from(value),
            (None, None, None) => Value::from(number.to_string()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => List::value(items.iter().map(from_json).collect()),
        Json::Object(map) => Dict::value(
            map.iter().map(|(key, value)| (Value::from(key.as_str()), from_json(value))),
        ),
    }
}

/// A template value as JSON: what cannot be told otherwise becomes its text.
pub fn to_json(value: &Value) -> Json {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => Json::Null,
        ValueKind::Bool => Json::Bool(value.is_true()),
        ValueKind::Number => match i64::try_from(value.clone()) {
            Ok(number) if value.is_integer() => Json::from(number),
            _ => f64::try_from(value.clone()).map_or(Json::Null, Json::from),
        },
        ValueKind::Seq | ValueKind::Iterable => match value.try_iter() {
            Ok(items) => Json::Array(items.map(|item| to_json(&item)).collect()),
            Err(_) => Json::String(value.to_string()),
        },
        ValueKind::Map => match dict::entries(value) {
            Ok(entries) => Json::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.to_string(), to_json(&value)))
                    .collect(),
            ),
            Err(_) => Json::String(value.to_string()),
        },
        _ => Json::String(value.to_string()),
    }
}
