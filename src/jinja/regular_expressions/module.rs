//! The functions and flags of the module.

use minijinja::{Error, State, Value};

use super::{
    pattern::{Operation, Pattern},
    translate::{ASCII, DOT_ALL, IGNORE_CASE, MULTI_LINE, VERBOSE},
};
use crate::jinja::arguments::Arguments;

/// The flags by name; short names first.
pub const FLAGS: [(&str, i64); 13] = [
    ("A", ASCII),
    ("I", IGNORE_CASE),
    ("M", MULTI_LINE),
    ("S", DOT_ALL),
    ("X", VERBOSE),
    ("U", 32),
    ("IGNORECASE", IGNORE_CASE),
    ("MULTILINE", MULTI_LINE),
    ("DOTALL", DOT_ALL),
    ("VERBOSE", VERBOSE),
    ("ASCII", ASCII),
    ("UNICODE", 32),
    ("NOFLAG", 0),
];

/// What Python's `re.escape` puts a backslash before.
const SPECIAL: &str = "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}";

/// The value of `re.IGNORECASE` and its like.
pub fn flag(name: &str) -> Option<i64> {
    FLAGS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// A function of the module; none where it has none of the name.
///
/// # Errors
/// Arguments that are no texts, patterns that cannot be read, matches that take too long.
pub fn regular_expression(
    state: &mut State<'_, '_>,
    name: &str,
    args: &[Value],
) -> Result<Option<Value>, Error> {
    match name {
        "compile" => {
            let given = Arguments::new("re.compile", args)?;
            let flags = given.get::<i64>(1, "flags")?.unwrap_or(0);
            let pattern = pattern(&given, flags)?;
            given.finish(2)?;
            return Ok(Some(Value::from_object(pattern)));
        }
        "escape" => {
            let text = Arguments::new("re.escape", args)?.text(0, "pattern")?;
            let mut out = String::with_capacity(text.len() + 8);
            for c in text.chars() {
                if SPECIAL.contains(c) {
                    out.push('\\');
                }
                out.push(c);
            }
            return Ok(Some(Value::from(out)));
        }
        "purge" => return Ok(Some(Value::from(()))),
        _ => {}
    }
    let Some(operation) = Operation::from_name(name) else { return Ok(None) };
    let given = Arguments::new(operation.name(), args)?;
    let texts = operation.texts();
    let replacement = if texts == 2 { given.value(1, "repl")? } else { None };
    let text = given.text(texts, "string")?;
    let (count, flags_at) = match operation.count() {
        Some(name) => (given.get::<usize>(texts + 1, name)?.unwrap_or(0), texts + 2),
        None => (0, texts + 1),
    };
    let flags = given.get::<i64>(flags_at, "flags")?.unwrap_or(0);
    let pattern = pattern(&given, flags)?;
    given.finish(flags_at + 1)?;
    pattern.apply(state, operation, replacement.as_ref(), text, count).map(Some)
}

/// The pattern that a function is given: compiled or as text.
fn pattern(given: &Arguments<'_>, flags: i64) -> Result<Pattern, Error> {
    let value = given.value(0, "pattern")?;
    if let Some(pattern) = value.as_ref().and_then(|value| value.downcast_object_ref::<Pattern>()) {
        return Ok(pattern.clone());
    }
    Pattern::new(&given.text(0, "pattern")?, flags)
}
