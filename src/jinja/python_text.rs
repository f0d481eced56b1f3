//! Values as Python prints them: what `{{ }}` puts into SQL.

use minijinja::{Error, Output, State, Value, value::ValueKind};

use super::{
    objects::relation_repr,
    range::Range,
    sequence_filters::Group,
    times::{IsoCalendar, time_repr},
};

/// The formatter of the environment.
pub fn format(
    output: &mut Output<'_>,
    _state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    if super::hole::is_hole(value) {
        return Ok(());
    }
    let written = match value.kind() {
        ValueKind::Undefined => Ok(()),
        ValueKind::None => output.write_str("None"),
        ValueKind::Bool => output.write_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::Seq | ValueKind::Map => output.write_str(&repr(value)),
        ValueKind::Number if !value.is_integer() => output.write_str(&number(value)),
        _ => write!(output, "{value}"),
    };
    written.map_err(Error::from)
}

/// Python's `str` of a value.
pub fn text(value: &Value) -> String {
    match value.kind() {
        ValueKind::Undefined => String::new(),
        ValueKind::None | ValueKind::Bool | ValueKind::Seq | ValueKind::Map => repr(value),
        ValueKind::Number => number(value),
        _ => value.to_string(),
    }
}

fn number(value: &Value) -> String {
    match f64::try_from(value.clone()) {
        Ok(number) if !value.is_integer() => float_text(number),
        _ => value.to_string(),
    }
}

/// Python's `repr` of a float: the fewest digits that mean it, with an exponent where it is very
/// large or very small.
pub fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let exponent = scientific.split_once('e').and_then(|(_, digits)| digits.parse::<i32>().ok());
    match (scientific.split_once('e'), exponent) {
        (Some((digits, _)), Some(exponent)) if !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{number:?}"),
    }
}

/// Sequences that are written otherwise than lists.
fn writes_itself(value: &Value) -> bool {
    value.downcast_object_ref::<Range>().is_some()
        || value.downcast_object_ref::<Group>().is_some()
        || value.downcast_object_ref::<IsoCalendar>().is_some()
}

/// Python's `repr` of a value.
pub fn repr(value: &Value) -> String {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => "None".to_owned(),
        ValueKind::Bool => if value.is_true() { "True" } else { "False" }.to_owned(),
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
            let mut out = String::from(quote);
            for c in text.chars() {
                match c {
                    '\\' => out.push_str("\\\\"),
                    '\n' => out.push_str("\\n"),
                    '\t' => out.push_str("\\t"),
                    c if c == quote => {
                        out.push('\\');
                        out.push(c);
                    }
                    c => out.push(c),
                }
            }
            out.push(quote);
            out
        }
        ValueKind::Number => number(value),
        ValueKind::Seq if writes_itself(value) => value.to_string(),
        ValueKind::Seq => {
            let items: Vec<String> =
                value.try_iter().into_iter().flatten().map(|item| repr(&item)).collect();
            match items.as_slice() {
                [only] if value.is_tuple() => format!("({only},)"),
                items if value.is_tuple() => format!("({})", items.join(", ")),
                items => format!("[{}]", items.join(", ")),
            }
        }
        ValueKind::Map => {
            let entries = super::dict::entries(value).unwrap_or_default();
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", repr(key), repr(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        _ => time_repr(value).or_else(|| relation_repr(value)).unwrap_or_else(|| value.to_string()),
    }
}
