//! Regular expressions in RE2's syntax
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#regexp_extract>).

use std::{cell::RefCell, fmt::Write};

use regex::bytes::Regex;

use super::kernel::{Bytes, BytesList, Int, Text, Texts, Truth, functions};

functions! {
    "googlesql_regexp_contains_bytes" ContainsBytes(value: Bytes, pattern: Bytes) -> Truth {
        with(&of_bytes(pattern), |regex| Ok(Some(regex.is_match(value))))
    }
    /// The only group of the pattern, or the whole match, from a position on.
    "googlesql_regexp_extract" Extract(value: Text, pattern: Text, position: Int, occurrence: Int) -> Text {
        let Some(rest) = from_position(value, position, occurrence)? else { return Ok(None) };
        with(&of_text(pattern)?, |regex| Ok(extract(regex, rest.as_bytes(), occurrence)?.map(text)))
    }
    "googlesql_regexp_extract_bytes" ExtractBytes(value: Bytes, pattern: Bytes) -> Bytes {
        with(&of_bytes(pattern), |regex| Ok(extract(regex, value, 1)?.map(<[u8]>::to_vec)))
    }
    "googlesql_regexp_extract_all" ExtractAll(value: Text, pattern: Text) -> Texts {
        with(&of_text(pattern)?, |regex| {
            let group = group(regex)?;
            let part = |captures: regex::bytes::Captures<'_>| {
                captures.get(group).map(|found| text(found.as_bytes())).unwrap_or_default()
            };
            // An empty match behind the last character, or inside of one, does not count.
            let is_inside = |captures: &regex::bytes::Captures<'_>| {
                value.is_empty()
                    || captures.get(0).is_some_and(|all| {
                        all.start() < value.len() && value.is_char_boundary(all.start())
                    })
            };
            let found = regex.captures_iter(value.as_bytes()).filter(is_inside);
            Ok(Some(found.map(part).collect()))
        })
    }
    "googlesql_regexp_extract_all_bytes" ExtractAllBytes(value: Bytes, pattern: Bytes) -> BytesList {
        with(&of_bytes(pattern), |regex| {
            let group = group(regex)?;
            let part = |captures: regex::bytes::Captures<'_>| {
                captures.get(group).map(|found| found.as_bytes().to_vec()).unwrap_or_default()
            };
            let is_inside = |captures: &regex::bytes::Captures<'_>| {
                value.is_empty() || captures.get(0).is_some_and(|all| all.start() < value.len())
            };
            Ok(Some(regex.captures_iter(value).filter(is_inside).map(part).collect()))
        })
    }
    "googlesql_regexp_instr_bytes" InstrBytes(value: Bytes, pattern: Bytes, position: Int, occurrence: Int, behind: Int) -> Int {
        if position < 1 || occurrence < 1 {
            return Err("positions and occurrences count from 1".to_owned());
        }
        let start = usize::try_from(position - 1).unwrap_or(usize::MAX);
        if start > value.len() || pattern.is_empty() {
            return Ok(Some(0));
        }
        with(&of_bytes(pattern), |regex| {
            let group = group(regex)?;
            let skipped = usize::try_from(occurrence - 1).unwrap_or(usize::MAX);
            let found = regex.captures_iter(&value[start..]).nth(skipped);
            let Some(found) = found.and_then(|captures| captures.get(group)) else { return Ok(Some(0)) };
            let at = if behind == 1 { found.end() } else { found.start() };
            Ok(Some((start + at) as i64 + 1))
        })
    }
    /// The position of an occurrence, or the one behind it.
    "googlesql_regexp_instr" Instr(value: Text, pattern: Text, position: Int, occurrence: Int, behind: Int) -> Int {
        let Some(rest) = from_position(value, position, occurrence)? else { return Ok(Some(0)) };
        if pattern.is_empty() || value.is_empty() {
            return Ok(Some(0));
        }
        with(&of_text(pattern)?, |regex| {
            let group = group(regex)?;
            let skipped = usize::try_from(occurrence - 1).unwrap_or(usize::MAX);
            let at_character = |captures: &regex::bytes::Captures<'_>| {
                captures.get(0).is_some_and(|all| rest.is_char_boundary(all.start()))
            };
            let found = regex.captures_iter(rest.as_bytes()).filter(at_character).nth(skipped);
            let Some(captures) = found else { return Ok(Some(0)) };
            let Some(found) = captures.get(group) else { return Ok(Some(0)) };
            let at = if behind == 1 { found.end() } else { found.start() };
            let before = value[..value.len() - rest.len() + at].chars().count();
            // The reference counts an empty match as lying behind the next character.
            let is_empty = captures.get(0).is_some_and(|all| all.is_empty() && all.end() < rest.len());
            Ok(Some(before as i64 + 1 + i64::from(is_empty)))
        })
    }
    "googlesql_regexp_replace" Replace(value: Text, pattern: Text, rewrite: Text) -> Text {
        with(&of_text(pattern)?, |regex| {
            replaced(regex, value.as_bytes(), rewrite.as_bytes()).map(|bytes| Some(text(&bytes)))
        })
    }
    "googlesql_regexp_replace_bytes" ReplaceBytes(value: Bytes, pattern: Bytes, rewrite: Bytes) -> Bytes {
        with(&of_bytes(pattern), |regex| replaced(regex, value, rewrite).map(Some))
    }
}

