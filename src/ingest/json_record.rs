//! A record read once: checked against JSON's grammar, its content written in one form for hashing, and
//! the pieces at its top found.

use std::ops::Range;

/// Containers within containers at most, as in serde_json, which others read the record with.
const MAX_DEPTH: usize = 127;
/// Digits of a number that is surely written as it is read back: more may be rounded.
const SURE_DIGITS: usize = 15;

/// Reads records. Kept from one to the next: nothing is allocated anew.
#[derive(Default)]
pub struct RecordReader {
    canonical: Vec<u8>,
    members: Vec<Member>,
    top: Vec<(Range<usize>, Range<usize>)>,
}

/// A member of an object that is being read: where its key and all of it are in the canonical form.
struct Member {
    key: Range<usize>,
    end: usize,
}

/// What reading a record gave.
pub struct Record<'a> {
    text: &'a str,
    top: &'a [(Range<usize>, Range<usize>)],
    canonical: &'a [u8],
}

/// What is wrong with a record, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordProblem {
    /// The byte, from 0.
    pub at: usize,
    /// What is wrong.
    pub message: &'static str,
}

type Outcome<T> = Result<T, RecordProblem>;

impl<'a> Record<'a> {
    /// A hash of the content: the order of keys, blanks and ways to write a value do not count.
    pub fn hash(&self) -> String {
        blake3::hash(self.canonical).to_hex()[..32].to_owned()
    }

    /// The value of a member at the top, as written; of a key written twice the last counts.
    pub fn member(&self, key: &str) -> Option<&'a str> {
        let is = |range: &Range<usize>| {
            let raw = self.text.get(range.clone()).unwrap_or_default();
            match raw.contains('\\') {
                false => raw.get(1..raw.len() - 1) == Some(key),
                true => serde_json::from_str::<String>(raw).is_ok_and(|text| text == key),
            }
        };
        let (_, value) = self.top.iter().rev().find(|(name, _)| is(name))?;
        self.text.get(value.clone())
    }
}

impl RecordReader {
    /// Reads the one value that a text is, blanks around it allowed.
    ///
    /// # Errors
    /// The first breach of JSON's grammar.
    pub fn read<'a>(&'a mut self, text: &'a str) -> Outcome<Record<'a>> {
        let (after, end) = self.read_value(text, 0)?;
        debug_assert!(after <= end);
        let mut cursor = Cursor { bytes: text.as_bytes(), at: end };
        cursor.blank();
        if cursor.at < text.len() {
            return Err(cursor.problem("trailing characters"));
        }
        Ok(Record { text, top: &self.top, canonical: &self.canonical })
    }

    /// Reads the value that begins at or behind a byte: where it is.
    ///
    /// # Errors
    /// The first breach of JSON's grammar.
    fn read_value(&mut self, text: &str, from: usize) -> Outcome<(usize, usize)> {
        self.canonical.clear();
        self.members.clear();
        self.top.clear();
        let mut cursor = Cursor { bytes: text.as_bytes(), at: from };
        cursor.blank();
        let begin = cursor.at;
        self.value(&mut cursor, 0)?;
        Ok((begin, cursor.at))
    }

