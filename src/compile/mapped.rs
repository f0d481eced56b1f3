//! SQL text that knows which of the user's lines each of its lines comes from, and where that was
//! asked which of the user's words each of its words.

use std::sync::Arc;

use crate::{
    diagnostic::{SourceFile, Span},
    jinja::{LineMap, MacroInfo, Origin, Piece},
};

/// A text put together from several files and from words of our own.
#[derive(Clone, Debug, Default)]
pub struct MappedText {
    text: String,
    files: Vec<Arc<SourceFile>>,
    /// For each line of the text: a place in `files` and a 1-based line there. Lines of our own
    /// words have none.
    lines: Vec<Option<(u32, u32)>>,
    /// Where its words come from, where that was asked, in the order of the text: a place in
    /// `files`, and the piece.
    pieces: Vec<(u32, Piece)>,
}

impl MappedText {
    /// A rendered text with its line map.
    pub fn rendered(text: &str, lines: &LineMap) -> Self {
        let mut mapped = Self::default();
        mapped.push_rendered(text, &lines.file, &lines.lines);
        mapped
    }

    /// The same, a rendered text, with where its words come from.
    pub fn with_pieces(mut self, pieces: Vec<Piece>) -> Self {
        self.pieces = pieces.into_iter().map(|piece| (0, piece)).collect();
        self
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Appends words of our own.
    pub fn push(&mut self, words: &str) {
        self.end_piece();
        self.push_lines(words, |_| None);
    }

    /// Appends text whose lines come from these lines of a file.
    pub fn push_rendered(&mut self, text: &str, file: &Arc<SourceFile>, lines: &[u32]) {
        self.end_piece();
        let at = self.file(file);
        self.push_lines(text, |line| {
            let known = lines.get(line).or(lines.last());
            known.map(|number| (at, *number))
        });
    }

    /// Appends a byte range of another mapped text.
    pub fn push_part(&mut self, other: &Self, range: std::ops::Range<usize>) {
        let before = other.text[..range.start].bytes().filter(|byte| *byte == b'\n').count();
        let files: Vec<u32> = other.files.iter().map(|file| self.file(file)).collect();
        self.end_piece();
        self.push_pieces(other, &range, &files);
        self.push_lines(&other.text[range], |line| {
            let origin = other.lines.get(before + line).copied().flatten();
            origin.map(|(file, number)| (files[file as usize], number))
        });
    }

    /// Appends another mapped text.
    pub fn push_mapped(&mut self, other: &Self) {
        self.push_part(other, 0..other.text.len());
    }

    /// What is appended from here on is of no known piece.
    fn end_piece(&mut self) {
        if self.pieces.last().is_some_and(|(_, piece)| piece.origin.is_some()) {
            let piece = Piece { start: self.text.len(), origin: None, macros: Arc::default() };
            self.pieces.push((0, piece));
        }
    }

    fn push_pieces(&mut self, other: &Self, range: &std::ops::Range<usize>, files: &[u32]) {
        let until = other.pieces.partition_point(|(_, piece)| piece.start < range.end);
        let from = other.pieces.partition_point(|(_, piece)| piece.start <= range.start);
        for (file, piece) in &other.pieces[from.saturating_sub(1).min(until)..until] {
            let skipped = range.start.saturating_sub(piece.start);
            let origin = piece.origin.clone().map(|origin| match origin {
                Origin::Text(at) => Origin::Text(at + skipped as u32),
                expression @ Origin::Expression(_) => expression,
            });
            let start = self.text.len() + piece.start.saturating_sub(range.start);
            let file = files.get(*file as usize).copied().unwrap_or_default();
            self.pieces.push((file, Piece { start, origin, ..piece.clone() }));
        }
    }

    fn file(&mut self, file: &Arc<SourceFile>) -> u32 {
        let known = self.files.iter().position(|one| Arc::ptr_eq(one, file));
        let at = known.unwrap_or_else(|| {
            self.files.push(Arc::clone(file));
            self.files.len() - 1
        });
        at as u32
    }

    fn push_lines(&mut self, text: &str, origin: impl Fn(usize) -> Option<(u32, u32)>) {
        if self.lines.is_empty() {
            self.lines.push(None);
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.lines.push(None);
            }
            if let Some(last) = self.lines.last_mut()
                && last.is_none()
                && !line.trim().is_empty()
            {
                *last = origin(at);
            }
        }
        self.text.push_str(text);
    }

