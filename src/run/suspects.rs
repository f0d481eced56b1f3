//! Where a value can have gone wrong, where the engine does not say: it names the value and not the
//! expression.

/// Places shown at most; more would say nothing.
const MAX_SUSPECTS: usize = 4;

/// The 1-based lines and columns in `sql` of what can raise an error of this code; none where there
/// are too many or nothing can.
pub(super) fn suspects(code: &str, sql: &str) -> Vec<(u32, u32)> {
    let guilty: fn(&str, bool) -> bool = match code {
        "division-by-zero" => |word, called| {
            matches!(word, "/" | "%") || (called && matches!(word, "div" | "mod" | "ieee_divide"))
        },
        "invalid-value" => |word, called| called && (word == "cast" || word.starts_with("parse_")),
        _ => return Vec::new(),
    };
    let words = words(sql);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let called = words.get(at + 1).is_some_and(|next| next.text == "(");
        if guilty(&word.text.to_ascii_lowercase(), called) {
            found.push((word.line, word.column));
        }
    }
    if found.len() > MAX_SUSPECTS { Vec::new() } else { found }
}

struct Word<'s> {
    text: &'s str,
    line: u32,
    column: u32,
}

/// Words and single signs, without strings, quoted names and comments.
fn words(sql: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let (mut line, mut column, mut rest) = (1, 1, sql);
    while let Some(first) = rest.chars().next() {
        let until = |end: &str, from: usize| {
            rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len())
        };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let (length, counts) = match first {
            _ if rest.starts_with("--") => (rest.find('\n').unwrap_or(rest.len()), false),
            '#' => (rest.find('\n').unwrap_or(rest.len()), false),
            _ if rest.starts_with("/*") => (until("*/", 2), false),
            _ if rest.starts_with("'''") => (until("'''", 3), false),
            _ if rest.starts_with("\"\"\"") => (until("\"\"\"", 3), false),
            '\'' | '"' | '`' => (quoted(rest, first), false),
            c if is_word(c) => (rest.find(|c| !is_word(c)).unwrap_or(rest.len()), true),
            c => (c.len_utf8(), !c.is_whitespace()),
        };
        let (text, after) = rest.split_at(length);
        if counts {
            found.push(Word { text, line, column });
        }
        for c in text.chars() {
            match c {
                '\n' => (line, column) = (line + 1, 1),
                _ => column += 1,
            }
        }
        rest = after;
    }
    found
}

/// The length of a quoted text with its quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::suspects;

    #[test]
    fn strings_and_comments_are_not_suspected() {
        let sql = "select 'a / b', \"c / d\" -- e / f\n/* g / h */ , x\n  / y, mod(z, 2), mod";
        assert_eq!(suspects("division-by-zero", sql), [(3, 3), (3, 8)]);
    }

    #[test]
    fn casts_are_but_safe_ones_are_not() {
        let sql = "select safe_cast(a as int64), cast(b as int64)";
        assert_eq!(suspects("invalid-value", sql), [(1, 31)]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_end(sql in "['\"`/*\\\\# \n\u{e9}a-]{0,40}") {
            let _ = suspects("division-by-zero", &sql);
        }
    }
}
