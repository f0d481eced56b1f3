//! Types of columns, of the embedded engine and of the API.

use serde_json::{Value, json};

/// A column as `TableFieldSchema`.
pub fn field(name: &str, data_type: &str) -> Value {
    let data_type = data_type.trim();
    if let Some(element) = data_type.strip_suffix("[]") {
        let mut field = field(name, element);
        field["mode"] = "REPEATED".into();
        return field;
    }
    if let Some(members) = data_type.strip_prefix("STRUCT(") {
        let members = parts(members.strip_suffix(')').unwrap_or(members));
        let members = members.iter().filter_map(|member| member.trim().split_once(' '));
        let fields: Vec<Value> =
            members.map(|(name, kind)| field(name.trim_matches('"'), kind)).collect();
        return json!({"name": name, "type": "RECORD", "mode": "NULLABLE", "fields": fields});
    }
    let kind = match data_type.split('(').next().unwrap_or_default() {
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "HUGEINT" => "INTEGER",
        "FLOAT" | "DOUBLE" => "FLOAT",
        "DECIMAL" => "NUMERIC",
        "BOOLEAN" => "BOOLEAN",
        "DATE" => "DATE",
        "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE" => "TIMESTAMP",
        "BLOB" => "BYTES",
        "JSON" => "JSON",
        _ => "STRING",
    };
    json!({"name": name, "type": kind, "mode": "NULLABLE"})
}

/// The embedded engine's type for one of the API.
pub fn engine_type(field: &Value) -> String {
    let kind = match field["type"].as_str().unwrap_or_default() {
        "INTEGER" | "INT64" => "BIGINT".to_owned(),
        "FLOAT" | "FLOAT64" => "DOUBLE".to_owned(),
        "NUMERIC" => "DECIMAL(38, 9)".to_owned(),
        "BOOLEAN" | "BOOL" => "BOOLEAN".to_owned(),
        "JSON" => "JSON".to_owned(),
        "DATE" => "DATE".to_owned(),
        "TIMESTAMP" | "DATETIME" => "TIMESTAMP".to_owned(),
        "RECORD" | "STRUCT" => {
            let fields = field["fields"].as_array().cloned().unwrap_or_default();
            let fields: Vec<String> = fields
                .iter()
                .map(|field| {
                    format!("\"{}\" {}", field["name"].as_str().unwrap_or("?"), engine_type(field))
                })
                .collect();
            format!("STRUCT({})", fields.join(", "))
        }
        _ => "VARCHAR".to_owned(),
    };
    match field["mode"].as_str() {
        Some("REPEATED") => format!("{kind}[]"),
        _ => kind,
    }
}

/// Parts between commas that are outside of parentheses.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut all) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                all.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    all.push(&text[begin..]);
    all
}
