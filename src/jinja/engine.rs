//! The engine: macros of all packages, found by dbt's rules, and rendering.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicUsize},
};

use minijinja::{
    Environment, Error, UndefinedBehavior, Value,
    value::{Kwargs, Rest},
};

use super::{
    Captured, LineMap, MacroInfo, Origin, Phase, Piece, RenderError, Rendered, Scope,
    context::{Context, Shared},
    failure::Text,
    filters,
    macros::{self, MacroCall},
    rewrite::{Marks, rewrite},
    source_map::{lines_of_pieces, strip_marks, strip_words},
};
use crate::diagnostic::{Diagnostic, Parsed, SourceFile, Span};

/// Instructions one template may take: far above any real one, and an endless loop still ends.
const TEMPLATE_FUEL: u64 = 50_000_000;
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
pub struct Engine(pub(super) Arc<EngineInner>);

/// What an engine holds.
pub struct EngineInner {
    /// Unknown names and what is below them are nothing while a project is parsed.
    parsing: Environment<'static>,
    /// What is not there prints nothing, and has nothing below it.
    compiling: Environment<'static>,
    options: EngineOptions,
    macros: Vec<Arc<MacroInfo>>,
    by_package: HashMap<Arc<str>, HashMap<String, usize>>,
    by_id: HashMap<Arc<str>, usize>,
    /// Whether a file could not be searched for macros.
    has_unread: bool,
    /// Functions of the template engine itself.
    functions: HashSet<String>,
}

