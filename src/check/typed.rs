//! All nodes typed, each after those it reads.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use rayon::prelude::*;

use super::{
    change::Change,
    introspection::Introspection,
    tables::{Tables, snapshot_columns, table_of},
};
use crate::{
    analysis::{Analysis, Catalog, Table, TableColumn, Type, analyze_query},
    compile::MappedText,
    diagnostic::Diagnostic,
    jinja::Warehouse,
    manifest::{Manifest, Node, ResourceType, UniqueId},
    relation::Dialect,
    sql::{
        SqlError,
        ast::{Query, ScriptKind, StatementKind},
        parse,
    },
};

/// What is known before the SQL is read.
pub struct Known {
    /// The nodes.
    pub manifest: Arc<Manifest>,
    /// Names and types of the columns of sources and seeds, where they are known as a whole.
    pub columns: HashMap<UniqueId, Vec<(String, String)>>,
    /// The target's warehouse, for templates that ask it; none where it is not to be asked.
    pub warehouse: Option<Arc<dyn Warehouse>>,
}

/// Compiles a node with a warehouse that answers its templates, for a later build than the first where
/// that is said. Nothing where no query comes of it.
pub type CompileNode<'c> = dyn Fn(&UniqueId, bool, Arc<dyn Warehouse>) -> Result<Option<Compiled>, Vec<Diagnostic>>
    + Sync
    + 'c;

/// What a template gives.
pub struct Compiled {
    /// The query.
    pub code: MappedText,
    /// The variables that the statements before it declare.
    pub variables: Vec<(String, Type)>,
}

/// The compiled SQL of a node.
#[derive(Clone, Debug, Default)]
pub struct NodeCode {
    /// As for a first build.
    pub first: MappedText,
    /// As for a later build, where that is another text.
    pub later: Option<MappedText>,
    /// The variables that the statements before it declare.
    pub variables: Vec<(String, Type)>,
}

/// A node that is typed.
#[derive(Clone, Debug)]
pub struct TypedNode {
    /// What its query means; or why it cannot be read.
    pub first: Result<Analysis, Vec<SqlError>>,
    /// The same of a later build.
    pub later: Option<Result<Analysis, Vec<SqlError>>>,
}

impl TypedNode {
    /// What its query means, where it can be read.
    pub fn analysis(&self) -> Option<&Analysis> {
        self.first.as_ref().ok()
    }
}

/// The project with what each of its nodes gives.
pub struct TypedProject {
    manifest: Arc<Manifest>,
    /// The compiled SQL of the nodes that are analyzed.
    pub(super) codes: HashMap<UniqueId, NodeCode>,
    /// The queries, read once.
    queries: HashMap<UniqueId, Read>,
    /// Groups of nodes: those of one group read only nodes of groups before it.
    waves: Vec<Vec<UniqueId>>,
    tables: Arc<Tables>,
    pub(super) nodes: BTreeMap<UniqueId, TypedNode>,
    /// What is not analyzed: its template asks for what is not known before the project is built.
    unknown: BTreeSet<UniqueId>,
}

/// What becomes of a node.
enum Outcome {
    Typed(Box<(NodeCode, Read, TypedNode)>),
    /// It gives no query, or none that can be told now.
    Untold {
        is_unknown: bool,
    },
    Wrong(Vec<Diagnostic>),
}

/// A node's queries, of a first and of a later build.
struct Read {
    first: Result<Query, Vec<SqlError>>,
    later: Option<Result<Query, Vec<SqlError>>>,
}

