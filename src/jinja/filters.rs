//! Filters and tests beyond minijinja's own.

use minijinja::{
    Environment, Error, ErrorKind, Value,
    value::{Kwargs, Rest, ValueKind},
};

use super::{list::List, times::TimeDelta};

/// Adds dbt's and Jinja2's missing filters and tests.
pub fn register(environment: &mut Environment<'static>) {
    super::hole::register(environment);
    super::sequence_filters::register(environment);
    for name in ["__sum", "__product"] {
        environment.add_function(name, |terms: Rest<Value>| super::context::chain(&terms));
    }
    // In a text these change nothing; they matter where a template gives a value.
    for name in ["as_text", "as_native", "as_bool", "as_number"] {
        environment.add_filter(name, |value: Value| value);
    }
    environment.add_filter("abs", |value: Value| match value.downcast_object_ref::<TimeDelta>() {
        Some(length) => TimeDelta::of_micros(length.micros().abs()).map(Value::from_object),
        None => minijinja::filters::abs(value),
    });
    environment.add_filter("tojson", super::python_json::tojson_filter);
    environment.add_filter("string", |value: Value| match value.as_str() {
        Some(_) => value,
        None => Value::from(super::python_text::text(&value)),
    });
    environment.add_filter("int", int);
    environment.add_filter("float", float);
    environment.add_filter("dictsort", dictsort);
    environment.add_filter("items", |value: Value| {
        let pairs = super::dict::entries(&value)?;
        Ok::<_, Error>(List::value(
            pairs.into_iter().map(|(k, v)| List::tuple(vec![k, v])).collect(),
        ))
    });
    environment.add_filter("center", |text: String, width: Option<usize>| {
        let missing = width.unwrap_or(80).saturating_sub(text.chars().count());
        format!("{}{text}{}", " ".repeat(missing / 2), " ".repeat(missing - missing / 2))
    });
    environment.add_filter("wordwrap", wordwrap);
    environment.add_filter("striptags", striptags);
    environment.add_filter("urlencode", urlencode);
    environment.add_filter("as_number", |value: Value| match value.as_str() {
        Some(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => Ok(Value::from(number)),
            (_, Ok(number)) => Ok(Value::from(number)),
            _ => Err(Error::new(ErrorKind::InvalidOperation, format!("`{text}` is no number"))),
        },
        None => Ok(value),
    });
    environment.add_filter("truncate", truncate);
    environment.add_filter("wordcount", |text: &str| text.split_whitespace().count());
    environment.add_function("cycler", super::turns::cycler);
    environment.add_function("joiner", super::turns::joiner);
    environment.add_function("range", |args: Rest<Value>| super::range::range(&args));
    // In Python a string and a dict have a length and take an index, and that is the test.
    environment.add_test("sequence", |value: &Value| {
        matches!(value.kind(), ValueKind::Seq | ValueKind::String | ValueKind::Map)
    });
    environment.add_test("iterable", |value: &Value| {
        matches!(
            value.kind(),
            ValueKind::Seq | ValueKind::String | ValueKind::Map | ValueKind::Iterable
        )
    });
    // Packages take what is a mapping with `metadata` for a relation.
    environment.add_test("mapping", |value: &Value| {
        value.kind() == ValueKind::Map || super::objects::relation_of(value).is_some()
    });
    environment.add_test("callable", |value: &Value| {
        matches!(value.kind(), ValueKind::Plain) && !value.is_undefined()
    });
}

/// Jinja's `int`: what cannot be read is the default.
fn int(value: Value, default: Option<Value>, options: Kwargs) -> Result<Value, Error> {
    let base = options.get::<Option<u32>>("base")?.unwrap_or(10);
    let default = match default {
        Some(default) => default,
        None => options.get::<Option<Value>>("default")?.unwrap_or_else(|| Value::from(0)),
    };
    if let Some(text) = value.as_str() {
        let text = text.trim().replace('_', "");
        if let Ok(number) = i128::from_str_radix(&text, base) {
            return Ok(Value::from(number));
        }
        return Ok(match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::from(number.trunc() as i64),
            _ => default,
        });
    }
    if value.is_integer() {
        return Ok(value);
    }
    Ok(match f64::try_from(value.clone()) {
        Ok(number) if number.is_finite() => Value::from(number.trunc() as i64),
        _ if value.is_true() && value.kind() == ValueKind::Bool => Value::from(1),
        _ => default,
    })
}

/// Jinja's `float`.
fn float(value: Value, default: Option<Value>) -> Value {
    let default = || default.unwrap_or_else(|| Value::from(0.0));
    match value.as_str() {
        Some(text) => text.trim().parse::<f64>().map_or_else(|_| default(), Value::from),
        None => f64::try_from(value).map_or_else(|_| default(), Value::from),
    }
}

/// Jinja's `dictsort(case_sensitive, by, reverse)`.
fn dictsort(
    value: Value,
    case_sensitive: Option<bool>,
    by: Option<String>,
    reverse: Option<bool>,
    options: Kwargs,
) -> Result<Value, Error> {
    let case_sensitive =
        options.get::<Option<bool>>("case_sensitive")?.or(case_sensitive).unwrap_or(false);
    let by = options.get::<Option<String>>("by")?.or(by);
    let reverse = options.get::<Option<bool>>("reverse")?.or(reverse).unwrap_or(false);
    let mut pairs = super::dict::entries(&value)?;
    let by_value = by.as_deref() == Some("value");
    let key = |pair: &(Value, Value)| {
        let part = if by_value { &pair.1 } else { &pair.0 };
        match part.as_str() {
            Some(text) if !case_sensitive => Value::from(text.to_lowercase()),
            _ => part.clone(),
        }
    };
    pairs.sort_by_key(key);
    if reverse {
        pairs.reverse();
    }
    Ok(List::value(pairs.into_iter().map(|(k, v)| List::tuple(vec![k, v])).collect()))
}

