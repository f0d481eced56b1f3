//! Functions that templates call by name.

use std::sync::Arc;

use md5::{Digest, Md5};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr, from_args},
};

use super::Shared;
use crate::jinja::{
    Caller, Phase, RefCall, SourceCall,
    convert::{from_json, to_json},
    dict::{self, Dict},
    list::List,
    objects::{TableObject, relation_value},
};
use crate::relation::{Relation, Table};

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// `ref`
    Ref,
    /// `source`
    Source,
    /// `env_var`
    EnvVar,
    /// `return`
    Return,
    /// `log`
    Log,
    /// `print`
    Print,
    /// `statement`
    Statement,
    /// `run_query`
    RunQuery,
    /// `load_result`
    LoadResult,
    /// `store_result`
    StoreResult,
    /// `is_incremental`
    IsIncremental,
    /// `should_full_refresh`
    ShouldFullRefresh,
    /// `fromjson`
    FromJson,
    /// `tojson`
    ToJson,
    /// `fromyaml`
    FromYaml,
    /// `toyaml`
    ToYaml,
    /// `set`
    Set,
    /// `set_strict`
    SetStrict,
    /// `zip`
    Zip,
    /// `zip_strict`
    ZipStrict,
    /// `local_md5`
    LocalMd5,
    /// `doc`
    Doc,
    /// `diff_of_two_dicts`
    DiffOfTwoDicts,
    /// `metric`
    Metric,
    /// `adapter_macro`
    AdapterMacro,
    /// `__list`
    List,
    /// `__dict`
    Dict,
}

impl Which {
    /// The function of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ref" => Self::Ref,
            "source" => Self::Source,
            "env_var" => Self::EnvVar,
            "return" => Self::Return,
            "log" => Self::Log,
            "print" => Self::Print,
            "statement" => Self::Statement,
            "run_query" => Self::RunQuery,
            "load_result" => Self::LoadResult,
            "store_result" => Self::StoreResult,
            "is_incremental" => Self::IsIncremental,
            "should_full_refresh" => Self::ShouldFullRefresh,
            "fromjson" => Self::FromJson,
            "tojson" => Self::ToJson,
            "fromyaml" => Self::FromYaml,
            "toyaml" => Self::ToYaml,
            "set" => Self::Set,
            "set_strict" => Self::SetStrict,
            "zip" => Self::Zip,
            "zip_strict" => Self::ZipStrict,
            "local_md5" => Self::LocalMd5,
            "doc" => Self::Doc,
            "diff_of_two_dicts" => Self::DiffOfTwoDicts,
            "metric" => Self::Metric,
            "adapter_macro" => Self::AdapterMacro,
            "__list" => Self::List,
            "__dict" | "dict" => Self::Dict,
            _ => return None,
        })
    }
}

/// A function bound to a rendering and a package.
#[derive(Debug)]
pub struct Builtin {
    /// What the rendering shares.
    pub shared: Arc<Shared>,
    /// The package that calls.
    pub package: Arc<str>,
    /// Which function.
    pub which: Which,
}

/// What `return()` carries through the error channel.
#[derive(Debug)]
struct Returned(Value);

impl std::fmt::Display for Returned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("return() outside a macro")
    }
}

impl std::error::Error for Returned {}

/// The error value that carries what a macro returns.
pub fn return_error(value: Value) -> Error {
    Error::new(ErrorKind::InvalidOperation, "return() outside a macro").with_source(Returned(value))
}