impl TypedProject {
    /// Compiles and types these nodes, each after those it reads; and what is wrong with their
    /// templates.
    pub fn new(
        known: Known,
        wanted: &BTreeSet<&UniqueId>,
        compile: &CompileNode<'_>,
    ) -> (Self, Vec<Diagnostic>) {
        let waves = waves(&known.manifest, wanted);
        let mut project = Self {
            tables: Arc::new(Tables::of(&known.manifest, &known.columns)),
            manifest: Arc::clone(&known.manifest),
            codes: HashMap::new(),
            queries: HashMap::new(),
            waves: Vec::new(),
            nodes: BTreeMap::new(),
            unknown: BTreeSet::new(),
        };
        let mut problems = Vec::new();
        for wave in &waves {
            let outcomes: Vec<_> =
                wave.par_iter().map(|id| (id, project.outcome(id, &known, compile))).collect();
            for (id, outcome) in outcomes {
                match outcome {
                    Outcome::Typed(typed) => {
                        let (code, read, typed) = *typed;
                        project.codes.insert(id.clone(), code);
                        project.queries.insert(id.clone(), read);
                        project.nodes.insert(id.clone(), typed);
                    }
                    Outcome::Untold { is_unknown: true } => {
                        project.unknown.insert(id.clone());
                    }
                    Outcome::Untold { is_unknown: false } => {}
                    Outcome::Wrong(found) => problems.extend(found),
                }
            }
        }
        project.waves = waves;
        (project, problems)
    }

    fn outcome(&self, id: &UniqueId, known: &Known, compile: &CompileNode<'_>) -> Outcome {
        let Some(node) = self.manifest.nodes.get(id) else {
            return Outcome::Untold { is_unknown: false };
        };
        let compiled = |is_later: bool| {
            let asked =
                Introspection::new(&self.manifest, &self.tables, id, known.warehouse.as_ref());
            let compiled = compile(id, is_later, Arc::new(asked.clone()));
            (compiled, asked.is_unknown())
        };
        let first = match compiled(false) {
            (_, true) => return Outcome::Untold { is_unknown: true },
            (Ok(None), _) => return Outcome::Untold { is_unknown: false },
            (Err(found), _) => return Outcome::Wrong(found),
            (Ok(Some(first)), _) => first,
        };
        let is_incremental = node.config.materialized() == "incremental";
        // A template that needs the table to be there says nothing of the query.
        let later = match is_incremental.then(|| compiled(true)) {
            Some((Ok(Some(later)), false)) => Some(later.code),
            _ => None,
        };
        let later = later.filter(|later| later.text() != first.code.text());
        let code = NodeCode { first: first.code, later, variables: first.variables };
        let read = Read {
            first: parse::query(code.first.text()),
            later: code.later.as_ref().map(|later| parse::query(later.text())),
        };
        let script = InScript { tables: &self.tables, variables: &code.variables };
        let typed = type_node(node, &read, &script);
        Outcome::Typed(Box::new((code, read, typed)))
    }

    /// The nodes that are not analyzed, because their templates ask for what is not known before the
    /// project is built.
    pub fn unknown(&self) -> &BTreeSet<UniqueId> {
        &self.unknown
    }

    /// The nodes that are typed.
    pub fn nodes(&self) -> &BTreeMap<UniqueId, TypedNode> {
        &self.nodes
    }

    /// Has the SQL of nodes that something is wrong with looked at closely: `closely` gives it with
    /// the place of every word, by the node, whether it is of a later build, and its text.
    pub fn look_closely(
        &mut self,
        wanted: &BTreeSet<UniqueId>,
        closely: impl Fn(&UniqueId, bool, &str) -> Option<MappedText> + Sync,
    ) {
        let is_told = |id: &&UniqueId| wanted.contains(*id) && super::tell::has_problems(self, id);
        let wrong: Vec<UniqueId> = self.nodes.keys().filter(is_told).cloned().collect();
        let looked: Vec<_> = wrong
            .into_par_iter()
            .filter_map(|id| {
                let code = self.codes.get(&id)?;
                let first = closely(&id, false, code.first.text());
                let later = code.later.as_ref().and_then(|one| closely(&id, true, one.text()));
                Some((id, first, later))
            })
            .collect();
        for (id, first, later) in looked {
            let Some(code) = self.codes.get_mut(&id) else { continue };
            if let Some(first) = first {
                code.first = first;
            }
            if later.is_some() {
                code.later = later;
            }
        }
    }

