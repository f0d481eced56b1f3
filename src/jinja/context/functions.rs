//! Functions that templates call by name.

use std::{error::Error as _, sync::Arc};

use md5::{Digest, Md5};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr, Rest, from_args},
};

use super::{
    Shared, formats,
    references::at_place,
    template_calls::{render_text, try_or_compiler_error},
};
use crate::{
    diagnostic::{Diagnostic, Span},
    jinja::{
        Phase, Whither,
        arguments::Arguments,
        dict::{self, Dict},
        failure::refused,
        generator::{Generator, Items},
        list::List,
        read_json::read_json,
        set::Set,
    },
};

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// `ref`
    Ref,
    /// `source`
    Source,
    /// `function`
    Function,
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
    /// `store_raw_result`
    StoreRawResult,
    /// `render`
    Render,
    /// `try_or_compiler_error`
    TryOrCompilerError,
    /// `write`
    Write,
    /// `otel_trace_id`
    OtelTraceId,
    /// `otel_span_id`
    OtelSpanId,
    /// `load_agate_table`
    LoadAgateTable,
    /// `submit_python_job`
    SubmitPythonJob,
    /// `__is_incremental`, behind the macro `is_incremental`
    IsIncremental,
    /// `__should_full_refresh`, behind the macro `should_full_refresh`
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
    /// `__at`
    At,
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
            "function" => Self::Function,
            "env_var" => Self::EnvVar,
            "return" => Self::Return,
            "log" => Self::Log,
            "print" => Self::Print,
            "statement" => Self::Statement,
            "run_query" => Self::RunQuery,
            "load_result" => Self::LoadResult,
            "store_result" => Self::StoreResult,
            "store_raw_result" => Self::StoreRawResult,
            "render" => Self::Render,
            "try_or_compiler_error" => Self::TryOrCompilerError,
            "write" => Self::Write,
            "otel_trace_id" => Self::OtelTraceId,
            "otel_span_id" => Self::OtelSpanId,
            "load_agate_table" => Self::LoadAgateTable,
            "submit_python_job" => Self::SubmitPythonJob,
            "__is_incremental" => Self::IsIncremental,
            "__should_full_refresh" => Self::ShouldFullRefresh,
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
            "__at" => Self::At,
            "__list" => Self::List,
            "__dict" | "dict" => Self::Dict,
            _ => return None,
        })
    }
}