impl std::fmt::Debug for EngineInner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({} macros)", self.macros.len())
    }
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
        let mut has_unread = false;
        let mut found = Vec::new();
        let mut by_package: HashMap<Arc<str>, HashMap<String, usize>> = HashMap::new();
        let mut by_id = HashMap::new();
        for parsed in read {
            has_unread |= !parsed.diagnostics.is_empty();
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
        let parsing = environment(&found, &by_id, UndefinedBehavior::Chainable);
        let compiling = environment(&found, &by_id, UndefinedBehavior::Lenient);
        let functions = parsing.globals().map(|(name, _)| name.to_owned()).collect();
        let inner = EngineInner {
            parsing,
            compiling,
            options,
            macros: found,
            by_package,
            by_id,
            has_unread,
            functions,
        };
        let engine = Self(Arc::new(inner));
        diagnostics.extend(engine.unreadable_macros());
        Parsed { value: engine, diagnostics }
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

    /// Whether files could not be searched for macros: a macro that is missing may be in them.
    pub fn has_unread_macros(&self) -> bool {
        self.0.has_unread
    }

    /// Whether a package is the root project.
    pub(super) fn is_root_package(&self, package: &str) -> bool {
        *self.0.options.root_package == *package
    }

    /// The macro that goes by an id.
    pub(super) fn macro_of(&self, id: &str) -> Option<&Arc<MacroInfo>> {
        self.0.macro_by_id(id)
    }

    /// Unique ids of the macros that a macro calls, resolved.
    pub fn macro_dependencies(&self, info: &MacroInfo) -> Vec<Arc<str>> {
        let mut ids: Vec<Arc<str>> = info
            .calls
            .iter()
            .filter_map(|call| match call {
                MacroCall::Plain(name) => self.find_macro(&info.package, name),
                MacroCall::Of(package, name) => self.macro_in(package, name),
                MacroCall::Dispatch(name, namespace) => {
                    self.dispatch(&info.package, name, namespace.as_deref())
                }
            })
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
        let base = range.start;
        let text = &file.text()[range];
        let mut shared = self.shared(scope, Some(file));
        if let (Marks::Words { macros: true }, Some(shared)) = (marks, Arc::get_mut(&mut shared)) {
            shared.marks_macros = true;
        }
        if !text.contains('{') {
            let text = text.strip_suffix('\n').unwrap_or(text).to_owned();
            let count = text.split('\n').count() as u32;
            let lines = LineMap {
                file: Arc::clone(file),
                lines: (first_line..first_line + count).collect(),
            };
            let pieces = match marks {
                Marks::Words { .. } => vec![Piece {
                    start: 0,
                    origin: Some(Origin::Text(base as u32)),
                    macros: Arc::default(),
                }],
                _ => Vec::new(),
            };
            return Ok(Rendered { text, lines, pieces, captured: Captured::default() });
        }
        let failed = |error: Error| {
            let whole = Text { file, range: base..base + text.len(), marks };
            let diagnostic = self.diagnose(&whole, &error, &shared);
            let captured = std::mem::take(&mut *lock(&shared.captured));
            Box::new(RenderError { diagnostic, captured })
        };
        let rewritten = rewrite(text, base, marks).map_err(failed)?;
        let environment = self.0.environment(scope.phase);
        let template =
            environment.template_from_named_str(file.path(), &rewritten).map_err(failed)?;
        let context =
            Context { shared: Arc::clone(&shared), package: Arc::clone(&scope.caller.package) };
        let output = template.render(Value::from_object(context)).map_err(failed)?;
        let captured = std::mem::take(&mut *lock(&shared.captured));
        let (text, lines, pieces) = match marks {
            Marks::Lines => {
                let (text, mut lines) = strip_marks(&output, 1);
                lines.iter_mut().for_each(|line| *line += first_line - 1);
                (text, lines, Vec::new())
            }
            Marks::Words { .. } => {
                let (text, pieces) = strip_words(&output, self.macros());
                let lines = lines_of_pieces(&text, &pieces, |at| file.line_column(at).0);
                (text, lines, pieces)
            }
            Marks::None => (output, Vec::new(), Vec::new()),
        };
        Ok(Rendered { text, lines: LineMap { file: Arc::clone(file), lines }, pieces, captured })
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
        let shared = self.shared(scope, None);
        let mut args = positional.to_vec();
        if !named.is_empty() {
            args.push(Value::from(Kwargs::from_iter(named)));
        }
        let at = self.0.by_id[&info.unique_id];
        let function = self.0.macro_value(&shared, at);
        let mut state = self.0.environment(scope.phase).empty_state();
        match function.call(&mut state, &args) {
            Ok(value) => {
                let captured = std::mem::take(&mut *lock(&shared.captured));
                Ok((value, captured))
            }
            Err(error) => {
                let whole =
                    Text { file: &info.file, range: 0..info.file.text().len(), marks: Marks::None };
                let diagnostic = self.diagnose(&whole, &error, &shared);
                let captured = std::mem::take(&mut *lock(&shared.captured));
                Err(Box::new(RenderError { diagnostic, captured }))
            }
        }
    }

    /// What the templates of one rendering share; `file` is the one it starts in, if any.
    fn shared(&self, scope: &Arc<Scope>, file: Option<&Arc<SourceFile>>) -> Arc<Shared> {
        Arc::new(Shared {
            engine: Arc::clone(&self.0),
            scope: Arc::clone(scope),
            file: file.cloned(),
            captured: Mutex::default(),
            results: Mutex::default(),
            depth: AtomicUsize::new(0),
            chain: Mutex::default(),
            marks_macros: false,
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn macro_span(info: &MacroInfo) -> Span {
    Span::of_line(&info.file, info.file.line_column(info.range.start as u32).0)
}

fn environment(
    found: &[Arc<MacroInfo>],
    by_id: &HashMap<Arc<str>, usize>,
    undefined: UndefinedBehavior,
) -> Environment<'static> {
    let mut environment = Environment::new();
    // Errors tell the names involved in every build of the program, not in unoptimised ones only.
    environment.set_debug(true);
    environment.set_undefined_behavior(undefined);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(TEMPLATE_FUEL));
    environment.set_unknown_method_callback(super::methods::unknown_method);
    environment.set_formatter(super::python_text::format);
    filters::register(&mut environment);
    let parsing = undefined == UndefinedBehavior::Chainable;
    environment
        .add_function("__order", move |terms: Rest<Value>| super::context::order(&terms, parsing));
    let sources: HashMap<String, Arc<MacroInfo>> =
        by_id.iter().map(|(id, at)| (id.to_string(), Arc::clone(&found[*at]))).collect();
    // A macro is compiled when it is first called, with blank lines before it so that its lines
    // are the file's.
    environment.set_loader(move |name| {
        let Some(info) = sources.get(name) else { return Ok(None) };
        let line = info.file.line_column(info.range.start as u32).0;
        let mut text = "\n".repeat(line as usize - 1);
        text.push_str(&rewrite(info.text(), info.range.start, Marks::None)?);
        Ok(Some(text))
    });
    environment
}

impl EngineInner {
    /// The templates of a phase.
    pub fn environment(&self, phase: Phase) -> &Environment<'static> {
        match phase {
            Phase::Parse => &self.parsing,
            Phase::Compile => &self.compiling,
        }
    }

    /// The macro that goes by an id.
    pub fn macro_by_id(&self, id: &str) -> Option<&Arc<MacroInfo>> {
        self.by_id.get(id).map(|at| &self.macros[*at])
    }

    /// Where the macro that goes by an id is in the list.
    pub fn number_of(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// A macro of exactly this package.
    pub fn find_in_package(&self, package: &str, name: &str) -> Option<usize> {
        self.by_package.get(package)?.get(name).copied()
    }

    /// The names of the macros of exactly this package.
    pub fn macro_names(&self, package: &str) -> impl Iterator<Item = &str> {
        let names = self.by_package.get(package);
        names.into_iter().flat_map(|names| names.keys().map(String::as_str))
    }

    /// The macro at a place of the list.
    pub fn macro_at(&self, at: usize) -> &Arc<MacroInfo> {
        &self.macros[at]
    }

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
}
