//! Checks artifacts against dbt's JSON schemas, in tests, where the schemas are at hand. Knows the
//! keywords those schemas use and panics on any other, so that nothing passes unchecked.

use serde_json::Value;

/// Where the schemas are, in a folder above the repository.
const SCHEMAS: &str = "shared/compat/schemas";

/// Keywords that say nothing about a value.
const REMARKS: [&str; 8] =
    ["$id", "$schema", "$defs", "title", "description", "default", "propertyNames", "format"];

/// Panics with the places that do not match. Passes where the schema file is not there.
pub(crate) fn assert_valid(schema: &str, value: &Value) {
    let above = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut files = above.map(|folder| folder.join(SCHEMAS).join(schema));
    let Some(file) = files.find(|file| file.is_file()) else { return };
    let text = std::fs::read_to_string(file).expect("the schema can be read");
    let schema: Value = serde_json::from_str(&text).expect("the schemas are JSON");
    let mut problems = Vec::new();
    check(&schema, &schema, value, "", &mut problems);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        if schema == &Value::Bool(false) {
            problems.push(format!("{at}: nothing may be here"));
        }
        return;
    };
    for (keyword, rule) in schema {
        match keyword.as_str() {
            "type" => {
                let names = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if !names.iter().any(|name| is_type(name.as_str().unwrap_or(""), value)) {
                    problems.push(format!("{at}: {value} is not of type {rule}"));
                }
            }
            "enum" => {
                if !rule.as_array().is_some_and(|allowed| allowed.contains(value)) {
                    problems.push(format!("{at}: {value} is not one of {rule}"));
                }
            }
            "const" => {
                if rule != value {
                    problems.push(format!("{at}: {value} is not {rule}"));
                }
            }
            "anyOf" | "oneOf" => {
                // Where none fits, the nearest says what is wrong.
                let mut nearest: Option<Vec<String>> = None;
                for choice in rule.as_array().into_iter().flatten() {
                    let mut tried = Vec::new();
                    check(root, choice, value, at, &mut tried);
                    if nearest.as_ref().is_none_or(|known| tried.len() < known.len()) {
                        nearest = Some(tried);
                    }
                }
                problems.extend(nearest.unwrap_or_default());
            }
            "$ref" => {
                let pointer = rule.as_str().unwrap_or("").trim_start_matches('#');
                let target = root.pointer(pointer).expect("references stay in the file");
                check(root, target, value, at, problems);
            }
            "required" => {
                for key in rule.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if value.as_object().is_some_and(|object| !object.contains_key(key)) {
                        problems.push(format!("{at}: `{key}` is missing"));
                    }
                }
            }
            "properties" => {
                for (key, inner) in rule.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(key) {
                        check(root, inner, value, &format!("{at}/{key}"), problems);
                    }
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (key, value) in value.as_object().into_iter().flatten() {
                    if !known.is_some_and(|known| known.contains_key(key)) {
                        check(root, rule, value, &format!("{at}/{key}"), problems);
                    }
                }
            }
            "items" => {
                let first = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
                for (index, value) in value.as_array().into_iter().flatten().enumerate().skip(first)
                {
                    check(root, rule, value, &format!("{at}/{index}"), problems);
                }
            }
            "prefixItems" => {
                let pairs = rule.as_array().into_iter().flatten();
                for (index, (rule, value)) in
                    pairs.zip(value.as_array().into_iter().flatten()).enumerate()
                {
                    check(root, rule, value, &format!("{at}/{index}"), problems);
                }
            }
            "minItems" | "maxItems" => {
                let limit = rule.as_u64().unwrap_or(0) as usize;
                let length = value.as_array().map(Vec::len);
                let wrong = |length| {
                    if keyword == "minItems" { length < limit } else { length > limit }
                };
                if length.is_some_and(wrong) {
                    problems.push(format!("{at}: {keyword} is {limit}"));
                }
            }
            "pattern" => {
                let pattern = regex::Regex::new(rule.as_str().unwrap_or("")).expect("a pattern");
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    problems.push(format!("{at}: {value} does not match {rule}"));
                }
            }
            remark if REMARKS.contains(&remark) => {}
            other => panic!("the schema uses `{other}`, which this check does not know"),
        }
    }
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}
