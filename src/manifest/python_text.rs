//! Values as Python writes them: dbt hashes and names generic tests by that text.

use std::fmt::Write;

use serde_json::Value;

/// `str(value)`: text as it is, everything else as `repr`.
pub fn python_str(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => {
            let mut out = String::new();
            write_repr(&mut out, other);
            out
        }
    }
}

/// `repr(value)`.
pub fn python_repr(value: &Value) -> String {
    let mut out = String::new();
    write_repr(&mut out, value);
    out
}

/// `repr(value)`, appended.
pub fn write_repr(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Number(number) => {
            // Writing to a String cannot fail.
            let _ = match (number.as_i64(), number.as_f64()) {
                (None, Some(float)) if !number.is_u64() => write!(out, "{}", float_repr(float)),
                _ => write!(out, "{number}"),
            };
        }
        Value::String(text) => write_text_repr(out, text),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_repr(out, item);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_text_repr(out, key);
                out.push_str(": ");
                write_repr(out, value);
            }
            out.push('}');
        }
    }
}

/// Python writes a float's shortest digits, with an exponent from 1e16 up and below 1e-4.
fn float_repr(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = value.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// `repr` of text: single quotes unless it holds one and no double quote.
pub fn write_text_repr(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            same if same == quote => {
                out.push('\\');
                out.push(same);
            }
            control if control < ' ' || control == '\x7f' => {
                let _ = write!(out, "\\x{:02x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push(quote);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_python_writes_them() {
        let value: Value = serde_json::from_str(
            r#"{"a": null, "b": [true, 1, 1.0, 1e20, 0.00001], "c": "it's", "d": "\"'\n"}"#,
        )
        .expect("the test's JSON is right");
        assert_eq!(
            python_str(&value),
            r#"{'a': None, 'b': [True, 1, 1.0, 1e+20, 1e-05], 'c': "it's", 'd': '"\'\n'}"#
        );
    }
}
