//! A place in a file the user wrote.

use std::{ops::Range, sync::Arc};

use super::SourceFile;

/// A byte range in a [`SourceFile`]. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Span {
    /// The file.
    pub file: Arc<SourceFile>,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `range` in `file`.
    pub fn new(file: &Arc<SourceFile>, range: Range<usize>) -> Self {
        Self { file: Arc::clone(file), start: range.start as u32, end: range.end as u32 }
    }

    /// The whole of a 1-based line, without its line end and leading blanks.
    pub fn of_line(file: &Arc<SourceFile>, line: u32) -> Self {
        let start = file.line_offset(line) as usize;
        let text = file.text()[start..].lines().next().unwrap_or_default();
        let indent = text.len() - text.trim_start().len();
        Self::new(file, start + indent..start + text.trim_end().len().max(indent))
    }

    /// The word (or single character) at a 1-based line and column, in characters.
    pub fn at(file: &Arc<SourceFile>, line: u32, column: u32) -> Self {
        let line_start = file.line_offset(line) as usize;
        let line_text = file.text()[line_start..].lines().next().unwrap_or_default();
        let before: usize =
            line_text.chars().take(column.max(1) as usize - 1).map(char::len_utf8).sum();
        let rest = &line_text[before..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let start = line_start + before;
        Self::new(file, start..start + word.max(first))
    }

    /// The same place in the file that the user wrote: another one where this is in an excerpt.
    pub fn written(self) -> Self {
        match self.file.written(self.start, self.end) {
            Some(span) => span.written(),
            None => self,
        }
    }

    /// The 1-based line and column of its start.
    pub fn line_column(&self) -> (u32, u32) {
        self.file.line_column(self.start)
    }
}
