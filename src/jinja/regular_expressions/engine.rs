//! The engines: one in linear time, one that backtracks.

use minijinja::Error;

use super::{
    invalid,
    translate::{DOT_ALL, IGNORE_CASE, MULTI_LINE, TextEnd, VERBOSE, translated},
};

/// Steps that the backtracking engine may take for one match: far above any real one.
const MAX_STEPS: usize = 1_000_000;

/// Where a match and its groups are, as bytes of the text.
pub type Places = Vec<Option<(usize, usize)>>;

/// A pattern that can be searched for.
#[derive(Clone, Debug)]
pub enum Engine {
    /// Linear time.
    Linear(regex::Regex),
    /// Look-around and back references.
    Backtracking(Box<fancy_regex::Regex>),
}

impl Engine {
    /// The engine of a pattern, between `before` and `after`.
    ///
    /// # Errors
    /// What is no pattern.
    pub fn new(
        pattern: &str,
        flags: i64,
        end: TextEnd,
        [before, after]: [&str; 2],
    ) -> Result<Self, Error> {
        let text = format!("{before}{}{after}", translated(pattern, flags, end));
        let is = |flag: i64| flags & flag != 0;
        let linear = regex::RegexBuilder::new(&text)
            .case_insensitive(is(IGNORE_CASE))
            .multi_line(is(MULTI_LINE))
            .dot_matches_new_line(is(DOT_ALL))
            .ignore_whitespace(is(VERBOSE))
            .build();
        match linear {
            Ok(regex) if !is_possessive(pattern) => Ok(Self::Linear(regex)),
            _ => fancy_regex::RegexBuilder::new(&text)
                .case_insensitive(is(IGNORE_CASE))
                .multi_line(is(MULTI_LINE))
                .dot_matches_new_line(is(DOT_ALL))
                .ignore_whitespace(is(VERBOSE))
                .backtrack_limit(MAX_STEPS)
                .build()
                .map(|regex| Self::Backtracking(Box::new(regex)))
                .map_err(|error| {
                    let reason = error.to_string();
                    invalid(format!("`{pattern}` is no regular expression: {reason}"))
                }),
        }
    }

    /// The names of the groups; the match itself is the first and has none.
    pub fn names(&self) -> Vec<Option<String>> {
        match self {
            Self::Linear(regex) => {
                regex.capture_names().map(|name| name.map(str::to_owned)).collect()
            }
            Self::Backtracking(regex) => {
                regex.capture_names().map(|name| name.map(str::to_owned)).collect()
            }
        }
    }

    /// The first match from a place on.
    ///
    /// # Errors
    /// A match that takes too many steps.
    pub fn find(&self, text: &str, from: usize) -> Result<Option<Places>, Error> {
        match self {
            Self::Linear(regex) => Ok(regex.captures_at(text, from).map(|found| {
                found.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect()
            })),
            Self::Backtracking(regex) => {
                let found = regex.captures_from_pos(text, from).map_err(|error| {
                    invalid(format!("a regular expression took too long: {error}"))
                })?;
                Ok(found.map(|found| {
                    let groups = found.iter();
                    groups.map(|group| group.map(|group| (group.start(), group.end()))).collect()
                }))
            }
        }
    }

    /// All matches, at most `limit`: as in Python, an empty one may follow another one directly, but
    /// not an empty one at its place. `advancing` finds those that are not empty there, for patterns
    /// that would rather be empty.
    ///
    /// # Errors
    /// A match that takes too many steps.
    pub fn find_all(
        &self,
        advancing: Option<&Self>,
        text: &str,
        limit: usize,
    ) -> Result<Vec<Places>, Error> {
        let mut all: Vec<Places> = Vec::new();
        let mut from = 0;
        let mut last_empty = None;
        while from <= text.len() && all.len() < limit {
            let engine = match (last_empty == Some(from), advancing) {
                (true, Some(advancing)) => advancing,
                _ => self,
            };
            let Some(found) = engine.find(text, from)? else { break };
            let Some((start, end)) = found.first().copied().flatten() else { break };
            if start == end && last_empty == Some(start) {
                // Again the same: on to the next character.
                from = start + text[start..].chars().next().map_or(1, char::len_utf8);
                last_empty = None;
                continue;
            }
            last_empty = (start == end).then_some(start);
            from = end;
            all.push(found);
        }
        Ok(all)
    }
}

/// Around a pattern, for matches that do not end where the search starts.
pub const ADVANCING: [&str; 2] = ["(?:", r")(?!\G)"];

/// Whether a pattern may be empty where it could be longer: it has lazy quantifiers or empty
/// alternatives.
pub fn may_prefer_nothing(pattern: &str) -> bool {
    ["??", "*?", "+?", "}?", "(|", "||", "|)", ":|"].iter().any(|part| pattern.contains(part))
        || pattern.starts_with('|')
        || pattern.ends_with('|')
}

/// Whether a pattern has quantifiers that give nothing back (`a++`), which the linear engine would
/// read as two.
fn is_possessive(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    bytes.windows(2).enumerate().any(|(at, pair)| {
        matches!(pair, [b'*' | b'+' | b'?' | b'}', b'+'])
            && bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
    })
}