impl Which {
    /// How the function is called, for those that every project calls.
    fn usage(self) -> Option<&'static str> {
        Some(match self {
            Self::Ref => "ref('model')",
            Self::Source => "source('source', 'table')",
            Self::Function => "function('name')",
            Self::EnvVar => "env_var('NAME', 'default')",
            Self::RunQuery => "run_query('select 1')",
            Self::LocalMd5 => "local_md5('text')",
            Self::FromJson => "fromjson('{}')",
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
    /// Where it is called, where the template tells.
    pub place: Option<Span>,
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

/// An error of a function that was called wrongly.
pub fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

impl Builtin {
    fn env_var(&self, args: &[Value]) -> Result<Value, Error> {
        let given = Arguments::new("env_var", args)?;
        let (name, default) = (given.text(0, "var")?, given.get::<Value>(1, "default")?);
        given.finish(2)?;
        let name = name.as_str();
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
            None => default.ok_or_else(|| {
                invalid(format!("environment variable `{name}` is not set and has no default here"))
            }),
        }
    }
}

/// What a function gives where it cannot do its work: `default=`, else none.
pub fn default_of(positional: Option<Value>, options: &Kwargs) -> Result<Value, Error> {
    let default = match positional {
        Some(default) => Some(default),
        None => options.get::<Option<Value>>("default")?,
    };
    Ok(default.unwrap_or_else(|| Value::from(())))
}

/// Tuples of what all columns have at one place.
fn zipped(columns: &[Value]) -> Result<Value, Error> {
    let columns: Result<Vec<Items>, Error> = columns.iter().map(Items::of).collect();
    let mut columns = columns?;
    let length = match columns.as_slice() {
        [] => Some(0),
        columns => columns.iter().filter_map(Items::left).min(),
    };
    let rows = std::iter::from_fn(move || {
        let row: Option<Vec<Value>> = columns.iter_mut().map(Iterator::next).collect();
        row.filter(|row| !row.is_empty()).map(List::tuple)
    });
    Ok(Generator::lazy("zip", Items::new(rows, length)))
}

impl Object for Builtin {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.invoke(state, args).map_err(|error| match (self.which.usage(), error.kind()) {
            (Some(usage), ErrorKind::MissingArgument | ErrorKind::TooManyArguments) => {
                refused(Box::new(wrong_arguments(usage, &error)))
            }
            (Some(usage), ErrorKind::InvalidOperation) if error.source().is_none() => {
                match error.detail() {
                    Some(detail)
                        if detail == "value is not a string" || is_of_arguments(usage, detail) =>
                    {
                        refused(Box::new(wrong_arguments(usage, &error)))
                    }
                    _ => error,
                }
            }
            _ => error,
        })
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

fn name_of(usage: &str) -> &str {
    usage.split('(').next().unwrap_or(usage)
}

/// Whether a message is one of the function's arguments.
fn is_of_arguments(usage: &str, detail: &str) -> bool {
    detail
        .strip_prefix('`')
        .and_then(|rest| rest.strip_prefix(name_of(usage)))
        .is_some_and(|rest| rest.starts_with("`: "))
}

/// A call with the wrong arguments, and how the function is called.
pub fn wrong_arguments(usage: &str, error: &Error) -> Diagnostic {
    let name = name_of(usage);
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let detail = detail.strip_prefix(&format!("`{name}`: ")).unwrap_or(&detail);
    Diagnostic::error("jinja-arguments", format!("`{name}` is called wrongly: {detail}"))
        .help(format!("write it like `{usage}`"))
}

impl Builtin {
    fn invoke(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let scope = &self.shared.scope;
        let parsing = scope.phase == Phase::Parse;
        match self.which {
            Which::Ref => self.reference(args),
            Which::Source => self.source(args),
            Which::Function => self.user_function(args),
            Which::EnvVar => self.env_var(args),
            Which::Return => {
                let value = Arguments::new("return", args)?.value(0, "data")?;
                Err(return_error(value.unwrap_or_else(|| Value::from(()))))
            }
            Which::Log => {
                let given = Arguments::new("log", args)?;
                let message: Value = given.value(0, "msg")?.unwrap_or_default();
                let people = given.value(1, "info")?.is_some_and(|info| info.is_true()) && !parsing;
                let whither = if people { Whither::People } else { Whither::LogFile };
                scope.host.log(&message.to_string(), whither);
                Ok(Value::from(""))
            }
            Which::Print => {
                let message = Arguments::new("print", args)?.value(0, "msg")?.unwrap_or_default();
                let whither = if parsing { Whither::LogFile } else { Whither::Output };
                scope.host.log(&message.to_string(), whither);
                Ok(Value::from(""))
            }
            Which::Statement => self.statement(state, args),
            Which::RunQuery => self.run_query(args),
            Which::LoadResult => self.load_result(args),
            Which::StoreResult => self.store_result(args),
            Which::StoreRawResult => self.store_raw_result(args),
            Which::Render => {
                let text = Arguments::new("render", args)?.text(0, "string")?;
                render_text(&self.shared, &self.package, state, &text).map(Value::from)
            }
            Which::TryOrCompilerError => try_or_compiler_error(state, args),
            // What runs is written below the target folder in any case.
            Which::Write => Ok(Value::from("")),
            Which::OtelTraceId => Ok(Value::from("0".repeat(32))),
            Which::OtelSpanId => Ok(Value::from("0".repeat(16))),
            Which::LoadAgateTable => {
                Err(invalid("`load_agate_table` is not supported: seeds are loaded without macros"))
            }
            Which::SubmitPythonJob => {
                Err(invalid("`submit_python_job` is not supported: models are written in SQL"))
            }
            Which::IsIncremental => Ok(Value::from(scope.is_incremental)),
            Which::ShouldFullRefresh => {
                let own = scope.config.get("full_refresh").and_then(|value| value.as_bool());
                Ok(Value::from(own.unwrap_or(scope.globals.full_refresh)))
            }
            Which::FromJson => formats::from_text(("fromjson", "string"), args, read_json),
            Which::FromYaml => formats::from_text(("fromyaml", "value"), args, formats::read_yaml),
            Which::ToJson => formats::to_json(args, parsing),
            Which::ToYaml => formats::to_yaml(args),
            Which::Set => {
                // Python's names: `set(value, default=none)`.
                let (value, default, options): (Value, Option<Value>, Kwargs) = from_args(args)?;
                let default = default_of(default, &options)?;
                options.assert_all_used()?;
                Ok(Set::of(&value).unwrap_or(default))
            }
            Which::SetStrict => {
                let (value,): (Value,) = from_args(args)?;
                Set::of(&value)
            }
            Which::Zip => {
                let (columns, options): (Rest<Value>, Kwargs) = from_args(args)?;
                let default = default_of(None, &options)?;
                options.assert_all_used()?;
                Ok(zipped(&columns).unwrap_or(default))
            }
            Which::ZipStrict => {
                let (columns,): (Rest<Value>,) = from_args(args)?;
                zipped(&columns)
            }
            Which::LocalMd5 => {
                let given = Arguments::new("local_md5", args)?;
                let text = match parsing {
                    true => given.required::<Value>(0, "value")?.to_string(),
                    false => given.text(0, "value")?,
                };
                Ok(Value::from(hex(&Md5::digest(text.as_bytes()))))
            }
            Which::Doc => Err(invalid("`doc()` is for descriptions, and this is none")),
            Which::DiffOfTwoDicts => {
                let given = Arguments::new("diff_of_two_dicts", args)?;
                let (left, right) = (given.required(0, "dict_a")?, given.required(1, "dict_b")?);
                difference(&left, &right)
            }
            Which::Metric => Err(invalid("metrics are not supported; query the model instead")),
            Which::AdapterMacro => {
                Err(invalid("`adapter_macro` is gone from dbt; use `adapter.dispatch` instead"))
            }
            Which::At => at_place(self, state, args),
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
}

/// What lists of one dict hold and those of the other do not; case does not count.
fn difference(left: &Value, right: &Value) -> Result<Value, Error> {
    let lower = |value: &Value| value.to_string().to_lowercase();
    let right = dict::entries(right)?;
    let mut different = Vec::new();
    for (key, values) in dict::entries(left)? {
        let name = lower(&key);
        let Some((_, other)) = right.iter().find(|(key, _)| lower(key) == name) else {
            different.push((Value::from(name), values));
            continue;
        };
        let mut known: Vec<String> = other.try_iter()?.map(|item| lower(&item)).collect();
        let mut own = Vec::new();
        for item in values.try_iter()?.map(|item| lower(&item)) {
            if !known.contains(&item) {
                own.push(Value::from(item.as_str()));
                known.push(item);
            }
        }
        if !own.is_empty() {
            different.push((Value::from(name), List::value(own)));
        }
    }
    Ok(Dict::value(different))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
