//! Filters and tests beyond minijinja's own.

use minijinja::{
    Environment, Error, ErrorKind, Value,
    value::{Rest, ValueKind},
};

use super::list::List;

/// Adds dbt's and Jinja2's missing filters and tests.
pub fn register(environment: &mut Environment<'static>) {
    environment.add_filter("__percent", percent);
    environment.add_filter("__shift", |moment: Value, sign: i32, by: Value| {
        super::context::add_times(&moment, &by, sign).ok_or_else(|| {
            Error::new(ErrorKind::InvalidOperation, "expected a date or time and a timedelta")
        })
    });
    environment.add_filter("as_text", |value: Value| Value::from(value.to_string()));
    environment.add_filter("as_native", |value: Value| value);
    environment.add_filter("as_bool", |value: Value| match value.as_str() {
        Some(text) => {
            Value::from(matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes"))
        }
        None => value,
    });
    environment.add_filter("as_number", |value: Value| match value.as_str() {
        Some(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => Ok(Value::from(number)),
            (_, Ok(number)) => Ok(Value::from(number)),
            _ => Err(Error::new(ErrorKind::InvalidOperation, format!("`{text}` is no number"))),
        },
        None => Ok(value),
    });
    environment.add_filter("truncate", minijinja_contrib::filters::truncate);
    environment.add_filter("wordcount", |text: &str| text.split_whitespace().count());
    environment.add_function("cycler", |items: Rest<Value>| List::value(items.0));
    environment.add_test("callable", |value: &Value| {
        matches!(value.kind(), ValueKind::Plain) && !value.is_undefined()
    });
}

/// Python's `'%s and %d' % (a, b)`.
fn percent(format: &str, value: Value) -> Result<String, Error> {
    let values: Vec<Value> = match value.kind() {
        ValueKind::Seq => value.try_iter()?.collect(),
        _ => vec![value],
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
        let value = values.next().ok_or_else(|| {
            Error::new(ErrorKind::InvalidOperation, "not enough arguments for the format string")
        })?;
        let number = || f64::try_from(value.clone()).unwrap_or(0.0);
        let text = match kind {
            's' => value.to_string(),
            'd' | 'i' => format!("{}", number() as i64),
            'f' => {
                let places = spec.split_once('.').and_then(|(_, places)| places.parse().ok());
                format!("{:.*}", places.unwrap_or(6), number())
            }
            other => {
                return Err(Error::new(
                    ErrorKind::InvalidOperation,
                    format!("`%{other}` is not supported; use %s, %d or %f"),
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
