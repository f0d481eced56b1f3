//! Python's list: mutable and shared by reference, as dbt's templates expect.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Enumerator, Kwargs, Object, ObjectRepr, from_args},
};

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

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let items = self.lock();
        let index = i64::try_from(key.clone()).ok()?;
        let index = if index < 0 { index + items.len() as i64 } else { index };
        items.get(usize::try_from(index).ok()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.lock().clone())
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
                let at = at.unwrap_or(-1);
                let at = if at < 0 { at + items.len() as i64 } else { at };
                let found = usize::try_from(at).ok().filter(|at| *at < items.len());
                let Some(at) = found else {
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