    /// The user's place of a 1-based line and column of the text: the very word where the line is
    /// the user's as written up to there, else the whole line; nothing for an empty text.
    pub fn locate(&self, line: u32, column: u32) -> Option<Span> {
        if let Some(exact) = self.exact(line, column) {
            return Some(exact);
        }
        let at = (line.max(1) as usize - 1).min(self.lines.len().checked_sub(1)?);
        // Our own words belong to the nearest line of the user's before them, or else after.
        let before = self.lines[..=at].iter().rev().flatten().next();
        let (file, number) = before.or_else(|| self.lines[at..].iter().flatten().next())?;
        let file = &self.files[*file as usize];
        if self.lines[at].is_some()
            && let Some(span) = self.word(at, column, file, *number)
        {
            return Some(span);
        }
        Some(Span::of_line(file, *number))
    }

    /// The macros that a place of the text came out of, the innermost first; none where it did not,
    /// or where that was not asked.
    pub fn macros_at(&self, line: u32, column: u32) -> impl Iterator<Item = &Arc<MacroInfo>> {
        let piece = self.piece(line, column);
        piece.into_iter().flat_map(|(_, (_, piece))| piece.macros.iter().rev())
    }

    /// The offset of a 1-based line and column, and the piece there.
    fn piece(&self, line: u32, column: u32) -> Option<(usize, &(u32, Piece))> {
        let last = self.pieces.len().checked_sub(1)?;
        let mut start = 0;
        for _ in 1..line {
            start += self.text[start..].find('\n')? + 1;
        }
        let columns = self.text[start..].chars().take(column.max(1) as usize - 1);
        let offset = start + columns.map(char::len_utf8).sum::<usize>();
        let at = self.pieces.partition_point(|(_, piece)| piece.start <= offset);
        Some((offset, &self.pieces[at.checked_sub(1)?.min(last)]))
    }

    /// The user's word or expression of a place of the text, where that is known.
    fn exact(&self, line: u32, column: u32) -> Option<Span> {
        let (offset, (file, piece)) = self.piece(line, column)?;
        let file = self.files.get(*file as usize)?;
        match piece.origin.as_ref()? {
            Origin::Expression(range) => {
                Some(Span::new(file, range.start as usize..range.end as usize))
            }
            Origin::Text(at) => {
                let start = *at as usize + (offset - piece.start);
                let written = file.text().get(start..)?;
                let word = first_word(written);
                let is_it = self.text[offset..].starts_with(word) && !word.is_empty();
                is_it.then(|| Span::new(file, start..start + word.len()))
            }
        }
    }

    fn word(&self, at: usize, column: u32, file: &Arc<SourceFile>, line: u32) -> Option<Span> {
        let compiled = self.text.split('\n').nth(at)?;
        let start = file.line_offset(line) as usize;
        let written = file.text()[start..].lines().next()?;
        let before: String = compiled.chars().take(column.max(1) as usize - 1).collect();
        let rest = written.strip_prefix(before.as_str())?;
        let word = first_word(rest);
        let is_it = !word.is_empty() && compiled[before.len()..].starts_with(word);
        is_it.then(|| Span::new(file, start + before.len()..start + before.len() + word.len()))
    }
}

/// The word, or else the character, that a text begins with.
fn first_word(text: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let length = match text.chars().next() {
        Some(first) if is_word(first) => text.find(|c| !is_word(c)).unwrap_or(text.len()),
        Some(first) => first.len_utf8(),
        None => 0,
    };
    &text[..length]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn lines_of_two_files_keep_their_places() {
        let inner = SourceFile::new("models/inner.sql", "select 1 as a\n");
        let outer = SourceFile::new("models/outer.sql", "{{ config() }}\nselect a from x\n");
        let mut text = MappedText::default();
        text.push("with x as (\n");
        text.push_rendered("select 1 as a", &inner, &[1]);
        text.push("\n) ");
        text.push_rendered("select a from x", &outer, &[2]);
        let place = |line, column| {
            let span = text.locate(line, column).unwrap();
            let (line, column) = span.line_column();
            format!("{}:{line}:{column}", span.file.path())
        };
        assert_eq!(place(2, 8), "models/inner.sql:1:8");
        // The words before it shift the line: the whole line is shown.
        assert_eq!(place(3, 10), "models/outer.sql:2:1");
        assert_eq!(place(1, 1), "models/inner.sql:1:1");
    }
}
