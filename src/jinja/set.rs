//! Python's set: each element once; mutable and shared by reference, as dbt's templates expect.
//! Python promises no order; here elements keep the order they came in.

use std::{
    cmp::Ordering,
    sync::{Arc, Mutex, PoisonError},
};

use indexmap::IndexMap;
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Enumerator, Object, ObjectRepr, ValueKind, from_args},
};

use super::{dict::Dict, generator::python_iter, list::List, python_text::repr};

/// Elements by what makes them equal.
type Elements = IndexMap<Value, Value>;

/// A mutable set. Every alias sees a change.
#[derive(Debug, Default)]
pub struct Set(Mutex<Elements>);

/// What makes two elements equal: in Python `true` is 1.
fn key(element: &Value) -> Value {
    match element.kind() {
        ValueKind::Bool => Value::from(i64::from(element.is_true())),
        _ => element.clone(),
    }
}

/// Refuses what can change, as it would be lost in a set.
fn check_hashable(element: &Value) -> Result<(), Error> {
    let kind = if element.downcast_object_ref::<List>().is_some() {
        "list"
    } else if element.downcast_object_ref::<Dict>().is_some() {
        "dict"
    } else if element.downcast_object_ref::<Set>().is_some() {
        "set"
    } else if element.is_tuple() {
        return element.try_iter()?.try_for_each(|inner| check_hashable(&inner));
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::InvalidOperation, format!("a {kind} cannot be in a set")))
}

fn elements_of(value: &Value) -> Result<Elements, Error> {
    let mut elements = Elements::new();
    for element in python_iter(value)?.checked() {
        let element = element?;
        check_hashable(&element)?;
        elements.entry(key(&element)).or_insert(element);
    }
    Ok(elements)
}

impl Set {
    /// The set of what a value gives, as Python's `set(…)`.
    ///
    /// # Errors
    /// What cannot be gone through, and elements that can change.
    pub fn of(value: &Value) -> Result<Value, Error> {
        Ok(Self::value(elements_of(value)?))
    }

    fn value(elements: Elements) -> Value {
        Value::from_object(Self(Mutex::new(elements)))
    }

    /// What is in `left` and not in `right`: `left - right`.
    ///
    /// # Errors
    /// What cannot be gone through.
    pub fn difference(left: &Value, right: &Value) -> Result<Value, Error> {
        let (mut left, right) = (elements_of(left)?, elements_of(right)?);
        left.retain(|key, _| !right.contains_key(key));
        Ok(Self::value(left))
    }

    /// Less is a part of, greater holds; none of sets that are neither.
    ///
    /// # Errors
    /// What cannot be gone through.
    pub fn order(left: &Value, right: &Value) -> Result<Option<Ordering>, Error> {
        let (left, right) = (elements_of(left)?, elements_of(right)?);
        let is_part = left.keys().all(|key| right.contains_key(key));
        let holds = right.keys().all(|key| left.contains_key(key));
        Ok(match (is_part, holds) {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Less),
            (false, true) => Some(Ordering::Greater),
            (false, false) => None,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Elements> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sorted(&self) -> Vec<Value> {
        let mut elements: Vec<Value> = self.lock().keys().cloned().collect();
        elements.sort();
        elements
    }

    /// The elements that `union`, `difference`, … of this set and others are.
    fn combined(&self, operation: &str, others: &[Value]) -> Result<Elements, Error> {
        let mut elements = self.lock().clone();
        for other in others {
            let other = elements_of(other)?;
            match operation {
                "union" => {
                    for (key, element) in other {
                        elements.entry(key).or_insert(element);
                    }
                }
                "difference" => elements.retain(|key, _| !other.contains_key(key)),
                "intersection" => elements.retain(|key, _| other.contains_key(key)),
                _ => {
                    let common: Vec<Value> =
                        elements.keys().filter(|key| other.contains_key(*key)).cloned().collect();
                    elements.extend(other);
                    elements.retain(|key, _| !common.contains(key));
                }
            }
        }
        Ok(elements)
    }
}

impl Object for Set {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    /// Has no places: the engine would count to them.
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        key.is_integer().then_some(Value::UNDEFINED)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.lock().values().cloned().collect())
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
        let failed = |message: String| Error::new(ErrorKind::InvalidOperation, message);
        match method {
            "add" => {
                let (element,): (Value,) = from_args(args)?;
                check_hashable(&element)?;
                self.lock().entry(key(&element)).or_insert(element);
            }
            "remove" | "discard" => {
                let (element,): (Value,) = from_args(args)?;
                let removed = self.lock().shift_remove(&key(&element)).is_some();
                if !removed && method == "remove" {
                    return Err(failed(format!("{} is not in the set", repr(&element))));
                }
            }
            "pop" => {
                let () = from_args(args)?;
                let popped = self.lock().shift_remove_index(0);
                return popped
                    .map(|(_, element)| element)
                    .ok_or_else(|| failed("the set is empty".to_owned()));
            }
            "clear" => self.lock().clear(),
            "copy" => return Ok(Self::value(self.lock().clone())),
            "union" | "difference" | "intersection" => {
                return Ok(Self::value(self.combined(method, args)?));
            }
            "symmetric_difference" => {
                let (other,): (Value,) = from_args(args)?;
                return Ok(Self::value(self.combined(method, &[other])?));
            }
            "update" | "difference_update" | "intersection_update" => {
                let operation = method.strip_suffix("_update").unwrap_or("union");
                let combined = self.combined(operation, args)?;
                *self.lock() = combined;
            }
            "symmetric_difference_update" => {
                let (other,): (Value,) = from_args(args)?;
                let combined = self.combined("symmetric_difference", &[other])?;
                *self.lock() = combined;
            }
            "issubset" | "issuperset" | "isdisjoint" => {
                let (other,): (Value,) = from_args(args)?;
                let other = elements_of(&other)?;
                let own = self.lock();
                return Ok(Value::from(match method {
                    "issubset" => own.keys().all(|key| other.contains_key(key)),
                    "issuperset" => other.keys().all(|key| own.contains_key(key)),
                    _ => !other.keys().any(|key| own.contains_key(key)),
                }));
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(Value::from(()))
    }

    /// Equal whatever the order; a part of a set is less than the set.
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        let (own, other) = (self.sorted(), other.sorted());
        Some(own.len().cmp(&other.len()).then_with(|| own.cmp(&other)))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let elements: Vec<String> = self.lock().values().map(repr).collect();
        match elements.as_slice() {
            [] => f.write_str("set()"),
            elements => write!(f, "{{{}}}", elements.join(", ")),
        }
    }
}
