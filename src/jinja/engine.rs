//! The engine: macros of all packages, found by dbt's rules, and rendering.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use minijinja::{
    Environment, Error, ErrorKind, State, UndefinedBehavior, Value,
    value::{Kwargs, Object, ObjectRepr, Rest},
};

use super::{
    Captured, LineMap, MacroInfo, Rendered, Scope,
    context::{Context, Shared, returned},
    deferred_block::DeferredBlock,
    filters, macros,
    rewrite::{Marks, rewrite},
    source_map::strip_marks,
};
use crate::diagnostic::{Diagnostic, Parsed, SourceFile, Span, did_you_mean};

/// Instructions one template may take: far above any real one, and an endless loop still ends.
const TEMPLATE_FUEL: u64 = 50_000_000;
/// Macros inside macros: far above any real chain, and endless recursion ends before the stack.
const MAX_MACRO_DEPTH: usize = 48;
/// The package of the macros that come with `elt`.
pub const INTERNAL_PACKAGE: &str = "dbt";

/// A file that may hold macros.
#[derive(Clone, Debug)]
pub struct MacroFile {
    /// The package it belongs to.
    pub package: Arc<str>,
    /// The file.
    pub source: Arc<SourceFile>,
}

/// dbt's `dispatch` setting: where macros of a namespace are looked up.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// The namespace.
    pub macro_namespace: String,
    /// The packages, first first.
    pub search_order: Vec<String>,
}

/// What the engine is made with.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// The root project.
    pub root_package: Arc<str>,
    /// `bigquery` or `duckdb`.
    pub adapter_type: &'static str,
    /// `dispatch` of the root project.
    pub dispatch: Vec<Dispatch>,
}

/// Macros and rendering. Cheap to clone, shared by all threads.
#[derive(Clone)]
pub struct Engine(Arc<EngineInner>);

/// What an engine holds.
pub struct EngineInner {
    environment: Environment<'static>,
    options: EngineOptions,
    macros: Vec<Arc<MacroInfo>>,
    by_package: HashMap<Arc<str>, HashMap<String, usize>>,
    by_id: HashMap<Arc<str>, usize>,
    /// Functions of the template engine itself.
    functions: HashSet<String>,
}

impl std::fmt::Debug for EngineInner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({} macros)", self.macros.len())
    }
}

/// A failed rendering.
#[derive(Debug)]
pub struct RenderError {
    /// What went wrong, at the user's line.
    pub diagnostic: Diagnostic,
    /// What was called before it.
    pub captured: Captured,
}

impl Engine {
    /// Reads the macros of `files` and of `elt` itself. Macros defined twice in one package are
    /// refused.
    pub fn new(files: &[MacroFile], options: EngineOptions) -> Parsed<Self> {
        use rayon::prelude::*;
        let internal: Arc<str> = Arc::from(INTERNAL_PACKAGE);
        let mut all: Vec<MacroFile> = super::builtins::files()
            .map(|source| MacroFile { package: Arc::clone(&internal), source })
            .collect();
        all.extend_from_slice(files);
        let read: Vec<Parsed<Vec<MacroInfo>>> =
            all.par_iter().map(|file| macros::find_macros(&file.package, &file.source)).collect();
        let mut diagnostics = Vec::new();
        let mut found = Vec::new();
        let mut by_package: HashMap<Arc<str>, HashMap<String, usize>> = HashMap::new();
        let mut by_id = HashMap::new();
        for parsed in read {
            diagnostics.extend(parsed.diagnostics);
            for info in parsed.value {
                let names = by_package.entry(Arc::clone(&info.package)).or_default();
                if let Some(first) = names.get(&info.name) {
                    let first: &Arc<MacroInfo> = &found[*first];
                    diagnostics.push(
                        Diagnostic::error(
                            "duplicate-macro",
                            format!("macro `{}` is defined twice in `{}`", info.name, info.package),
                        )
                        .at(macro_span(&info), "defined again here")
                        .at(macro_span(first), "first defined here")
                        .help("rename or remove one of them"),
                    );
                    continue;
                }
                names.insert(info.name.clone(), found.len());
                by_id.insert(Arc::clone(&info.unique_id), found.len());
                found.push(Arc::new(info));
            }
        }
        by_package.entry(Arc::clone(&options.root_package)).or_default();
        let environment = environment(&found, &by_id);
        let functions = environment.globals().map(|(name, _)| name.to_owned()).collect();
        let inner =
            EngineInner { functions, environment, options, macros: found, by_package, by_id };
        Parsed { value: Self(Arc::new(inner)), diagnostics }
    }

