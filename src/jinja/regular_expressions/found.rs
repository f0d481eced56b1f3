//! A match, as templates see it.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Object, ObjectRepr},
};

use super::{engine::Places, invalid, replacement::Replacement};
use crate::jinja::{arguments::Arguments, dict::Dict, list::List, python_text::repr};

/// What all matches in one text share.
#[derive(Debug)]
pub struct Searched {
    /// The text.
    pub text: String,
    /// The names of the groups.
    pub names: Vec<Option<String>>,
}

/// A match: groups with their places.
#[derive(Debug)]
pub struct Match {
    searched: Arc<Searched>,
    places: Places,
}

impl Match {
    /// A match in a text.
    pub fn value(searched: &Arc<Searched>, places: Places) -> Value {
        Value::from_object(Self { searched: Arc::clone(searched), places })
    }

    fn text_at(&self, at: usize) -> Option<&str> {
        let (start, end) = self.places.get(at).copied().flatten()?;
        self.searched.text.get(start..end)
    }

    fn group(&self, at: usize) -> Value {
        Value::from(self.text_at(at))
    }

    fn number(&self, key: &Value) -> Result<usize, Error> {
        let at = match key.as_str() {
            Some(name) => {
                self.searched.names.iter().position(|known| known.as_deref() == Some(name))
            }
            None => usize::try_from(key.clone()).ok(),
        };
        at.filter(|at| *at < self.places.len())
            .ok_or_else(|| invalid(format!("the regular expression has no group {}", repr(key))))
    }

    /// Start and end of a group in characters; -1 where it matched nothing.
    fn span(&self, at: usize) -> (i64, i64) {
        let characters = |at: usize| self.searched.text[..at].chars().count() as i64;
        let place = self.places.get(at).copied().flatten();
        place.map_or((-1, -1), |(start, end)| (characters(start), characters(end)))
    }
}

impl Object for Match {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let last = || (1..self.places.len()).rev().find(|at| self.places[*at].is_some());
        match key.as_str() {
            Some("string") => Some(Value::from(self.searched.text.as_str())),
            Some("pos") => Some(Value::from(0)),
            Some("endpos") => Some(Value::from(self.searched.text.chars().count())),
            Some("lastindex") => Some(Value::from(last())),
            Some("lastgroup") => {
                Some(Value::from(last().and_then(|at| self.searched.names[at].clone())))
            }
            _ => self.number(key).ok().map(|at| self.group(at)),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let default = |name: &'static str| -> Result<Value, Error> {
            let given = Arguments::new(name, args)?;
            Ok(given.value(0, "default")?.unwrap_or_else(|| Value::from(())))
        };
        let group_or = |at: usize, default: &Value| match self.text_at(at) {
            Some(text) => Value::from(text),
            None => default.clone(),
        };
        let place = || match args {
            [] => Ok(0),
            [key, ..] => self.number(key),
        };
        match method {
            "group" => match args {
                [] => Ok(self.group(0)),
                [key] => Ok(self.group(self.number(key)?)),
                keys => {
                    let texts: Result<Vec<Value>, Error> =
                        keys.iter().map(|key| Ok(self.group(self.number(key)?))).collect();
                    Ok(List::tuple(texts?))
                }
            },
            "groups" => {
                let default = default("groups")?;
                let groups = (1..self.places.len()).map(|at| group_or(at, &default));
                Ok(List::tuple(groups.collect()))
            }
            "groupdict" => {
                let default = default("groupdict")?;
                let names = self.searched.names.iter().enumerate();
                let named = names.filter_map(|(at, name)| {
                    Some((Value::from(name.as_deref()?), group_or(at, &default)))
                });
                Ok(Dict::value(named))
            }
            "start" => Ok(Value::from(self.span(place()?).0)),
            "end" => Ok(Value::from(self.span(place()?).1)),
            "span" => {
                let (start, end) = self.span(place()?);
                Ok(List::tuple(vec![Value::from(start), Value::from(end)]))
            }
            "expand" => {
                let text = Arguments::new("expand", args)?.text(0, "template")?;
                let replacement = Replacement::read(&text, &self.searched.names)?;
                Ok(Value::from(replacement.expand(|at| self.text_at(at))))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (start, end) = self.span(0);
        write!(f, "<re.Match object; span=({start}, {end}), match={}>", repr(&self.group(0)))
    }
}