thread_local! {
    /// The pattern that was used last: most calls have one for all rows.
    static LAST: RefCell<Option<(String, Regex)>> = const { RefCell::new(None) };
}

fn with<T>(pattern: &str, body: impl FnOnce(&Regex) -> Result<T, String>) -> Result<T, String> {
    LAST.with_borrow_mut(|last| {
        if !matches!(last, Some((known, _)) if known == pattern) {
            let regex = Regex::new(pattern).map_err(|error| {
                let error = error.to_string();
                let reason = error.lines().last().unwrap_or_default().to_owned();
                format!("cannot parse the regular expression: {reason}")
            })?;
            *last = Some((pattern.to_owned(), regex));
        }
        match last {
            Some((_, regex)) => body(regex),
            None => Err("there is no regular expression".to_owned()),
        }
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The value from a character on; none where it ends before.
fn from_position(value: &str, position: i64, occurrence: i64) -> Result<Option<&str>, String> {
    if position < 1 || occurrence < 1 {
        return Err("positions and occurrences count from 1".to_owned());
    }
    let skipped = usize::try_from(position - 1).unwrap_or(usize::MAX);
    if skipped == 0 {
        return Ok(Some(value));
    }
    Ok(value.char_indices().nth(skipped).map(|(at, _)| &value[at..]))
}

/// The group that functions give: the only one, or the whole match.
fn group(regex: &Regex) -> Result<usize, String> {
    match regex.captures_len() {
        1 => Ok(0),
        2 => Ok(1),
        _ => Err("the regular expression has more than one capturing group".to_owned()),
    }
}

fn extract<'v>(
    regex: &Regex,
    value: &'v [u8],
    occurrence: i64,
) -> Result<Option<&'v [u8]>, String> {
    let group = group(regex)?;
    let skipped = usize::try_from(occurrence - 1).unwrap_or(usize::MAX);
    let found = regex.captures_iter(value).nth(skipped);
    Ok(found.and_then(|captures| captures.get(group)).map(|found| found.as_bytes()))
}

/// All matches replaced; `\1` is a group, `\0` the match, `\\` a backslash.
fn replaced(regex: &Regex, value: &[u8], rewrite: &[u8]) -> Result<Vec<u8>, String> {
    let mut parts: Vec<Result<usize, u8>> = Vec::with_capacity(rewrite.len());
    let mut bytes = rewrite.iter();
    while let Some(byte) = bytes.next() {
        parts.push(match (*byte, byte == &b'\\') {
            (_, true) => match bytes.next() {
                Some(digit @ b'0'..=b'9') => {
                    let group = usize::from(digit - b'0');
                    if group >= regex.captures_len() {
                        return Err(format!("the regular expression has no group \\{group}"));
                    }
                    Ok(group)
                }
                Some(b'\\') => Err(b'\\'),
                _ => return Err("`\\` in a replacement needs a digit or `\\`".to_owned()),
            },
            (byte, false) => Err(byte),
        });
    }
    let mut out = Vec::with_capacity(value.len());
    let mut copied = 0;
    for captures in regex.captures_iter(value) {
        let Some(all) = captures.get(0) else { continue };
        out.extend_from_slice(&value[copied..all.start()]);
        for part in &parts {
            match part {
                Ok(group) => {
                    out.extend_from_slice(captures.get(*group).map_or(b"", |m| m.as_bytes()))
                }
                Err(byte) => out.push(*byte),
            }
        }
        copied = all.end();
    }
    out.extend_from_slice(&value[copied..]);
    Ok(out)
}

/// A pattern of bytes: each byte is a character.
fn of_bytes(pattern: &[u8]) -> String {
    let mut out = String::from("(?-u)");
    for byte in pattern {
        // Writing to a text cannot fail.
        let _ = if byte.is_ascii() {
            write!(out, "{}", char::from(*byte))
        } else {
            write!(out, "\\x{byte:02x}")
        };
    }
    out
}

/// RE2's pattern in the form of the `regex` crate: there `\d`, `\w`, `\s` and `\b` are ASCII, and
/// brackets inside a class are plain.
fn of_text(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut characters = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(c) = characters.next() {
        match c {
            '\\' => {
                let Some(escaped) = characters.next() else {
                    return Err("the regular expression ends with a backslash".to_owned());
                };
                match (escaped, in_class) {
                    ('d', false) => out.push_str("[0-9]"),
                    ('d', true) => out.push_str("0-9"),
                    ('D', _) => out.push_str("[^0-9]"),
                    ('w', false) => out.push_str("[0-9A-Za-z_]"),
                    ('w', true) => out.push_str("0-9A-Za-z_"),
                    ('W', _) => out.push_str("[^0-9A-Za-z_]"),
                    ('s', false) => out.push_str("[\\t\\n\\f\\r ]"),
                    ('s', true) => out.push_str("\\t\\n\\f\\r "),
                    ('S', _) => out.push_str("[^\\t\\n\\f\\r ]"),
                    ('b', false) => out.push_str("(?-u:\\b)"),
                    ('Q', false) => {
                        let rest: String = characters.by_ref().collect();
                        let (quoted, after) = rest.split_once("\\E").unwrap_or((&rest, ""));
                        out.push_str(&regex::escape(quoted));
                        out.push_str(&of_text(after)?);
                        return Ok(out);
                    }
                    ('B' | 'C' | 'Q', _) => {
                        return Err(format!(
                            "\\{escaped} in a regular expression is not supported on the embedded engine"
                        ));
                    }
                    (mark, _) if mark.is_ascii_punctuation() => {
                        out.push_str(&regex::escape(&mark.to_string()));
                    }
                    (other, _) => {
                        out.push('\\');
                        out.push(other);
                    }
                }
            }
            '[' if in_class => {
                if characters.peek() == Some(&':') {
                    out.push('[');
                } else {
                    out.push_str("\\[");
                }
                if characters.peek() == Some(&':') {
                    // `[:alpha:]` up to its end.
                    for inner in characters.by_ref() {
                        out.push(inner);
                        if inner == ']' {
                            break;
                        }
                    }
                }
            }
            '[' => {
                in_class = true;
                out.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if characters.next_if_eq(&']').is_some() {
                    out.push_str("\\]");
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{of_text, replaced, with};

    #[test]
    fn classes_are_ascii_and_brackets_plain() {
        for (pattern, value, matches) in [
            ("^\\d$", "٣", false),
            ("^\\w+$", "é", false),
            ("^[\\w-]+$", "a-b", true),
            ("^[[:alpha:]]+$", "ab", true),
            ("^[a[]+$", "a[", true),
            ("^[]x]+$", "]x", true),
            ("^\\Qa.b\\E$", "a.b", true),
            ("^a.c$", "aéc", true),
        ] {
            let pattern = of_text(pattern).expect("a pattern");
            let is_match = with(&pattern, |regex| Ok(regex.is_match(value.as_bytes())));
            assert_eq!(is_match, Ok(matches), "{pattern}");
        }
    }

    #[test]
    fn replacements_are_re2s() {
        let replace = |value: &str, pattern, rewrite: &str| {
            with(pattern, |regex| replaced(regex, value.as_bytes(), rewrite.as_bytes()))
        };
        assert_eq!(replace("abc", "(b)", "<\\1\\\\>"), Ok(b"a<b\\>c".to_vec()));
        assert_eq!(replace("abc", "x*", "-"), Ok(b"-a-b-c-".to_vec()));
        assert!(replace("abc", "(b)", "\\2").is_err());
        assert!(replace("abc", "b", "\\x").is_err());
    }
}
