//! JSON values and strings as text.

use serde_json::{Number, Value};

use crate::sql::float_text;

/// A value as BigQuery writes it: no blanks, numbers as their type writes them.
#[must_use]
pub fn written(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (at, (name, member)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => {
            if float == 0.0 && float.is_sign_negative() {
                // A document keeps its sign, which CAST does not.
                return "-0.0".to_owned();
            }
            let text = float_text(float);
            match text.contains(['.', 'e']) {
                true => text,
                false => format!("{text}.0"),
            }
        }
        _ => number.to_string(),
    }
}

/// A JSON text without blanks on several lines, two blanks a level.
#[must_use]
pub fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut characters = text.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    while let Some(c) = characters.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' if characters.peek().is_some_and(|next| matches!(next, '}' | ']')) => {
                out.push(c);
                out.extend(characters.next());
            }
            '{' | '[' => {
                out.push(c);
                depth += 1;
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => {
                out.push(c);
                in_string = c == '"';
            }
        }
    }
    out
}

/// A string as JSON_QUERY and TO_JSON_STRING write it: line separators are escaped too.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = Value::from(text).to_string();
    match plain.contains(['\u{2028}', '\u{2029}']) {
        true => plain.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"),
        false => plain,
    }
}