/// Jinja's `truncate(length, killwords, end, leeway)`.
fn truncate(text: String, positional: Rest<Value>, options: Kwargs) -> Result<String, Error> {
    let given = |at: usize, name: &str| -> Result<Option<Value>, Error> {
        Ok(options.get::<Option<Value>>(name)?.or_else(|| positional.get(at).cloned()))
    };
    let number = |value: Option<Value>, default: usize| match value {
        Some(value) => usize::try_from(value),
        None => Ok(default),
    };
    let length = number(given(0, "length")?, 255)?;
    let killwords = given(1, "killwords")?.is_some_and(|value| value.is_true());
    let end = given(2, "end")?.map_or_else(|| "...".to_owned(), |value| value.to_string());
    let leeway = number(given(3, "leeway")?, 5)?;
    if text.chars().count() <= length + leeway {
        return Ok(text);
    }
    let kept: String = text.chars().take(length.saturating_sub(end.chars().count())).collect();
    let kept = match kept.rsplit_once(' ') {
        Some((words, _)) if !killwords => words.to_owned(),
        _ => kept,
    };
    Ok(kept + &end)
}

/// Jinja's `wordwrap(width, break_long_words, wrapstring)`.
fn wordwrap(
    text: String,
    width: Option<usize>,
    break_long_words: Option<bool>,
    options: Kwargs,
) -> Result<String, Error> {
    let width = options.get::<Option<usize>>("width")?.or(width).unwrap_or(79).max(1);
    let breaks =
        options.get::<Option<bool>>("break_long_words")?.or(break_long_words).unwrap_or(true);
    let joint = options.get::<Option<String>>("wrapstring")?.unwrap_or_else(|| "\n".to_owned());
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let mut word = word.to_owned();
            let wanted =
                line.chars().count() + usize::from(!line.is_empty()) + word.chars().count();
            if !line.is_empty() && wanted > width {
                lines.push(std::mem::take(&mut line));
            }
            while breaks && line.is_empty() && word.chars().count() > width {
                let rest = word.chars().skip(width).collect();
                lines.push(word.chars().take(width).collect());
                word = rest;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        lines.push(line);
    }
    Ok(lines.join(&joint))
}

/// Jinja's `striptags`: tags go, runs of whitespace become one space.
fn striptags(text: String) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Jinja's `urlencode` of a text or of pairs.
fn urlencode(value: Value) -> Result<String, Error> {
    let encoded = |text: &str, slash: bool| {
        let mut out = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || slash && byte == b'/' {
                out.push(byte as char);
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    };
    if matches!(value.kind(), ValueKind::Map | ValueKind::Seq) {
        let pairs = super::dict::entries(&value)?;
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(k, v)| {
                format!("{}={}", encoded(&k.to_string(), false), encoded(&v.to_string(), false))
            })
            .collect();
        return Ok(pairs.join("&"));
    }
    Ok(encoded(&value.to_string(), true))
}

/// Python's `'%s and %d' % (a, b)` and `'%(name)s' % {…}`.
pub fn percent(format: &str, value: Value) -> Result<String, Error> {
    let values: Vec<Value> = match value.is_tuple() {
        true => value.try_iter()?.collect(),
        false => vec![value.clone()],
    };
    let mut values = values.into_iter();
    let mut out = String::new();
    let mut characters = format.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = String::new();
        let mut named = None;
        if characters.peek() == Some(&'(') {
            characters.next();
            let name: String = characters.by_ref().take_while(|c| *c != ')').collect();
            named = Some(value.get_item(&Value::from(name))?);
        }
        while let Some(next) = characters.peek().copied() {
            if !(next.is_ascii_digit() || ".-+0".contains(next)) {
                break;
            }
            spec.push(next);
            characters.next();
        }
        let Some(kind) = characters.next() else { break };
        if kind == '%' {
            out.push('%');
            continue;
        }
        let value = named.or_else(|| values.next()).ok_or_else(|| {
            Error::new(ErrorKind::InvalidOperation, "not enough arguments for the format string")
        })?;
        let number = || f64::try_from(value.clone()).unwrap_or(0.0);
        let text = match kind {
            's' => super::python_text::text(&value),
            'r' => super::python_text::repr(&value),
            'x' => format!("{:x}", number() as i64),
            'X' => format!("{:X}", number() as i64),
            'o' => format!("{:o}", number() as i64),
            'e' => format!("{:e}", number()),
            'g' => number().to_string(),
            'd' | 'i' => format!("{}", number() as i64),
            'f' => {
                let places = spec.split_once('.').and_then(|(_, places)| places.parse().ok());
                format!("{:.*}", places.unwrap_or(6), number())
            }
            other => {
                return Err(Error::new(
                    ErrorKind::InvalidOperation,
                    format!("`%{other}` is not supported; use %s, %r, %d, %x or %f"),
                ));
            }
        };
        let width: usize = spec
            .split('.')
            .next()
            .and_then(|width| width.trim_start_matches(['-', '+', '0']).parse().ok())
            .unwrap_or(0);
        let missing = width.saturating_sub(text.chars().count());
        match (spec.starts_with('-'), spec.starts_with('0')) {
            (true, _) => out.push_str(&format!("{text}{}", " ".repeat(missing))),
            (_, true) => out.push_str(&format!("{}{text}", "0".repeat(missing))),
            _ => out.push_str(&format!("{}{text}", " ".repeat(missing))),
        }
    }
    Ok(out)
}
