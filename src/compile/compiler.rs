//! Compiles nodes, one by one or many at once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, OnceLock},
};

use minijinja::Value;
use rayon::prelude::*;

use super::{
    candidate::Candidate,
    deferral::Deferral,
    header,
    host::{NodeHost, SharedHost, StandIns},
    job_notes::{JobNotes, NoteWriter},
    mapped::MappedText,
    node_value::{model_in_batch, model_value},
    test_arguments::{ARGUMENTS, arguments_value},
    turn::Turn,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span, WarnOptions},
    jinja::{Caller, Captured, Engine, Globals, Marks, Phase, Scope, Warehouse, Whither},
    manifest::{Lookup, Manifest, Node, ResourceType, TimeSpan, UniqueId, is_audited, unpublished},
    project::{JobContext, Spent},
    relation::Relation,
};

/// Takes a line of `log()` or `print()`.
pub type LogSink = Arc<dyn Fn(&str, Whither) + Send + Sync>;

/// What a compiler is made with.
pub struct CompilerOptions {
    /// The project.
    pub manifest: Arc<Manifest>,
    /// The macros.
    pub engine: Engine,
    /// What is the same for the whole invocation.
    pub globals: Arc<Globals>,
    /// The warehouse, for templates that ask it; none where the command connects to none.
    pub warehouse: Option<Arc<dyn Warehouse>>,
    /// Takes log lines of templates.
    pub log: LogSink,
    /// `--defer`.
    pub deferral: Option<Deferral>,
    /// Which warnings fail, and which are not told.
    pub warnings: WarnOptions,
    /// `--sample`: the time of the rows that models and snapshots read.
    pub sample: Option<TimeSpan>,
    /// What the warehouse is told of each job; none where it has none.
    pub notes: Option<JobNotes>,
}

/// Compiles the nodes of one run. Shared by all threads.
pub struct Compiler {
    pub(super) manifest: Arc<Manifest>,
    pub(super) engine: Engine,
    pub(super) globals: Arc<Globals>,
    pub(super) host: Arc<SharedHost>,
    pub(super) notes: Arc<NoteWriter>,
    /// Ephemeral models, each rendered once for all that read it.
    pub(super) ephemeral: Mutex<HashMap<UniqueId, Arc<OnceLock<EphemeralResult>>>>,
    /// What a check has compiled, for the build after it.
    pub(super) kept: Mutex<Kept>,
}

/// Nodes whose templates did nothing but give their SQL, by whether the table was there.
pub type Kept = HashMap<(UniqueId, bool), CompiledNode>;

pub(super) type EphemeralResult = Result<Arc<RenderedNode>, Diagnostic>;

/// A node's SQL.
#[derive(Clone, Debug)]
pub struct CompiledNode {
    /// The node.
    pub unique_id: UniqueId,
    /// The SQL in the target's dialect with its source map, ephemeral models injected.
    pub code: MappedText,
    /// The ephemeral models injected, in order.
    pub extra_ctes: Vec<ExtraCte>,
    /// Where it ends up, as SQL text; none for what makes no relation.
    pub relation_name: Option<String>,
    /// What the template called.
    pub captured: Captured,
    /// `sql_header`: the statements that its query needs before it.
    pub header: Option<MappedText>,
}

impl CompiledNode {
    /// The user's place of a 1-based line and column of the compiled SQL.
    pub fn locate(&self, line: u32, column: u32) -> Option<Span> {
        self.code.locate(line, column)
    }
}

/// An injected ephemeral model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraCte {
    /// The model.
    pub id: UniqueId,
    /// The CTE, as in the compiled SQL.
    pub sql: String,
}

/// A rendered node before injection.
#[derive(Clone, Debug)]
pub(super) struct RenderedNode {
    pub text: MappedText,
    pub ephemeral: Vec<UniqueId>,
    pub captured: Captured,
    /// Whether its template did nothing but give this.
    pub is_pure: bool,
}

