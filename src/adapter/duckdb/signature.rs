//! What a call of a user-defined function must know of it, kept in the comment of its macro: the
//! engine's macros have no types.

use serde_json::{Value, json};

use crate::{plan::FunctionDefinition, sql::FunctionType};

/// The comment. `has_query`: whether the body asks tables.
pub(super) fn write(function: &FunctionDefinition, has_query: bool) -> String {
    let arguments: Vec<Value> = function
        .arguments
        .iter()
        .map(|(name, data_type)| json!({"name": name, "data_type": data_type}))
        .collect();
    json!({
        "description": function.description,
        "arguments": arguments,
        "returns": function.returns,
        "has_query": has_query,
    })
    .to_string()
}

/// What the comment says; none where it is another's.
pub(super) fn read(comment: &str) -> Option<FunctionType> {
    let value: Value = serde_json::from_str(comment).ok()?;
    let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
    let arguments = value.get("arguments")?.as_array()?;
    let argument = |one: &Value| Some((text(one, "name")?, text(one, "data_type")?));
    Some(FunctionType {
        arguments: arguments.iter().map(argument).collect::<Option<_>>()?,
        returns: text(&value, "returns")?,
        has_query: value.get("has_query")?.as_bool()?,
    })
}
