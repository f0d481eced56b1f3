//! How a text is written in YAML: plain, in single or in double quotes, folded after column 80.

use crate::project::reads_as_text;

/// The column after which a line is folded at the next blank.
const BEST_WIDTH: usize = 80;
/// A longer key is written as `? key`.
const MAX_KEY_LENGTH: usize = 128;

/// Lines being written.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    column: usize,
}

/// What a text holds, as far as its style depends on it.
struct Analysis {
    multi_line: bool,
    plain: bool,
    single_quoted: bool,
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank_or_break(c: Option<&char>) -> bool {
    c.is_none_or(|c| matches!(c, '\0' | ' ' | '\t' | '\r') || is_break(*c))
}

fn analysis(text: &str) -> Analysis {
    let characters: Vec<char> = text.chars().collect();
    let (Some(first), Some(last)) = (characters.first(), characters.last()) else {
        return Analysis { multi_line: false, plain: true, single_quoted: true };
    };
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let mut special = false;
    let mut breaks = false;
    // A blank after a break, a break after a blank.
    let (mut break_space, mut space_break) = (false, false);
    for (at, c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let followed = is_blank_or_break(characters.get(at + 1));
        indicators |= match (at, *c) {
            (0, '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>') => true,
            (0, '\'' | '"' | '%' | '@' | '`') => true,
            (0, '?' | ':' | '-') => followed,
            (0, _) => false,
            (_, ':') => followed,
            (_, '#') => is_blank_or_break(before),
            _ => false,
        };
        breaks |= is_break(*c);
        special |= !(*c == '\n' || (' '..='~').contains(c));
        break_space |= *c == ' ' && before.is_some_and(|before| is_break(*before));
        space_break |= is_break(*c) && before == Some(&' ');
    }
    let edges = [first, last].iter().any(|c| **c == ' ' || is_break(**c));
    Analysis {
        multi_line: breaks,
        plain: !(indicators || edges || breaks || break_space || space_break || special),
        single_quoted: !(break_space || space_break || special),
    }
}

/// Whether a text can be a key without `?` before it.
pub fn is_simple_key(text: &str) -> bool {
    !text.is_empty() && text.chars().count() < MAX_KEY_LENGTH && !text.chars().any(is_break)
}

impl Writer {
    /// What was written.
    pub fn text(self) -> String {
        self.out
    }

    /// Writes a text without line ends.
    pub fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// Ends the line.
    pub fn line(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    /// Writes blanks.
    pub fn blanks(&mut self, count: usize) {
        self.push(&" ".repeat(count));
    }

    /// Goes on in the next line.
    fn fold(&mut self, indent: usize) {
        self.line();
        self.blanks(indent);
    }

    /// Writes a text; says whether it has no quotes. Keys are never folded.
    pub fn scalar(&mut self, text: &str, indent: usize, is_key: bool) -> bool {
        let found = analysis(text);
        let is_plain = found.plain
            && reads_as_text(text)
            && !(is_key && (text.is_empty() || found.multi_line));
        if is_plain {
            self.words(text, indent, is_key, false);
        } else if found.single_quoted && !(is_key && found.multi_line) {
            self.push("'");
            self.words(text, indent, is_key, true);
            self.push("'");
        } else {
            self.double_quoted(text, indent, is_key);
        }
        is_plain
    }

    /// Plain or single-quoted text: one blank between words may become a line end, and a line end
    /// is written twice.
    fn words(&mut self, text: &str, indent: usize, is_key: bool, quoted: bool) {
        let characters: Vec<char> = text.chars().collect();
        let mut at = 0;
        while let Some(c) = characters.get(at) {
            let same = |c: &char| match characters[at] {
                ' ' => *c == ' ',
                first if is_break(first) => is_break(*c),
                _ => *c != ' ' && !is_break(*c),
            };
            let length = characters[at..].iter().take_while(|c| same(c)).count();
            let run: String = characters[at..at + length].iter().collect();
            let ends = at + length == characters.len();
            if *c == ' ' {
                // Quoted blanks at the edges stay.
                let at_edge = quoted && (at == 0 || ends);
                if length == 1 && self.column > BEST_WIDTH && !is_key && !at_edge {
                    self.fold(indent);
                } else {
                    self.push(&run);
                }
            } else if is_break(*c) {
                if *c == '\n' {
                    self.line();
                }
                for c in run.chars() {
                    match c {
                        '\n' => self.line(),
                        other => {
                            self.out.push(other);
                            self.column = 0;
                        }
                    }
                }
                self.blanks(indent);
            } else if quoted {
                self.push(&run.replace('\'', "''"));
            } else {
                self.push(&run);
            }
            at += length;
        }
    }

    fn double_quoted(&mut self, text: &str, indent: usize, is_key: bool) {
        self.push("\"");
        let characters: Vec<char> = text.chars().collect();
        let (mut start, mut end) = (0, 0);
        while end <= characters.len() {
            let c = characters.get(end).copied();
            let needs_escape =
                c.is_none_or(|c| matches!(c, '"' | '\\') || !(' '..='~').contains(&c));
            if needs_escape {
                if start < end {
                    let run: String = characters[start..end].iter().collect();
                    self.push(&run);
                    start = end;
                }
                if let Some(c) = c {
                    self.push(&escaped(c));
                    start = end + 1;
                }
            }
            let width = self.column + end.saturating_sub(start);
            let may_fold =
                0 < end && end + 1 < characters.len() && (c == Some(' ') || start >= end);
            if may_fold && width > BEST_WIDTH && !is_key {
                let run: String = characters[start.min(end)..end].iter().collect();
                self.push(&format!("{run}\\"));
                start = start.max(end);
                self.fold(indent);
                if characters.get(start) == Some(&' ') {
                    self.push("\\");
                }
            }
            end += 1;
        }
        self.push("\"");
    }
}

fn escaped(c: char) -> String {
    let short = match c {
        '\0' => "0",
        '\u{7}' => "a",
        '\u{8}' => "b",
        '\t' => "t",
        '\n' => "n",
        '\u{b}' => "v",
        '\u{c}' => "f",
        '\r' => "r",
        '\u{1b}' => "e",
        '"' => "\"",
        '\\' => "\\",
        '\u{85}' => "N",
        '\u{a0}' => "_",
        '\u{2028}' => "L",
        '\u{2029}' => "P",
        c => {
            let code = u32::from(c);
            return match code {
                0..=0xFF => format!("\\x{code:02X}"),
                0x100..=0xFFFF => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
