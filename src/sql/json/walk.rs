//! Texts read as JSON as far as a path needs it.
//!
//! The functions of strings read JSON leniently in BigQuery: strings may stand in single quotes, a
//! comma behind the last element does no harm, what follows the value that is looked for is not
//! read, and numbers keep their digits.

use super::{
    path::{Step, Steps},
    write::quoted,
};

/// Nesting of a document at most.
const MAX_DEPTH: usize = 1_000;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// `null`
    Null,
    /// A string, decoded.
    Text(String),
    /// A number, `true` or `false`, as written.
    Word(String),
    /// An object or array, without blanks.
    Tree(String),
}

impl Found {
    /// The JSON text.
    #[must_use]
    pub fn json(self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Text(text) => quoted(&text),
            Self::Word(text) | Self::Tree(text) => text,
        }
    }

    /// The value of a scalar.
    #[must_use]
    pub fn scalar(self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Word(text) => Some(text),
            Self::Null | Self::Tree(_) => None,
        }
    }
}

/// What stands at a path of a text; none where nothing does, or the text is no JSON so far.
#[must_use]
pub fn find(text: &str, steps: &Steps) -> Option<Found> {
    let mut reader = Reader { rest: text, depth: 0 };
    if reader.seek(steps.steps())? { reader.value() } else { None }
}

