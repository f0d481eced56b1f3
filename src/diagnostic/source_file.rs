//! A text file of the user's, as every span points into it.

use std::sync::{Arc, OnceLock};

use super::{Span, excerpt::Excerpt};

/// A file the user wrote: its path as shown to them and its text.
pub struct SourceFile {
    path: String,
    text: String,
    line_starts: OnceLock<Vec<u32>>,
    excerpt: Option<Excerpt>,
}

impl SourceFile {
    /// Wraps `text` of the file at `path` (relative to the project root, `/` as separator).
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            path: path.into(),
            text: text.into(),
            line_starts: OnceLock::new(),
            excerpt: None,
        })
    }

    /// The value of a YAML text written at `written`, as a file of its own: it is read like one, and
    /// a diagnostic shows its places where they are written.
    pub fn excerpt(written: &Span, value: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            path: written.file.path.clone(),
            text: value.into(),
            line_starts: OnceLock::new(),
            excerpt: Some(Excerpt::new(written.clone())),
        })
    }

    /// Where a range of an excerpt is written; nothing for a file that is none.
    pub(super) fn written(&self, start: u32, end: u32) -> Option<Span> {
        Some(self.excerpt.as_ref()?.written(&self.text, start as usize..end as usize))
    }

    /// The path as shown to the user: relative to the project root, `/` as separator.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect()
        })
    }

    /// The 1-based line and 1-based column (in characters) of a byte offset.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts[line - 1] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |before| before.chars().count());
        (line as u32, column as u32 + 1)
    }

    /// The byte offset at which a 1-based line starts (the text's length past its end).
    pub fn line_offset(&self, line: u32) -> u32 {
        let starts = self.line_starts();
        starts.get(line.max(1) as usize - 1).copied().unwrap_or(self.text.len() as u32)
    }
}

impl std::fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SourceFile({})", self.path)
    }
}
