//! Takes the marks out of a rendered text and keeps what they say.

use std::{ops::Range, sync::Arc};

use super::{
    MacroInfo,
    rewrite::{EXPRESSION_MARK, MACRO_END, MACRO_MARK, MARK_CLOSE, MARK_OPEN, TEXT_MARK},
};

/// What a piece of a rendered text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The text at this offset of the file.
    Text(u32),
    /// The expression at this place of the file.
    Expression(Range<u32>),
}

/// A piece of a rendered text, up to the next one.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Where it starts in the text.
    pub start: usize,
    /// What it comes from; nothing where that is not known.
    pub origin: Option<Origin>,
    /// The macros that it came out of, the outermost first.
    pub macros: Arc<[Arc<MacroInfo>]>,
}

/// The text without marks of words, and its pieces. `macros` are those that marks number.
pub fn strip_words(marked: &str, macros: &[Arc<MacroInfo>]) -> (String, Vec<Piece>) {
    let mut text = String::with_capacity(marked.len());
    let mut pieces: Vec<Piece> = Vec::new();
    let mut around: Vec<Arc<MacroInfo>> = Vec::new();
    let mut rest = marked;
    while let Some(at) = rest.find(MARK_OPEN) {
        text.push_str(&rest[..at]);
        let after = &rest[at + MARK_OPEN.len_utf8()..];
        let Some(close) = after.find(MARK_CLOSE) else {
            text.push(MARK_OPEN);
            rest = after;
            continue;
        };
        let same = || pieces.last().and_then(|piece| piece.origin.clone());
        let origin = match after[..close].split_at_checked(1) {
            Some((kind, at)) if kind.starts_with(TEXT_MARK) => {
                around.clear();
                at.parse().ok().map(Origin::Text)
            }
            Some((kind, at)) if kind.starts_with(EXPRESSION_MARK) => {
                around.clear();
                let ends = at.split_once('-');
                let ends = ends.and_then(|(one, two)| Some((one.parse().ok()?, two.parse().ok()?)));
                ends.map(|(start, end)| Origin::Expression(start..end))
            }
            Some((kind, number)) if kind.starts_with(MACRO_MARK) => {
                let known = number.parse::<usize>().ok().and_then(|number| macros.get(number));
                around.extend(known.cloned());
                same()
            }
            Some((kind, _)) if kind.starts_with(MACRO_END) => {
                around.pop();
                same()
            }
            _ => None,
        };
        pieces.push(Piece { start: text.len(), origin, macros: around.as_slice().into() });
        rest = &after[close + MARK_CLOSE.len_utf8()..];
    }
    text.push_str(rest);
    (text, pieces)
}

/// The user's line of each line of a text, out of its pieces; `line_of` is that of an offset.
pub fn lines_of_pieces(text: &str, pieces: &[Piece], line_of: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut lines = Vec::new();
    let mut current =
        pieces.iter().find_map(|piece| piece.origin.as_ref()).map_or(1, |first| match first {
            Origin::Text(at) => line_of(*at),
            Origin::Expression(range) => line_of(range.start),
        });
    let mut open = pieces.iter().peekable();
    let mut end = 0;
    for line in text.split('\n') {
        end += line.len() + 1;
        let mut own = None;
        while let Some(piece) = open.next_if(|piece| piece.start < end) {
            let number = match &piece.origin {
                Some(Origin::Text(at)) => line_of(*at),
                Some(Origin::Expression(range)) => line_of(range.start),
                None => continue,
            };
            own.get_or_insert(number);
            current = number;
        }
        lines.push(own.unwrap_or(current));
    }
    lines
}

/// The text without marks, and for each of its lines the user's line.
///
/// A line belongs to the first mark on it, and without one to the last mark before it.
pub fn strip_marks(marked: &str, first_line: u32) -> (String, Vec<u32>) {
    let mut text = String::with_capacity(marked.len());
    let mut lines = Vec::new();
    let mut current = first_line;
    for line in marked.split('\n') {
        let mut own = None;
        let mut rest = line;
        while let Some(at) = rest.find(MARK_OPEN) {
            text.push_str(&rest[..at]);
            let after = &rest[at + MARK_OPEN.len_utf8()..];
            let Some(close) = after.find(MARK_CLOSE) else {
                // Not one of ours: a user's private-use character stays.
                text.push(MARK_OPEN);
                rest = after;
                continue;
            };
            if let Ok(number) = after[..close].parse::<u32>() {
                own.get_or_insert(number);
                current = number;
            }
            rest = &after[close + MARK_CLOSE.len_utf8()..];
        }
        text.push_str(rest);
        text.push('\n');
        lines.push(own.unwrap_or(current));
    }
    text.pop();
    (text, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_leave_and_lines_stay() {
        let (text, lines) = strip_marks("\u{F8A0}1\u{F8A1}select\n  a\n\u{F8A0}4\u{F8A1}from t", 1);
        assert_eq!(text, "select\n  a\nfrom t");
        assert_eq!(lines, [1, 1, 4]);
    }

    #[test]
    fn pieces_know_their_places() {
        let marked = "\u{F8A0}t0\u{F8A1}select \u{F8A0}e7-17\u{F8A1}a + b\u{F8A0}t17\u{F8A1}, c";
        let (text, pieces) = strip_words(marked, &[]);
        assert_eq!(text, "select a + b, c");
        let origins: Vec<_> =
            pieces.iter().map(|piece| (piece.start, piece.origin.clone())).collect();
        assert_eq!(
            origins,
            [
                (0, Some(Origin::Text(0))),
                (7, Some(Origin::Expression(7..17))),
                (12, Some(Origin::Text(17))),
            ]
        );
    }
}
