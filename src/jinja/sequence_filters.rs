//! Jinja's filters of sequences, with what Python gives: lists that can be changed, and generators.

use std::{borrow::Cow, sync::Arc};

use minijinja::{
    Environment, Error, ErrorKind, State, Value, filters,
    value::{Enumerator, Kwargs, Object, ObjectRepr, Rest, ValueKind, ValueOrKwargs},
};

use super::{generator::Generator, list::List};

type Any = Rest<ValueOrKwargs>;
type Name<'a> = Cow<'a, str>;

/// Replaces the engine's own.
pub fn register(environment: &mut Environment<'static>) {
    environment
        .add_filter("list", |state: &State<'_, '_>, v: Value| list_of(&filters::list(state, v)?));
    environment.add_filter("sort", |state: &State<'_, '_>, v: Value, args: Any| {
        list_of(&filters::sort(state, v, named(args, &["reverse", "case_sensitive", ATTRIBUTE])?)?)
    });
    environment.add_filter("unique", |state: &State<'_, '_>, v: Value, args: Any| {
        generator_of(&filters::unique(state, v, named(args, &["case_sensitive", ATTRIBUTE])?)?)
    });
    environment.add_filter("min", |state: &State<'_, '_>, v: Value, args: Any| {
        filters::min(state, v, named(args, &["case_sensitive", ATTRIBUTE])?)
    });
    environment.add_filter("max", |state: &State<'_, '_>, v: Value, args: Any| {
        filters::max(state, v, named(args, &["case_sensitive", ATTRIBUTE])?)
    });
    environment.add_filter("reverse", |v: Value| match v.kind() {
        ValueKind::String => filters::reverse(&v),
        _ => generator_of(&filters::reverse(&v)?),
    });
    for name in ["length", "count"] {
        environment.add_filter(name, length);
    }
    environment.add_filter("map", |state: &mut State<'_, '_>, v: Value, args: Any| {
        filters::map(state, v, args).map(generator)
    });
    environment.add_filter(
        "select",
        |state: &mut State<'_, '_>, v: Value, test: Option<Name<'_>>, args: Any| {
            filters::select(state, v, test, args).map(generator)
        },
    );
    environment.add_filter(
        "reject",
        |state: &mut State<'_, '_>, v: Value, test: Option<Name<'_>>, args: Any| {
            filters::reject(state, v, test, args).map(generator)
        },
    );
    environment.add_filter(
        "selectattr",
        |state: &mut State<'_, '_>, v: Value, name: Name<'_>, test: Option<Name<'_>>, args: Any| {
            filters::selectattr(state, v, name, test, args).map(generator)
        },
    );
    environment.add_filter(
        "rejectattr",
        |state: &mut State<'_, '_>, v: Value, name: Name<'_>, test: Option<Name<'_>>, args: Any| {
            filters::rejectattr(state, v, name, test, args).map(generator)
        },
    );
    environment.add_filter(
        "batch",
        |state: &State<'_, '_>, v: Value, count: usize, fill: Option<Value>| {
            generator_of_lists(&filters::batch(state, v, count, fill)?)
        },
    );
    environment.add_filter(
        "slice",
        |state: &State<'_, '_>, v: Value, count: usize, fill: Option<Value>| {
            generator_of_lists(&filters::slice(state, v, count, fill)?)
        },
    );
    environment.add_filter("groupby", |v: Value, args: Any| {
        groups(&v, named(args, &[ATTRIBUTE, "default", "case_sensitive"])?)
    });
}

/// Jinja's `length`: what is gone through once has none.
fn length(value: Value) -> Result<usize, Error> {
    if value.downcast_object_ref::<Generator>().is_some() {
        let message = "a generator has no length; write `| list | length`";
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    filters::length(&value)
}

const ATTRIBUTE: &str = "attribute";

/// Arguments by name, those without one by the names in order.
fn named(args: Any, names: &[&str]) -> Result<Kwargs, Error> {
    let mut args = args.into_values();
    let mut given = match args.last() {
        Some(last) if last.is_kwargs() => super::dict::entries(last)?,
        _ => Vec::new(),
    };
    if !given.is_empty() || args.last().is_some_and(Value::is_kwargs) {
        args.pop();
    }
    if args.len() > names.len() {
        return Err(Error::from(ErrorKind::TooManyArguments));
    }
    given.extend(names.iter().zip(args).map(|(name, value)| (Value::from(*name), value)));
    Ok(Kwargs::from_iter(given.into_iter().map(|(name, value)| (name.to_string(), value))))
}

fn generator(items: Vec<Value>) -> Value {
    Generator::value("generator", items)
}

fn generator_of(value: &Value) -> Result<Value, Error> {
    Ok(generator(value.try_iter()?.checked().collect::<Result<Vec<_>, _>>()?))
}

/// A list that a template may change.
fn list_of(value: &Value) -> Result<Value, Error> {
    Ok(List::value(value.try_iter()?.checked().collect::<Result<Vec<_>, _>>()?))
}

fn generator_of_lists(value: &Value) -> Result<Value, Error> {
    let lists: Result<Vec<Value>, Error> = value.try_iter()?.map(|list| list_of(&list)).collect();
    Ok(generator(lists?))
}

/// A group of `groupby`: a pair whose parts also have names.
#[derive(Debug)]
pub struct Group {
    grouper: Value,
    list: Value,
}

impl Object for Group {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (key.as_str(), i64::try_from(key.clone())) {
            (Some("grouper"), _) | (None, Ok(0 | -2)) => Some(self.grouper.clone()),
            (Some("list"), _) | (None, Ok(1 | -1)) => Some(self.list.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(2)
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pair = List::tuple(vec![self.grouper.clone(), self.list.clone()]);
        f.write_str(&super::python_text::repr(&pair))
    }
}

/// Jinja's `groupby`: a list of groups, each named as its first member has it.
fn groups(value: &Value, options: Kwargs) -> Result<Value, Error> {
    let attribute = options.get::<Value>(ATTRIBUTE)?;
    let default = options.get::<Option<Value>>("default")?;
    let case_sensitive = options.get::<Option<bool>>("case_sensitive")?.unwrap_or(false);
    options.assert_all_used()?;
    let mut found: Vec<(Value, Value, Value)> = Vec::new();
    for item in value.try_iter()?.checked() {
        let item = item?;
        let named = at_path(&item, &attribute)?;
        let named = if named.is_undefined() { default.clone().unwrap_or(named) } else { named };
        let key = match named.as_str() {
            Some(text) if !case_sensitive => Value::from(text.to_lowercase()),
            _ => named.clone(),
        };
        found.push((key, named, item));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let same = |a: &(Value, Value, Value), b: &(Value, Value, Value)| a.0 == b.0;
    let groups = found.chunk_by(same).map(|members| {
        let list = List::value(members.iter().map(|(_, _, item)| item.clone()).collect());
        Value::from_object(Group { grouper: members[0].1.clone(), list })
    });
    Ok(List::value(groups.collect()))
}

/// What is at `a.b` or `a.0`.
fn at_path(item: &Value, path: &Value) -> Result<Value, Error> {
    let Some(path) = path.as_str() else { return item.get_item(path) };
    path.split('.').try_fold(item.clone(), |found, part| match part.parse::<i64>() {
        Ok(at) => found.get_item(&Value::from(at)),
        Err(_) => found.get_attr(part),
    })
}
