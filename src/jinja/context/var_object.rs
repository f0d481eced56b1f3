//! `var(…)`.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Object, ObjectRepr, from_args},
};

use super::{Shared, functions::wrong_arguments};
use crate::{
    diagnostic::did_you_mean,
    jinja::{Phase, convert::from_json, failure::refused},
};

/// `var` (<https://docs.getdbt.com/reference/dbt-jinja-functions/var>).
#[derive(Debug)]
pub struct VarObject {
    /// What the rendering shares.
    pub shared: Arc<Shared>,
    /// The package whose variables are meant.
    pub package: Arc<str>,
}

impl VarObject {
    fn lookup(&self, name: &str) -> Option<Value> {
        let scope = &self.shared.scope;
        let globals = &scope.globals;
        scope
            .var_overrides
            .as_ref()
            .and_then(|overrides| overrides.get(name))
            .or_else(|| globals.cli_vars.get(name))
            .or_else(|| globals.package_vars.get(&self.package)?.get(name))
            .map(from_json)
    }
}

impl Object for VarObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let read: Result<(&str, Option<Value>), Error> = from_args(args);
        let (name, default) = read.map_err(|error| {
            refused(Box::new(wrong_arguments("var('name', 'default')", &error)))
        })?;
        let default = default.or_else(|| super::functions::none_given(args));
        if let Some(value) = self.lookup(name).or(default) {
            return Ok(value);
        }
        // dbt answers None while parsing and refuses while compiling.
        if self.shared.scope.phase == Phase::Parse {
            return Ok(Value::from(()));
        }
        let globals = &self.shared.scope.globals;
        let known = globals.cli_vars.keys().chain(
            globals.package_vars.get(&self.package).into_iter().flat_map(|vars| vars.keys()),
        );
        let hint = did_you_mean(name, known.map(String::as_str))
            .map_or(String::new(), |hint| format!("; {hint}"));
        Err(Error::new(
            ErrorKind::InvalidOperation,
            format!(
                "required variable `{name}` is not set in `{}`: give it under `vars` in dbt_project.yml or with --vars{hint}",
                self.shared.scope.caller.name
            ),
        ))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "has_var" => {
                let (name,): (&str,) = from_args(args)?;
                Ok(Value::from(self.lookup(name).is_some()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
