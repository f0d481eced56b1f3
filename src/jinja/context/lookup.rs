//! The root of a rendering: looks names up when a template asks for them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicUsize},
};

use minijinja::{
    Value,
    value::{Enumerator, Object, ObjectRepr},
};

use super::{
    adapter_object::{AdapterObject, ApiObject},
    config_object::ConfigObject,
    exceptions::ExceptionsObject,
    functions::{Builtin, Which},
    modules::ModulesObject,
    references::without_type,
    var_object::VarObject,
};
use crate::diagnostic::{SourceFile, Span};
use crate::jinja::{
    Captured, MacroInfo, Phase, Scope, columns::ColumnClass, dict::Dict, engine::EngineInner,
    hole::hole, list::List, macro_object::PackageObject, objects::relation_value,
};
use crate::relation::Dialect;

/// `validation.any[…]`: checks of `config.get(…, validator=…)` that let everything pass, as dbt's.
#[derive(Debug)]
struct Validation;

impl Object for Validation {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        Some(Value::from_object(Self))
    }
}

/// What all templates of one rendering share: the model and every macro it calls.
pub struct Shared {
    /// The macros.
    pub engine: Arc<EngineInner>,
    /// What may be seen.
    pub scope: Arc<Scope>,
    /// The file the rendering starts in.
    pub file: Option<Arc<SourceFile>>,
    /// What was called.
    pub captured: Mutex<Captured>,
    /// Results of `statement` by name.
    pub results: Mutex<HashMap<String, Value>>,
    /// How many macros are being called inside each other.
    pub depth: AtomicUsize,
    /// The macros an error has come through, innermost first.
    pub chain: Mutex<Vec<Arc<MacroInfo>>>,
    /// Whether what comes out of macros is marked.
    pub marks_macros: bool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl Shared {
    /// A place in the file of a template: a macro's, or the one the rendering started in.
    pub fn span(&self, template: &str, range: std::ops::Range<usize>) -> Option<Span> {
        let file = match self.engine.macro_by_id(template) {
            Some(info) => &info.file,
            None => self.file.as_ref()?,
        };
        Some(Span::new(file, range))
    }

    /// Notes something in what was captured.
    pub fn capture(&self, note: impl FnOnce(&mut Captured)) {
        note(&mut self.captured.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The names as seen from one package.
#[derive(Debug)]
pub struct Context {
    /// What the rendering shares.
    pub shared: Arc<Shared>,
    /// The package whose macros come first.
    pub package: Arc<str>,
}

/// The names that come with dbt, as `builtins` has them.
const NAMES: [&str; 60] = [
    "adapter",
    "adapter_macro",
    "api",
    "column",
    "compiled_code",
    "config",
    "database",
    "dbt_metadata_envs",
    "dbt_version",
    "defer_relation",
    "diff_of_two_dicts",
    "env",
    "env_var",
    "exceptions",
    "execute",
    "flags",
    "fromjson",
    "fromyaml",
    "function",
    "graph",
    "invocation_args_dict",
    "invocation_id",
    "load_agate_table",
    "load_result",
    "local_md5",
    "log",
    "metric",
    "model",
    "modules",
    "otel_span_id",
    "otel_trace_id",
    "post_hooks",
    "pre_hooks",
    "print",
    "project_name",
    "ref",
    "render",
    "return",
    "run_started_at",
    "schema",
    "selected_resources",
    "set",
    "set_strict",
    "source",
    "sql",
    "sql_now",
    "store_raw_result",
    "store_result",
    "submit_python_job",
    "target",
    "this",
    "thread_id",
    "tojson",
    "toyaml",
    "try_or_compiler_error",
    "validation",
    "var",
    "write",
    "zip",
    "zip_strict",
];

impl Context {
    /// What a name that comes with dbt means.
    pub fn builtin(&self, name: &str) -> Option<Value> {
        let scope = &self.shared.scope;
        let globals = &scope.globals;
        let function = |which: Which| {
            Some(Value::from_object(Builtin {
                shared: Arc::clone(&self.shared),
                package: Arc::clone(&self.package),
                which,
                place: None,
            }))
        };
        if let Some(which) = Which::from_name(name) {
            return function(which);
        }
        match name {
            "execute" => Some(Value::from(scope.phase == Phase::Compile)),
            "this" => Some(match &scope.this {
                Some(relation) => relation_value(without_type(relation.clone())),
                None => Value::from(()),
            }),
            "target" | "env" => Some(globals.target.clone()),
            "sql" | "compiled_code" | "defer_relation" => Some(Value::from(())),
            "sql_now" => Some(Value::from(match globals.dialect {
                Dialect::GoogleSql => "CURRENT_TIMESTAMP()",
                Dialect::DuckDb => "now()",
            })),
            "validation" => Some(Value::from_object(Validation)),
            "model" => Some(scope.model.clone()),
            "schema" => Some(match &scope.this {
                Some(relation) => Value::from(relation.schema.as_str()),
                None => Value::from(globals.schema.as_str()),
            }),
            "database" => Some(match &scope.this {
                Some(relation) => Value::from(relation.database.clone()),
                None => Value::from(globals.database.clone()),
            }),
            "graph" => Some(scope.host.graph()),
            "config" => Some(Value::from_object(ConfigObject(Arc::clone(&self.shared)))),
            "var" => Some(Value::from_object(VarObject {
                shared: Arc::clone(&self.shared),
                package: Arc::clone(&self.package),
            })),
            "adapter" => Some(Value::from_object(AdapterObject {
                shared: Arc::clone(&self.shared),
                package: Arc::clone(&self.package),
            })),
            "api" => Some(Value::from_object(ApiObject::new(globals))),
            "column" => Some(Value::from_object(ColumnClass(globals.dialect))),
            "exceptions" => Some(Value::from_object(ExceptionsObject(Arc::clone(&self.shared)))),
            "modules" => Some(Value::from_object(ModulesObject)),
            "dbt_version" => Some(Value::from(crate::DBT_VERSION)),
            "invocation_id" => Some(Value::from(globals.invocation_id.as_str())),
            "run_started_at" => Some(crate::jinja::times::datetime_value(globals.run_started_at)),
            "flags" => Some(globals.flags.clone()),
            "project_name" => Some(Value::from(globals.project_name.as_ref())),
            "selected_resources" => Some(List::value(
                globals.selected_resources.iter().map(|id| Value::from(id.as_str())).collect(),
            )),
            "invocation_args_dict" => Some(globals.invocation_args.clone()),
            "thread_id" => Some(Value::from("thread")),
            "dbt_metadata_envs" => Some(Dict::value([])),
            "pre_hooks" | "post_hooks" => Some(List::value(Vec::new())),
            "True" => Some(Value::from(true)),
            "False" => Some(Value::from(false)),
            "None" => Some(Value::from(())),
            "builtins" => Some(Dict::value(
                NAMES.iter().filter_map(|name| Some((Value::from(*name), self.builtin(name)?))),
            )),
            "context" => Some(Value::from_object(Self {
                shared: Arc::clone(&self.shared),
                package: Arc::clone(&self.package),
            })),
            _ => None,
        }
    }
}

impl Object for Context {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if let Some(value) = self.shared.scope.extra.get(name) {
            return Some(value.clone());
        }
        // The engine's own macros come after the context's names; a project's before.
        let engine = &self.shared.engine;
        if let Some(found) = engine.find_project_macro(&self.package, name) {
            return Some(engine.macro_value(&self.shared, found));
        }
        if let Some(value) = self.builtin(name) {
            return Some(value);
        }
        if let Some(found) = engine.find_internal_macro(name) {
            return Some(engine.macro_value(&self.shared, found));
        }
        if engine.has_package(name) {
            return Some(Value::from_object(PackageObject {
                shared: Arc::clone(&self.shared),
                package: Arc::from(name),
            }));
        }
        let parsing = self.shared.scope.phase == Phase::Parse;
        (parsing && !engine.has_function(name) && name != "caller" && name != "loop").then(hole)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }
}
