//! `fromjson`, `fromyaml`, `tojson` and `toyaml`.

use minijinja::{Error, Value};

use crate::{
    diagnostic::{Diagnostic, SourceFile},
    jinja::{
        arguments::Arguments,
        convert::from_yaml,
        python_json::{Layout, to_python_json},
        python_yaml::to_python_yaml,
        times::Moment,
    },
    project::{Yaml, YamlValue},
};

/// `fromjson(text, default=none)`: the default stands for a text that cannot be read.
pub fn from_text(
    (function, name): (&'static str, &str),
    args: &[Value],
    read: fn(&str) -> Option<Value>,
) -> Result<Value, Error> {
    let given = Arguments::new(function, args)?;
    let text = given.text(0, name)?;
    let default = given.get(1, "default")?.unwrap_or_else(|| Value::from(()));
    given.finish(2)?;
    Ok(read(&text).unwrap_or(default))
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
    let given = Arguments::new("tojson", args)?;
    let value = given.value(0, "value")?.ok_or_else(|| given.wrong("`value` is missing"))?;
    let default = given.get(1, "default")?.unwrap_or_else(|| Value::from(()));
    let sort = given.get(2, "sort_keys")?.unwrap_or(false);
    given.finish(3)?;
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
