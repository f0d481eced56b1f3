//! `exceptions.*`.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Object, ObjectRepr},
};

use super::Shared;
use crate::{
    diagnostic::did_you_mean,
    jinja::{arguments::Arguments, failure::refused, python_text::text},
};

/// `exceptions` (<https://docs.getdbt.com/reference/dbt-jinja-functions/exceptions>).
#[derive(Debug)]
pub struct ExceptionsObject(pub Arc<Shared>);

/// The names of what it has, with those of their arguments that the message tells.
const METHODS: [(&str, &[&str]); 21] = [
    ("column_type_missing", &["column_names"]),
    ("missing_config", &["model", "name"]),
    ("missing_materialization", &["model", "adapter_type"]),
    ("missing_relation", &["relation"]),
    ("raise_ambiguous_alias", &["node_1", "node_2"]),
    ("raise_ambiguous_catalog_match", &["unique_id"]),
    ("raise_cache_inconsistent", &["message"]),
    ("raise_compiler_error", &["msg"]),
    ("raise_contract_error", &["yaml_columns", "sql_columns"]),
    ("raise_database_error", &["msg"]),
    ("raise_dataclass_not_dict", &["obj"]),
    ("raise_dep_not_found", &["node", "node_description", "required_pkg"]),
    ("raise_dependency_error", &["msg"]),
    ("raise_duplicate_patch_name", &["patch_1", "existing_patch_path"]),
    ("raise_duplicate_resource_name", &["node_1", "node_2"]),
    ("raise_fail_fast_error", &["msg"]),
    ("raise_invalid_property_yml_version", &["path", "issue"]),
    ("raise_not_implemented", &["msg"]),
    ("relation_wrong_type", &["relation", "expected_type"]),
    ("warn", &["msg"]),
    ("warn_snapshot_timestamp_data_types", &["snapshot_time_data_type", "updated_at_data_type"]),
];

/// A node by its id, or whatever stands in its place.
fn node(value: &Value) -> String {
    match value.get_attr("unique_id") {
        Ok(id) if !id.is_undefined() => id.to_string(),
        _ => text(value),
    }
}

/// The message of an exception.
fn message(method: &str, of: &[Value]) -> String {
    let at = |place: usize| of.get(place).map(text).unwrap_or_default();
    let node = |place: usize| of.get(place).map(node).unwrap_or_default();
    match method {
        "column_type_missing" => format!(
            "a contract needs the `data_type` of each column; those of {} are missing",
            of.first().map(names).unwrap_or_default()
        ),
        "missing_config" => format!("`{}` needs the config `{}`", node(0), at(1)),
        "missing_materialization" => {
            format!("no materialization of `{}` is there for adapter `{}`", node(0), at(1))
        }
        "missing_relation" => format!("relation {} does not exist", at(0)),
        "raise_ambiguous_alias" => format!("`{}` and `{}` share one relation", node(0), node(1)),
        "raise_ambiguous_catalog_match" => {
            format!("two relations in the warehouse fit `{}`", at(0))
        }
        "raise_contract_error" => {
            format!(
                "the columns {} of the contract are not the columns {} of the query",
                at(0),
                at(1)
            )
        }
        "raise_dataclass_not_dict" => format!("{} is no dict", at(0)),
        "raise_dep_not_found" => format!("`{}` needs package `{}`: {}", node(0), at(2), at(1)),
        "raise_duplicate_patch_name" => format!("{} is described in {} already", node(0), at(1)),
        "raise_duplicate_resource_name" => {
            format!("`{}` and `{}` share one name", node(0), node(1))
        }
        "raise_invalid_property_yml_version" => format!("{} is wrong: {}", at(0), at(1)),
        "relation_wrong_type" => format!(
            "a {} is to be built as {}, and something else is there: drop it, or run with --full-refresh",
            at(1),
            at(0)
        ),
        "warn_snapshot_timestamp_data_types" => {
            format!("`updated_at` is {}, the snapshot's times are {}", at(1), at(0))
        }
        _ => at(0),
    }
}

/// A list of names in words.
fn names(list: &Value) -> String {
    let each = |names: minijinja::value::ValueIter| {
        names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    list.try_iter().map_or_else(|_| text(list), each)
}

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
        let Some((_, parameters)) = METHODS.iter().find(|(name, _)| *name == method) else {
            let hint = did_you_mean(method, METHODS.iter().map(|(name, _)| *name));
            let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
            let message = format!("`exceptions` has no `{method}`{hint}");
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        };
        let given = Arguments::new("exceptions", args)?;
        let mut told = Vec::new();
        for (at, name) in parameters.iter().enumerate() {
            told.push(given.value(at, name)?.unwrap_or_default());
        }
        let message = message(method, &told);
        match method {
            "warn" | "warn_snapshot_timestamp_data_types" => {
                self.0.scope.host.warn(&message).map_err(refused)?;
                self.0.capture(|captured| captured.warnings.push(message));
                Ok(Value::from(""))
            }
            _ => Err(Error::new(ErrorKind::InvalidOperation, message)),
        }
    }
}