    /// The project that was typed.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What is known of a node's or source's table.
    pub fn table(&self, id: &UniqueId) -> Option<&Arc<Table>> {
        self.tables.get(id)
    }

    /// The same project with a column changed: what reads it, and what reads that, is typed again.
    /// Nothing else is told of.
    pub fn changed(
        &self,
        id: &UniqueId,
        column: &str,
        change: &Change,
    ) -> BTreeMap<UniqueId, TypedNode> {
        let Some(table) = self.tables.get(id) else { return BTreeMap::new() };
        let below = self.below(id);
        let tables = self.tables.forgetting(|known| known != id && !below.contains(known));
        tables.learn(id, Arc::new(change.apply(table, column)));
        self.typed_again(&tables, &below)
    }

    /// Types nodes again, with other tables.
    fn typed_again(
        &self,
        tables: &Tables,
        below: &BTreeSet<UniqueId>,
    ) -> BTreeMap<UniqueId, TypedNode> {
        let mut nodes = BTreeMap::new();
        for wave in &self.waves {
            let wanted: Vec<&UniqueId> = wave.iter().filter(|id| below.contains(*id)).collect();
            let typed: Vec<(UniqueId, TypedNode)> = wanted
                .par_iter()
                .filter_map(|id| {
                    let (node, read) = (self.manifest.nodes.get(*id)?, self.queries.get(*id)?);
                    let variables = &self.codes.get(*id)?.variables;
                    Some(((*id).clone(), type_node(node, read, &InScript { tables, variables })))
                })
                .collect();
            nodes.extend(typed);
        }
        nodes
    }

    /// What reads a node, and what reads that.
    pub fn below(&self, id: &UniqueId) -> BTreeSet<UniqueId> {
        let mut below = BTreeSet::new();
        for wave in &self.waves {
            for node in wave {
                let reads = |parent: &UniqueId| parent == id || below.contains(parent);
                let manifest = &self.manifest;
                if manifest
                    .nodes
                    .get(node)
                    .is_some_and(|node| node.depends_on_nodes.iter().any(reads))
                {
                    below.insert(node.clone());
                }
            }
        }
        below
    }
}

/// Groups of nodes, each below those before it.
fn waves(manifest: &Manifest, wanted: &BTreeSet<&UniqueId>) -> Vec<Vec<UniqueId>> {
    let mut levels: HashMap<&UniqueId, usize> = HashMap::new();
    let mut waves: Vec<Vec<UniqueId>> = Vec::new();
    for (id, _) in manifest.nodes.iter().filter(|(id, _)| wanted.contains(id)) {
        // Parents first; the graph has no cycles, a depth of its own has no stack to overflow.
        let mut open = vec![id];
        while let Some(&at) = open.last() {
            let parents = manifest.nodes.get(at).map(|node| node.depends_on_nodes.as_slice());
            let parents =
                parents.unwrap_or_default().iter().filter(|parent| wanted.contains(parent));
            let missing: Vec<&UniqueId> = parents
                .clone()
                .filter(|parent| !levels.contains_key(parent) && *parent != at)
                .collect();
            if missing.is_empty() {
                open.pop();
                let level = parents.filter_map(|parent| levels.get(parent)).max();
                let level = level.map_or(0, |level| level + 1);
                if levels.insert(at, level).is_none() {
                    if waves.len() <= level {
                        waves.resize(level + 1, Vec::new());
                    }
                    waves[level].push(at.clone());
                }
            } else {
                open.extend(missing);
            }
        }
    }
    waves
}

fn type_node(node: &Node, read: &Read, script: &InScript<'_>) -> TypedNode {
    let tables = script.tables;
    let analyzed = |query: &Result<Query, Vec<SqlError>>| match query {
        Ok(query) => Ok(analyze_query(query, script)),
        Err(errors) => Err(errors.clone()),
    };
    let first = analyzed(&read.first);
    // A later build reads what the first has made.
    if let Some(table) = given_table(node, first.as_ref().ok()) {
        tables.learn(&node.unique_id, Arc::new(table));
    }
    let later = read.later.as_ref().map(analyzed);
    TypedNode { first, later }
}