    /// All macros, `elt`'s own first.
    pub fn macros(&self) -> &[Arc<MacroInfo>] {
        &self.0.macros
    }

    /// The macro that a call of `name` in `package` means.
    pub fn find_macro(&self, package: &str, name: &str) -> Option<Arc<MacroInfo>> {
        let found = self.0.find_project_macro(package, name);
        let found = found.or_else(|| self.0.find_internal_macro(name))?;
        Some(Arc::clone(&self.0.macros[found]))
    }

    /// The macro `name` of exactly this package.
    pub fn macro_in(&self, package: &str, name: &str) -> Option<Arc<MacroInfo>> {
        let at = *self.0.by_package.get(package)?.get(name)?;
        Some(Arc::clone(&self.0.macros[at]))
    }

    /// The implementation that `adapter.dispatch(name, namespace)` finds.
    pub fn dispatch(
        &self,
        package: &str,
        name: &str,
        namespace: Option<&str>,
    ) -> Option<Arc<MacroInfo>> {
        self.0.dispatch(package, name, namespace).map(|at| Arc::clone(&self.0.macros[at]))
    }

    /// Unique ids of the macros that a macro calls, resolved.
    pub fn macro_dependencies(&self, info: &MacroInfo) -> Vec<Arc<str>> {
        let mut ids: Vec<Arc<str>> = info
            .calls
            .iter()
            .filter_map(|name| self.find_macro(&info.package, name))
            .map(|found| Arc::clone(&found.unique_id))
            .filter(|id| *id != info.unique_id)
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Renders a part of a file.
    ///
    /// # Errors
    /// What the template did wrong, at the user's line with the chain of macros.
    pub fn render(
        &self,
        file: &Arc<SourceFile>,
        range: Range<usize>,
        scope: &Arc<Scope>,
        marks: Marks,
    ) -> Result<Rendered, Box<RenderError>> {
        let first_line = file.line_column(range.start as u32).0;
        let text = &file.text()[range];
        let shared = self.shared(scope);
        if !text.contains('{') {
            let text = text.strip_suffix('\n').unwrap_or(text).to_owned();
            let count = text.split('\n').count() as u32;
            let lines = LineMap {
                file: Arc::clone(file),
                lines: (first_line..first_line + count).collect(),
            };
            return Ok(Rendered { text, lines, captured: Captured::default() });
        }
        let failed = |error: Error| {
            let diagnostic = self.diagnose(file, first_line - 1, &error, &shared);
            let captured = std::mem::take(&mut *lock(&shared.captured));
            Box::new(RenderError { diagnostic, captured })
        };
        let rewritten = rewrite(text, marks).map_err(failed)?;
        let template =
            self.0.environment.template_from_named_str(file.path(), &rewritten).map_err(failed)?;
        let context =
            Context { shared: Arc::clone(&shared), package: Arc::clone(&scope.caller.package) };
        let output = template.render(Value::from_object(context)).map_err(failed)?;
        let captured = std::mem::take(&mut *lock(&shared.captured));
        let (text, mut lines) = match marks {
            Marks::Lines => strip_marks(&output, 1),
            Marks::None => (output, Vec::new()),
        };
        for line in &mut lines {
            *line += first_line - 1;
        }
        Ok(Rendered { text, lines: LineMap { file: Arc::clone(file), lines }, captured })
    }

    /// Calls a macro with arguments: its value where it returns one, else its text.
    ///
    /// # Errors
    /// What went wrong, at the line of the macro's file.
    pub fn call_macro(
        &self,
        info: &Arc<MacroInfo>,
        positional: &[Value],
        named: Vec<(String, Value)>,
        scope: &Arc<Scope>,
    ) -> Result<(Value, Captured), Box<RenderError>> {
        let shared = self.shared(scope);
        let mut args = positional.to_vec();
        if !named.is_empty() {
            args.push(Value::from(Kwargs::from_iter(named)));
        }
        let at = self.0.by_id[&info.unique_id];
        let function = self.0.macro_value(&shared, at);
        let mut state = self.0.environment.empty_state();
        match function.call(&mut state, &args) {
            Ok(value) => {
                let captured = std::mem::take(&mut *lock(&shared.captured));
                Ok((value, captured))
            }
            Err(error) => {
                let diagnostic = self.diagnose(&info.file, 0, &error, &shared);
                let captured = std::mem::take(&mut *lock(&shared.captured));
                Err(Box::new(RenderError { diagnostic, captured }))
            }
        }
    }

    /// A callable value of a macro, for contexts that hand macros on.
    pub fn shared(&self, scope: &Arc<Scope>) -> Arc<Shared> {
        Arc::new(Shared {
            engine: Arc::clone(&self.0),
            scope: Arc::clone(scope),
            captured: Mutex::default(),
            results: Mutex::default(),
            depth: AtomicUsize::new(0),
            chain: Mutex::default(),
        })
    }

    fn diagnose(
        &self,
        file: &Arc<SourceFile>,
        lines_before: u32,
        error: &Error,
        shared: &Shared,
    ) -> Diagnostic {
        let chain = std::mem::take(&mut *lock(&shared.chain));
        let own = error.name().is_none_or(|name| name == file.path());
        let line = error.line().unwrap_or(1) as u32;
        let inner = error.name().and_then(|name| self.0.by_id.get(name));
        let span = match inner {
            Some(at) if !own => Span::of_line(&self.0.macros[*at].file, line),
            _ => Span::of_line(file, line + lines_before),
        };
        let mut deepest: &dyn std::error::Error = error;
        while let Some(source) = deepest.source() {
            deepest = source;
        }
        let detail = deepest
            .downcast_ref::<Error>()
            .and_then(|inner| inner.detail().map(str::to_owned))
            .or_else(|| error.detail().map(str::to_owned))
            .unwrap_or_else(|| error.kind().to_string());
        let code = match error.kind() {
            ErrorKind::SyntaxError => "jinja-syntax",
            ErrorKind::UnknownFunction | ErrorKind::UndefinedError => "jinja-undefined",
            ErrorKind::OutOfFuel => "jinja-limit",
            _ => "jinja-error",
        };
        let mut diagnostic = Diagnostic::error(code, detail.clone()).at(span, "");
        if error.kind() == ErrorKind::UnknownFunction {
            let wrong = detail.split_whitespace().next().unwrap_or_default();
            let known = self.0.macros.iter().map(|info| info.name.as_str());
            diagnostic = diagnostic.maybe_help(did_you_mean(wrong.trim_matches('`'), known));
        }
        if let (Some(outer), false) = (chain.last(), own) {
            let call = format!("{}(", outer.name);
            let mut places = file.text().match_indices(&call);
            if let (Some((at, text)), None) = (places.next(), places.next()) {
                diagnostic =
                    diagnostic.at(Span::new(file, at..at + text.len() - 1), "called from here");
            }
        }
        for info in &chain {
            let line = info.file.line_column(info.range.start as u32).0;
            diagnostic = diagnostic.note(format!(
                "in macro `{}.{}` ({}:{line})",
                info.package,
                info.name,
                info.file.path()
            ));
        }
        diagnostic
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn macro_span(info: &MacroInfo) -> Span {
    Span::of_line(&info.file, info.file.line_column(info.range.start as u32).0)
}

fn environment(found: &[Arc<MacroInfo>], by_id: &HashMap<Arc<str>, usize>) -> Environment<'static> {
    let mut environment = Environment::new();
    // Errors tell the names involved in every build of the program, not in unoptimised ones only.
    environment.set_debug(true);
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(TEMPLATE_FUEL));
    environment.set_unknown_method_callback(super::methods::unknown_method);
    environment.set_formatter(super::python_text::format);
    filters::register(&mut environment);
    let sources: HashMap<String, Arc<MacroInfo>> =
        by_id.iter().map(|(id, at)| (id.to_string(), Arc::clone(&found[*at]))).collect();
    // A macro is compiled when it is first called, with blank lines before it so that its lines
    // are the file's.
    environment.set_loader(move |name| {
        let Some(info) = sources.get(name) else { return Ok(None) };
        let line = info.file.line_column(info.range.start as u32).0;
        let mut text = "\n".repeat(line as usize - 1);
        text.push_str(&rewrite(info.text(), Marks::None)?);
        Ok(Some(text))
    });
    environment
}

impl EngineInner {
    /// A macro of the package itself or of the root project.
    pub fn find_project_macro(&self, package: &str, name: &str) -> Option<usize> {
        let own = (package != INTERNAL_PACKAGE).then(|| self.by_package.get(package)).flatten();
        let root = self.by_package.get(&self.options.root_package);
        own.and_then(|names| names.get(name)).or_else(|| root?.get(name)).copied()
    }

