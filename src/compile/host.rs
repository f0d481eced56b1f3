//! Answers what templates ask of the project while a node is compiled.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use indexmap::IndexMap;
use minijinja::Value;
use serde_json::Value as Json;

use super::{
    candidate::Candidate, compiler::LogSink, deferral::Deferral, job_notes::NoteWriter,
    node_value::graph_value, refusal::RefusingWarehouse,
};
use crate::{
    diagnostic::{Diagnostic, WarnOptions, Weight},
    jinja::{
        Caller, FunctionCall, Host, Reading, RefCall, Referred, SourceCall, Warehouse, Whither,
    },
    manifest::{
        Batch, ColumnProperties, Lookup, Manifest, Node, NodeConfig, Reader, Resolver,
        ResourceType, TimeSpan, UniqueId, utc_text,
    },
    relation::{Dialect, Relation, RelationKind},
};

/// The code of what `exceptions.warn` says.
const TEMPLATE_WARNING: &str = "template-warning";

/// What all nodes of a run ask the same of.
pub struct SharedHost {
    /// The project.
    pub manifest: Arc<Manifest>,
    /// Names to ids.
    pub lookup: Lookup,
    /// The warehouse, where connected.
    pub warehouse: Option<Arc<dyn Warehouse>>,
    /// Takes log lines.
    pub log: LogSink,
    /// Which warnings fail, and which are not told.
    pub warnings: WarnOptions,
    /// `graph`, once a template has asked.
    pub graph: OnceLock<Value>,
    /// `--empty`: models read no rows.
    pub empty: bool,
    /// `--defer`: where to read what the target does not hold.
    pub deferral: Option<Deferral>,
    /// Warnings of templates of batches.
    pub told: Mutex<HashSet<String>>,
    /// `--sample`: models and snapshots read rows of this time only.
    pub sample: Option<TimeSpan>,
}

impl SharedHost {
    /// The relation that a reference to a node reads.
    pub fn relation_of(&self, node: &Node) -> Result<Relation, Box<Diagnostic>> {
        let Some(deferral) = &self.deferral else { return Ok(node.relation.clone()) };
        let warehouse = self.warehouse.as_deref();
        let earlier = deferral.relation(&node.unique_id, &node.relation, warehouse);
        let earlier = earlier.map_err(|problem| {
            let message = format!("whether `{}` exists cannot be told: {problem}", node.relation);
            Box::new(Diagnostic::error("warehouse-error", message))
        })?;
        Ok(earlier.unwrap_or(&node.relation).clone())
    }
}

/// Relations that stand in for others while a unit test is compiled.
pub struct StandIns {
    /// The unit test's name, for messages.
    pub test: String,
    /// The relations by the id they stand in for.
    pub relations: HashMap<UniqueId, Relation>,
}

/// The host of one rendering.
pub struct NodeHost {
    shared: Arc<SharedHost>,
    stand_ins: Option<Arc<StandIns>>,
    /// Ephemeral models referenced, in order.
    ephemeral: Mutex<Vec<UniqueId>>,
    /// Answers in the place of the run's warehouse.
    instead: Option<Arc<dyn Warehouse>>,
    /// Stands before the warehouse where it must not be asked yet.
    refusal: Option<RefusingWarehouse>,
    /// The time of the rows that are read, where it is limited.
    span: Option<TimeSpan>,
    /// A table that stands for a node.
    candidate: Option<Candidate>,
    /// Whether a batch is rendered: hundreds of them say the same.
    is_batch: bool,
    /// Writes what the warehouse is told of jobs, and the node that they are of.
    notes: Option<(Arc<NoteWriter>, Option<Arc<Node>>)>,
    /// The warehouse that tells it, once a template has asked.
    telling: OnceLock<Arc<dyn Warehouse>>,
    /// Whether what templates log is left out.
    is_silent: bool,
    /// Whether it asked, logged or warned: rendering it again may do so too.
    is_touched: AtomicBool,
}

impl NodeHost {
    /// A host for one rendering.
    pub fn new(shared: Arc<SharedHost>, stand_ins: Option<Arc<StandIns>>) -> Self {
        Self {
            shared,
            stand_ins,
            ephemeral: Mutex::default(),
            instead: None,
            refusal: None,
            span: None,
            candidate: None,
            is_batch: false,
            notes: None,
            telling: OnceLock::new(),
            is_silent: false,
            is_touched: AtomicBool::new(false),
        }
    }

    /// The same host, but the warehouse is told what its jobs are for.
    pub fn noting(self, notes: Arc<NoteWriter>, node: Option<Arc<Node>>) -> Self {
        Self { notes: Some((notes, node)), ..self }
    }

    fn telling(&self, warehouse: &Arc<dyn Warehouse>) -> Arc<dyn Warehouse> {
        let Some((notes, node)) = &self.notes else { return Arc::clone(warehouse) };
        match notes.context(node.as_ref()) {
            Ok(context) => warehouse.telling(&context).unwrap_or_else(|| Arc::clone(warehouse)),
            Err(problems) => {
                let why = problems.first().map_or("", |problem| problem.message.as_str());
                Arc::new(RefusingWarehouse::because(format!("`query-comment` is wrong: {why}")))
            }
        }
    }

