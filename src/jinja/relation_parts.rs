//! The three parts of a relation's name, and what is said of each of them.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Object, ObjectRepr},
};

use super::python_text::repr;

/// Something of the database, the schema and the identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parts<T>(pub [T; 3]);

impl<T> Parts<T> {
    /// The names of the parts.
    pub const NAMES: [&'static str; 3] = ["database", "schema", "identifier"];

    /// Sets what is said of a part; other names are none.
    pub fn set(&mut self, name: &str, value: T) {
        if let Some(at) = Self::NAMES.iter().position(|known| *known == name) {
            self.0[at] = value;
        }
    }
}

/// `relation.path`, `relation.quote_policy` and `relation.include_policy`.
#[derive(Debug)]
pub struct PartsObject {
    class: &'static str,
    parts: [Value; 3],
}

impl PartsObject {
    /// A `Path`.
    pub fn path(parts: Parts<Option<String>>) -> Self {
        Self { class: "Path", parts: parts.0.map(Value::from) }
    }

    /// A `Policy`.
    pub fn policy(parts: Parts<bool>) -> Self {
        Self { class: "Policy", parts: parts.0.map(Value::from) }
    }

    fn part(&self, key: &Value) -> Option<Value> {
        let at = Parts::<bool>::NAMES.iter().position(|known| key.as_str() == Some(known))?;
        Some(self.parts[at].clone())
    }
}

impl Object for PartsObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.part(key)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match (method, args) {
            ("get" | "get_part", [key]) => Ok(self.part(key).unwrap_or_else(|| Value::from(()))),
            ("get", [key, default]) => Ok(self.part(key).unwrap_or_else(|| default.clone())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = Parts::<bool>::NAMES.iter().zip(&self.parts);
        let parts: Vec<String> =
            names.map(|(name, value)| format!("{name}={}", repr(value))).collect();
        write!(f, "{}({})", self.class, parts.join(", "))
    }
}
