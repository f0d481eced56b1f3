//! Queries changed so that most of them are wrong: each in a way that people err.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    ops::Range,
};

/// What a piece of a query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    /// A word before a parenthesis.
    Function,
    Number,
    Text,
}

/// Words that are no names.
const KEYWORDS: &str = " all and any array as asc between by case cast collate create cross cube \
    current default define desc distinct else end escape except exists extract false fetch \
    following for from full group grouping having if ignore in inner intersect interval into is \
    join lateral left like limit lookup merge natural no not null nulls of on or order outer over \
    partition preceding proto qualify range recursive respect right rollup rows select set some \
    struct table tablesample then to treat true unbounded union unnest using when where window \
    with within date datetime timestamp time numeric bignumeric json int64 float64 bool string \
    bytes geography offset value values pivot unpivot corresponding strict name extend aggregate \
    day month year hour minute second week quarter isoweek isoyear microsecond millisecond ";

/// The changed queries, with what was changed; the same ones each time.
pub fn changed(id: &str, sql: &str) -> Vec<(&'static str, String)> {
    let pieces = pieces(sql);
    let mut found = Vec::new();
    let mut change = |name: &'static str, kind: Kind, new: &dyn Fn(&str) -> String| {
        let fitting: Vec<&Range<usize>> =
            pieces.iter().filter(|(known, _)| *known == kind).map(|(_, range)| range).collect();
        if fitting.is_empty() {
            return;
        }
        let mut hasher = DefaultHasher::new();
        (id, name).hash(&mut hasher);
        let range = fitting[hasher.finish() as usize % fitting.len()];
        let text =
            format!("{}{}{}", &sql[..range.start], new(&sql[range.clone()]), &sql[range.end..]);
        found.push((name, text));
    };
    change("another name", Kind::Word, &|word| format!("{word}_nothing"));
    change("another function", Kind::Function, &|_| "UPPER".to_owned());
    change("a text for a number", Kind::Number, &|_| "'x'".to_owned());
    change("a number for a text", Kind::Text, &|_| "1".to_owned());
    let lower = sql.to_ascii_lowercase();
    if let Some(at) = lower.find("group by") {
        found
            .push(("ordered instead of grouped", format!("{}order{}", &sql[..at], &sql[at + 5..])));
    }
    if let Some(at) = lower.find("select ") {
        found.push(("one column more", format!("{}select 1, {}", &sql[..at], &sql[at + 7..])));
    }
    found
}

/// The words and literals of a query, outside of comments.
fn pieces(sql: &str) -> Vec<(Kind, Range<usize>)> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    while at < bytes.len() {
        let rest = &sql.as_bytes()[at..];
        let start = at;
        match bytes[at] {
            b'-' if rest.starts_with(b"--") => at = line_end(bytes, at),
            b'#' => at = line_end(bytes, at),
            b'/' if rest.starts_with(b"/*") => {
                at = sql[at..].find("*/").map_or(bytes.len(), |end| at + end + 2);
            }
            quote @ (b'\'' | b'"' | b'`') => {
                let triple = [quote; 3];
                let is_triple = rest.starts_with(&triple) && quote != b'`';
                let close: &[u8] = if is_triple { &triple } else { &triple[..1] };
                at += close.len();
                while at < bytes.len() && !bytes[at..].starts_with(close) {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + close.len()).min(bytes.len());
                // One with a prefix is another kind of literal.
                let is_plain = start == 0 || !is_word(bytes[start - 1]);
                if quote != b'`' && is_plain {
                    found.push((Kind::Text, start..at));
                }
            }
            byte if byte.is_ascii_digit() => {
                while at < bytes.len() && (is_word(bytes[at]) || bytes[at] == b'.') {
                    at += 1;
                }
                found.push((Kind::Number, start..at));
            }
            byte if is_word(byte) => {
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
                let next = bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace());
                let word = sql[start..at].to_ascii_lowercase();
                let is_keyword = KEYWORDS.split_whitespace().any(|keyword| keyword == word);
                match next {
                    Some(b'(') if !is_keyword => found.push((Kind::Function, start..at)),
                    Some(b'\'' | b'"') => {}
                    _ if !is_keyword => found.push((Kind::Word, start..at)),
                    _ => {}
                }
            }
            _ => at += sql[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end)
}