    /// The same host, but another warehouse answers, if one is given.
    pub fn asking(self, instead: Option<Arc<dyn Warehouse>>) -> Self {
        Self { instead, ..self }
    }

    /// The same host, but the warehouse refuses every question and remembers that one came.
    pub fn refusing(self) -> Self {
        Self { refusal: Some(RefusingWarehouse::default()), ..self }
    }

    /// Whether the template did nothing but give its text: no question, no line of a log.
    pub fn is_pure(&self) -> bool {
        !self.is_touched.load(Ordering::Relaxed)
    }

    fn touch(&self) {
        self.is_touched.store(true, Ordering::Relaxed);
    }

    /// The same host, but templates log nothing.
    pub fn silent(self) -> Self {
        Self { is_silent: true, ..self }
    }

    /// The same host, but a node is read from a table that stands for it.
    pub fn with_candidate(self, candidate: Option<Candidate>) -> Self {
        Self { candidate, ..self }
    }

    /// Whether a refused question came.
    pub fn was_asked(&self) -> bool {
        self.refusal.as_ref().is_some_and(RefusingWarehouse::was_asked)
    }

    /// The same host, for a node's own template and hooks: a batch reads the rows of its time, a
    /// sample those of the sample's.
    pub fn reading_in(self, node: &Node, batch: Option<&Batch>) -> Self {
        let reads = matches!(node.resource_type, ResourceType::Model | ResourceType::Snapshot);
        let span = match (batch, self.shared.sample) {
            _ if !reads => None,
            (Some(batch), Some(sample)) => Some(batch.span.intersection(sample)),
            (batch, sample) => batch.map(|batch| batch.span).or(sample),
        };
        Self { span, is_batch: batch.is_some(), ..self }
    }

    /// Whether another batch has given this warning already.
    fn is_told(&self, message: &str) -> bool {
        let mut told = self.shared.told.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_batch && !told.insert(message.to_owned())
    }

    /// The relation as models read it: without rows under `--empty`, and where it tells its rows'
    /// time, those of the batch or the sample.
    fn read(&self, relation: Relation, event_time: Option<String>) -> Referred {
        let condition = self.span.zip(event_time).map(|(span, column)| {
            let column = match relation.dialect {
                Dialect::GoogleSql => format!("cast({column} as timestamp)"),
                Dialect::DuckDb => column,
            };
            let (start, end) = (utc_text(span.start), utc_text(span.end));
            format!("{column} >= '{start}' and {column} < '{end}'")
        });
        let reading = Reading { without_rows: self.shared.empty, condition, as_of: None };
        Referred { relation, reading }
    }

    /// The ephemeral models referenced so far, in order, each once.
    pub fn ephemeral_models(&self) -> Vec<UniqueId> {
        self.ephemeral.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks something up by the rules the manifest is built by.
    fn resolving<T>(
        &self,
        caller: &Caller,
        ask: impl FnOnce(&Resolver<'_>, &Reader<'_>) -> T,
    ) -> T {
        let shared = &self.shared;
        let node = |id: &UniqueId| shared.manifest.node_or_disabled(id);
        let restricted = &shared.manifest.restricted_packages;
        let resolver = Resolver { lookup: &shared.lookup, node: &node, restricted };
        let own = caller.unique_id.as_deref().and_then(|id| shared.manifest.nodes.get(id));
        let reader = Reader {
            id: caller.unique_id.as_deref().unwrap_or(&caller.name),
            package: &caller.package,
            group: own.and_then(|node| node.group.as_deref()),
            is_test: false,
            is_ad_hoc: caller.unique_id.is_none(),
            node: own.map(AsRef::as_ref),
        };
        ask(&resolver, &reader)
    }

    fn stand_in(&self, id: &UniqueId, written: &str) -> Option<Result<Referred, Box<Diagnostic>>> {
        let stand_ins = self.stand_ins.as_ref()?;
        Some(stand_ins.relations.get(id).cloned().map(Referred::from).ok_or_else(|| {
            let message = format!("unit test `{}` gives no rows for `{written}`", stand_ins.test);
            let help = format!("add `- input: {written}` with `rows: []` to its `given`");
            Box::new(Diagnostic::error("missing-unit-test-input", message).help(help))
        }))
    }
}

impl Host for NodeHost {
    fn resolve_ref(&self, caller: &Caller, call: &RefCall) -> Result<Referred, Box<Diagnostic>> {
        let manifest = &self.shared.manifest;
        let id = self.resolving(caller, |resolver, reader| resolver.resolve_ref(reader, call))?;
        if let Some(answer) = self.stand_in(&id, &format!("ref('{}')", call.name)) {
            return answer;
        }
        let reader = caller.unique_id.as_deref().and_then(|id| manifest.nodes.get(id));
        if let Some(reader) = reader
            && !reader.depends_on_nodes.contains(&id)
        {
            return Err(Box::new(hidden("ref", &call.name, &reader.name)));
        }
        let node = &manifest.nodes[&id];
        let time = event_time(&node.config, &node.columns, false, node.relation.dialect);
        if let Some(candidate) = self.candidate.as_ref().filter(|candidate| candidate.node == id) {
            return Ok(self.read(candidate.relation.clone(), time));
        }
        if node.config.materialized() != "ephemeral" {
            return Ok(self.read(self.shared.relation_of(node)?, time));
        }
        let mut ephemeral = self.ephemeral.lock().unwrap_or_else(PoisonError::into_inner);
        if !ephemeral.contains(&id) {
            ephemeral.push(id.clone());
        }
        Ok(self.read(cte_relation(&node.relation, &node.relation.identifier), time))
    }