/// What differs between compiling a node and compiling a unit test of it.
#[derive(Clone, Default)]
pub(super) struct Changes {
    pub turn: Turn,
    pub this: Option<Relation>,
    pub extra: BTreeMap<String, Value>,
    pub vars: Option<Arc<serde_json::Map<String, serde_json::Value>>>,
    pub stand_ins: Option<Arc<StandIns>>,
    pub candidate: Option<Candidate>,
    /// How closely places are kept; by line where that is not said.
    pub marks: Option<Marks>,
    /// Answers in the place of the run's warehouse.
    pub warehouse: Option<Arc<dyn Warehouse>>,
}

impl Compiler {
    /// A compiler for one run.
    pub fn new(options: CompilerOptions) -> Self {
        let CompilerOptions {
            manifest,
            engine,
            globals,
            warehouse,
            log,
            deferral,
            warnings,
            sample,
            notes,
        } = options;
        let lookup = Lookup::of(&manifest);
        let graph = OnceLock::new();
        let manifest_of_host = Arc::clone(&manifest);
        let empty = globals.flags.get_attr("EMPTY").is_ok_and(|flag| flag.is_true());
        let host = SharedHost {
            manifest: manifest_of_host,
            lookup,
            warehouse,
            log,
            graph,
            empty,
            deferral,
            warnings,
            sample,
            told: Mutex::default(),
        };
        let ephemeral = Mutex::default();
        let host = Arc::new(host);
        let notes = Arc::new(NoteWriter {
            notes,
            engine: engine.clone(),
            globals: Arc::clone(&globals),
            host: Arc::clone(&host),
            spent: Mutex::default(),
        });
        let kept = Mutex::default();
        Self { manifest, engine, globals, host, notes, ephemeral, kept }
    }

    /// What the warehouse is told of the jobs of a node, or of a macro outside any.
    ///
    /// # Errors
    /// What the template of `query-comment` did wrong.
    pub fn job_context(&self, node: Option<&Arc<Node>>) -> Result<JobContext, Vec<Diagnostic>> {
        self.notes.context(node)
    }

    /// The project.
    pub fn manifest(&self) -> &Arc<Manifest> {
        &self.manifest
    }

    /// The warehouse that templates ask; none where the command connects to none.
    pub fn warehouse(&self) -> Option<&Arc<dyn Warehouse>> {
        self.host.warehouse.as_ref()
    }

    /// What the jobs of a node's templates have cost.
    pub fn spent(&self, node: &UniqueId) -> Spent {
        self.notes.spent(node)
    }

    /// Compiles a node; a seed gives empty SQL. `is_incremental` is what `is_incremental()` answers: whether an incremental
    /// model's table exists and is to be kept; false where nothing is known.
    ///
    /// # Errors
    /// What the template did wrong, at the user's line.
    pub fn compile(
        &self,
        id: &UniqueId,
        is_incremental: bool,
    ) -> Result<CompiledNode, Vec<Diagnostic>> {
        self.compile_turn(id, Turn::whole(is_incremental))
    }

    /// Compiles a node for one time that it is built.
    ///
    /// # Errors
    /// What the template did wrong, at the user's line.
    pub fn compile_turn(&self, id: &UniqueId, turn: Turn) -> Result<CompiledNode, Vec<Diagnostic>> {
        self.compile_changed(id, turn, None)
    }

    pub(super) fn compile_changed(
        &self,
        id: &UniqueId,
        turn: Turn,
        warehouse: Option<Arc<dyn Warehouse>>,
    ) -> Result<CompiledNode, Vec<Diagnostic>> {
        let Some(node) = self.manifest.nodes.get(id) else {
            return Err(vec![Diagnostic::error(
                "unknown-node",
                format!("no node `{id}` to compile"),
            )]);
        };
        let is_incremental = turn.is_incremental && node.config.materialized() == "incremental";
        // Batches of a table that is published later add to it where it is built.
        let is_beside = turn.batch.is_some() && is_audited(node);
        let changes = Changes {
            turn: Turn { is_incremental, ..turn },
            this: is_beside.then(|| unpublished(&node.relation)),
            warehouse,
            ..Changes::default()
        };
        let (is_check, is_whole) = (changes.warehouse.is_some(), turn.batch.is_none());
        if !is_check
            && is_whole
            && let Some(known) = self.kept().remove(&(id.clone(), is_incremental))
        {
            return Ok(known);
        }
        let rendered = self.render(node, &changes).map_err(|diagnostic| vec![*diagnostic])?;
        let may_keep = is_check && is_whole && rendered.is_pure;
        let (compiled, is_pure) = self.finish(node, rendered, changes.warehouse.as_ref())?;
        if may_keep && is_pure {
            self.kept().insert((id.clone(), is_incremental), compiled.clone());
        }
        Ok(compiled)
    }

