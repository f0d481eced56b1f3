//! Between JSON values and template values.

use minijinja::{Value, value::ValueKind};
use serde_json::Value as Json;

use super::{
    dict::{self, Dict},
    list::List,
    times::Moment,
};
use crate::project::{Yaml, YamlValue};

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

/// YAML as a template value: as JSON, with dates and keys that are no text.
pub fn from_yaml(yaml: &Yaml) -> Value {
    match &yaml.value {
        YamlValue::List(items) => List::value(items.iter().map(from_yaml).collect()),
        YamlValue::Map(entries) => Dict::value(
            entries.iter().map(|(key, value)| (from_scalar(&key.value()), from_yaml(value))),
        ),
        scalar => from_scalar(scalar),
    }
}

fn from_scalar(scalar: &YamlValue) -> Value {
    match scalar {
        YamlValue::Bool(value) => Value::from(*value),
        YamlValue::Int(value) => Value::from(*value),
        YamlValue::Float(value) => Value::from(*value),
        YamlValue::String(text) => Value::from(text.as_str()),
        YamlValue::Timestamp(text) => match Moment::of_yaml(text) {
            Some(moment) => Value::from_object(moment),
            // It has the form of a date and is none.
            None => Value::from(text.as_str()),
        },
        YamlValue::Null | YamlValue::List(_) | YamlValue::Map(_) => Value::from(()),
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
        _ => match value.downcast_object_ref::<Moment>() {
            Some(moment) => Json::String(moment.in_json()),
            None => Json::String(value.to_string()),
        },
    }
}
