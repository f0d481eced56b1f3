//! A record as a tree whose numbers are as they are written.

use std::borrow::Cow;

/// Containers within containers at most; what comes in is no deeper.
const MAX_DEPTH: usize = 200;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node<'a> {
    Null,
    Bool(bool),
    /// The number's text.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Reads a text that has been found to be valid JSON; none where it is not.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parser = Parser { text, at: 0 };
        let node = parser.value(0)?;
        parser.blank();
        (parser.at == text.len()).then_some(node)
    }

    /// Appends the value as JSON. Whole numbers that JSON readers keep no more than a double of are
    /// written as texts, which every reader keeps.
    pub fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(text) if is_wide(text) => write_text(text, out),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => write_text(text, out),
            Self::List(elements) => {
                out.push('[');
                for (at, element) in elements.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    element.write_json(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (key, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_text(key, out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

fn is_wide(number: &str) -> bool {
    !number.contains(['.', 'e', 'E']) && number.parse::<i64>().is_err()
}

/// Appends a text in quotes.
pub(super) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Node<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.blank();
        let start = self.at;
        match self.peek()? {
            b'{' => {
                self.at += 1;
                let mut members = Vec::new();
                self.blank();
                if self.peek()? != b'}' {
                    loop {
                        self.blank();
                        let key = self.quoted()?;
                        self.blank();
                        self.eat(b':')?;
                        members.push((key, self.value(depth + 1)?));
                        self.blank();
                        if self.eat(b',').is_none() {
                            break;
                        }
                    }
                }
                self.eat(b'}')?;
                Some(Node::Object(members))
            }
            b'[' => {
                self.at += 1;
                let mut elements = Vec::new();
                self.blank();
                if self.peek()? != b']' {
                    loop {
                        elements.push(self.value(depth + 1)?);
                        self.blank();
                        if self.eat(b',').is_none() {
                            break;
                        }
                    }
                }
                self.eat(b']')?;
                Some(Node::List(elements))
            }
            b'"' => self.quoted().map(Node::Text),
            _ => {
                while matches!(
                    self.peek(),
                    Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'E')
                ) {
                    self.at += 1;
                }
                match &self.text[start..self.at] {
                    "" => None,
                    "null" => Some(Node::Null),
                    "true" => Some(Node::Bool(true)),
                    "false" => Some(Node::Bool(false)),
                    number => Some(Node::Number(number)),
                }
            }
        }
    }

    fn quoted(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at;
        self.eat(b'"')?;
        let mut escaped = false;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let whole = self.text.get(start..self.at)?;
        match escaped {
            false => Some(Cow::Borrowed(&whole[1..whole.len() - 1])),
            true => serde_json::from_str(whole).ok().map(Cow::Owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_written() {
        let node = Node::parse(r#" {"a": 1.10, "b\u0063":[true, null, "x\"y"]} "#);
        let list =
            Node::List(vec![Node::Bool(true), Node::Null, Node::Text(Cow::Borrowed("x\"y"))]);
        let Some(Node::Object(members)) = node else { panic!("an object") };
        assert_eq!(members, vec![("a".into(), Node::Number("1.10")), ("bc".into(), list)]);
    }

    proptest::proptest! {
        /// What is JSON is read, and read as it is; nothing makes it panic.
        #[test]
        fn it_reads_what_serde_reads(text in "[\\[\\]{}\",:a1.e\\- \\\\\u{e9}trunlf]{0,24}") {
            let node = Node::parse(&text);
            let wide = text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 18);
            if let (Ok(value), false) = (serde_json::from_str::<serde_json::Value>(&text), wide) {
                let mut out = String::new();
                node.expect("it is JSON").write_json(&mut out);
                let read: serde_json::Value = serde_json::from_str(&out).expect("JSON");
                proptest::prop_assert_eq!(read, value);
            }
        }
    }
}
