//! Python's generators and iterators: what they give can be gone through once.
//!
//! Jinja's filters that work on sequences (`map`, `select`, …), `zip` and `modules.itertools` give
//! them. They are always true, have no length and no items; `| list` makes a list of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::{
    Error, ErrorKind, Value,
    value::{Enumerator, Object, ObjectRepr},
};

/// Most items a generator without an end gives: more is a loop that never ends.
const MAX_ITEMS: usize = 1_000_000;

/// Items that are still to come, and how many: none of a generator that never ends by itself.
pub struct Items {
    items: Box<dyn Iterator<Item = Value> + Send>,
    left: Option<usize>,
}

impl Items {
    /// Items with their number, which a loop's `loop.last` and `loop.length` tell.
    pub fn new(items: impl Iterator<Item = Value> + Send + 'static, length: Option<usize>) -> Self {
        Self { items: Box::new(items.fuse()), left: length }
    }

    /// What Python goes through in a value.
    ///
    /// # Errors
    /// `none`, numbers and other values that nothing goes through.
    pub fn of(value: &Value) -> Result<Self, Error> {
        let length = match value.downcast_object_ref::<Generator>() {
            Some(generator) => generator.lock().left,
            None => value.len(),
        };
        let items = python_iter(value)?;
        let is_endless = value.downcast_object_ref::<Generator>().is_some();
        Ok(match length {
            Some(_) => Self::new(items, length),
            None if is_endless => Self::new(items, None),
            None => {
                let items: Vec<Value> = items.collect();
                let length = items.len();
                Self::new(items.into_iter(), Some(length))
            }
        })
    }

    /// How many items are left.
    pub fn left(&self) -> Option<usize> {
        self.left
    }
}

impl Iterator for Items {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.items.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.map_or((0, None), |left| (left, Some(left)))
    }
}

/// A generator: all who hold it take items from the same place.
pub struct Generator {
    /// Python's name of its type.
    name: &'static str,
    items: Mutex<Items>,
}

impl std::fmt::Debug for Generator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Generator {
    /// A generator of these values, with Python's name of its type.
    pub fn value(name: &'static str, values: Vec<Value>) -> Value {
        let length = values.len();
        Self::lazy(name, Items::new(values.into_iter(), Some(length)))
    }

    /// A generator of items that are worked out when they are asked for.
    pub fn lazy(name: &'static str, mut items: Items) -> Value {
        if items.left.is_none() {
            let mut given = 0;
            let endless = std::iter::from_fn(move || {
                given += 1;
                if given <= MAX_ITEMS {
                    return items.next();
                }
                let message = format!("`{name}` has no end, and gave {MAX_ITEMS} items");
                Some(Value::from(Error::new(ErrorKind::InvalidOperation, message)))
            });
            items = Items::new(endless, None);
        }
        Value::from_object(Self { name, items: Mutex::new(items) })
    }

    fn lock(&self) -> MutexGuard<'_, Items> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What goes through the items that are left.
struct Rest(Arc<Generator>);

impl Iterator for Rest {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.0.lock().next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.lock().size_hint()
    }
}

impl Object for Generator {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    /// Has no places: the engine would count to them.
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        key.is_integer().then_some(Value::UNDEFINED)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(Rest(Arc::clone(self))))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        None
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} object>", self.name)
    }
}

/// The items of a value as Python goes through it: `none` has none to give.
pub fn python_iter(value: &Value) -> Result<minijinja::value::ValueIter, Error> {
    if value.is_none() {
        return Err(Error::new(ErrorKind::InvalidOperation, "`none` cannot be gone through"));
    }
    value.try_iter()
}
