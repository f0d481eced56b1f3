//! A value as one of a type, if nothing of it is lost.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::tree::{Node, write_text};
use crate::{ingest::envelope::moment, sql::Type};

/// Digits before and behind the point that NUMERIC holds
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types>).
const NUMERIC: (usize, usize) = (29, 9);
/// Those of BIGNUMERIC that both engines hold.
const BIG_NUMERIC: (usize, usize) = (20, 18);

/// Appends a value as JSON from which an engine's cast makes the type's value; false, and nothing
/// appended, where the type does not hold it. Texts of numbers and truth values are taken for what they
/// say, and the other way round: nothing is lost by that.
pub(super) fn write(node: &Node<'_>, kind: &Type, out: &mut String) -> bool {
    let text = match node {
        _ if *kind == Type::Json => {
            node.write_json(out);
            return true;
        }
        Node::Bool(true) => "true",
        Node::Bool(false) => "false",
        Node::Number(text) => text,
        Node::Text(text) => text,
        Node::Null | Node::List(..) | Node::Object(..) => return false,
    };
    match kind {
        Type::String => write_text(text, out),
        Type::Bool => match text {
            "true" | "false" => out.push_str(text),
            _ => return false,
        },
        Type::Int64 => match whole(text) {
            Some(number) => out.push_str(&number.to_string()),
            None => return false,
        },
        Type::Float64 => match float(text, matches!(node, Node::Number(_))) {
            Some(()) => out.push_str(text),
            None => return false,
        },
        // As texts: numbers of JSON are doubles to some.
        Type::Numeric if decimal(text, NUMERIC) => write_text(text, out),
        Type::BigNumeric if decimal(text, BIG_NUMERIC) => write_text(text, out),
        Type::Timestamp => match moment(text) {
            Some(moment) if (1..=9999).contains(&chrono::Datelike::year(&moment)) => {
                let text = moment.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
                write_text(&text, out);
            }
            _ => return false,
        },
        Type::Date => match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(date) => write_text(&date.format("%Y-%m-%d").to_string(), out),
            Err(_) => return false,
        },
        Type::DateTime => match date_time(text) {
            Some(time) => write_text(&time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string(), out),
            None => return false,
        },
        Type::Time => match NaiveTime::parse_from_str(text, "%H:%M:%S%.f") {
            Ok(time) => write_text(&time.format("%H:%M:%S%.6f").to_string(), out),
            Err(_) => return false,
        },
        _ => return false,
    }
    true
}

/// A whole number; `1.0` is one.
fn whole(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (digits, fraction) = text.split_once('.')?;
    let zero = !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0');
    let number = digits.strip_prefix('-').unwrap_or(digits);
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    if zero && is_number { digits.parse().ok() } else { None }
}

/// Whether a text is a finite number. Texts are only taken for numbers where they look like JSON's.
fn float(text: &str, is_number: bool) -> Option<()> {
    let looks = is_number || serde_json::from_str::<serde_json::Number>(text).is_ok();
    (looks && text.parse::<f64>().is_ok_and(f64::is_finite)).then_some(())
}

/// Whether a decimal text has no more digits than these before and behind the point.
fn decimal(text: &str, (before, behind): (usize, usize)) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    !whole.is_empty()
        && are_digits(whole)
        && are_digits(fraction)
        && !digits.ends_with('.')
        && whole.trim_start_matches('0').len() <= before
        && fraction.trim_end_matches('0').len() <= behind
}

fn date_time(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_type(text: &str, kind: &str) -> Option<String> {
        let mut out = String::new();
        let node = Node::parse(text).expect("JSON");
        write(&node, &Type::parse(kind).expect("a type"), &mut out).then_some(out)
    }

    #[test]
    fn values_become_what_they_say_and_nothing_else() {
        for (text, kind, written) in [
            ("12", "INT64", Some("12")),
            ("\"12\"", "INT64", Some("12")),
            ("12.0", "INT64", Some("12")),
            ("12.5", "INT64", None),
            ("\"twelve\"", "INT64", None),
            ("9223372036854775808", "INT64", None),
            ("true", "INT64", None),
            ("1.10", "NUMERIC", Some("\"1.10\"")),
            ("0.1234567891", "NUMERIC", None),
            ("1e3", "NUMERIC", None),
            ("-1.", "NUMERIC", None),
            ("1e3", "FLOAT64", Some("1e3")),
            ("1e999", "FLOAT64", None),
            ("\"NaN\"", "FLOAT64", None),
            ("\"1.5\"", "FLOAT64", Some("1.5")),
            ("true", "BOOL", Some("true")),
            ("\"false\"", "BOOL", Some("false")),
            ("1", "BOOL", None),
            ("1.50", "STRING", Some("\"1.50\"")),
            ("{}", "STRING", None),
            ("\"2024-01-01T00:00:00+01:00\"", "TIMESTAMP", Some("\"2023-12-31T23:00:00.000000Z\"")),
            ("1700000000", "TIMESTAMP", Some("\"2023-11-14T22:13:20.000000Z\"")),
            ("1700000000000", "TIMESTAMP", None),
            ("\"soon\"", "TIMESTAMP", None),
            ("\"2024-02-30\"", "DATE", None),
            ("\"2024-02-29\"", "DATE", Some("\"2024-02-29\"")),
            ("\"2024-02-29 10:11:12\"", "DATETIME", Some("\"2024-02-29T10:11:12.000000\"")),
            ("\"10:11:12\"", "TIME", Some("\"10:11:12.000000\"")),
            ("{\"a\": [1]}", "JSON", Some("{\"a\":[1]}")),
        ] {
            assert_eq!(as_type(text, kind).as_deref(), written, "{text} as {kind}");
        }
    }
}
