//! Python methods of strings, lists and dicts that templates call.

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Rest, ValueKind, from_args},
};

use super::{dict::Dict, list::List};

/// Methods that change a list or a dict.
const MUTATING: [&str; 12] = [
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
    "__setitem__",
];

fn unknown(value: &Value, method: &str) -> Error {
    let what =
        if value.is_tuple() { "a tuple".to_owned() } else { format!("this {}", value.kind()) };
    let message = format!("{what} has no method `{method}`; `| list` makes a list of it");
    Error::new(ErrorKind::InvalidOperation, message)
}

/// What an object is, in a message.
fn kind_of_object(value: &Value) -> &'static str {
    use super::{
        objects::{ColumnObject, relation_of},
        times::time_repr,
    };
    if relation_of(value).is_some() {
        "a relation"
    } else if value.downcast_object_ref::<ColumnObject>().is_some() {
        "a column"
    } else if time_repr(value).is_some() {
        "a time"
    } else {
        "this object"
    }
}

/// Called for methods that a value does not know.
pub fn unknown_method(
    state: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    if method == "__slice" {
        return super::range::slice(value, args);
    }
    match value.as_str() {
        Some(text) => match string_method(state, text, method, args) {
            Err(error) if error.kind() == ErrorKind::UnknownMethod => {}
            result => return result,
        },
        None if value.is_tuple() && !matches!(method, "index" | "count") => {
            return Err(unknown(value, method));
        }
        None if matches!(value.kind(), ValueKind::Seq | ValueKind::Map) => {
            // Native lists and dicts (rows, what filters give) get their methods from ours, as far
            // as these change nothing: what is done to a copy would be lost.
            let object = match value.kind() {
                ValueKind::Seq => List::value(value.try_iter()?.collect()),
                _ => Dict::value(super::dict::entries(value)?),
            };
            if value.downcast_object_ref::<List>().is_none()
                && value.downcast_object_ref::<Dict>().is_none()
            {
                if MUTATING.contains(&method) {
                    return Err(unknown(value, method));
                }
                match object.call_method(state, method, args) {
                    Err(error) if error.kind() == ErrorKind::UnknownMethod => {}
                    result => return result,
                }
            }
        }
        None if value.kind() == ValueKind::Iterable && MUTATING.contains(&method) => {
            return Err(unknown(value, method));
        }
        None if value.kind() == ValueKind::Plain => {
            // What is stored under the name may be called.
            if let Ok(stored) = value.get_attr(method)
                && !stored.is_undefined()
            {
                return stored.call(state, args);
            }
            let message = format!("{} has no method `{method}`", kind_of_object(value));
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
        None => {}
    }
    minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args)
}

fn string_method(
    state: &mut State<'_, '_>,
    text: &str,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let value = match method {
        "zfill" => {
            let (width,): (usize,) = from_args(args)?;
            let (sign, digits) = match text.strip_prefix(['-', '+']) {
                Some(digits) => text.split_at(text.len() - digits.len()),
                None => ("", text),
            };
            let missing = width.saturating_sub(text.chars().count());
            Value::from(format!("{sign}{}{digits}", "0".repeat(missing)))
        }
        "ljust" | "rjust" | "center" => {
            let (width, fill): (usize, Option<&str>) = from_args(args)?;
            let missing = width.saturating_sub(text.chars().count());
            let fill = fill.unwrap_or(" ");
            let left = match method {
                "ljust" => 0,
                "rjust" => missing,
                _ => missing / 2,
            };
            Value::from(format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left)))
        }
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(args)?;
            Value::from(text.strip_prefix(prefix).unwrap_or(text))
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(args)?;
            Value::from(text.strip_suffix(suffix).unwrap_or(text))
        }
        "rsplit" => {
            let (separator, limit): (Option<&str>, Option<usize>) = from_args(args)?;
            let mut parts: Vec<&str> = match (separator, limit) {
                (Some(separator), Some(limit)) => text.rsplitn(limit + 1, separator).collect(),
                (Some(separator), None) => text.rsplit(separator).collect(),
                (None, _) => text.split_whitespace().rev().collect(),
            };
            parts.reverse();
            List::value(parts.into_iter().map(Value::from).collect())
        }
        "split" => {
            let (separator, limit): (Option<&str>, Option<i64>) = from_args(args)?;
            let limit = limit.and_then(|limit| usize::try_from(limit).ok());
            let parts: Vec<&str> = match (separator, limit) {
                (Some(separator), Some(limit)) => text.splitn(limit + 1, separator).collect(),
                (Some(separator), None) => text.split(separator).collect(),
                (None, _) => text.split_whitespace().collect(),
            };
            List::value(parts.into_iter().map(Value::from).collect())
        }
        "partition" | "rpartition" => {
            let (separator,): (&str,) = from_args(args)?;
            let found = if method == "partition" {
                text.split_once(separator)
            } else {
                text.rsplit_once(separator)
            };
            let parts = match found {
                Some((before, after)) => [before, separator, after],
                None if method == "partition" => [text, "", ""],
                None => ["", "", text],
            };
            List::tuple(parts.into_iter().map(Value::from).collect())
        }
        "index" | "find" | "rfind" => {
            let (wanted,): (&str,) = from_args(args)?;
            let at = if method == "rfind" { text.rfind(wanted) } else { text.find(wanted) };
            match at {
                Some(at) => Value::from(text[..at].chars().count()),
                None if method == "index" => {
                    return Err(Error::new(ErrorKind::InvalidOperation, "substring not found"));
                }
                None => Value::from(-1),
            }
        }
        "swapcase" => Value::from(
            text.chars()
                .flat_map(|c| -> Vec<char> {
                    if c.is_uppercase() {
                        c.to_lowercase().collect()
                    } else {
                        c.to_uppercase().collect()
                    }
                })
                .collect::<String>(),
        ),
        "casefold" => Value::from(text.to_lowercase()),
        "isidentifier" => Value::from(
            text.chars()
                .enumerate()
                .all(|(at, c)| c == '_' || c.is_alphabetic() || at > 0 && c.is_numeric())
                && !text.is_empty(),
        ),
        "format" => return format_braces(state, text, args),
        "__len__" => Value::from(text.chars().count()),
        "encode" | "decode" => Value::from(text),
        _ => return Err(Error::from(ErrorKind::UnknownMethod)),
    };
    Ok(value)
}

