//! `modules.*`: the parts of Python's library that dbt opens to templates
//! (<https://docs.getdbt.com/reference/dbt-jinja-functions/modules>).

use std::sync::Arc;

use minijinja::{
    Error, State, Value,
    value::{Object, ObjectRepr},
};

use super::{functions::invalid, iteration::iteration};
use crate::jinja::{
    arguments::Arguments,
    regular_expressions::{self, regular_expression},
    set::Set,
    times::{Class, Zone, all_zones},
};

/// `modules`.
#[derive(Debug)]
pub struct ModulesObject;

impl Object for ModulesObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let module = match key.as_str()? {
            "datetime" => Module::DateTime,
            "re" => Module::Re,
            "pytz" => Module::Pytz,
            "itertools" => Module::Itertools,
            _ => return None,
        };
        Some(Value::from_object(module))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Module {
    DateTime,
    Re,
    Pytz,
    Itertools,
}

impl Module {
    fn name(self) -> &'static str {
        match self {
            Self::DateTime => "datetime",
            Self::Re => "re",
            Self::Pytz => "pytz",
            Self::Itertools => "itertools",
        }
    }
}

impl Object for Module {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (**self, key.as_str()?) {
            (Self::DateTime, name) => Class::from_name(name).map(Value::from_object),
            (Self::Pytz, "utc") => Some(Value::from_object(Zone::UTC)),
            (Self::Pytz, "all_timezones" | "common_timezones") => Some(all_zones()),
            (Self::Pytz, "all_timezones_set" | "common_timezones_set") => {
                Set::of(&all_zones()).ok()
            }
            (Self::Re, name) => regular_expressions::flag(name).map(Value::from),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let found = match (**self, method) {
            (Self::DateTime, name) => {
                Class::from_name(name).map(|class| class.create(args)).transpose()?
            }
            (Self::Pytz, "timezone") => {
                let name: String = Arguments::new("timezone", args)?.required(0, "zone")?;
                Some(Value::from_object(Zone::named(&name)?))
            }
            (Self::Pytz, "FixedOffset") => {
                let minutes: i32 = Arguments::new("FixedOffset", args)?.required(0, "offset")?;
                Some(Value::from_object(Zone::minutes(minutes)?))
            }
            (Self::Pytz, _) => None,
            (Self::Re, name) => regular_expression(state, name, args)?,
            (Self::Itertools, name) => iteration(name, state, args)?,
        };
        found.ok_or_else(|| invalid(format!("`modules.{}` has no `{method}` here", self.name())))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<module {}>", self.name())
    }
}
