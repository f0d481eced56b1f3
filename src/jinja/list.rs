//! Python's list: mutable and shared by reference, as dbt's templates expect.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Enumerator, Kwargs, Object, ObjectRepr, from_args},
};

use super::range::place;

/// A mutable list. Every alias sees a change.
#[derive(Debug, Default)]
pub struct List(Mutex<Vec<Value>>);

impl List {
    /// A list of these values.
    pub fn value(items: Vec<Value>) -> Value {
        Value::from_object(Self(Mutex::new(items)))
    }

    /// A tuple of these values: prints in parentheses, as Python's, and never changes.
    pub fn tuple(items: Vec<Value>) -> Value {
        Value::from(minijinja::value::Tuple::from(items))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Goes through a list as it is at each step: what a loop appends, it comes to.
struct Going {
    list: Arc<List>,
    at: usize,
}

impl Iterator for Going {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let item = self.list.lock().get(self.at).cloned()?;
        self.at += 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.list.lock().len().saturating_sub(self.at);
        (left, Some(left))
    }
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let items = self.lock();
        let at = place(i64::try_from(key.clone()).ok()?, items.len())?;
        items.get(at).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(Going { list: Arc::clone(self), at: 0 }))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.lock().len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "append" => {
                let (item,): (Value,) = from_args(args)?;
                self.lock().push(item);
            }
            "extend" => {
                let (items,): (Value,) = from_args(args)?;
                let items: Vec<Value> = items.try_iter()?.collect();
                self.lock().extend(items);
            }
            "insert" => {
                let (at, item): (i64, Value) = from_args(args)?;
                let mut items = self.lock();
                let length = items.len() as i64;
                let at = if at < 0 { (at + length).max(0) } else { at.min(length) };
                items.insert(at as usize, item);
            }
            "pop" => {
                let (at,): (Option<i64>,) = from_args(args)?;
                let mut items = self.lock();
                let Some(at) = place(at.unwrap_or(-1), items.len()) else {
                    return Err(Error::new(ErrorKind::InvalidOperation, "pop index out of range"));
                };
                return Ok(items.remove(at));
            }
            "remove" => {
                let (item,): (Value,) = from_args(args)?;
                let mut items = self.lock();
                let Some(at) = items.iter().position(|known| *known == item) else {
                    return Err(Error::new(ErrorKind::InvalidOperation, "value not in list"));
                };
                items.remove(at);
            }
            "clear" => self.lock().clear(),
            "reverse" => self.lock().reverse(),
            "sort" => {
                let (options,): (Kwargs,) = from_args(args)?;
                let reverse = options.get::<Option<bool>>("reverse")?.unwrap_or(false);
                let mut items = self.lock();
                items.sort();
                if reverse {
                    items.reverse();
                }
            }
            "index" => {
                let (item,): (Value,) = from_args(args)?;
                let at = self.lock().iter().position(|known| *known == item);
                let missing = || Error::new(ErrorKind::InvalidOperation, "value not in list");
                return at.map(Value::from).ok_or_else(missing);
            }
            "count" => {
                let (item,): (Value,) = from_args(args)?;
                return Ok(Value::from(self.lock().iter().filter(|known| **known == item).count()));
            }
            "copy" => return Ok(Self::value(self.lock().clone())),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(Value::from(()))
    }
}