    fn resolve_source(
        &self,
        caller: &Caller,
        call: &SourceCall,
    ) -> Result<Referred, Box<Diagnostic>> {
        let shared = &self.shared;
        let id =
            self.resolving(caller, |resolver, reader| resolver.resolve_source(reader, call))?;
        let written = format!("source('{}', '{}')", call.source, call.table);
        self.stand_in(&id, &written).unwrap_or_else(|| {
            let source = &shared.manifest.sources[&id];
            let quotes = source.quoting.get("column").and_then(Json::as_bool).unwrap_or(false);
            let relation = source.relation.clone();
            let time = event_time(&source.config, &source.columns, quotes, relation.dialect);
            let mut referred = self.read(relation, time);
            referred.reading.as_of = source.as_of().map(utc_text);
            Ok(referred)
        })
    }

    fn resolve_function(
        &self,
        caller: &Caller,
        call: &FunctionCall,
    ) -> Result<Relation, Box<Diagnostic>> {
        let manifest = &self.shared.manifest;
        let id =
            self.resolving(caller, |resolver, reader| resolver.resolve_function(reader, call))?;
        let reader = caller.unique_id.as_deref().and_then(|id| manifest.nodes.get(id));
        if let Some(reader) = reader
            && !reader.depends_on_nodes.contains(&id)
        {
            return Err(Box::new(hidden("function", &call.name, &reader.name)));
        }
        let own = &manifest.nodes[&id].relation;
        let deferral = self.shared.deferral.as_ref();
        Ok(deferral.and_then(|deferral| deferral.function(&id)).unwrap_or(own).clone())
    }

    fn graph(&self) -> Value {
        self.shared.graph.get_or_init(|| graph_value(&self.shared.manifest)).clone()
    }

    fn warehouse(&self) -> Option<&dyn Warehouse> {
        self.touch();
        match &self.refusal {
            Some(refusal) => Some(refusal),
            None => {
                let warehouse = self.instead.as_ref().or(self.shared.warehouse.as_ref())?;
                Some(self.telling.get_or_init(|| self.telling(warehouse)).as_ref())
            }
        }
    }

    fn log(&self, message: &str, whither: Whither) {
        self.touch();
        if !self.is_silent {
            (self.shared.log)(message, whither);
        }
    }

    fn warn(&self, message: &str) -> Result<(), Box<Diagnostic>> {
        self.touch();
        match self.shared.warnings.weight(TEMPLATE_WARNING) {
            Weight::Error => return Err(Box::new(Diagnostic::error(TEMPLATE_WARNING, message))),
            Weight::Warning if self.is_told(message) => {}
            Weight::Warning => self.log(&format!("warning: {message}"), Whither::People),
            Weight::Silent => {}
        }
        Ok(())
    }
}

/// `event_time` as it is written in SQL: quoted only where the column's properties or else the
/// source's `quoting` ask for it, as in dbt.
fn event_time(
    config: &NodeConfig,
    columns: &IndexMap<String, ColumnProperties>,
    quotes_columns: bool,
    dialect: Dialect,
) -> Option<String> {
    let name = config.text("event_time")?;
    let declared = columns.values().find(|column| column.name == name);
    let quotes = declared.and_then(|column| column.quote).unwrap_or(quotes_columns);
    Some(if quotes { dialect.quote(name) } else { name.to_owned() })
}

/// What to say of a reference that was not there while the project was read.
fn hidden(call: &str, name: &str, reader: &str) -> Diagnostic {
    let message = format!(
        "`{name}` is referenced only when the template runs for real, so nothing knew that it must be built first"
    );
    let help = format!("add the line `-- depends_on: {{{{ {call}('{name}') }}}}` to `{reader}`");
    Diagnostic::error("hidden-ref", message).help(help)
}

/// The relation of a CTE that dbt would name after `name`.
pub fn cte_relation(like: &Relation, name: &str) -> Relation {
    let mut relation = like.with_identifier(cte_name(name));
    relation.kind = Some(RelationKind::Cte);
    relation
}

/// dbt's name of the CTE for an identifier. It is written without quotes, so what is no letter,
/// digit or underscore becomes one.
pub fn cte_name(identifier: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '_' };
    format!("__dbt__cte__{}", identifier.chars().map(plain).collect::<String>())
}