    /// A macro that comes with `elt`.
    pub fn find_internal_macro(&self, name: &str) -> Option<usize> {
        self.by_package.get(INTERNAL_PACKAGE)?.get(name).copied()
    }

    /// Whether the template engine itself has a function of this name.
    pub fn has_function(&self, name: &str) -> bool {
        self.functions.contains(name)
    }

    /// Whether there is a package of this name.
    pub fn has_package(&self, name: &str) -> bool {
        self.by_package.contains_key(name)
    }

    /// dbt's dispatch (<https://docs.getdbt.com/reference/dbt-jinja-functions/dispatch>).
    pub fn dispatch(&self, package: &str, name: &str, namespace: Option<&str>) -> Option<usize> {
        let order: Vec<&str> = match namespace {
            Some(namespace) => {
                let configured =
                    self.options.dispatch.iter().find(|entry| entry.macro_namespace == namespace);
                match configured {
                    Some(entry) => entry.search_order.iter().map(String::as_str).collect(),
                    None => vec![&self.options.root_package, namespace],
                }
            }
            None => vec![&self.options.root_package, package],
        };
        let prefixes = [self.options.adapter_type, "default"];
        let packages = order.into_iter().chain([INTERNAL_PACKAGE]);
        for package in packages {
            let Some(names) = self.by_package.get(package) else { continue };
            for prefix in prefixes {
                if let Some(at) = names.get(&format!("{prefix}__{name}")) {
                    return Some(*at);
                }
            }
        }
        None
    }

