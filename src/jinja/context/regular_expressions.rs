//! `modules.re`, on a linear-time engine: look-around and back-references are refused.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr},
};
use regex::{Captures, Regex, RegexBuilder};

use crate::jinja::{dict::Dict, list::List};

const IGNORE_CASE: i64 = 2;
const MULTI_LINE: i64 = 8;
const DOT_ALL: i64 = 16;
const VERBOSE: i64 = 64;

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// The value of `re.IGNORECASE` and its like.
pub fn flag(name: &str) -> Option<i64> {
    Some(match name {
        "IGNORECASE" | "I" => IGNORE_CASE,
        "MULTILINE" | "M" => MULTI_LINE,
        "DOTALL" | "S" => DOT_ALL,
        "VERBOSE" | "X" => VERBOSE,
        "UNICODE" | "U" => 0,
        _ => return None,
    })
}

fn compiled(pattern: &str, flags: i64) -> Result<Regex, Error> {
    RegexBuilder::new(&literal_braces(&pattern.replace("\\Z", "\\z")))
        .case_insensitive(flags & IGNORE_CASE != 0)
        .multi_line(flags & MULTI_LINE != 0)
        .dot_matches_new_line(flags & DOT_ALL != 0)
        .ignore_whitespace(flags & VERBOSE != 0)
        .build()
        .map_err(|error| invalid(format!("`{pattern}` is no regular expression here: {error}")))
}

/// Escapes each brace that opens no repetition: in Python it stands for itself.
fn literal_braces(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut escaped = false;
    for (at, c) in pattern.char_indices() {
        if c == '{' && !escaped {
            let inside = pattern[at + 1..].split_once('}').map_or("", |(inside, _)| inside);
            let repeats = inside.starts_with(|c: char| c.is_ascii_digit())
                && inside.chars().all(|c| c.is_ascii_digit() || c == ',');
            if !repeats {
                out.push('\\');
            }
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// A function of the module.
pub fn regular_expression(method: &str, args: &[Value]) -> Result<Value, Error> {
    let (positional, options) = match args.split_last() {
        Some((last, rest)) if last.is_kwargs() => (rest, Kwargs::try_from(last.clone())?),
        _ => (args, Kwargs::from_iter(Vec::<(String, Value)>::new())),
    };
    let (pattern, rest) = match positional.split_first() {
        Some((pattern, rest)) => (pattern, rest.to_vec()),
        None => return Err(invalid(format!("`re.{method}` needs a pattern"))),
    };
    if method == "escape" {
        return Ok(Value::from(regex::escape(&pattern.to_string())));
    }
    // How many arguments come before the flags.
    let before_flags = match method {
        "compile" => 0,
        "sub" | "subn" => 3,
        "split" => 2,
        _ => 1,
    };
    let flags = match options.get::<Option<i64>>("flags")? {
        Some(flags) => flags,
        None => match rest.get(before_flags) {
            Some(flags) => i64::try_from(flags.clone())?,
            None => 0,
        },
    };
    let count = options.get::<Option<usize>>("count")?.or(options.get("maxsplit")?);
    let pattern = match pattern.downcast_object_ref::<Pattern>() {
        Some(pattern) => pattern.clone(),
        None => {
            let text = pattern.to_string();
            Pattern { regex: compiled(&text, flags)?, text, flags }
        }
    };
    if method == "compile" {
        return Ok(Value::from_object(pattern));
    }
    pattern.apply(method, &rest, count)
}

/// `re.compile(…)`
#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    flags: i64,
    regex: Regex,
}

impl Pattern {
    fn apply(&self, method: &str, args: &[Value], count: Option<usize>) -> Result<Value, Error> {
        let text_at = |at: usize| {
            args.get(at)
                .map(ToString::to_string)
                .ok_or_else(|| invalid(format!("`re.{method}` needs a text")))
        };
        let count = |at: usize| match (count, args.get(at)) {
            (Some(count), _) => Ok(count),
            (None, Some(count)) => usize::try_from(count.clone()),
            (None, None) => Ok(0),
        };
        let found = |regex: &Regex, text: &str| {
            regex.captures(text).map_or_else(
                || Value::from(()),
                |found| Value::from_object(Match::new(regex, text, &found)),
            )
        };
        match method {
            "search" => Ok(found(&self.regex, &text_at(0)?)),
            "match" => Ok(found(&self.wrapped("\\A(?:", ")")?, &text_at(0)?)),
            "fullmatch" => Ok(found(&self.wrapped("\\A(?:", ")\\z")?, &text_at(0)?)),
            "findall" => {
                let text = text_at(0)?;
                let groups = |found: Captures<'_>| {
                    let texts: Vec<Value> = found
                        .iter()
                        .map(|group| Value::from(group.map_or("", |group| group.as_str())))
                        .collect();
                    match texts.as_slice() {
                        [whole] => whole.clone(),
                        [_, only] => only.clone(),
                        [_, groups @ ..] => List::tuple(groups.to_vec()),
                        [] => Value::from(""),
                    }
                };
                Ok(List::value(self.regex.captures_iter(&text).map(groups).collect()))
            }
            "finditer" => {
                let text = text_at(0)?;
                let matches = self.regex.captures_iter(&text);
                let values =
                    matches.map(|found| Value::from_object(Match::new(&self.regex, &text, &found)));
                Ok(List::value(values.collect()))
            }
            "split" => {
                let text = text_at(0)?;
                let limit = match count(1)? {
                    0 => usize::MAX,
                    limit => limit,
                };
                let mut parts = Vec::new();
                let mut done = 0;
                for found in self.regex.captures_iter(&text).take(limit) {
                    let Some(whole) = found.get(0) else { continue };
                    parts.push(Value::from(&text[done..whole.start()]));
                    parts.extend(
                        found.iter().skip(1).map(|group| Value::from(group.map(|g| g.as_str()))),
                    );
                    done = whole.end();
                }
                parts.push(Value::from(&text[done..]));
                Ok(List::value(parts))
            }
            "sub" | "subn" => {
                let (replacement, text) = (text_at(0)?, text_at(1)?);
                let mut times = 0;
                let replaced = self.regex.replacen(&text, count(2)?, |found: &Captures<'_>| {
                    times += 1;
                    expanded(&replacement, found)
                });
                Ok(match method {
                    "sub" => Value::from(replaced.into_owned()),
                    _ => List::tuple(vec![Value::from(replaced.into_owned()), Value::from(times)]),
                })
            }
            _ => {
                Err(Error::new(ErrorKind::UnknownMethod, format!("`re.{method}` is not supported")))
            }
        }
    }

    fn wrapped(&self, before: &str, after: &str) -> Result<Regex, Error> {
        compiled(&format!("{before}{}{after}", self.text), self.flags)
    }
}