/// The tables of the project, and the variables of the script around a query.
struct InScript<'a> {
    tables: &'a Tables,
    variables: &'a [(String, Type)],
}

impl Catalog for InScript<'_> {
    fn table(&self, parts: &[String]) -> Option<Arc<Table>> {
        self.tables.table(parts)
    }

    fn asks_for_predicates(&self) -> bool {
        self.tables.asks_for_predicates()
    }

    fn variable(&self, name: &str) -> Option<Type> {
        let mut variables = self.variables.iter();
        let found = variables.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, kind)| kind.clone())
    }

    fn function(&self, parts: &[String]) -> Option<Type> {
        self.tables.function(parts)
    }
}

/// The variables that statements declare; nothing where they cannot be read.
pub fn declared_variables(header: &str) -> Option<Vec<(String, Type)>> {
    let mut variables = Vec::new();
    for statement in parse::statements(header).ok()? {
        if let StatementKind::Script(script) = &statement.kind
            && let ScriptKind::Declare { names, data_type, .. } = &**script
        {
            let kind = data_type.as_ref().map(Type::from_ast).unwrap_or_default();
            variables.extend(names.iter().map(|name| (name.value.clone(), kind.clone())));
        }
    }
    Some(variables)
}

/// What a node's table holds.
fn given_table(node: &Node, analysis: Option<&Analysis>) -> Option<Table> {
    if !matches!(node.resource_type, ResourceType::Model | ResourceType::Snapshot) {
        return None;
    }
    let declared = |name: &str| {
        let column = node.columns.values().find(|column| column.name.eq_ignore_ascii_case(name))?;
        Some(Type::parse(column.data_type.as_deref()?))
    };
    let mut columns = Vec::new();
    let mut is_complete = false;
    if let Some(analysis) = analysis {
        is_complete = analysis.is_complete;
        for column in &analysis.columns {
            let kind = match column.kind.is_known() {
                true => column.kind.clone(),
                // What the query does not tell, its declaration may.
                false => declared(&column.name).unwrap_or_else(|| column.kind.clone()),
            };
            columns.push(TableColumn { name: Arc::clone(&column.name), kind });
        }
    }
    if !is_complete {
        for column in node.columns.values().filter(|column| !column.name.contains('.')) {
            if !columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
                let kind = declared(&column.name).unwrap_or_default();
                columns.push(TableColumn { name: Arc::from(column.name.as_str()), kind });
            }
        }
    }
    if let Some(field) = ingestion_column(node) {
        columns.retain(|column| !column.name.eq_ignore_ascii_case(field));
    }
    if node.resource_type == ResourceType::Snapshot {
        let own = snapshot_columns(node, &columns);
        columns.extend(own);
    }
    // A query may name none of its columns; BigQuery gives those a name of its own.
    for (at, column) in columns.iter_mut().filter(|column| column.name.is_empty()).enumerate() {
        column.name = Arc::from(format!("f{at}_"));
    }
    Some(table_of(node, columns, is_complete))
}

/// The column that is not in the table, where that is partitioned by ingestion time: the pseudo
/// columns stand for it.
fn ingestion_column(node: &Node) -> Option<&str> {
    let by = node.config.get("partition_by")?;
    let is_so = by.get("time_ingestion_partitioning").and_then(serde_json::Value::as_bool)?;
    let makes_a_table = matches!(node.config.materialized(), "table" | "incremental");
    by.get("field")?.as_str().filter(|_| is_so && makes_a_table)
}

/// Whether a node's SQL is GoogleSQL, and a query. A copy's only names what is copied.
pub fn is_read(node: &Node) -> bool {
    node.relation.dialect == Dialect::GoogleSql
        && node.config.materialized() != "copy"
        && matches!(
            node.resource_type,
            ResourceType::Model
                | ResourceType::Snapshot
                | ResourceType::Test
                | ResourceType::Analysis
        )
}
