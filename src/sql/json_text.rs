//! JSON texts as GoogleSQL reads them: the first of equal keys counts, and a number must be the same
//! when written again
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#parse_json>).

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The text in one canonical form, or what is wrong with it.
pub fn canonical(text: &str) -> Result<String, String> {
    let tree: Tree = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    for number in numbers(text) {
        if !round_trips(number) {
            return Err(format!("the number {number} has more digits than JSON numbers hold"));
        }
    }
    Ok(tree.0.to_string())
}

/// A value of which the first of equal keys is kept.
struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number too large"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Tree(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some((key, Tree(value))) = entries.next_entry::<String, Tree>()? {
            values.entry(key).or_insert(value);
        }
        Ok(Value::Object(values))
    }
}

/// The numbers of a JSON text, as written.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit())?;
            rest = &rest[at..];
            if rest.starts_with('"') {
                // Over the string.
                let mut end = 1;
                let bytes = rest.as_bytes();
                while end < bytes.len() && bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                rest = rest.get(end + 1..).unwrap_or_default();
                continue;
            }
            let is_part = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let (number, after) = rest.split_at(length);
            rest = after;
            return Some(number);
        }
    })
}

/// Whether a double holds all digits of a number; integers of 64 bits are held as they are.
fn round_trips(number: &str) -> bool {
    if number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok() {
        return true;
    }
    let Ok(value) = number.parse::<f64>() else { return false };
    digits(number) == digits(&format!("{value:e}"))
}

/// The digits that count, and the power of ten of the first.
fn digits(number: &str) -> (String, i64) {
    let unsigned = number.trim_start_matches('-');
    let (mantissa, power) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let power: i64 = power.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let zeros = all.len() - all.trim_start_matches('0').len();
    let kept = all.trim_start_matches('0').trim_end_matches('0').to_owned();
    let first = if kept.is_empty() { 0 } else { power + whole.len() as i64 - zeros as i64 };
    (kept, first)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn texts_have_one_form() {
        for (text, expected) in [
            (" {\"a\": 1, \"a\": 2} ", "{\"a\":1}"),
            (
                "[1.50, -0.25e1, \"1e999\", 18446744073709551615]",
                "[1.5,-2.5,\"1e999\",18446744073709551615]",
            ),
            ("\"\\u00e9\"", "\"é\""),
        ] {
            assert_eq!(canonical(text).as_deref(), Ok(expected));
        }
        for wrong in [
            "",
            "{a:1}",
            "[1,]",
            "1 2",
            "1e999",
            "1.00000000000000000001",
            "123456789012345678901234567890",
        ] {
            assert!(canonical(wrong).is_err(), "{wrong}");
        }
    }
}
