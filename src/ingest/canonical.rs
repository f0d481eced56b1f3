//! JSON values in one form: the order of keys and the ways to write a value do not count.

use serde_json::Value;

/// Writes a value as [`super::json_record::RecordReader`] writes what it reads.
pub fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut members: Vec<(String, &Value)> = map
                .iter()
                .map(|(key, value)| (Value::from(key.as_str()).to_string(), value))
                .collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            out.push('{');
            for (key, value) in members {
                out.push_str(&key);
                out.push(':');
                write_canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}