    /// A macro as a callable value of a rendering.
    pub fn macro_value(&self, shared: &Arc<Shared>, at: usize) -> Value {
        Value::from_object(MacroObject {
            shared: Arc::clone(shared),
            info: Arc::clone(&self.macros[at]),
        })
    }
}

/// A package as a namespace: `dbt_utils.star(…)`, `context['dbt_utils']['star']`.
#[derive(Debug)]
pub struct PackageObject {
    /// What the rendering shares.
    pub shared: Arc<Shared>,
    /// The package.
    pub package: Arc<str>,
}

impl Object for PackageObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let engine = &self.shared.engine;
        let at = *engine.by_package.get(&self.package)?.get(key.as_str()?)?;
        Some(engine.macro_value(&self.shared, at))
    }
}

/// What `adapter.dispatch` gives where nothing implements the macro: an error when called.
#[derive(Debug)]
pub struct DispatchedMacro {
    /// The macro's name.
    pub name: String,
}

impl Object for DispatchedMacro {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, _args: &[Value]) -> Result<Value, Error> {
        Err(Error::new(
            ErrorKind::UnknownFunction,
            format!("`{}` has no implementation for this adapter and no default", self.name),
        ))
    }
}

/// A macro bound to a rendering.
#[derive(Debug)]
struct MacroObject {
    shared: Arc<Shared>,
    info: Arc<MacroInfo>,
}

