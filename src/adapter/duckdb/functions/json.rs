//! Functions of JSON. Paths come as [`Steps`] are written; JSON comes and goes as text.

use serde_json::Value;

use super::kernel::{Float, Int, OptionalTexts, Text, Texts, Truth, functions};
use crate::sql::json::{self, Found, Steps};

functions! {
    "googlesql_parse_json" ParseJson(text: Text) -> Text {
        json::canonical(text, false).map(Some).map_err(|error| format!("bad JSON value: {error}"))
    }
    "googlesql_round_json" RoundJson(text: Text) -> Text {
        json::canonical(text, true).map(Some).map_err(|error| format!("bad JSON value: {error}"))
    }
    "googlesql_json_quoted" JsonQuoted(text: Text) -> Text {
        Ok(Some(json::quoted(text)))
    }
    "googlesql_json_number" JsonNumber(number: Float) -> Text {
        Ok(Some(json::written(&Value::from(number))))
    }

    /// On several lines.
    "googlesql_json_indented" JsonIndented(text: Text) -> Text {
        Ok(Some(json::indented(text)))
    }

    /// JSON_VALUE.
    "googlesql_json_value" JsonValue(document: Text, steps: Text) -> Text {
        Ok(json::find(document, &Steps::decoded(steps)).and_then(Found::scalar))
    }
    /// JSON_VALUE of JSON, which knows no `1.10`: what was landed is kept as it came.
    "googlesql_json_value_of_json" JsonValueOfJson(document: Text, steps: Text) -> Text {
        Ok(match json::find(document, &Steps::decoded(steps)) {
            Some(Found::Word(word)) => Some(json::canonical(&word, true).unwrap_or(word)),
            found => found.and_then(Found::scalar),
        })
    }
    /// JSON_QUERY of a text, where JSON's null is NULL.
    "googlesql_json_query" JsonQuery(document: Text, steps: Text) -> Text {
        let found = json::find(document, &Steps::decoded(steps));
        Ok(found.filter(|found| *found != Found::Null).map(Found::json))
    }
    /// JSON_QUERY of JSON.
    "googlesql_json_get" JsonGet(document: Text, steps: Text) -> Text {
        Ok(json::find(document, &Steps::decoded(steps)).map(Found::json))
    }
    "googlesql_json_query_array" JsonQueryArray(document: Text, steps: Text) -> Texts {
        let found = json::elements(document, &Steps::decoded(steps));
        Ok(found.map(|found| found.into_iter().map(Found::json).collect()))
    }
    /// NULL where an element is no scalar.
    "googlesql_json_value_array" JsonValueArray(document: Text, steps: Text) -> OptionalTexts {
        let found = json::elements(document, &Steps::decoded(steps));
        let scalars = found.filter(|found| !found.iter().any(|one| matches!(one, Found::Tree(_))));
        Ok(scalars.map(|found| found.into_iter().map(Found::scalar).collect()))
    }
    "googlesql_json_lax" JsonLax(document: Text, steps: Text, recursive: Text) -> Text {
        let found = json::lax_query(&read(document)?, &Steps::decoded(steps), recursive == "true");
        Ok(Some(json::written(&Value::Array(found))))
    }

    "googlesql_json_type" JsonType(document: Text) -> Text {
        let name = match read(document)? {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        Ok(Some(name.to_owned()))
    }
    "googlesql_json_int64" JsonInt(document: Text) -> Int {
        json::strict_int64(&read(document)?).map(Some)
    }
    "googlesql_json_float64" JsonFloat(document: Text) -> Float {
        json::strict_float64(&read(document)?, false).map(Some)
    }
    "googlesql_json_exact_float64" JsonExactFloat(document: Text) -> Float {
        json::strict_float64(&read(document)?, true).map(Some)
    }
    "googlesql_json_bool" JsonBool(document: Text) -> Truth {
        match read(document)? {
            Value::Bool(value) => Ok(Some(value)),
            _ => Err("the JSON value is no boolean".to_owned()),
        }
    }
    "googlesql_json_string" JsonString(document: Text) -> Text {
        match read(document)? {
            Value::String(text) => Ok(Some(text)),
            _ => Err("the JSON value is no string".to_owned()),
        }
    }
    "googlesql_json_lax_int64" LaxInt(document: Text) -> Int {
        Ok(json::lax_int64(&read(document)?))
    }
    "googlesql_json_lax_float64" LaxFloat(document: Text) -> Float {
        Ok(json::lax_float64(&read(document)?))
    }
    "googlesql_json_lax_bool" LaxBool(document: Text) -> Truth {
        Ok(json::lax_bool(&read(document)?))
    }
    "googlesql_json_lax_string" LaxString(document: Text) -> Text {
        Ok(json::lax_string(&read(document)?))
    }

    "googlesql_json_set" JsonSet(document: Text, steps: Text, value: Text, create: Text) -> Text {
        edit(document, |json| {
            json::set(json, &Steps::decoded(steps), read(value)?, create == "true");
            Ok(())
        })
    }
    "googlesql_json_array_append" JsonArrayAppend(
        document: Text, steps: Text, value: Text, each: Text
    ) -> Text {
        edit(document, |json| {
            json::array_append(json, &Steps::decoded(steps), read(value)?, each == "true");
            Ok(())
        })
    }
    "googlesql_json_array_insert" JsonArrayInsert(
        document: Text, steps: Text, value: Text, each: Text
    ) -> Text {
        edit(document, |json| {
            json::array_insert(json, &Steps::decoded(steps), read(value)?, each == "true");
            Ok(())
        })
    }
    "googlesql_json_remove" JsonRemove(document: Text, steps: Text) -> Text {
        edit(document, |json| json::remove(json, &Steps::decoded(steps)))
    }
    "googlesql_json_strip_nulls" JsonStripNulls(
        document: Text, steps: Text, arrays: Text, empty: Text
    ) -> Text {
        edit(document, |json| {
            json::strip_nulls(json, &Steps::decoded(steps), arrays == "true", empty == "true");
            Ok(())
        })
    }
    "googlesql_json_keys" JsonKeys(document: Text, depth: Int, mode: Text) -> Texts {
        json::keys(&read(document)?, depth, mode).map(Some)
    }
}

fn read(text: &str) -> Result<Value, String> {
    json::read(text, true).map_err(|error| format!("bad JSON value: {error}"))
}

fn edit(
    document: &str,
    change: impl FnOnce(&mut Value) -> Result<(), String>,
) -> Result<Option<String>, String> {
    let mut value = read(document)?;
    change(&mut value)?;
    Ok(Some(json::written(&value)))
}