/// The elements of the array at a path; none where no array is there.
#[must_use]
pub fn elements(text: &str, steps: &Steps) -> Option<Vec<Found>> {
    let mut reader = Reader { rest: text, depth: 0 };
    if !reader.seek(steps.steps())? {
        return None;
    }
    reader.blanks();
    if !reader.rest.starts_with('[') {
        return None;
    }
    let mut found = Vec::new();
    reader.array(|reader, _| {
        found.push(reader.value()?);
        Some(false)
    })?;
    Some(found)
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
    }

    fn take(&mut self, sign: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Goes to the first value at these steps; `Some(false)` behind a value that has none.
    fn seek(&mut self, steps: &[Step]) -> Option<bool> {
        let Some((step, rest)) = steps.split_first() else { return Some(true) };
        self.blanks();
        if self.rest.starts_with('{') {
            return self.object(|reader, name| match name == step.name {
                true => reader.seek(rest),
                false => reader.value().map(|_| false),
            });
        }
        if self.rest.starts_with('[') {
            let wanted = step.index();
            return self.array(|reader, at| match Some(at) == wanted {
                true => reader.seek(rest),
                false => reader.value().map(|_| false),
            });
        }
        self.value().map(|_| false)
    }

    /// The members of an object, until the visitor has found what it looks for.
    fn object(&mut self, mut visit: impl FnMut(&mut Self, &str) -> Option<bool>) -> Option<bool> {
        self.deeper()?;
        self.take('{');
        loop {
            if self.take('}') {
                break;
            }
            self.blanks();
            let name = self.string()?;
            if !self.take(':') {
                return None;
            }
            if visit(self, &name)? {
                return Some(true);
            }
            if !self.take(',') && !self.next_is('}') {
                return None;
            }
        }
        self.depth -= 1;
        Some(false)
    }

    /// The elements of an array, until the visitor has found what it looks for.
    fn array(&mut self, mut visit: impl FnMut(&mut Self, usize) -> Option<bool>) -> Option<bool> {
        self.deeper()?;
        self.take('[');
        let mut at = 0;
        loop {
            if self.take(']') {
                break;
            }
            if visit(self, at)? {
                return Some(true);
            }
            at += 1;
            if !self.take(',') && !self.next_is(']') {
                return None;
            }
        }
        self.depth -= 1;
        Some(false)
    }

    fn next_is(&mut self, sign: char) -> bool {
        self.blanks();
        self.rest.starts_with(sign)
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    fn value(&mut self) -> Option<Found> {
        self.blanks();
        let first = self.rest.chars().next()?;
        match first {
            '{' => {
                let mut out = String::from("{");
                self.object(|reader, name| {
                    if out.len() > 1 {
                        out.push(',');
                    }
                    out.push_str(&quoted(name));
                    out.push(':');
                    out.push_str(&reader.value()?.json());
                    Some(false)
                })?;
                out.push('}');
                Some(Found::Tree(out))
            }
            '[' => {
                let mut out = String::from("[");
                self.array(|reader, at| {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push_str(&reader.value()?.json());
                    Some(false)
                })?;
                out.push(']');
                Some(Found::Tree(out))
            }
            '"' | '\'' => self.string().map(Found::Text),
            '-' | '0'..='9' => self.number(),
            // A value that is left out is null.
            ',' => Some(Found::Null),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Found> {
        for (word, found) in [
            ("null", Found::Null),
            ("true", Found::Word("true".to_owned())),
            ("false", Found::Word("false".to_owned())),
        ] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Some(found);
            }
        }
        None
    }

    fn number(&mut self) -> Option<Found> {
        let text = self.rest;
        let digits =
            |from: usize| from + text[from..].bytes().take_while(u8::is_ascii_digit).count();
        let start = usize::from(text.starts_with('-'));
        // A leading zero stands alone.
        let mut end = if text[start..].starts_with('0') { start + 1 } else { digits(start) };
        if end == start {
            return None;
        }
        if text[end..].starts_with('.') {
            let fraction = digits(end + 1);
            if fraction == end + 1 {
                return None;
            }
            end = fraction;
        }
        if text[end..].starts_with(['e', 'E']) {
            let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
            let power = digits(end + 1 + sign);
            if power == end + 1 + sign {
                return None;
            }
            end = power;
        }
        self.rest = &text[end..];
        Some(Found::Word(text[..end].to_owned()))
    }

    /// A string in either kind of quotes.
    fn string(&mut self) -> Option<String> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let body = &self.rest[1..];
        let mut out = String::new();
        let mut characters = body.char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                c if c == quote => {
                    self.rest = &body[at + 1..];
                    return Some(out);
                }
                '\\' => {
                    let (_, escaped) = characters.next()?;
                    let mut hex = |length: usize| -> Option<u32> {
                        let digits: String =
                            characters.by_ref().take(length).map(|(_, c)| c).collect();
                        let is_hex = digits.len() == length
                            && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                        if is_hex { u32::from_str_radix(&digits, 16).ok() } else { None }
                    };
                    let decoded = match escaped {
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'v' => '\u{b}',
                        'x' => char::from_u32(hex(2)?)?,
                        'u' => {
                            let first = hex(4)?;
                            let is_high = (0xd800..0xdc00).contains(&first);
                            let follows = is_high && characters.as_str().starts_with("\\u");
                            if follows {
                                let low = characters.as_str().get(2..6)?;
                                let low = u32::from_str_radix(low, 16).ok()?;
                                if (0xdc00..0xe000).contains(&low) {
                                    characters.by_ref().take(6).for_each(drop);
                                    let point = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
                                    out.extend(char::from_u32(point));
                                    continue;
                                }
                            }
                            char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)
                        }
                        other => other,
                    };
                    out.push(decoded);
                }
                c => out.push(c),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::json::path::standard;

    fn query(text: &str, path: &str) -> Option<String> {
        find(text, &standard(path).expect("a path")).map(Found::json)
    }

    fn value(text: &str, path: &str) -> Option<String> {
        find(text, &standard(path).expect("a path")).and_then(Found::scalar)
    }

    #[test]
    fn texts_are_read_leniently() {
        for (text, path, json) in [
            ("{'a':['x',1]}", "$.a", "[\"x\",1]"),
            ("[1, 2,] x", "$", "[1,2]"),
            ("{\"a\": 1 /* c */}", "$.a", "1"),
            ("{\"a\":{\"b\" : 1.50, \"b\": 2}}", "$.a", "{\"b\":1.50,\"b\":2}"),
            ("[1,,2]", "$", "[1,null,2]"),
            ("{\"a\":{}, \"a\":{\"b\":3}}", "$.a.b", "3"),
            ("\"\\ud83d\\ude00\\q\\x41\"", "$", "\"😀qA\""),
            ("{\"0\":5}", "$[0]", "5"),
        ] {
            assert_eq!(query(text, path).as_deref(), Some(json), "{text}");
        }
        for (text, path) in [
            ("{a:1}", "$.a"),
            ("[1,2", "$"),
            ("{,}", "$"),
            ("{\"b\":x, \"a\":1}", "$.a"),
            ("1.", "$"),
            ("\"abc", "$"),
            ("", "$"),
            ("{\"a\":1}", "$.a.b"),
        ] {
            assert_eq!(query(text, path), None, "{text}");
        }
        assert_eq!(value("01", "$").as_deref(), Some("0"));
        assert_eq!(value("{\"a\":null}", "$.a"), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_json_comes_back(text in "\\PC{0,20}", number: i64) {
            let document = serde_json::json!({"a": [text, number, null], "b": {"c": true}});
            let written = document.to_string();
            let read = query(&written, "$").expect("the document");
            let read: serde_json::Value = serde_json::from_str(&read).expect("JSON");
            proptest::prop_assert_eq!(&read, &document);
            let found = value(&written, "$.a[0]");
            proptest::prop_assert_eq!(found.as_deref(), document["a"][0].as_str());
        }

        #[test]
        fn any_text_is_answered(text in "[\\[\\]{}\"',:a1\\-.eE\\\\u ]{0,40}") {
            let _ = query(&text, "$.a");
            let _ = query(&text, "$[1]");
        }
    }
}
