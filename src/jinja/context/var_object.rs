//! `var(…)`.

use std::sync::{Arc, atomic::Ordering};

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Object, ObjectRepr, from_args},
};

use super::{Shared, functions::wrong_arguments, template_calls::render_text};
use crate::{
    diagnostic::did_you_mean,
    jinja::{
        Phase,
        arguments::Arguments,
        convert::{from_json, from_yaml},
        failure::{endless_recursion, refused},
        macro_object::MAX_MACRO_DEPTH,
    },
    project::Vars,
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
        let overridden = scope.var_overrides.as_ref().and_then(|overrides| overrides.get(name));
        overridden.map(from_json).or_else(|| {
            let given = globals.cli_vars.get(name);
            given.or_else(|| globals.package_vars.get(&self.package)?.get(name)).map(from_yaml)
        })
    }
}

fn has_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|open| text.contains(open))
}

impl VarObject {
    /// A variable's text is a template itself, of the place that asks for it.
    fn rendered(&self, state: &mut State<'_, '_>, name: &str, text: &str) -> Result<Value, Error> {
        let shared = &self.shared;
        let failed = |error: Error| {
            let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            // One variable may ask for another: the innermost is told.
            let message = match detail.starts_with("the variable `") {
                true => detail,
                false => format!("the variable `{name}` cannot be rendered: {detail}"),
            };
            Error::new(error.kind(), message)
        };
        if shared.depth.fetch_add(1, Ordering::Relaxed) >= MAX_MACRO_DEPTH {
            shared.depth.fetch_sub(1, Ordering::Relaxed);
            let message = format!("the variable `{name}` asks for itself without end");
            return Err(refused(Box::new(endless_recursion(message))));
        }
        let rendered = render_text(shared, &self.package, state, text);
        shared.depth.fetch_sub(1, Ordering::Relaxed);
        rendered.map(Value::from).map_err(failed)
    }
}

impl Object for VarObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("var", args)?;
        let read = given.text(0, "name").and_then(|name| {
            let default = given.value(1, "default")?.filter(|value| !value.is_undefined());
            given.finish(2)?;
            Ok((name, default))
        });
        let (name, default) = read.map_err(|error| {
            refused(Box::new(wrong_arguments("var('name', 'default')", &error)))
        })?;
        let name = name.as_str();
        if let Some(value) = self.lookup(name) {
            return match value.as_str() {
                Some(text) if has_template(text) => self.rendered(state, name, text),
                _ => Ok(value),
            };
        }
        if let Some(default) = default {
            return Ok(default);
        }
        // dbt answers None while parsing and refuses while compiling.
        if self.shared.scope.phase == Phase::Parse {
            return Ok(Value::from(()));
        }
        let globals = &self.shared.scope.globals;
        let own = globals.package_vars.get(&self.package);
        let known = globals.cli_vars.names().chain(own.into_iter().flat_map(Vars::names));
        let hint = did_you_mean(name, known).map_or(String::new(), |hint| format!("; {hint}"));
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