/// What a macro returned, if the error says so.
pub fn returned(error: &Error) -> Option<Value> {
    let mut current: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = current {
        if let Some(returned) = inner.downcast_ref::<Returned>() {
            return Some(returned.0.clone());
        }
        current = inner.source();
    }
    None
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

impl Builtin {
    fn caller(&self) -> Caller {
        Caller { package: Arc::clone(&self.package), ..self.shared.scope.caller.clone() }
    }

    fn resolved(
        &self,
        answer: Result<Relation, Box<crate::diagnostic::Diagnostic>>,
    ) -> Result<Value, Error> {
        match answer {
            Ok(relation) => Ok(relation_value(relation)),
            Err(diagnostic) => {
                let help = diagnostic.help.join("; ");
                let separator = if help.is_empty() { "" } else { "; " };
                Err(invalid(format!("{}{separator}{help}", diagnostic.message)))
            }
        }
    }

    fn reference(&self, args: &[Value]) -> Result<Value, Error> {
        let (first, second, options): (String, Option<String>, Kwargs) = from_args(args)?;
        let version = match options.get::<Option<Value>>("version")? {
            Some(version) => Some(version),
            None => options.get::<Option<Value>>("v")?,
        };
        options.assert_all_used()?;
        let (package, name) = match second {
            Some(second) => (Some(first), second),
            None => (None, first),
        };
        let version = version.filter(|value| !value.is_none()).map(|value| value.to_string());
        let call = RefCall { package, name, version, span: None };
        let scope = &self.shared.scope;
        self.shared.capture(|captured| captured.refs.push(call.clone()));
        if scope.phase == Phase::Parse {
            return Ok(relation_value(self.placeholder(&call.name)));
        }
        self.resolved(scope.host.resolve_ref(&self.caller(), &call))
    }

    fn source(&self, args: &[Value]) -> Result<Value, Error> {
        let (source, table): (String, String) = from_args(args)?;
        let call = SourceCall { source, table, span: None };
        let scope = &self.shared.scope;
        self.shared.capture(|captured| captured.sources.push(call.clone()));
        if scope.phase == Phase::Parse {
            return Ok(relation_value(self.placeholder(&call.table)));
        }
        self.resolved(scope.host.resolve_source(&self.caller(), &call))
    }

    /// What a reference is while nothing is resolved.
    fn placeholder(&self, name: &str) -> Relation {
        let globals = &self.shared.scope.globals;
        Relation::new(globals.dialect, globals.database.clone(), globals.schema.clone(), name)
    }

    fn run(&self, sql: &str) -> Result<Table, Error> {
        let warehouse = self.shared.scope.host.warehouse().ok_or_else(|| {
            invalid("this template asks the warehouse, and this command connects to none")
        })?;
        warehouse.run(sql).map_err(|message| {
            invalid(format!("the warehouse refused a query of this template: {message}"))
        })
    }

    /// `{% call statement('name', fetch_result=True) %}`: the result is kept under the name.
    fn statement(&self, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (name, options): (Option<String>, Kwargs) = from_args(args)?;
        let name = match name {
            Some(name) => Some(name),
            None => options.get::<Option<String>>("name")?,
        };
        let fetch = options.get::<Option<bool>>("fetch_result")?.unwrap_or(false);
        let caller = options.get::<Value>("caller")?;
        let sql = caller.call(state, &[])?.to_string();
        if self.shared.scope.phase == Phase::Parse {
            return Ok(Value::from(""));
        }
        let table = self.run(&sql)?;
        if let Some(name) = name {
            let table = if fetch { table } else { Table::default() };
            self.store(&name, table);
        }
        Ok(Value::from(""))
    }

    fn store(&self, name: &str, table: Table) {
        let table = Arc::new(table);
        let rows = Value::from_object(TableObject(Arc::clone(&table)));
        let result = Dict::value([
            (Value::from("table"), rows.clone()),
            (Value::from("data"), rows.get_attr("rows").unwrap_or_default()),
            (Value::from("response"), Value::from("OK")),
        ]);
        let mut results =
            self.shared.results.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        results.insert(name.to_owned(), result);
    }

    fn env_var(&self, args: &[Value]) -> Result<Value, Error> {
        let (name, default): (&str, Option<Value>) = from_args(args)?;
        if crate::secret::is_secret_name(name) {
            return Err(invalid(format!(
                "secret environment variable `{name}` may only be used in profiles.yml and packages.yml"
            )));
        }
        if let Some(value) = self.shared.scope.extra.get(&format!("env_var:{name}")) {
            return Ok(value.clone());
        }
        match (self.shared.scope.globals.env)(name) {
            Some(value) => Ok(Value::from(value)),
            None => default.or_else(|| none_given(args)).ok_or_else(|| {
                invalid(format!("environment variable `{name}` is not set and has no default here"))
            }),
        }
    }
}

/// `None` where it was written as the second argument: as good a default as any.
pub fn none_given(args: &[Value]) -> Option<Value> {
    args.get(1).filter(|second| !second.is_undefined() && !second.is_kwargs()).cloned()
}

fn yaml_to_value(text: &str) -> Result<Value, Error> {
    let source = crate::diagnostic::SourceFile::new("fromyaml", text);
    let parsed = crate::project::read_yaml(source);
    match parsed
        .diagnostics
        .iter()
        .find(|problem| problem.severity == crate::diagnostic::Severity::Error)
    {
        Some(problem) => Err(invalid(format!("the text is no YAML: {}", problem.message))),
        None => Ok(from_json(&parsed.value.root.to_json())),
    }
}

/// YAML in block style, keys in order, as `toyaml` prints it.
fn json_to_yaml(value: &serde_json::Value, indent: usize, out: &mut String) {
    use serde_json::Value as Json;
    let pad = "  ".repeat(indent);
    match value {
        Json::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.push_str(&format!("{pad}{key}:"));
                nested(value, indent, out);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for value in items {
                out.push_str(&format!("{pad}-"));
                nested(value, indent, out);
            }
        }
        scalar => out.push_str(&format!("{pad}{scalar}\n")),
    }
}