impl MacroObject {
    /// Packs arguments beyond the declared ones into `varargs` and `kwargs`, and evaluates
    /// `caller` where it belongs to.
    fn arguments(
        &self,
        state: &mut State<'_, '_>,
        args: &[Value],
    ) -> Result<(Vec<Value>, Option<Arc<DeferredBlock>>), Error> {
        let (positional, named) = match args.last() {
            Some(last) if last.is_kwargs() => {
                (&args[..args.len() - 1], super::dict::entries(last)?)
            }
            _ => (args, Vec::new()),
        };
        let mut positional = positional.to_vec();
        let mut deferred = None;
        let mut named: Vec<(String, Value)> =
            named.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        for (name, value) in &mut named {
            // The block of a `call` belongs to the caller's template and can only run there.
            if name == "caller" {
                let takes_arguments =
                    value.get_attr("arguments").is_ok_and(|names| names.len().unwrap_or(0) > 0);
                if takes_arguments {
                    let block = DeferredBlock::new(value.clone());
                    *value = Value::from_dyn_object(Arc::clone(&block));
                    deferred = Some(block);
                } else {
                    let text = value.call(state, &[])?;
                    *value = Value::from_function(move |_args: Rest<Value>| text.clone());
                }
            }
        }
        let declared = &self.info.parameters;
        if self.info.hidden[0] && !declared.iter().any(|name| name == "varargs") {
            let extra = positional.split_off(positional.len().min(declared.len()));
            named.push(("varargs".to_owned(), super::list::List::tuple(extra)));
        }
        if self.info.hidden[1] && !declared.iter().any(|name| name == "kwargs") {
            let (known, extra): (Vec<_>, Vec<_>) = named.into_iter().partition(|(name, _)| {
                declared.contains(name) || name == "varargs" || name == "caller"
            });
            named = known;
            let extra = extra.into_iter().map(|(name, value)| (Value::from(name), value));
            named.push(("kwargs".to_owned(), super::dict::Dict::value(extra)));
        }
        if !named.is_empty() {
            positional.push(Value::from(Kwargs::from_iter(named)));
        }
        Ok((positional, deferred))
    }
}

impl Object for MacroObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str()? == "name").then(|| Value::from(self.info.name.as_str()))
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let shared = &self.shared;
        if let Some(value) = shared.scope.extra.get(&format!("macro:{}", self.info.name)) {
            return Ok(value.clone());
        }
        // A node depends on the macros it calls itself; what those call is theirs, as in dbt.
        if shared.depth.load(Ordering::Relaxed) == 0 {
            shared.capture(|captured| {
                captured.macros.insert(Arc::clone(&self.info.unique_id));
            });
        }
        let (args, deferred) = self.arguments(state, args)?;
        if shared.depth.fetch_add(1, Ordering::Relaxed) >= MAX_MACRO_DEPTH {
            shared.depth.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("macros call each other more than {MAX_MACRO_DEPTH} deep"),
            ));
        }
        let result = self.evaluate(&args);
        shared.depth.fetch_sub(1, Ordering::Relaxed);
        match result {
            Ok(text) => match deferred {
                Some(block) => Ok(Value::from(block.fill(state, text)?)),
                None => Ok(Value::from(text)),
            },
            Err(error) => match returned(&error) {
                Some(value) => {
                    lock(&shared.chain).clear();
                    match (deferred, value.as_str()) {
                        (Some(block), Some(text)) => {
                            Ok(Value::from(block.fill(state, text.to_owned())?))
                        }
                        _ => Ok(value),
                    }
                }
                None => {
                    let mut chain = lock(&shared.chain);
                    if chain.len() < MAX_MACRO_DEPTH {
                        chain.push(Arc::clone(&self.info));
                    }
                    Err(error)
                }
            },
        }
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<macro {}>", self.info.name)
    }
}

impl MacroObject {
    fn evaluate(&self, args: &[Value]) -> Result<String, Error> {
        let template = self.shared.engine.environment.get_template(&self.info.unique_id)?;
        let context =
            Context { shared: Arc::clone(&self.shared), package: Arc::clone(&self.info.package) };
        let mut captured = template.render_captured(Value::from_object(context))?;
        captured.with_state_mut(|state| state.call_macro(&self.info.name, args))
    }
}
