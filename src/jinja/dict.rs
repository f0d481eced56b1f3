//! Python's dict: mutable, ordered and shared by reference, as dbt's templates expect.

use std::{
    cmp::Ordering,
    sync::{Arc, Mutex, PoisonError},
};

use indexmap::IndexMap;
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Enumerator, Object, ObjectRepr, Rest, ValueKind, from_args},
};

use super::list::List;

/// A mutable dict. Every alias sees a change.
#[derive(Debug, Default)]
pub struct Dict(Mutex<IndexMap<Value, Value>>);

impl Dict {
    /// A dict of these entries.
    pub fn value(entries: impl IntoIterator<Item = (Value, Value)>) -> Value {
        Value::from_object(Self(Mutex::new(entries.into_iter().collect())))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, IndexMap<Value, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a view shows of a dict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Keys,
    Values,
    Items,
}

/// `keys()`, `values()` and `items()`: they show the dict as it is when they are gone through.
#[derive(Debug)]
pub struct DictView {
    dict: Arc<Dict>,
    part: Part,
}

impl DictView {
    fn items(&self) -> Vec<Value> {
        let map = self.dict.lock();
        match self.part {
            Part::Keys => map.keys().cloned().collect(),
            Part::Values => map.values().cloned().collect(),
            Part::Items => map
                .iter()
                .map(|(key, value)| List::tuple(vec![key.clone(), value.clone()]))
                .collect(),
        }
    }

    /// Whether it behaves as a set: the values do not.
    pub fn is_set(&self) -> bool {
        self.part != Part::Values
    }
}

impl Object for DictView {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    /// Has no places: the engine would count to them.
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        key.is_integer().then_some(Value::UNDEFINED)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items())
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        let (mut own, mut other) = (self.items(), other.items());
        if self.is_set() {
            own.sort();
            other.sort();
        }
        Some(own.cmp(&other))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.part {
            Part::Keys => "dict_keys",
            Part::Values => "dict_values",
            Part::Items => "dict_items",
        };
        write!(f, "{name}({})", super::python_text::repr(&Value::from(self.items())))
    }
}

/// The entries of any mapping or of a list of pairs.
pub fn entries(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    let mut found = Vec::new();
    for item in value.try_iter()? {
        if value.kind() == ValueKind::Map {
            let inner = value.get_item(&item)?;
            found.push((item, inner));
        } else {
            found.push((item.get_item(&Value::from(0))?, item.get_item(&Value::from(1))?));
        }
    }
    Ok(found)
}

impl Object for Dict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.lock().get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.lock().keys().cloned().collect())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "update" => {
                let positional =
                    args.first().filter(|first| !first.is_kwargs()).map(entries).transpose()?;
                let keywords =
                    args.last().filter(|last| last.is_kwargs()).map(entries).transpose()?;
                let mut map = self.lock();
                map.extend(positional.into_iter().flatten());
                map.extend(keywords.into_iter().flatten());
                Ok(Value::from(()))
            }
            "get" => {
                let (key, default): (Value, Option<Value>) = from_args(args)?;
                let found = self.lock().get(&key).cloned();
                Ok(found.or(default).unwrap_or_else(|| Value::from(())))
            }
            "pop" => {
                // Not `Option`: a written `none` is a default like any other.
                let (key, default): (Value, Rest<Value>) = from_args(args)?;
                let found = self.lock().shift_remove(&key).or_else(|| default.first().cloned());
                found.ok_or_else(|| {
                    Error::new(ErrorKind::InvalidOperation, format!("key `{key}` not in dict"))
                })
            }
            "setdefault" => {
                let (key, default): (Value, Option<Value>) = from_args(args)?;
                let default = default.unwrap_or_else(|| Value::from(()));
                Ok(self.lock().entry(key).or_insert(default).clone())
            }
            "items" | "keys" | "values" => {
                let () = from_args(args)?;
                let part = match method {
                    "items" => Part::Items,
                    "keys" => Part::Keys,
                    _ => Part::Values,
                };
                Ok(Value::from_object(DictView { dict: Arc::clone(self), part }))
            }
            "popitem" => {
                let (key, value) = self
                    .lock()
                    .pop()
                    .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "the dict is empty"))?;
                Ok(List::tuple(vec![key, value]))
            }
            "clear" => {
                self.lock().clear();
                Ok(Value::from(()))
            }
            "copy" => Ok(Self::value(self.lock().clone())),
            _ => {
                // A dict may hold something callable under that key.
                let found = self.lock().get(&Value::from(method)).cloned();
                match found {
                    Some(value) => value.call(state, args),
                    None => Err(Error::from(ErrorKind::UnknownMethod)),
                }
            }
        }
    }
}
