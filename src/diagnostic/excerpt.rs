//! The value of a quoted, folded or indented text, and where each of its letters is written.

use std::{iter::Peekable, ops::Range, str::CharIndices, sync::OnceLock};

use super::Span;

/// A part of a file that is read as if it was one.
#[derive(Debug)]
pub(super) struct Excerpt {
    written: Span,
    /// For each letter of the value that is no blank: its place in the value and in the file.
    places: OnceLock<Vec<(usize, usize)>>,
}

impl Excerpt {
    /// The value of what is written at `written`.
    pub fn new(written: Span) -> Self {
        Self { written, places: OnceLock::new() }
    }

    /// Where a range of the value is written; the whole where that cannot be told.
    pub fn written(&self, value: &str, range: Range<usize>) -> Span {
        let whole = self.written.start as usize..self.written.end as usize;
        let text = self.written.file.text().get(whole.clone()).unwrap_or_default();
        let places = self.places.get_or_init(|| align(value, text).unwrap_or_default());
        let inside = |at: &&(usize, usize)| range.contains(&at.0);
        let first = places.iter().find(inside);
        let last = places.iter().rev().find(inside);
        match (first, last) {
            (Some((_, first)), Some((_, last))) => {
                let width = text[*last..].chars().next().map_or(0, char::len_utf8);
                Span::new(&self.written.file, whole.start + first..whole.start + last + width)
            }
            _ => self.written.clone(),
        }
    }
}

/// The letters of a value in the text it was read from: in order, with only blanks and YAML's own
/// signs between. Nothing where the text says something else, as one with escaped letters does.
fn align(value: &str, text: &str) -> Option<Vec<(usize, usize)>> {
    let mut places = Vec::with_capacity(value.len());
    let mut written = text.char_indices().peekable();
    for (at, letter) in value.char_indices().filter(|(_, letter)| !letter.is_whitespace()) {
        places.push((at, find(letter, &mut written, places.is_empty())?));
    }
    Some(places)
}

fn find(letter: char, written: &mut Peekable<CharIndices<'_>>, is_first: bool) -> Option<usize> {
    while let Some((at, found)) = written.next() {
        if found == letter {
            return Some(at);
        }
        let is_sign = match found {
            '"' | '\'' => true,
            // A line's end, or a letter that stands for itself.
            '\\' => match written.peek() {
                Some((_, 'n' | 't' | 'r')) => written.next().is_some(),
                _ => true,
            },
            // The head of a block: `|-`, `>+`, `|2`.
            '|' | '>' | '-' | '+' | '1'..='9' => is_first,
            other => other.is_whitespace(),
        };
        if !is_sign {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use crate::diagnostic::{SourceFile, Span};

    /// The text that `word` of a value is written as, and its line.
    fn place(text: &str, value: &str, word: &str) -> (String, u32) {
        let file = SourceFile::new("a.yml", text);
        let start = text.find(": ").unwrap() + 2;
        let excerpt = SourceFile::excerpt(&Span::new(&file, start..text.len()), value);
        let at = value.find(word).unwrap();
        let span = Span::new(&excerpt, at..at + word.len()).written();
        let line = span.line_column().0;
        (text[span.start as usize..span.end as usize].to_owned(), line)
    }

    #[test]
    fn letters_are_found_where_they_are_written() {
        for (text, value, word, line) in [
            ("a: {{ m(1) }}", "{{ m(1) }}", "m(1)", 1),
            ("a: \"{{ m(1) }}\"", "{{ m(1) }}", "m(1)", 1),
            ("a: 'it''s {{ m(1) }}'", "it's {{ m(1) }}", "m(1)", 1),
            ("a: \"\\\"x\\\" {{ m(1) }}\"", "\"x\" {{ m(1) }}", "m(1)", 1),
            ("a: |-\n  select\n  {{ m(1) }}\n", "select\n{{ m(1) }}", "m(1)", 3),
            ("a: |\n  -- select\n  {{ m(1) }}\n", "-- select\n{{ m(1) }}\n", "m(1)", 3),
            ("a: >\n  select\n  {{ m(1) }}\n", "select {{ m(1) }}\n", "m(1)", 3),
            ("a: \"one\\n{{ m(1) }}\"", "one\n{{ m(1) }}", "m(1)", 1),
        ] {
            assert_eq!(place(text, value, word), (word.to_owned(), line), "{text}");
        }
    }

    #[test]
    fn what_is_written_otherwise_is_shown_as_a_whole() {
        let text = "a: \"\\x41 {{ m(1) }}\"";
        assert_eq!(place(text, "A {{ m(1) }}", "m(1)").0, text[3..]);
    }
}