/// Python's replacement text: `\1`, `\g<1>`, `\g<name>`, `\n`.
fn expanded(replacement: &str, found: &Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = replacement;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 {
            let digits = digits.min(2);
            let number = rest[..digits].parse().unwrap_or(0);
            out.push_str(found.get(number).map_or("", |group| group.as_str()));
            rest = &rest[digits..];
        } else if let Some((name, after)) =
            rest.strip_prefix("g<").and_then(|named| named.split_once('>'))
        {
            let group = match name.parse() {
                Ok(number) => found.get(number),
                Err(_) => found.name(name),
            };
            out.push_str(group.map_or("", |group| group.as_str()));
            rest = after;
        } else {
            let mut characters = rest.chars();
            match characters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('\\') | None => out.push('\\'),
                Some(other) => out.extend(['\\', other]),
            }
            rest = characters.as_str();
        }
    }
    out.push_str(rest);
    out
}

impl Object for Pattern {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str()? == "pattern").then(|| Value::from(self.text.as_str()))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let (positional, options) = match args.split_last() {
            Some((last, rest)) if last.is_kwargs() => (rest, Kwargs::try_from(last.clone())?),
            _ => (args, Kwargs::from_iter(Vec::<(String, Value)>::new())),
        };
        let count = options.get::<Option<usize>>("count")?.or(options.get("maxsplit")?);
        self.apply(method, positional, count)
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "re.compile({})", crate::jinja::python_text::repr(&Value::from(&*self.text)))
    }
}

/// A match: groups with their places, counted in characters.
#[derive(Debug)]
struct Match {
    groups: Vec<Option<(usize, usize, String)>>,
    names: Vec<Option<String>>,
}

impl Match {
    fn new(regex: &Regex, text: &str, found: &Captures<'_>) -> Self {
        let characters = |at: usize| text[..at].chars().count();
        let groups = found.iter().map(|group| {
            group.map(|g| (characters(g.start()), characters(g.end()), g.as_str().to_owned()))
        });
        let names = regex.capture_names().map(|name| name.map(str::to_owned));
        Self { groups: groups.collect(), names: names.collect() }
    }

    fn at(&self, key: &Value) -> Result<&Option<(usize, usize, String)>, Error> {
        let at = match key.as_str() {
            Some(name) => self.names.iter().position(|known| known.as_deref() == Some(name)),
            None => Some(usize::try_from(key.clone())?),
        };
        at.and_then(|at| self.groups.get(at)).ok_or_else(|| invalid("no such group"))
    }

    fn text(group: &Option<(usize, usize, String)>) -> Value {
        Value::from(group.as_ref().map(|(_, _, text)| text.as_str()))
    }
}

impl Object for Match {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.at(key).ok().map(Self::text)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let whole = [Value::from(0)];
        let keys = if args.is_empty() { &whole } else { args };
        let place = || -> Result<(i64, i64), Error> {
            let group = self.at(&keys[0])?.as_ref();
            Ok(group.map_or((-1, -1), |(start, end, _)| (*start as i64, *end as i64)))
        };
        match method {
            "group" => match keys {
                [key] => Ok(Self::text(self.at(key)?)),
                keys => {
                    let texts: Result<Vec<Value>, Error> =
                        keys.iter().map(|key| Ok(Self::text(self.at(key)?))).collect();
                    Ok(List::tuple(texts?))
                }
            },
            "groups" => Ok(List::tuple(self.groups.iter().skip(1).map(Self::text).collect())),
            "groupdict" => {
                let named = self.names.iter().zip(&self.groups).filter_map(|(name, group)| {
                    Some((Value::from(name.as_deref()?), Self::text(group)))
                });
                Ok(Dict::value(named))
            }
            "start" => Ok(Value::from(place()?.0)),
            "end" => Ok(Value::from(place()?.1)),
            "span" => {
                let (start, end) = place()?;
                Ok(List::tuple(vec![Value::from(start), Value::from(end)]))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