fn nested(value: &serde_json::Value, indent: usize, out: &mut String) {
    use serde_json::Value as Json;
    match value {
        Json::Object(map) if !map.is_empty() => {
            out.push('\n');
            json_to_yaml(value, indent + 1, out);
        }
        Json::Array(items) if !items.is_empty() => {
            out.push('\n');
            json_to_yaml(value, indent, out);
        }
        Json::String(text)
            if !text.is_empty()
                && text.chars().all(|c| c.is_alphanumeric() || "_-. /".contains(c)) =>
        {
            out.push_str(&format!(" {text}\n"));
        }
        scalar => out.push_str(&format!(" {scalar}\n")),
    }
}

impl Object for Builtin {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let scope = &self.shared.scope;
        let parsing = scope.phase == Phase::Parse;
        match self.which {
            Which::Ref => self.reference(args),
            Which::Source => self.source(args),
            Which::EnvVar => self.env_var(args),
            Which::Return => {
                let (value,): (Option<Value>,) = from_args(args)?;
                Err(return_error(value.unwrap_or_else(|| Value::from(()))))
            }
            Which::Log => {
                let (message, info, options): (Value, Option<bool>, Kwargs) = from_args(args)?;
                let info = match info {
                    Some(info) => info,
                    None => options.get::<Option<bool>>("info")?.unwrap_or(false),
                };
                scope.host.log(&message.to_string(), info && !parsing);
                Ok(Value::from(""))
            }
            Which::Print => {
                let (message,): (Value,) = from_args(args)?;
                scope.host.log(&message.to_string(), !parsing);
                Ok(Value::from(""))
            }
            Which::Statement => self.statement(state, args),
            Which::RunQuery => {
                let (sql,): (Value,) = from_args(args)?;
                if parsing {
                    // dbt gives None here, and templates guard with `execute`.
                    return Ok(Value::from(()));
                }
                Ok(Value::from_object(TableObject(Arc::new(self.run(&sql.to_string())?))))
            }
            Which::LoadResult => {
                let (name,): (&str,) = from_args(args)?;
                let results =
                    self.shared.results.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                Ok(results.get(name).cloned().unwrap_or_else(|| Value::from(())))
            }
            Which::StoreResult => Ok(Value::from("")),
            Which::IsIncremental => Ok(Value::from(scope.is_incremental)),
            Which::ShouldFullRefresh => {
                let own = scope.config.get("full_refresh").and_then(|value| value.as_bool());
                Ok(Value::from(own.unwrap_or(scope.globals.full_refresh)))
            }
            Which::FromJson => {
                let (text, default): (&str, Option<Value>) = from_args(args)?;
                match serde_json::from_str::<serde_json::Value>(text) {
                    Ok(json) => Ok(from_json(&json)),
                    Err(_) => Ok(default.unwrap_or_else(|| Value::from(()))),
                }
            }
            Which::ToJson => {
                let (value, default, options): (Value, Option<Value>, Kwargs) = from_args(args)?;
                let sort = options.get::<Option<bool>>("sort_keys")?.unwrap_or(false);
                let _ = default;
                let json = to_json(&value);
                Ok(Value::from(python_json(&json, sort)))
            }
            Which::FromYaml => {
                let (text, default): (&str, Option<Value>) = from_args(args)?;
                match (yaml_to_value(text), default) {
                    (Ok(value), _) => Ok(value),
                    (Err(_), Some(default)) => Ok(default),
                    (Err(error), None) => Err(error),
                }
            }
            Which::ToYaml => {
                let (value, _default, _options): (Value, Option<Value>, Kwargs) = from_args(args)?;
                let mut text = String::new();
                json_to_yaml(&to_json(&value), 0, &mut text);
                Ok(Value::from(text))
            }
            Which::Set | Which::SetStrict => {
                let (value, default): (Value, Option<Value>) = from_args(args)?;
                match value.try_iter() {
                    Ok(items) => {
                        let mut seen: Vec<Value> = Vec::new();
                        for item in items {
                            if !seen.contains(&item) {
                                seen.push(item);
                            }
                        }
                        Ok(List::value(seen))
                    }
                    Err(error) if self.which == Which::SetStrict => Err(error),
                    Err(_) => Ok(default.unwrap_or_else(|| Value::from(()))),
                }
            }
            Which::Zip | Which::ZipStrict => {
                let mut columns = Vec::new();
                for arg in args.iter().filter(|arg| !arg.is_kwargs()) {
                    columns.push(arg.try_iter()?.collect::<Vec<_>>());
                }
                let length = columns.iter().map(Vec::len).min().unwrap_or(0);
                let rows = (0..length).map(|row| {
                    List::tuple(columns.iter().map(|column| column[row].clone()).collect())
                });
                Ok(List::value(rows.collect()))
            }
            Which::LocalMd5 => {
                let (text,): (Value,) = from_args(args)?;
                Ok(Value::from(hex(&Md5::digest(text.to_string().as_bytes()))))
            }
            Which::Doc => Ok(Value::from("")),
            Which::DiffOfTwoDicts => {
                let (left, right): (Value, Value) = from_args(args)?;
                let right = dict::entries(&right)?;
                let mut difference = Vec::new();
                for (key, values) in dict::entries(&left)? {
                    let other: Vec<Value> = match right.iter().find(|(name, _)| *name == key) {
                        Some((_, other)) => other.try_iter()?.collect(),
                        None => Vec::new(),
                    };
                    let own: Vec<Value> =
                        values.try_iter()?.filter(|item| !other.contains(item)).collect();
                    if !own.is_empty() {
                        difference.push((key, List::value(own)));
                    }
                }
                Ok(Dict::value(difference))
            }
            Which::Metric => Err(invalid("metrics are not supported; query the model instead")),
            Which::AdapterMacro => {
                Err(invalid("`adapter_macro` is gone from dbt; use `adapter.dispatch` instead"))
            }
            Which::List => {
                let (value,): (Option<Value>,) = from_args(args)?;
                let items =
                    value.map(|value| value.try_iter().map(Iterator::collect)).transpose()?;
                Ok(List::value(items.unwrap_or_default()))
            }
            Which::Dict => {
                // `dict([('a', 1)], b=2)`: pairs or a mapping first, keywords after.
                let mut all = Vec::new();
                for arg in args {
                    all.extend(dict::entries(arg)?);
                }
                Ok(Dict::value(all))
            }
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let _ = (state, args);
        Err(Error::new(ErrorKind::UnknownMethod, format!("no method `{method}` on a function")))
    }

    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        None
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON with Python's separators (`, ` and `: `).
fn python_json(value: &serde_json::Value, sort: bool) -> String {
    use serde_json::Value as Json;
    match value {
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| python_json(item, sort)).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let mut entries: Vec<(&String, &Json)> = map.iter().collect();
            if sort {
                entries.sort_by(|a, b| a.0.cmp(b.0));
            }
            let entries: Vec<String> = entries
                .into_iter()
                .map(|(key, value)| {
                    let key = ascii(&Json::String(key.clone()).to_string());
                    format!("{key}: {}", python_json(value, sort))
                })
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        scalar => ascii(&scalar.to_string()),
    }
}

/// What is not ASCII, as JSON escapes: Python writes JSON so.
fn ascii(json: &str) -> String {
    if json.is_ascii() {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + 16);
    let mut units = [0; 2];
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}
