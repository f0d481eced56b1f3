//! `fromjson`, `fromyaml`, `tojson` and `toyaml`.

use minijinja::{
    Error, Value,
    value::{Kwargs, Rest, from_args},
};

use super::functions::default_of;
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    jinja::{
        convert::from_yaml,
        python_json::{Layout, to_python_json},
        python_yaml::to_python_yaml,
        times::Moment,
    },
    project::{Yaml, YamlValue},
};

/// `fromjson(text, default=none)`: the default stands for a text that cannot be read.
pub fn from_text(args: &[Value], read: fn(&str) -> Option<Value>) -> Result<Value, Error> {
    let (text, _): (&str, Rest<Value>) = from_args(&args[..args.len().min(1)])?;
    let (_, default, options): (Value, Option<Value>, Kwargs) = from_args(args)?;
    let default = default_of(default, &options)?;
    options.assert_all_used()?;
    Ok(read(text).unwrap_or(default))
}

/// The value that a YAML text holds.
pub fn read_yaml(text: &str) -> Option<Value> {
    let parsed = crate::project::read_yaml(SourceFile::new("fromyaml", text));
    let is_read = !parsed.diagnostics.iter().any(Diagnostic::is_error);
    (is_read && dates_exist(&parsed.value.root)).then(|| from_yaml(&parsed.value.root))
}

/// Whether all that has the form of a date is one.
fn dates_exist(yaml: &Yaml) -> bool {
    match &yaml.value {
        YamlValue::Timestamp(text) => Moment::of_yaml(text).is_some(),
        YamlValue::List(items) => items.iter().all(dates_exist),
        YamlValue::Map(entries) => entries.iter().all(|(_, value)| dates_exist(value)),
        _ => true,
    }
}

/// What `tojson` and `toyaml` are given: the value, the default, and whether keys are sorted.
fn written(args: &[Value]) -> Result<(Value, Value, bool), Error> {
    let (value, default, sort, options): (Value, Option<Value>, Option<bool>, Kwargs) =
        from_args(args)?;
    let default = default_of(default, &options)?;
    let sort = match sort {
        Some(sort) => sort,
        None => options.get::<Option<bool>>("sort_keys")?.unwrap_or(false),
    };
    options.assert_all_used()?;
    Ok((value, default, sort))
}

/// `tojson(value, default=none, sort_keys=false)`. What cannot be written is refused, as in dbt; while
/// parsing, nothing is what it will be.
pub fn to_json(args: &[Value], parsing: bool) -> Result<Value, Error> {
    let (value, _, sort_keys) = written(args)?;
    match to_python_json(&value, Layout { sort_keys, indent: None }) {
        Err(_) if parsing => Ok(Value::from("")),
        json => json.map(Value::from),
    }
}

/// `toyaml(value, default=none, sort_keys=false)`: the default stands for what cannot be written.
pub fn to_yaml(args: &[Value]) -> Result<Value, Error> {
    let (value, default, sort_keys) = written(args)?;
    Ok(to_python_yaml(&value, sort_keys).map_or(default, Value::from))
}
