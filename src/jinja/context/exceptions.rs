//! `exceptions.*`.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Object, ObjectRepr},
};

use super::Shared;
use crate::jinja::failure::refused;

/// `exceptions` (<https://docs.getdbt.com/reference/dbt-jinja-functions/exceptions>).
#[derive(Debug)]
pub struct ExceptionsObject(pub Arc<Shared>);

impl Object for ExceptionsObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let text = || {
            let words: Vec<String> =
                args.iter().filter(|arg| !arg.is_kwargs()).map(ToString::to_string).collect();
            words.join(" ")
        };
        match method {
            "warn" => {
                let message = text();
                self.0.scope.host.warn(&message).map_err(refused)?;
                self.0.capture(|captured| captured.warnings.push(message));
                Ok(Value::from(""))
            }
            "warn_snapshot_timestamp_data_types" => Ok(Value::from("")),
            name if name.starts_with("raise_")
                || matches!(
                    name,
                    "missing_config"
                        | "missing_materialization"
                        | "missing_relation"
                        | "relation_wrong_type"
                        | "column_type_missing"
                ) =>
            {
                Err(Error::new(ErrorKind::InvalidOperation, text()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
