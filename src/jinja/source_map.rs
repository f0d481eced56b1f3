//! Takes the line marks out of a rendered text and keeps what they say.

use super::rewrite::{MARK_CLOSE, MARK_OPEN};

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
}