    /// Compiles a test with a candidate in the place of the node it is for.
    ///
    /// # Errors
    /// What the template did wrong, at the user's line.
    pub fn compile_audit(
        &self,
        test: &Arc<Node>,
        candidate: &Candidate,
    ) -> Result<CompiledNode, Vec<Diagnostic>> {
        let changes = Changes { candidate: Some(candidate.clone()), ..Changes::default() };
        let rendered = self.render(test, &changes).map_err(|diagnostic| vec![*diagnostic])?;
        Ok(self.finish(test, rendered, None)?.0)
    }

    /// Compiles many nodes at once, in no order; none of them incremental.
    pub fn compile_all(
        &self,
        ids: &[UniqueId],
    ) -> Vec<(UniqueId, Result<CompiledNode, Vec<Diagnostic>>)> {
        ids.par_iter().map(|id| (id.clone(), self.compile(id, false))).collect()
    }

    /// The host of a node's template, or of one outside any node.
    pub(super) fn node_host(&self, node: Option<&Arc<Node>>, changes: &Changes) -> Arc<NodeHost> {
        let host = NodeHost::new(Arc::clone(&self.host), changes.stand_ins.clone());
        let host = host.with_candidate(changes.candidate.clone());
        let host = host.asking(changes.warehouse.clone());
        // What is rendered again only to look closely has asked and logged before.
        let host = if changes.marks.is_some() { host.refusing().silent() } else { host };
        let host = host.noting(Arc::clone(&self.notes), node.cloned());
        Arc::new(match node {
            Some(node) => host.reading_in(node, changes.turn.batch.as_ref()),
            None => host,
        })
    }

    pub(super) fn scope(
        &self,
        node: &Arc<Node>,
        changes: &Changes,
        host: &Arc<NodeHost>,
        extra: BTreeMap<String, Value>,
    ) -> Arc<Scope> {
        node_scope(&self.globals, node, changes, host, extra)
    }

    /// Renders a node's own code.
    pub(super) fn render(
        &self,
        node: &Arc<Node>,
        changes: &Changes,
    ) -> Result<RenderedNode, Box<Diagnostic>> {
        let host = self.node_host(Some(node), changes);
        let mut extra = BTreeMap::new();
        if let Some(generic) = node.test.as_ref().and_then(|test| test.generic.as_ref()) {
            let scope = |more| self.scope(node, changes, &host, more);
            let value = arguments_value(&self.engine, &generic.arguments, scope)
                .map_err(|diagnostic| Box::new(at_declaration(node, *diagnostic)))?;
            extra.insert(ARGUMENTS.to_owned(), value);
        }
        let (file, range) = match &node.generated_code {
            Some(code) => {
                let file = SourceFile::new(node.original_file_path.as_str(), code.as_ref());
                let range = 0..code.len();
                (file, range)
            }
            None => (Arc::clone(&node.source), node.code_range.clone()),
        };
        let scope = self.scope(node, changes, &host, extra);
        let marks = changes.marks.unwrap_or(Marks::Lines);
        let rendered = match self.engine.render(&file, range, &scope, marks) {
            Ok(rendered) => rendered,
            Err(error) if node.generated_code.is_some() => {
                return Err(Box::new(at_declaration(node, error.diagnostic)));
            }
            Err(error) => return Err(Box::new(error.diagnostic)),
        };
        let text = match (declaration(node), &node.generated_code) {
            (Some(declared), Some(_)) => {
                let mut text = MappedText::default();
                text.push_rendered(&rendered.text, &declared.file, &[declared.line_column().0]);
                text
            }
            _ => MappedText::rendered(&rendered.text, &rendered.lines).with_pieces(rendered.pieces),
        };
        let ephemeral = host.ephemeral_models();
        let is_pure = host.is_pure();
        Ok(RenderedNode { text, ephemeral, captured: rendered.captured, is_pure })
    }