    fn value(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Outcome<()> {
        match cursor.peek() {
            Some(b'{') => self.object(cursor, depth),
            Some(b'[') => {
                let depth = cursor.deeper(depth)?;
                cursor.at += 1;
                self.canonical.push(b'[');
                cursor.blank();
                if cursor.peek() == Some(b']') {
                    cursor.at += 1;
                } else {
                    loop {
                        cursor.blank();
                        self.value(cursor, depth)?;
                        self.canonical.push(b',');
                        cursor.blank();
                        if cursor.comma_or(b']')? {
                            break;
                        }
                    }
                }
                self.canonical.push(b']');
                Ok(())
            }
            Some(b'"') => self.string(cursor),
            Some(b'-' | b'0'..=b'9') => self.number(cursor),
            Some(b't') => self.word(cursor, b"true"),
            Some(b'f') => self.word(cursor, b"false"),
            Some(b'n') => self.word(cursor, b"null"),
            Some(_) => Err(cursor.problem("expected value")),
            None => Err(cursor.problem("the document breaks off")),
        }
    }

    fn object(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Outcome<()> {
        let inner = cursor.deeper(depth)?;
        cursor.at += 1;
        let begin = self.canonical.len();
        self.canonical.push(b'{');
        let first = self.members.len();
        let mut sorted = true;
        cursor.blank();
        if cursor.peek() == Some(b'}') {
            cursor.at += 1;
        } else {
            loop {
                cursor.blank();
                let key_from = cursor.at;
                if cursor.peek() != Some(b'"') {
                    let missing = cursor.peek().is_none();
                    let message = "expected a text in quotes";
                    let end = "the document breaks off";
                    return Err(cursor.problem(if missing { end } else { message }));
                }
                let key = self.canonical.len();
                self.string(cursor)?;
                let key = key..self.canonical.len();
                let key_to = cursor.at;
                cursor.blank();
                match cursor.peek() {
                    Some(b':') => cursor.at += 1,
                    Some(_) => return Err(cursor.problem("expected `:`")),
                    None => return Err(cursor.problem("the document breaks off")),
                }
                self.canonical.push(b':');
                cursor.blank();
                let value_from = cursor.at;
                self.value(cursor, inner)?;
                self.canonical.push(b',');
                if depth == 0 {
                    self.top.push((key_from..key_to, value_from..cursor.at));
                }
                if let Some(last) = self.members[first..].last() {
                    sorted &= self.canonical[last.key.clone()] < self.canonical[key.clone()];
                }
                self.members.push(Member { key, end: self.canonical.len() });
                cursor.blank();
                if cursor.comma_or(b'}')? {
                    break;
                }
            }
        }
        if !sorted {
            self.sort(begin + 1, first);
        }
        self.members.truncate(first);
        self.canonical.push(b'}');
        Ok(())
    }

    /// Puts the members of the object that ends the canonical form in the order of their keys; of a key
    /// written twice the last stays.
    fn sort(&mut self, begin: usize, first: usize) {
        let canonical = &self.canonical;
        let mut members: Vec<&Member> = self.members[first..].iter().collect();
        members.sort_by(|one, other| {
            let key = |member: &Member| &canonical[member.key.clone()];
            key(one).cmp(key(other)).then(other.end.cmp(&one.end))
        });
        members.dedup_by(|later, kept| canonical[later.key.clone()] == canonical[kept.key.clone()]);
        let mut ordered = Vec::with_capacity(canonical.len() - begin);
        for member in members {
            ordered.extend_from_slice(&canonical[member.key.start..member.end]);
        }
        self.canonical.truncate(begin);
        self.canonical.extend_from_slice(&ordered);
    }

    fn string(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        let begin = cursor.at;
        let mut plain = true;
        cursor.at += 1;
        loop {
            match cursor.peek() {
                Some(b'"') => break cursor.at += 1,
                Some(b'\\') => {
                    plain = false;
                    cursor.at += 1;
                    match cursor.peek() {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u') => {
                            cursor.at += 1;
                        }
                        Some(_) => return Err(cursor.problem("invalid escape")),
                        None => return Err(cursor.problem("the document breaks off")),
                    }
                }
                Some(byte) if byte < 0x20 => {
                    return Err(cursor.problem("control character in a text"));
                }
                Some(_) => cursor.at += 1,
                None => return Err(cursor.problem("the document breaks off")),
            }
        }
        let raw = &cursor.bytes[begin..cursor.at];
        if plain && !raw.contains(&0x7f) {
            self.canonical.extend_from_slice(raw);
            return Ok(());
        }
        let text: String = serde_json::from_slice(raw)
            .map_err(|_| RecordProblem { at: begin, message: "invalid escape" })?;
        // Writing a text into memory cannot fail.
        let _ = serde_json::to_writer(&mut self.canonical, &text);
        Ok(())
    }

    fn number(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        let begin = cursor.at;
        while matches!(
            cursor.peek(),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')
        ) {
            cursor.at += 1;
        }
        let raw = &cursor.bytes[begin..cursor.at];
        if is_surely_canonical(raw) {
            self.canonical.extend_from_slice(raw);
            return Ok(());
        }
        let value: serde_json::Number = serde_json::from_slice(raw)
            .map_err(|_| RecordProblem { at: begin, message: "expected value" })?;
        self.canonical.extend_from_slice(value.to_string().as_bytes());
        Ok(())
    }

    fn word(&mut self, cursor: &mut Cursor<'_>, word: &[u8]) -> Outcome<()> {
        let rest = &cursor.bytes[cursor.at..];
        let ends = !rest.get(word.len()).is_some_and(u8::is_ascii_alphanumeric);
        if !rest.starts_with(word) || !ends {
            return Err(cursor.problem("expected value"));
        }
        cursor.at += word.len();
        self.canonical.extend_from_slice(word);
        Ok(())
    }
}

/// Whether a number is written as it would be written back: an integer, or a fraction without a zero at
/// its end and of a size that is written plainly.
fn is_surely_canonical(raw: &[u8]) -> bool {
    let digits = raw.strip_prefix(b"-").unwrap_or(raw);
    if digits.len() > SURE_DIGITS + 1 {
        return false;
    }
    let (whole, fraction) = match digits.iter().position(|byte| *byte == b'.') {
        Some(dot) => (&digits[..dot], Some(&digits[dot + 1..])),
        None => (digits, None),
    };
    let all_digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    if !all_digits(whole) || (whole.len() > 1 && whole[0] == b'0') {
        return false;
    }
    match fraction {
        // `-0` is written `-0.0`.
        None => raw != b"-0" && digits.len() <= SURE_DIGITS,
        Some(fraction) => {
            all_digits(fraction)
                && fraction.last() != Some(&b'0')
                && (whole != b"0" || !fraction.starts_with(b"000"))
        }
    }
}

/// A place in a text.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Goes over a comma, or the closing byte: whether it was that.
    fn comma_or(&mut self, close: u8) -> Outcome<bool> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            Some(_) if close == b'}' => Err(self.problem("expected `,` or `}`")),
            Some(_) => Err(self.problem("expected `,` or `]`")),
            None => Err(self.problem("the document breaks off")),
        }
    }

    fn deeper(&self, depth: usize) -> Outcome<usize> {
        match depth < MAX_DEPTH {
            true => Ok(depth + 1),
            false => Err(self.problem("too deeply nested")),
        }
    }

    fn problem(&self, message: &'static str) -> RecordProblem {
        RecordProblem { at: self.at, message }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::ingest::canonical::write_canonical;

    fn canonical(text: &str) -> Result<String, RecordProblem> {
        let mut reader = RecordReader::default();
        let record = reader.read(text)?;
        Ok(String::from_utf8_lossy(record.canonical).into_owned())
    }

    fn agrees(text: &str) {
        let slow = serde_json::from_str::<Value>(text).map(|value| {
            let mut out = String::new();
            write_canonical(&value, &mut out);
            out
        });
        assert_eq!(canonical(text).ok(), slow.ok(), "{text}");
    }

    #[test]
    fn one_content_has_one_form() {
        let form = |text: &str| canonical(text).expect("JSON");
        assert_eq!(
            form(r#"{"b":[1,2],"a":1}"#),
            form(r#" { "a": 1.0e0, "b": [ 1, 2 ] } "#).replace("1.0", "1")
        );
        assert_eq!(form(r#"{"a":"x\u0062","b":1}"#), form(r#"{"b":1,"a":"xb"}"#));
        assert_ne!(form(r#"{"b":[1,2]}"#), form(r#"{"b":[2,1]}"#));
        assert_eq!(form(r#"{"a":1,"b":2,"a":3}"#), form(r#"{"a":3,"b":2}"#));
    }

    #[test]
    fn numbers_and_texts_are_as_serde_writes_them() {
        for text in [
            "0",
            "-0",
            "-0.0",
            "1.0",
            "1.10",
            "29.99",
            "0.1",
            "0.001",
            "0.0001",
            "0.00001",
            "1e5",
            "123456789012345",
            "1234567890123456",
            "12345678901234567890",
            "123456789012345678901",
            "0.1234567890123456789",
            "99999999999999.9",
            "1e400",
            "01",
            "1.",
            ".5",
            "-",
            "+1",
            r#""""#,
            "\"\u{7f}\"",
            r#""\u00e9""#,
            r#""\ud800""#,
            r#""\ud83d\ude00""#,
            r#""\/""#,
            "true",
            "truex",
            "nul",
            "[]",
            "{}",
            "[1,]",
            "{\"a\"}",
            "",
            " ",
            "[1] 2",
        ] {
            agrees(text);
        }
    }

    #[test]
    fn members_are_found_at_the_top() {
        let mut reader = RecordReader::default();
        let record = reader.read(r#"{"a" : "x", "b\u0063":{"a":2}, "a": 3 }"#).expect("JSON");
        assert_eq!(record.member("a"), Some("3"));
        assert_eq!(record.member("bc"), Some(r#"{"a":2}"#));
        assert_eq!(record.member("c"), None);
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        agrees(&nested(127));
        assert!(canonical(&nested(127)).is_ok());
        assert!(canonical(&nested(128)).is_err());
        assert!(canonical(&nested(100_000)).is_err());
    }

    proptest::proptest! {
        /// What it takes for JSON is JSON, written as the long way writes it; nothing else is.
        #[test]
        fn it_agrees_with_serde(text in "[\\[\\]{}\",:a1.e\\- \\\\\u{e9}tru0]{0,24}") {
            agrees(&text);
        }

        #[test]
        fn it_agrees_about_objects(text in "(\\{(\"[ab]\":(1|2\\.50|\"x\"|\\{\"b\":1,\"a\":2\\}),){0,4}\"c\":[0-9]{1,20}\\.?[0-9]{0,4}\\})") {
            agrees(&text);
        }
    }
}
