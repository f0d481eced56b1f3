//! What one rendering may see, and what it leaves behind.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use minijinja::Value;
use serde_json::Map;

use super::{FunctionCall, Piece, RefCall, Referred, SourceCall};
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span},
    project::{JobContext, Vars},
    relation::{Column, Dialect, Quoting, Relation, Table},
};

/// Why a template is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// To find `ref()`, `source()` and `config()` calls: `execute` is false, nothing is resolved.
    Parse,
    /// To get the text: `execute` is true.
    Compile,
}

/// Who renders: decides where macros and references are looked up first.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The package of the file.
    pub package: Arc<str>,
    /// The node's unique id, if a node is rendered.
    pub unique_id: Option<String>,
    /// The node's name, for messages.
    pub name: String,
}

/// What one rendering may see.
pub struct Scope {
    /// Why it is rendered.
    pub phase: Phase,
    /// Answers what templates ask of the project and the warehouse.
    pub host: Arc<dyn Host>,
    /// What is the same for the whole invocation.
    pub globals: Arc<Globals>,
    /// Who renders.
    pub caller: Caller,
    /// `this`.
    pub this: Option<Relation>,
    /// The node's merged config; empty while parsing.
    pub config: Arc<Map<String, serde_json::Value>>,
    /// `model`: the node as dbt's dict.
    pub model: Value,
    /// Names that go before all others: overrides of unit tests, arguments of generic tests, what
    /// hooks see.
    pub extra: BTreeMap<String, Value>,
    /// Variables that go before all others (unit tests).
    pub var_overrides: Option<Arc<Map<String, serde_json::Value>>>,
    /// What `is_incremental()` answers.
    pub is_incremental: bool,
}

/// Looks up a variable of the environment.
pub type ReadEnvironment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What is the same for the whole invocation.
pub struct Globals {
    /// `target`.
    pub target: Value,
    /// The target's default schema.
    pub schema: String,
    /// The target's database.
    pub database: Option<String>,
    /// The dialect of the target.
    pub dialect: Dialect,
    /// The root project's quoting.
    pub quoting: Quoting,
    /// `--vars`.
    pub cli_vars: Vars,
    /// `vars` of the projects by package, root's overrides for a package already merged in.
    pub package_vars: BTreeMap<Arc<str>, Vars>,
    /// The environment.
    pub env: ReadEnvironment,
    /// A UUID.
    pub invocation_id: String,
    /// When the invocation started.
    pub run_started_at: DateTime<Utc>,
    /// `flags`.
    pub flags: Value,
    /// Whether `--full-refresh` was given.
    pub full_refresh: bool,
    /// The root project.
    pub project_name: Arc<str>,
    /// `selected_resources`.
    pub selected_resources: Vec<String>,
    /// `invocation_args_dict`.
    pub invocation_args: Value,
}

/// What templates ask of the project and the warehouse.
pub trait Host: Send + Sync {
    /// The relation behind a `ref()`; only asked while compiling.
    fn resolve_ref(&self, caller: &Caller, call: &RefCall) -> Result<Referred, Box<Diagnostic>>;
    /// The relation behind a `source()`; only asked while compiling.
    fn resolve_source(
        &self,
        caller: &Caller,
        call: &SourceCall,
    ) -> Result<Referred, Box<Diagnostic>>;
    /// The relation that names what a `function()` means; only asked while compiling.
    fn resolve_function(
        &self,
        caller: &Caller,
        call: &FunctionCall,
    ) -> Result<Relation, Box<Diagnostic>>;
    /// `graph`.
    fn graph(&self) -> Value;
    /// The warehouse; none where not connected.
    fn warehouse(&self) -> Option<&dyn Warehouse>;
    /// Takes a line of `log()` or `print()`.
    fn log(&self, message: &str, whither: Whither);
    /// Takes a line of `exceptions.warn()`, besides what is captured.
    ///
    /// # Errors
    /// Such warnings fail.
    fn warn(&self, _message: &str) -> Result<(), Box<Diagnostic>> {
        Ok(())
    }
}

/// Where a line of a template goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whither {
    /// `log()`: to the log file.
    LogFile,
    /// `log(info=true)` and warnings: to people.
    People,
    /// `print()`: to whoever reads the output.
    Output,
}

/// The warehouse as templates use it.
pub trait Warehouse: Send + Sync {
    /// Runs a statement; rows only where wanted.
    fn run(&self, sql: &str) -> Result<Table, String>;
    /// The relation with its kind, if it exists.
    fn relation(&self, relation: &Relation) -> Result<Option<Relation>, String>;
    /// The relations of a schema.
    fn relations(&self, database: Option<&str>, schema: &str) -> Result<Vec<Relation>, String>;
    /// The columns of a relation; empty where it does not exist.
    fn columns(&self, relation: &Relation) -> Result<Vec<Column>, String>;
    /// Creates a schema where it does not exist.
    fn create_schema(&self, database: Option<&str>, schema: &str) -> Result<(), String>;
    /// Drops a schema with everything in it.
    fn drop_schema(&self, database: Option<&str>, schema: &str) -> Result<(), String>;
    /// Drops a relation, if it exists.
    fn drop_relation(&self, relation: &Relation) -> Result<(), String>;
    /// Renames a relation.
    fn rename_relation(&self, from: &Relation, to: &Relation) -> Result<(), String>;
    /// The same warehouse, told this of each job; none where it has no use for it.
    fn telling(&self, context: &JobContext) -> Option<Arc<dyn Warehouse>> {
        let _ = context;
        None
    }
}

/// One `config()` call: the keys it sets.
pub type ConfigCall = Map<String, serde_json::Value>;

/// What a rendering called.
#[derive(Clone, Debug, Default)]
pub struct Captured {
    /// `ref()` calls, in order.
    pub refs: Vec<RefCall>,
    /// `source()` calls, in order.
    pub sources: Vec<SourceCall>,
    /// `function()` calls, in order.
    pub functions: Vec<FunctionCall>,
    /// `config()` calls, in order.
    pub configs: Vec<ConfigCall>,
    /// Unique ids of the macros called.
    pub macros: BTreeSet<Arc<str>>,
    /// Lines given to `exceptions.warn`.
    pub warnings: Vec<String>,
}

/// A rendered text with its source map.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Which of the user's lines each line of the text comes from.
    pub lines: LineMap,
    /// Where its words come from, where that was asked.
    pub pieces: Vec<Piece>,
    /// What was called.
    pub captured: Captured,
}

/// Which of the user's lines each line of a text comes from.
#[derive(Clone, Debug)]
pub struct LineMap {
    /// The user's file.
    pub file: Arc<SourceFile>,
    /// The user's line (1-based) of each line of the text.
    pub lines: Vec<u32>,
}

impl LineMap {
    /// The user's line of a 1-based line of the text (the last known one past its end).
    pub fn user_line(&self, line: u32) -> u32 {
        let at = (line.max(1) as usize - 1).min(self.lines.len().saturating_sub(1));
        self.lines.get(at).copied().unwrap_or(1)
    }

    /// The user's whole line of a 1-based line of the text.
    pub fn span(&self, line: u32) -> Span {
        Span::of_line(&self.file, self.user_line(line))
    }
}