    /// The compiled node, and whether the ephemeral models in it did nothing but give their SQL.
    fn finish(
        &self,
        node: &Arc<Node>,
        rendered: RenderedNode,
        warehouse: Option<&Arc<dyn Warehouse>>,
    ) -> Result<(CompiledNode, bool), Vec<Diagnostic>> {
        let injected = self.inject_ephemeral(rendered.text, &rendered.ephemeral, warehouse)?;
        let makes_relation = match node.resource_type {
            ResourceType::Model => node.config.materialized() != "ephemeral",
            ResourceType::Seed | ResourceType::Snapshot | ResourceType::Function => true,
            _ => false,
        };
        let compiled = CompiledNode {
            unique_id: node.unique_id.clone(),
            code: injected.code,
            extra_ctes: injected.extra_ctes,
            relation_name: makes_relation.then(|| node.relation.to_string()),
            header: header::header(node, &rendered.captured),
            captured: rendered.captured,
        };
        Ok((compiled, injected.is_pure))
    }
}

/// What a node's template sees.
pub(super) fn node_scope(
    globals: &Arc<Globals>,
    node: &Arc<Node>,
    changes: &Changes,
    host: &Arc<NodeHost>,
    extra: BTreeMap<String, Value>,
) -> Arc<Scope> {
    let mut all = changes.extra.clone();
    all.extend(extra);
    let has_this = !matches!(node.resource_type, ResourceType::Operation);
    let this = changes.this.clone().or_else(|| has_this.then(|| node.relation.clone()));
    Arc::new(Scope {
        phase: Phase::Compile,
        host: Arc::clone(host) as Arc<dyn crate::jinja::Host>,
        globals: Arc::clone(globals),
        caller: Caller {
            package: Arc::clone(&node.package),
            unique_id: Some(node.unique_id.to_string()),
            name: node.name.clone(),
        },
        this,
        config: Arc::new(node.config.with_defaults(node.resource_type)),
        model: match changes.turn.batch {
            Some(batch) => model_in_batch(node, batch),
            None => model_value(node),
        },
        extra: all,
        var_overrides: changes.vars.clone(),
        is_incremental: changes.turn.is_incremental,
    })
}

/// What a template outside any node sees, as the root project does.
pub(super) fn root_scope(
    globals: &Arc<Globals>,
    host: &Arc<NodeHost>,
    name: &str,
    extra: BTreeMap<String, Value>,
) -> Arc<Scope> {
    Arc::new(Scope {
        phase: Phase::Compile,
        host: Arc::clone(host) as Arc<dyn crate::jinja::Host>,
        globals: Arc::clone(globals),
        caller: Caller {
            package: Arc::clone(&globals.project_name),
            unique_id: None,
            name: name.to_owned(),
        },
        this: None,
        config: Arc::default(),
        model: Value::from(()),
        extra,
        var_overrides: None,
        is_incremental: false,
    })
}

/// Where a node whose code is generated was declared.
pub(super) fn declaration(node: &Node) -> Option<Span> {
    let of_test = node.test.as_ref().and_then(|test| test.declared.clone());
    of_test.or_else(|| node.properties.clone())
}

/// An error in generated code, said where the node is declared.
fn at_declaration(node: &Node, mut diagnostic: Diagnostic) -> Diagnostic {
    let Some(declared) = declaration(node) else { return diagnostic };
    diagnostic.labels.clear();
    diagnostic.at(declared, "")
}