/// `'{} {name} {0:>5}'.format(…)`; format specifications are those of plain alignment and width.
fn format_braces(state: &mut State<'_, '_>, text: &str, args: &[Value]) -> Result<Value, Error> {
    let (positional, named): (Rest<Value>, Kwargs) = from_args(args)?;
    let mut out = String::new();
    let mut rest = text;
    let mut next = 0;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        let invalid = || Error::new(ErrorKind::InvalidOperation, "single brace in a format string");
        if brace == "}" {
            return Err(invalid());
        }
        let end = rest.find('}').ok_or_else(invalid)?;
        let (field, spec) = rest[..end].split_once(':').unwrap_or((&rest[..end], ""));
        rest = &rest[end + 1..];
        let value = if field.is_empty() {
            next += 1;
            positional.get(next - 1).cloned()
        } else if let Ok(index) = field.parse::<usize>() {
            positional.get(index).cloned()
        } else {
            named.get::<Option<Value>>(field)?
        };
        let value = value.ok_or_else(|| {
            Error::new(ErrorKind::InvalidOperation, format!("no argument for `{{{field}}}`"))
        })?;
        out.push_str(&match value.downcast_object_ref::<super::times::Moment>() {
            Some(_) if !spec.is_empty() => {
                value.call_method(state, "strftime", &[Value::from(spec)])?.to_string()
            }
            _ => padded(&value, spec),
        });
    }
    out.push_str(rest);
    Ok(Value::from(out))
}

/// A value in a format specification: fill, alignment, sign, width, thousands, places and kind.
fn padded(value: &Value, spec: &str) -> String {
    let characters: Vec<char> = spec.chars().collect();
    let is_align = |c: Option<&char>| c.is_some_and(|c| "<>^".contains(*c));
    let (fill, align, rest) = if is_align(characters.get(1)) {
        (characters[0], Some(characters[1]), &characters[2..])
    } else if is_align(characters.first()) {
        (' ', Some(characters[0]), &characters[1..])
    } else {
        (' ', None, &characters[..])
    };
    let plus = rest.first() == Some(&'+');
    let rest: String = rest[usize::from(plus)..].iter().collect();
    let zero = rest.starts_with('0') && align.is_none();
    let kind = rest.chars().last().filter(char::is_ascii_alphabetic);
    let kind = kind.or(rest.ends_with('%').then_some('%'));
    let (width, places) = rest.split_once('.').unwrap_or((&rest, ""));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let width: usize = digits(width).parse().unwrap_or(0);
    let places: Option<usize> = digits(places).parse().ok();
    let number = f64::try_from(value.clone()).ok().filter(|_| value.as_str().is_none());
    let mut text = match (number, kind) {
        (Some(number), Some('f' | 'F')) => format!("{number:.*}", places.unwrap_or(6)),
        (Some(number), Some('%')) => format!("{:.*}%", places.unwrap_or(6), number * 100.0),
        (Some(number), Some('x')) => format!("{:x}", number as i64),
        (Some(number), Some('b')) => format!("{:b}", number as i64),
        (None, _) => {
            let text = super::python_text::text(value);
            places.map_or(text.clone(), |places| text.chars().take(places).collect())
        }
        _ => super::python_text::text(value),
    };
    if rest.contains([',', '_']) {
        let separator = if rest.contains(',') { "," } else { "_" };
        text = grouped(&text, separator);
    }
    if plus && number.is_some_and(|number| number >= 0.0) {
        text.insert(0, '+');
    }
    let missing = width.saturating_sub(text.chars().count());
    let fill = if zero { '0' } else { fill };
    let align = align.unwrap_or(if number.is_some() || zero { '>' } else { '<' });
    let filled = |count: usize| fill.to_string().repeat(count);
    match align {
        '>' if zero && text.starts_with(['-', '+']) => {
            format!("{}{}{}", &text[..1], filled(missing), &text[1..])
        }
        '>' => format!("{}{text}", filled(missing)),
        '^' => format!("{}{text}{}", filled(missing / 2), filled(missing - missing / 2)),
        _ => format!("{text}{}", filled(missing)),
    }
}

/// Digits of the whole part in groups of three.
fn grouped(text: &str, separator: &str) -> String {
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    let digits = whole.trim_start_matches('-');
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push_str(separator);
        }
        out.push(digit);
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    format!("{sign}{out}{fraction}")
}
