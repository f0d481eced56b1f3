//! A pattern of Python in the syntax of the engines.

use std::{iter::Peekable, str::Chars};

/// Flags of Python, by their values.
pub const IGNORE_CASE: i64 = 2;
/// `^` and `$` are at each line.
pub const MULTI_LINE: i64 = 8;
/// `.` is a line end too.
pub const DOT_ALL: i64 = 16;
/// Whitespace and comments are ignored.
pub const VERBOSE: i64 = 64;
/// `\w`, `\d`, `\s` and `\b` are of ASCII.
pub const ASCII: i64 = 256;

/// What ends the text: Python's `$` is also before a line end that ends the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEnd {
    /// No line end.
    Plain,
    /// A line end.
    Newline,
}

struct Translation<'p> {
    characters: Peekable<Chars<'p>>,
    out: String,
    flags: i64,
    end: TextEnd,
}

/// The pattern as the engines read it.
pub fn translated(pattern: &str, flags: i64, end: TextEnd) -> String {
    // A flag in the pattern holds for all of it.
    let multi_line = flags & MULTI_LINE != 0 || sets_flag(pattern, 'm');
    let verbose = flags & VERBOSE != 0 || sets_flag(pattern, 'x');
    let ascii = flags & ASCII != 0 || sets_flag(pattern, 'a');
    let flags = [(multi_line, MULTI_LINE), (verbose, VERBOSE), (ascii, ASCII)];
    let flags = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| flag).sum();
    let out = String::with_capacity(pattern.len() + 8);
    let mut translation = Translation { characters: pattern.chars().peekable(), out, flags, end };
    translation.run();
    translation.out
}

/// Whether the pattern starts with flags like `(?im)` that name one.
fn sets_flag(pattern: &str, flag: char) -> bool {
    let flags = pattern.strip_prefix("(?").and_then(|rest| rest.split_once(')'));
    flags.is_some_and(|(flags, _)| {
        flags.chars().all(|c| "aiLmsux".contains(c)) && flags.contains(flag)
    })
}

impl Translation<'_> {
    fn has(&self, flag: i64) -> bool {
        self.flags & flag != 0
    }

    fn run(&mut self) {
        while let Some(c) = self.characters.next() {
            match c {
                '\\' => self.escape(false),
                '[' => self.class(),
                '$' if !self.has(MULTI_LINE) => self.out.push_str(match self.end {
                    TextEnd::Plain => r"\z",
                    TextEnd::Newline => r"(?=\n?\z)",
                }),
                '{' => self.brace(),
                '}' => self.out.push_str(r"\}"),
                '(' => self.group(),
                '#' if self.has(VERBOSE) => {
                    for _ in self.characters.by_ref().take_while(|c| *c != '\n') {}
                }
                other => self.out.push(other),
            }
        }
    }

    /// What comes after a backslash.
    fn escape(&mut self, in_class: bool) {
        let Some(c) = self.characters.next() else {
            self.out.push('\\');
            return;
        };
        match c {
            'Z' if !in_class => self.out.push_str(r"\z"),
            'b' if in_class => self.out.push_str(r"\x08"),
            'b' | 'B' if self.has(ASCII) => self.out.push_str(&format!("(?-u:\\{c})")),
            'd' if self.has(ASCII) => self.set("0-9", in_class),
            'w' if self.has(ASCII) => self.set("0-9A-Za-z_", in_class),
            's' if self.has(ASCII) => self.set(r"\t\n\r\f\v\x20", in_class),
            '0' => {
                let mut digits = String::new();
                while digits.len() < 2
                    && let Some(digit) = self.characters.next_if(|c| ('0'..='7').contains(c))
                {
                    digits.push(digit);
                }
                let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                self.out.push_str(&format!("\\x{code:02X}"));
            }
            c if c.is_ascii_alphanumeric() => {
                self.out.push('\\');
                self.out.push(c);
            }
            c if c.is_whitespace() => self.out.push_str(&format!("\\x{{{:X}}}", u32::from(c))),
            c => self.out.push_str(&regex::escape(&c.to_string())),
        }
    }

    /// A set of characters, as a class or inside of one.
    fn set(&mut self, characters: &str, in_class: bool) {
        match in_class {
            true => self.out.push_str(characters),
            false => self.out.push_str(&format!("[{characters}]")),
        }
    }

    /// A class: `[` and set operators stand for themselves in it.
    fn class(&mut self) {
        self.out.push('[');
        if self.characters.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        if self.characters.next_if_eq(&']').is_some() {
            self.out.push_str(r"\]");
        }
        while let Some(c) = self.characters.next() {
            match c {
                ']' => {
                    self.out.push(']');
                    return;
                }
                '\\' => self.escape(true),
                '[' | '&' | '~' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                // Two would be an operator.
                '-' if self.characters.peek() == Some(&'-') => self.out.push_str(r"\-"),
                c if c.is_whitespace() || c == '#' => {
                    self.out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
                }
                other => self.out.push(other),
            }
        }
    }

    /// `{2}`, `{2,}`, `{,3}`, `{2,3}`; any other brace stands for itself.
    fn brace(&mut self) {
        let inside: String = self.characters.clone().take_while(|c| *c != '}').collect();
        let is_closed = self.characters.clone().nth(inside.chars().count()) == Some('}');
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let repetition = match inside.split_once(',') {
            Some(("", "")) => None,
            Some((low, high)) if digits(low) && digits(high) => {
                Some(format!("{{{},{high}}}", if low.is_empty() { "0" } else { low }))
            }
            None if digits(&inside) && !inside.is_empty() => Some(format!("{{{inside}}}")),
            _ => None,
        };
        match repetition.filter(|_| is_closed) {
            Some(repetition) => {
                self.out.push_str(&repetition);
                for _ in self.characters.by_ref().take_while(|c| *c != '}') {}
            }
            None => self.out.push_str(r"\{"),
        }
    }

    /// The start of a group: comments go, and flags that only Python has.
    fn group(&mut self) {
        let rest: String = self.characters.clone().take(16).collect();
        if rest.starts_with("?#") {
            for _ in self.characters.by_ref().take_while(|c| *c != ')') {}
            return;
        }
        self.out.push('(');
        let flags = rest.strip_prefix('?').unwrap_or_default();
        let length = flags.chars().take_while(|c| "aiLmsux".contains(*c)).count();
        if length > 0 && flags.chars().nth(length).is_some_and(|c| ")-:".contains(c)) {
            self.characters.next();
            let kept: String = self
                .characters
                .by_ref()
                .take(length)
                .filter(|flag| !"aLu".contains(*flag))
                .collect();
            // Without a flag left, `(?)` would be nothing.
            match (kept.as_str(), self.characters.peek()) {
                ("", Some(')')) => self.out.push_str("?:"),
                (kept, _) => self.out.push_str(&format!("?{kept}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_python() {
        for (pattern, expected) in [
            (r"a{,3}b{2}c{d}", r"a{0,3}b{2}c\{d\}"),
            ("{{ x }}", r"\{\{ x \}\}"),
            ("[[a]b&&c--d]", r"[\[a]b&&c--d]"),
            ("[]a]", r"[\]a]"),
            (r"\Z\/\<\ ", r"\z/<\x{20}"),
            ("a(?#note)b", "ab"),
            ("(?a)\\w", "(?:)[0-9A-Za-z_]"),
            ("(?ia:x)", "(?i:x)"),
            ("a$", r"a\z"),
            ("(?m)a$", "(?m)a$"),
        ] {
            assert_eq!(translated(pattern, 0, TextEnd::Plain), expected, "{pattern}");
        }
    }
}
