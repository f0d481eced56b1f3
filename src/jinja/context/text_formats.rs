//! JSON and YAML as `tojson`, `fromyaml` and `toyaml` have them.

use minijinja::{Error, Value};

use super::functions::invalid;
use crate::jinja::convert::from_json;

/// The value a YAML text holds.
pub fn yaml_to_value(text: &str) -> Result<Value, Error> {
    let source = crate::diagnostic::SourceFile::new("fromyaml", text);
    let parsed = crate::project::read_yaml(source);
    match parsed
        .diagnostics
        .iter()
        .find(|problem| problem.severity == crate::diagnostic::Severity::Error)
    {
        Some(problem) => Err(invalid(format!("the text is no YAML: {}", problem.message))),
        None => Ok(from_json(&parsed.value.root.to_json())),
    }
}

/// YAML in block style, keys in order, as `toyaml` prints it.
pub fn json_to_yaml(value: &serde_json::Value, indent: usize, out: &mut String) {
    use serde_json::Value as Json;
    let pad = "  ".repeat(indent);
    match value {
        Json::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.push_str(&format!("{pad}{key}:"));
                nested(value, indent, out);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for value in items {
                out.push_str(&format!("{pad}-"));
                nested(value, indent, out);
            }
        }
        scalar => out.push_str(&format!("{pad}{scalar}\n")),
    }
}

fn nested(value: &serde_json::Value, indent: usize, out: &mut String) {
    use serde_json::Value as Json;
    match value {
        Json::Object(map) if !map.is_empty() => {
            out.push('\n');
            json_to_yaml(value, indent + 1, out);
        }
        Json::Array(items) if !items.is_empty() => {
            out.push('\n');
            json_to_yaml(value, indent, out);
        }
        Json::String(text)
            if !text.is_empty()
                && text.chars().all(|c| c.is_alphanumeric() || "_-. /".contains(c)) =>
        {
            // `yes`, `1` and `null` would be read back as something else.
            match reads_back(text) {
                true => out.push_str(&format!(" {text}\n")),
                false => out.push_str(&format!(" '{text}'\n")),
            }
        }
        scalar => out.push_str(&format!(" {scalar}\n")),
    }
}

/// Whether a plain scalar of YAML is this text again.
fn reads_back(text: &str) -> bool {
    yaml_to_value(text).is_ok_and(|value| value.as_str() == Some(text))
}

/// JSON with Python's separators (`, ` and `: `).
pub fn python_json(value: &serde_json::Value, sort: bool) -> String {
    use serde_json::Value as Json;
    match value {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| python_json(item, sort)).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let mut entries: Vec<(&String, &Json)> = map.iter().collect();
            if sort {
                entries.sort_by(|a, b| a.0.cmp(b.0));
            }
            let entries: Vec<String> = entries
                .into_iter()
                .map(|(key, value)| {
                    let key = ascii(&Json::String(key.clone()).to_string());
                    format!("{key}: {}", python_json(value, sort))
                })
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        scalar => ascii(&scalar.to_string()),
    }
}

/// What is not ASCII, as JSON escapes: Python writes JSON so.
fn ascii(json: &str) -> String {
    if json.is_ascii() {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + 16);
    let mut units = [0; 2];
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::json_to_yaml;

    #[test]
    fn texts_are_texts_when_read_again() {
        let mut out = String::new();
        let value =
            serde_json::json!({"a": "yes", "b": "1", "c": "null", "d": "plain text", "e": 1});
        json_to_yaml(&value, 0, &mut out);
        assert_eq!(out, "a: 'yes'\nb: '1'\nc: 'null'\nd: plain text\ne: 1\n");
    }
}
