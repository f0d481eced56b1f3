//! JSON read from a stream: the records of a document one by one, as they are written, so that
//! memory grows with a record and not with the document.

use std::io::BufRead;

use super::record_path::Step;

/// Bytes of one record at most: it is held in memory, and engines have limits of their own.
const MAX_RECORD_BYTES: usize = 64 * 1024 * 1024;
/// Bytes that are made room for before a record is read: more are seldom needed again.
const MAX_ROOM: usize = 64 * 1024;
/// Containers within containers at most, as in serde_json, which reads the records again.
const MAX_DEPTH: usize = 128;

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonProblem {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in bytes.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Takes a record's text; its error is one of the record.
pub type OnRecord<'a> = dyn FnMut(&str) -> Result<(), String> + 'a;

/// A document being read. Every byte is checked against JSON's grammar, also of what no record
/// holds: a payload that is cut off or garbled is refused as a whole.
pub struct JsonStream<R> {
    input: R,
    line: usize,
    column: usize,
    /// What has been read since a record or key began.
    captured: Option<Vec<u8>>,
    /// The length of the record before.
    record_bytes: usize,
}

type Outcome<T> = Result<T, JsonProblem>;

impl<R: BufRead> JsonStream<R> {
    /// A stream whose first line has this number.
    pub fn new(input: R, line: usize) -> Self {
        Self { input, line, column: 1, captured: None, record_bytes: 0 }
    }

    /// Gives every record at the path; an array at the path's end is stepped into.
    ///
    /// # Errors
    /// The first thing that is not JSON, that is not where the path says, or that `on` refuses.
    pub fn records(mut self, steps: &[Step], on: &mut OnRecord<'_>) -> Outcome<()> {
        if self.peek()? == Some(0xEF) {
            // A byte order mark is no JSON and yet common.
            for _ in 0..3 {
                self.bump()?;
            }
            self.column = 1;
        }
        self.walk(steps, on)?;
        self.blank()?;
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(self.problem("trailing characters")),
        }
    }

    fn walk(&mut self, steps: &[Step], on: &mut OnRecord<'_>) -> Outcome<()> {
        self.blank()?;
        let first = self.peek()?;
        match steps.split_first() {
            None if first == Some(b'[') => self.each(|stream| stream.record(on)),
            None => self.record(on),
            Some((Step::Each, rest)) if first == Some(b'[') => {
                self.each(|stream| stream.walk(rest, on))
            }
            Some((Step::Members, rest)) if first == Some(b'{') => {
                self.bump()?;
                let mut more = self.peek_after_blank()? != Some(b'}');
                while more {
                    self.key()?;
                    self.walk(rest, on)?;
                    more = self.comma_or(b'}')?;
                }
                self.bump()
            }
            Some((Step::Members, _)) if first.is_some() => {
                Err(self.here("the record path expects an object, found another value".to_owned()))
            }
            Some((Step::Each, _)) if first.is_some() => {
                Err(self.here("the record path expects an array, found another value".to_owned()))
            }
            Some((Step::Key(wanted), rest)) if first == Some(b'{') => {
                let (line, column) = (self.line, self.column);
                let mut found = false;
                self.bump()?;
                let mut more = self.peek_after_blank()? != Some(b'}');
                while more {
                    let key = self.key()?;
                    // Of a key written twice the first counts.
                    if key == *wanted && !found {
                        found = true;
                        self.walk(rest, on)?;
                    } else {
                        self.value()?;
                    }
                    more = self.comma_or(b'}')?;
                }
                if !found && self.peek()? == Some(b'}') {
                    let message = missing(wanted);
                    return Err(JsonProblem { line, column, message });
                }
                self.bump()
            }
            Some((Step::Key(wanted), _)) if first.is_some() => Err(self.here(missing(wanted))),
            Some(_) => Err(self.end()),
        }
    }

    /// Calls `item` at each element of the array that begins here.
    fn each(&mut self, mut item: impl FnMut(&mut Self) -> Outcome<()>) -> Outcome<()> {
        self.bump()?;
        let mut more = self.peek_after_blank()? != Some(b']');
        while more {
            item(self)?;
            more = self.comma_or(b']')?;
        }
        self.bump()
    }

    fn record(&mut self, on: &mut OnRecord<'_>) -> Outcome<()> {
        self.blank()?;
        let (line, column) = (self.line, self.column);
        self.captured = Some(Vec::with_capacity(self.record_bytes));
        self.value()?;
        let bytes = self.captured.take().unwrap_or_default();
        self.record_bytes = bytes.len().min(MAX_ROOM);
        let text = std::str::from_utf8(&bytes);
        text.map_err(|error| error.to_string()).and_then(on).map_err(|message| JsonProblem {
            line,
            column,
            message,
        })
    }

    /// Goes over a member's key and the colon behind it, which is nearly all that is done with keys.
    fn any_key(&mut self) -> Outcome<()> {
        self.blank()?;
        self.string()?;
        self.colon()
    }

    fn colon(&mut self) -> Outcome<()> {
        self.blank()?;
        match self.peek()? {
            Some(b':') => self.bump(),
            Some(_) => Err(self.problem("expected `:`")),
            None => Err(self.end()),
        }
    }

    /// A member's key and the colon behind it.
    fn key(&mut self) -> Outcome<String> {
        self.blank()?;
        let outer = self.captured.replace(Vec::new());
        self.string()?;
        let raw = std::mem::replace(&mut self.captured, outer).unwrap_or_default();
        if let Some(captured) = &mut self.captured {
            captured.extend_from_slice(&raw);
        }
        let text = serde_json::from_slice(&raw).map_err(|_| self.problem("invalid key"))?;
        self.colon().map(|()| text)
    }

    /// Reads a comma, and says that more comes; or stops before the closing byte.
    fn comma_or(&mut self, close: u8) -> Outcome<bool> {
        match self.peek_after_blank()? {
            Some(b',') => {
                self.bump()?;
                self.blank()?;
                Ok(true)
            }
            Some(byte) if byte == close => Ok(false),
            Some(_) => Err(self.problem(&format!("expected `,` or `{}`", close as char))),
            None => Err(self.end()),
        }
    }

    /// Reads a value to its end, without recursion.
    fn value(&mut self) -> Outcome<()> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            let first = self.peek_after_blank()?;
            match first {
                Some(b'{' | b'[') => {
                    let close = if first == Some(b'{') { b'}' } else { b']' };
                    self.bump()?;
                    if self.peek_after_blank()? == Some(close) {
                        self.bump()?;
                    } else {
                        open.push(close);
                        if open.len() > MAX_DEPTH {
                            return Err(self.problem("too deeply nested"));
                        }
                        if close == b'}' {
                            self.any_key()?;
                        }
                        continue;
                    }
                }
                Some(b'"') => self.string()?,
                Some(b'-' | b'0'..=b'9' | b'a'..=b'z') => self.scalar()?,
                Some(_) => return Err(self.problem("expected value")),
                None => return Err(self.end()),
            }
            // A value has ended, and with it perhaps what holds it.
            while let Some(close) = open.last().copied() {
                if self.comma_or(close)? {
                    if close == b'}' {
                        self.any_key()?;
                    }
                    break;
                }
                self.bump()?;
                open.pop();
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    fn string(&mut self) -> Outcome<()> {
        if self.peek()? != Some(b'"') {
            return Err(match self.peek()? {
                Some(_) => self.problem("expected a text in quotes"),
                None => self.end(),
            });
        }
        self.bump()?;
        loop {
            self.plain_text()?;
            match self.peek()? {
                Some(b'"') => return self.bump(),
                Some(b'\\') => {
                    self.bump()?;
                    match self.peek()? {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u') => {
                            self.bump()?;
                        }
                        Some(_) => return Err(self.problem("invalid escape")),
                        None => return Err(self.end()),
                    }
                }
                Some(byte) if byte < 0x20 => {
                    return Err(self.problem("control character in a text"));
                }
                Some(_) => self.bump()?,
                None => return Err(self.end()),
            }
        }
    }

    /// Goes over what is at hand of a text up to its end, an escape or what may not be in it.
    fn plain_text(&mut self) -> Outcome<()> {
        let bytes = match self.input.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) => return Err(self.here(error.to_string())),
        };
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        let length = bytes.iter().position(special).unwrap_or(bytes.len());
        if let Some(captured) = &mut self.captured {
            captured.extend_from_slice(&bytes[..length]);
            if captured.len() > MAX_RECORD_BYTES {
                return Err(self.too_long());
            }
        }
        self.input.consume(length);
        self.column += length;
        Ok(())
    }

    fn too_long(&self) -> JsonProblem {
        let limit = MAX_RECORD_BYTES / 1024 / 1024;
        self.here(format!("a record is longer than {limit} MiB"))
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Outcome<()> {
        let (line, column) = (self.line, self.column);
        let mut text = Vec::new();
        while let Some(byte @ (b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')) =
            self.peek()?
        {
            text.push(byte);
            self.bump()?;
        }
        match serde_json::from_slice::<serde::de::IgnoredAny>(&text) {
            Ok(_) => Ok(()),
            Err(_) => {
                let message = not_json("expected value");
                Err(JsonProblem { line, column, message })
            }
        }
    }

    fn blank(&mut self) -> Outcome<()> {
        while matches!(self.peek()?, Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.bump()?;
        }
        Ok(())
    }

    fn peek_after_blank(&mut self) -> Outcome<Option<u8>> {
        self.blank()?;
        self.peek()
    }

    fn peek(&mut self) -> Outcome<Option<u8>> {
        match self.input.fill_buf() {
            Ok(bytes) => Ok(bytes.first().copied()),
            Err(error) => Err(self.here(error.to_string())),
        }
    }

    /// Goes one byte on, which must have been peeked at.
    fn bump(&mut self) -> Outcome<()> {
        let Some(byte) = self.peek()? else { return Err(self.end()) };
        self.input.consume(1);
        if byte == b'\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        if let Some(captured) = &mut self.captured {
            captured.push(byte);
            if captured.len() > MAX_RECORD_BYTES {
                return Err(self.too_long());
            }
        }
        Ok(())
    }

    fn end(&self) -> JsonProblem {
        self.problem("the document breaks off")
    }

    /// A breach of JSON's grammar.
    fn problem(&self, message: &str) -> JsonProblem {
        self.here(not_json(message))
    }

    fn here(&self, message: String) -> JsonProblem {
        JsonProblem { line: self.line, column: self.column, message }
    }
}

fn not_json(message: &str) -> String {
    format!("no valid JSON: {message}")
}

fn missing(key: &str) -> String {
    format!("the document has no `{key}` where the record path expects it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::RecordPath;

    /// The records, or the problem as `line:column: message`.
    fn read(path: &str, document: &str) -> Result<Vec<String>, String> {
        let path = RecordPath::parse(path)?;
        let mut found = Vec::new();
        let stream = JsonStream::new(document.as_bytes(), 1);
        stream
            .records(path.steps(), &mut |record| {
                found.push(record.to_owned());
                Ok(())
            })
            .map_err(|problem| {
                format!("{}:{}: {}", problem.line, problem.column, problem.message)
            })?;
        Ok(found)
    }

    fn texts(texts: &[&str]) -> Result<Vec<String>, String> {
        Ok(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn records_are_as_written() {
        assert_eq!(
            read("$", r#" [{"id":1.50}, {"a" : "]"}] "#),
            texts(&[r#"{"id":1.50}"#, r#"{"a" : "]"}"#])
        );
        assert_eq!(read("$", r#"{"id":1}"#), texts(&[r#"{"id":1}"#]));
        assert_eq!(read("$", "\u{feff}[1]"), texts(&["1"]));
        assert_eq!(read("$", "[]"), texts(&[]));
    }

    #[test]
    fn a_path_goes_through_objects_and_arrays() {
        assert_eq!(
            read("$.*.b", r#"{"x": {"b": {"id": 1}}, "y": {"b": [{"id": 2}]}}"#),
            texts(&[r#"{"id": 1}"#, r#"{"id": 2}"#])
        );
        assert!(read("$.*", "[1]").is_err_and(|error| error.contains("expects an object")));
        let document = r#"{"skip":[{"x":[]}],"records":[{"fields":{"n":1}},{"fields":{"n":2.50}}],"end":null}"#;
        assert_eq!(read("$.records[*].fields", document), texts(&[r#"{"n":1}"#, r#"{"n":2.50}"#]));
        assert_eq!(read("$.a", r#"{"a":[1],"a":[2]}"#), texts(&["1"]));
        assert_eq!(read("$.a", "{\"\\u0061\":[1]}"), texts(&["1"]));
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        for (path, document, told) in [
            ("$.data", "{}", "1:1: the document has no `data` where the record path expects it"),
            ("$.data", "[1]", "1:1: the document has no `data` where the record path expects it"),
            ("$[*]", "{}", "1:1: the record path expects an array, found another value"),
            ("$", "[{\"id\":1},\n{\"id\":", "2:7: no valid JSON: the document breaks off"),
            ("$", "", "1:1: no valid JSON: the document breaks off"),
            ("$", "[1,]", "1:4: no valid JSON: expected value"),
            ("$", "[1 2]", "1:4: no valid JSON: expected `,` or `]`"),
            ("$", "[01]", "1:2: no valid JSON: expected value"),
            ("$.a", "{\"a\":[1],\"b\":tru}", "1:14: no valid JSON: expected value"),
            ("$.a", "{\"a\":[1],\"b\":\"\n\"}", "1:15: no valid JSON: control character in a text"),
            ("$", "[1] x", "1:5: no valid JSON: trailing characters"),
            ("$", "<html>", "1:1: no valid JSON: expected value"),
        ] {
            assert_eq!(read(path, document), Err(told.to_owned()), "{document}");
        }
    }

    proptest::proptest! {
        /// What it takes for JSON is JSON, and the other way round.
        #[test]
        fn it_agrees_with_serde(text in "[\\[\\]{}\",:a1.e\\- \\\\\u{e9}tru]{0,24}") {
            let ours = JsonStream::new(text.as_bytes(), 1).records(&[], &mut |record| {
                serde_json::from_str::<serde_json::Value>(record).map(|_| ()).map_err(|error| error.to_string())
            });
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            proptest::prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{}", text);
        }
    }
}
