//! `config(…)`, `config.get(…)`, `config.require(…)`.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr, ValueKind, from_args},
};

use super::Shared;
use crate::{
    diagnostic::Diagnostic,
    jinja::{Phase, convert::to_json, dict, failure::refused},
};

/// `config` (<https://docs.getdbt.com/reference/dbt-jinja-functions/config>).
#[derive(Debug)]
pub struct ConfigObject(pub Arc<Shared>);

impl ConfigObject {
    fn lookup(&self, key: &str) -> Option<Value> {
        // A key that is set to nothing is set: the default is for those that are not there.
        let key = match key {
            "pre_hook" => "pre-hook",
            "post_hook" => "post-hook",
            key => key,
        };
        self.0.scope.config.get(key).map(crate::jinja::convert::from_json)
    }
}

impl Object for ConfigObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "model" => Some(self.0.scope.model.clone()),
            name => self.lookup(name),
        }
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let mut call = serde_json::Map::new();
        for arg in args {
            if !arg.is_kwargs() && arg.kind() != ValueKind::Map {
                let found = crate::jinja::python_text::text(arg);
                let message = format!("`config` takes keys with values, not `{found}`");
                return Err(refused(Box::new(
                    Diagnostic::error("jinja-arguments", message)
                        .help("write it like `config(materialized='table')`"),
                )));
            }
            for (key, value) in dict::entries(arg)? {
                let Some(name) = key.as_str() else { continue };
                call.insert(name.replace('-', "_"), to_json(&value));
            }
        }
        self.0.capture(|captured| captured.configs.push(call));
        Ok(Value::from(""))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let meta = |key: &str| {
            let meta = self.0.scope.config.get("meta")?.get(key)?;
            (!meta.is_null()).then(|| crate::jinja::convert::from_json(meta))
        };
        match method {
            "get" | "meta_get" => {
                let (key, default, options): (&str, Option<Value>, Kwargs) = from_args(args)?;
                let default = match default {
                    Some(default) => default,
                    None => {
                        options.get::<Option<Value>>("default")?.unwrap_or_else(|| Value::from(()))
                    }
                };
                let found = if method == "get" { self.lookup(key) } else { meta(key) };
                Ok(found.unwrap_or(default))
            }
            "require" | "meta_require" => {
                let (key, _options): (&str, Kwargs) = from_args(args)?;
                let found = if method == "require" { self.lookup(key) } else { meta(key) };
                match found {
                    Some(value) => Ok(value),
                    None if self.0.scope.phase == Phase::Parse => Ok(Value::from("")),
                    None => Err(Error::new(
                        ErrorKind::InvalidOperation,
                        format!("`{}` needs the config `{key}`", self.0.scope.caller.name),
                    )),
                }
            }
            "set" => {
                let (key, value): (&str, Value) = from_args(args)?;
                let mut call = serde_json::Map::new();
                call.insert(key.to_owned(), to_json(&value));
                self.0.capture(|captured| captured.configs.push(call));
                Ok(Value::from(""))
            }
            "persist_relation_docs" | "persist_column_docs" => {
                let part = if method.contains("relation") { "relation" } else { "columns" };
                let docs = self.0.scope.config.get("persist_docs");
                let wanted = docs.and_then(|docs| docs.get(part)).and_then(|flag| flag.as_bool());
                Ok(Value::from(wanted.unwrap_or(false)))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
