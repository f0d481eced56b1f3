//! `re.compile(…)`, and what is done with a pattern.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Object, ObjectRepr},
};

use super::{
    engine::{ADVANCING, Engine, may_prefer_nothing},
    found::{Match, Searched},
    invalid,
    module::FLAGS,
    replacement::Replacement,
    translate::TextEnd,
};
use crate::jinja::{
    arguments::Arguments, dict::Dict, generator::Generator, list::List, python_text::repr,
};

/// A pattern with its flags.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    flags: i64,
    engine: Engine,
}

/// What a method does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The first match.
    Search,
    /// A match at the start.
    Match,
    /// A match of all.
    FullMatch,
    /// The texts of all matches.
    FindAll,
    /// All matches.
    FindIter,
    /// What is between matches.
    Split,
    /// Replaces matches.
    Sub,
    /// Replaces matches and counts them.
    SubN,
}

impl Operation {
    /// The operation of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "search" => Self::Search,
            "match" => Self::Match,
            "fullmatch" => Self::FullMatch,
            "findall" => Self::FindAll,
            "finditer" => Self::FindIter,
            "split" => Self::Split,
            "sub" => Self::Sub,
            "subn" => Self::SubN,
            _ => return None,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Match => "match",
            Self::FullMatch => "fullmatch",
            Self::FindAll => "findall",
            Self::FindIter => "finditer",
            Self::Split => "split",
            Self::Sub => "sub",
            Self::SubN => "subn",
        }
    }

    /// How many arguments come before the flags, or the count where there is one.
    pub fn texts(self) -> usize {
        match self {
            Self::Sub | Self::SubN => 2,
            _ => 1,
        }
    }

    /// What its count is called.
    pub fn count(self) -> Option<&'static str> {
        match self {
            Self::Sub | Self::SubN => Some("count"),
            Self::Split => Some("maxsplit"),
            _ => None,
        }
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is none.
    pub fn new(text: &str, flags: i64) -> Result<Self, Error> {
        let engine = Engine::new(text, flags, TextEnd::Plain, ["", ""])?;
        Ok(Self { text: text.to_owned(), flags, engine })
    }

    /// The engine for a text and an operation.
    fn engine_for(&self, operation: Operation, text: &str) -> Result<Engine, Error> {
        let around = match operation {
            Operation::Match => [r"\A(?:", ")"],
            Operation::FullMatch => [r"\A(?:", r")\z"],
            _ => ["", ""],
        };
        match text.ends_with('\n') && self.text.contains('$') {
            true => Engine::new(&self.text, self.flags, TextEnd::Newline, around),
            false if around == ["", ""] => Ok(self.engine.clone()),
            false => Engine::new(&self.text, self.flags, TextEnd::Plain, around),
        }
    }

    /// Does an operation on a text. `replacement` is a text or something that is called with each
    /// match; `count` limits replacements and splits, 0 does not.
    ///
    /// # Errors
    /// Matches that take too long, replacements that cannot be read.
    pub fn apply(
        &self,
        state: &mut State<'_, '_>,
        operation: Operation,
        replacement: Option<&Value>,
        text: String,
        count: usize,
    ) -> Result<Value, Error> {
        let engine = self.engine_for(operation, &text)?;
        let advancing = match may_prefer_nothing(&self.text) {
            true => Some(Engine::new(&self.text, self.flags, TextEnd::Newline, ADVANCING)?),
            false => None,
        };
        let searched = Arc::new(Searched { text, names: engine.names() });
        let text = searched.text.as_str();
        let find_all = |limit| engine.find_all(advancing.as_ref(), text, limit);
        let limit = if count == 0 { usize::MAX } else { count };
        let part = |place: Option<(usize, usize)>| place.and_then(|(from, to)| text.get(from..to));
        match operation {
            Operation::Search | Operation::Match | Operation::FullMatch => {
                let found = engine.find(text, 0)?;
                Ok(found.map_or_else(|| Value::from(()), |places| Match::value(&searched, places)))
            }
            Operation::FindAll => {
                let texts = find_all(usize::MAX)?.into_iter().map(|places| {
                    let texts: Vec<Value> = places
                        .iter()
                        .map(|place| Value::from(part(*place).unwrap_or_default()))
                        .collect();
                    match texts.as_slice() {
                        [whole] => whole.clone(),
                        [_, only] => only.clone(),
                        [_, groups @ ..] => List::tuple(groups.to_vec()),
                        [] => Value::from(""),
                    }
                });
                Ok(List::value(texts.collect()))
            }
            Operation::FindIter => {
                let found = find_all(usize::MAX)?.into_iter();
                let matches = found.map(|places| Match::value(&searched, places)).collect();
                Ok(Generator::value("callable_iterator", matches))
            }
            Operation::Split => {
                let mut parts = Vec::new();
                let mut done = 0;
                for places in find_all(limit)? {
                    let Some((start, end)) = places.first().copied().flatten() else { continue };
                    parts.push(Value::from(&text[done..start]));
                    parts.extend(places[1..].iter().map(|place| Value::from(part(*place))));
                    done = end;
                }
                parts.push(Value::from(&text[done..]));
                Ok(List::value(parts))
            }
            Operation::Sub | Operation::SubN => {
                let replacement = replacement.ok_or_else(|| invalid("nothing to replace with"))?;
                let read = match replacement.as_str() {
                    Some(text) => Some(Replacement::read(text, &searched.names)?),
                    None => None,
                };
                let (mut out, mut done, mut times) = (String::new(), 0, 0);
                for places in find_all(limit)? {
                    let Some((start, end)) = places.first().copied().flatten() else { continue };
                    out.push_str(&text[done..start]);
                    out.push_str(&match &read {
                        Some(read) => read.expand(|at| part(places.get(at).copied().flatten())),
                        None => {
                            let found = Match::value(&searched, places);
                            replacement.call(state, &[found])?.to_string()
                        }
                    });
                    done = end;
                    times += 1;
                }
                out.push_str(&text[done..]);
                Ok(match operation {
                    Operation::Sub => Value::from(out),
                    _ => List::tuple(vec![Value::from(out), Value::from(times)]),
                })
            }
        }
    }
}

