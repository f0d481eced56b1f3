//! JSON as Python's `json.dumps` writes it.

use minijinja::{
    Error, ErrorKind, Value,
    value::{Kwargs, ValueKind},
};

use super::{
    dict::DictView, generator::Generator, python_text::float_text, range::Range, set::Set,
    times::time_repr,
};

/// How deep values may be nested: a list that holds itself has no end.
pub const MAX_DEPTH: usize = 200;

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    /// Keys in order of the alphabet.
    pub sort_keys: bool,
    /// Blanks for each level, on lines of their own.
    pub indent: Option<usize>,
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// What Python calls a value that has no JSON; none of those that have.
fn without_json(value: &Value) -> Option<String> {
    if value.downcast_object_ref::<Set>().is_some() {
        return Some("a set".to_owned());
    }
    if value.downcast_object_ref::<Range>().is_some() {
        return Some("a range".to_owned());
    }
    if value.downcast_object_ref::<Generator>().is_some() {
        return Some("a generator".to_owned());
    }
    if value.downcast_object_ref::<DictView>().is_some() {
        return Some("a view of a dict".to_owned());
    }
    if time_repr(value).is_some() {
        return Some(format!("the time `{value}`"));
    }
    match value.kind() {
        ValueKind::Undefined => Some("an undefined value".to_owned()),
        ValueKind::Plain => Some(format!("`{value}`")),
        ValueKind::Bytes => Some("bytes".to_owned()),
        _ => None,
    }
}

/// The JSON of a value.
///
/// # Errors
/// Values that have no JSON.
pub fn to_python_json(value: &Value, layout: Layout) -> Result<String, Error> {
    let mut out = String::new();
    write(value, layout, 0, &mut out)?;
    Ok(out)
}

fn write(value: &Value, layout: Layout, depth: usize, out: &mut String) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(refused(format!("nested more than {MAX_DEPTH} deep")));
    }
    if let Some(what) = without_json(value) {
        return Err(refused(format!(
            "{what} cannot be written as JSON; make it a list with `| list` or a text with `| string`"
        )));
    }
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => out.push_str(&number(value)),
        ValueKind::String => text(value.as_str().unwrap_or_default(), out),
        ValueKind::Map => {
            let mut entries = Vec::new();
            for (key, value) in super::dict::entries(value)? {
                entries.push((json_key(&key)?, key, value));
            }
            if layout.sort_keys {
                entries.sort_by(|a, b| a.1.cmp(&b.1));
            }
            let between =
                |out: &mut String, last: bool| line(out, layout, depth + usize::from(!last));
            out.push('{');
            for (at, (key, _, value)) in entries.iter().enumerate() {
                comma(out, layout, at);
                between(out, false);
                text(key, out);
                out.push_str(": ");
                write(value, layout, depth + 1, out)?;
            }
            if !entries.is_empty() {
                between(out, true);
            }
            out.push('}');
        }
        _ => {
            out.push('[');
            let mut count = 0;
            for item in value.try_iter()?.checked() {
                comma(out, layout, count);
                line(out, layout, depth + 1);
                write(&item?, layout, depth + 1, out)?;
                count += 1;
            }
            if count > 0 {
                line(out, layout, depth);
            }
            out.push(']');
        }
    }
    Ok(())
}

fn comma(out: &mut String, layout: Layout, at: usize) {
    if at > 0 {
        out.push_str(if layout.indent.is_some() { "," } else { ", " });
    }
}

fn line(out: &mut String, layout: Layout, depth: usize) {
    if let Some(indent) = layout.indent {
        out.push('\n');
        out.push_str(&" ".repeat(indent * depth));
    }
}

fn number(value: &Value) -> String {
    match (value.is_integer(), f64::try_from(value.clone())) {
        (false, Ok(number)) if number.is_nan() => "NaN".to_owned(),
        (false, Ok(number)) if number.is_infinite() => {
            if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
        }
        (false, Ok(number)) => float_text(number),
        _ => value.to_string(),
    }
}

/// A key as JSON has it: numbers, booleans and none become texts.
fn json_key(key: &Value) -> Result<String, Error> {
    Ok(match key.kind() {
        ValueKind::String => key.as_str().unwrap_or_default().to_owned(),
        ValueKind::None => "null".to_owned(),
        ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::Number => number(key),
        _ => return Err(refused(format!("the key `{key}` cannot be one in JSON"))),
    })
}

/// A text in quotes; what is not ASCII is escaped, as Python does.
fn text(text: &str, out: &mut String) {
    out.push('"');
    let mut units = [0; 2];
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

/// Jinja's filter `tojson(indent)`: keys in order, and nothing that has a meaning in HTML.
pub fn tojson_filter(
    value: Value,
    indent: Option<usize>,
    options: Kwargs,
) -> Result<String, Error> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None => options.get::<Option<usize>>("indent")?,
    };
    options.assert_all_used()?;
    let json = to_python_json(&value, Layout { sort_keys: true, indent })?;
    let json = json.replace('<', "\\u003c").replace('>', "\\u003e");
    Ok(json.replace('&', "\\u0026").replace('\'', "\\u0027"))
}
