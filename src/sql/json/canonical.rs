//! JSON texts as JSON's type reads them: strictly, the first of equal keys counts, and a number must
//! be the same when written again
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#parse_json>).
//!
//! The usual reader rounds some numbers to a neighbour of the nearest one.

use serde_json::{Map, Number, Value};

use super::write::written;

/// Nesting of a document at most.
const MAX_DEPTH: usize = 500;

/// The text in one canonical form: keys in order, numbers as JSON's type writes them. A number with
/// more digits than FLOAT64 holds is rounded where `rounds`.
///
/// # Errors
/// What is no JSON, or has numbers with too many digits.
pub fn canonical(text: &str, rounds: bool) -> Result<String, String> {
    read(text, rounds).map(|value| written(&value))
}

/// The value of a text.
///
/// # Errors
/// As for [`canonical`].
pub fn read(text: &str, rounds: bool) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0, depth: 0, rounds };
    let value = reader.value()?;
    reader.blanks();
    match reader.at == text.len() {
        true => Ok(value),
        false => Err(reader.wrong("the end")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    rounds: bool,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn wrong(&self, expected: &str) -> String {
        let found = match self.rest().chars().next() {
            Some(c) => format!("`{}`", c.escape_debug()),
            None => "the end".to_owned(),
        };
        format!("no JSON: expected {expected}, found {found} at character {}", self.at + 1)
    }

    fn blanks(&mut self) {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        self.at += self.rest().len() - self.rest().trim_start_matches(is_blank).len();
    }

    fn take(&mut self, sign: &str) -> bool {
        self.blanks();
        let is_next = self.rest().starts_with(sign);
        self.at += if is_next { sign.len() } else { 0 };
        is_next
    }

    fn value(&mut self) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("no JSON: nested more than {MAX_DEPTH} deep"));
        }
        let value = self.value_here()?;
        self.depth -= 1;
        Ok(value)
    }

    fn value_here(&mut self) -> Result<Value, String> {
        self.blanks();
        match self.rest().bytes().next() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            _ if self.take("null") => Ok(Value::Null),
            _ if self.take("true") => Ok(Value::Bool(true)),
            _ if self.take("false") => Ok(Value::Bool(false)),
            _ => Err(self.wrong("a value")),
        }
    }

    fn array(&mut self) -> Result<Value, String> {
        self.take("[");
        let mut items = Vec::new();
        if self.take("]") {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            if self.take("]") {
                return Ok(Value::Array(items));
            }
            if !self.take(",") {
                return Err(self.wrong("`,` or `]`"));
            }
        }
    }

    fn object(&mut self) -> Result<Value, String> {
        self.take("{");
        let mut members = Map::new();
        if self.take("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.blanks();
            let name = self.string()?;
            if !self.take(":") {
                return Err(self.wrong("`:`"));
            }
            let value = self.value()?;
            members.entry(name).or_insert(value);
            if self.take("}") {
                members.sort_keys();
                return Ok(Value::Object(members));
            }
            if !self.take(",") {
                return Err(self.wrong("`,` or `}`"));
            }
        }
    }

    /// A string; its end is found here, what it means is the usual reader's to say.
    fn string(&mut self) -> Result<String, String> {
        let rest = self.rest();
        if !rest.starts_with('"') {
            return Err(self.wrong("a string"));
        }
        let mut bytes = rest.bytes().enumerate().skip(1);
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'\\' => {
                    bytes.next();
                }
                b'"' => {
                    let read = serde_json::from_str(&rest[..=at]);
                    self.at += at + 1;
                    return read.map_err(|error| format!("no JSON: {error}"));
                }
                _ => {}
            }
        }
        Err("no JSON: a string has no end".to_owned())
    }

    fn number(&mut self) -> Result<Number, String> {
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
        let text = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        if !is_number(text) {
            return Err(format!("no JSON: `{text}` is no number"));
        }
        self.at += text.len();
        if let Ok(number) = text.parse::<i64>() {
            // Zero has a sign as a FLOAT64 only.
            return Ok(Number::from(number));
        }
        if let Ok(number) = text.parse::<u64>() {
            return Ok(Number::from(number));
        }
        let float: f64 = text.parse().map_err(|_| format!("no JSON: `{text}` is no number"))?;
        let number = Number::from_f64(float)
            .ok_or_else(|| format!("the number {text} is too large for JSON"))?;
        if !self.rounds && digits(text) != digits(&format!("{float:e}")) {
            return Err(format!("the number {text} has more digits than JSON numbers hold"));
        }
        Ok(number)
    }
}

/// Whether a text is a number by JSON's grammar.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, Some(power)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(are_digits)
        && power.is_none_or(|power| are_digits(power.strip_prefix(['+', '-']).unwrap_or(power)))
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
    use super::*;

    #[test]
    fn texts_have_one_form() {
        for (text, expected) in [
            (" {\"b\": 1e20, \"a\": 1, \"a\": 2} ", "{\"a\":1,\"b\":1e+20}"),
            (
                "[1.50, -0.25e1, \"1e999\", 18446744073709551615, -0.0]",
                "[1.5,-2.5,\"1e999\",18446744073709551615,-0.0]",
            ),
            ("\"\\u00e9\\ud83d\\ude00\"", "\"é😀\""),
            (" [ ] ", "[]"),
        ] {
            assert_eq!(canonical(text, false).as_deref(), Ok(expected));
        }
        for wrong in [
            "",
            "{a:1}",
            "{'a':1}",
            "[1,]",
            "[1 2]",
            "1 2",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "nul",
            "\"a",
            "\"\t\"",
            "1e999",
            "1.00000000000000000001",
            "123456789012345678901234567890",
        ] {
            assert!(canonical(wrong, false).is_err(), "{wrong}");
        }
        let rounded = canonical("123456789012345678901234.5", true);
        assert_eq!(rounded.as_deref(), Ok("1.2345678901234569e+23"));
        assert!(canonical(&"[".repeat(100_000), true).is_err());
    }

    proptest::proptest! {
        #[test]
        fn numbers_read_back(number: f64) {
            proptest::prop_assume!(number.is_finite());
            let read = read(&format!("{number:e}"), true).expect("a number");
            let same = read.as_f64() == Some(number);
            proptest::prop_assert!(same, "{number:e} {read}");
        }

        #[test]
        fn the_usual_reader_agrees(text in "[\\[\\]{}\":,a1\\-.eE\\\\nul ]{0,24}") {
            let usual = serde_json::from_str::<Value>(&text).is_ok();
            proptest::prop_assert_eq!(read(&text, true).is_ok(), usual, "{}", text);
        }
    }
}