impl Object for Pattern {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let names = self.engine.names();
        match key.as_str()? {
            "pattern" => Some(Value::from(self.text.as_str())),
            // Python counts the flag of Unicode in.
            "flags" => Some(Value::from(self.flags | 32)),
            "groups" => Some(Value::from(names.len() - 1)),
            "groupindex" => {
                Some(Dict::value(names.iter().enumerate().filter_map(|(at, name)| {
                    Some((Value::from(name.as_deref()?), Value::from(at)))
                })))
            }
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let Some(operation) = Operation::from_name(method) else {
            return Err(Error::from(ErrorKind::UnknownMethod));
        };
        let given = Arguments::new(operation.name(), args)?;
        let texts = operation.texts();
        let replacement = if texts == 2 { given.value(0, "repl")? } else { None };
        let text = given.text(texts - 1, "string")?;
        let count = match operation.count() {
            Some(name) => given.get::<usize>(texts, name)?,
            None => None,
        };
        given.finish(texts + usize::from(operation.count().is_some()))?;
        self.apply(state, operation, replacement.as_ref(), text, count.unwrap_or(0))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set = FLAGS.iter().filter(|(name, value)| name.len() > 1 && self.flags & value != 0);
        let names: Vec<String> = set.map(|(name, _)| format!("re.{name}")).collect();
        let text = repr(&Value::from(self.text.as_str()));
        match names.as_slice() {
            [] => write!(f, "re.compile({text})"),
            names => write!(f, "re.compile({text}, {})", names.join("|")),
        }
    }
}
