//! All nodes typed, each after those it reads.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use rayon::prelude::*;

use super::{
    change::Change, given::given_table, introspection::Introspection, tables::Tables, waves::waves,
};
use crate::{
    analysis::{Analysis, Catalog, ScriptAnalysis, Table, Type, analyze_query, analyze_statements},
    compile::MappedText,
    diagnostic::Diagnostic,
    jinja::Warehouse,
    manifest::{Manifest, Node, UniqueId},
    sql::{
        SqlError,
        ast::{Query, Statement},
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
    /// Names that it sees besides columns: the arguments of a function.
    pub variables: Vec<(String, Type)>,
    /// The statements that it needs before it (`sql_header`).
    pub header: Option<MappedText>,
}

/// SQL that a node runs besides its query: a hook, a hook of the run, what stands before the query.
#[derive(Clone, Debug)]
pub struct ScriptCode {
    /// The node.
    pub node: UniqueId,
    /// The statements.
    pub text: MappedText,
}

/// The compiled SQL of a node.
#[derive(Clone, Debug, Default)]
pub struct NodeCode {
    /// As for a first build.
    pub first: MappedText,
    /// As for a later build, where that is another text.
    pub later: Option<MappedText>,
    /// Names that it sees besides columns: the arguments of a function.
    pub variables: Vec<(String, Type)>,
    /// The statements that it needs before it (`sql_header`).
    pub header: Option<MappedText>,
}

/// What nodes run besides their queries, typed.
pub type TypedScript = Result<Vec<Analysis>, Vec<SqlError>>;

/// All that is typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The nodes.
    pub nodes: BTreeMap<UniqueId, TypedNode>,
    /// What they run besides, in the order of the project's scripts.
    pub scripts: Vec<TypedScript>,
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
    pub(super) typed: Typed,
    /// What nodes run besides their queries, and the same read once.
    pub(super) script_codes: Vec<ScriptCode>,
    scripts: Vec<Result<Vec<Statement>, Vec<SqlError>>>,
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
    /// What stands before; nothing where that cannot be read, and then nothing is said of the query.
    header: Option<Vec<Statement>>,
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
            typed: Typed::default(),
            script_codes: Vec::new(),
            scripts: Vec::new(),
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
                        project.typed.nodes.insert(id.clone(), typed);
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
        let Compiled { code: first, variables, header } = first;
        let code = NodeCode { first, later, variables, header };
        let read = Read {
            first: parse::query(code.first.text()),
            later: code.later.as_ref().map(|later| parse::query(later.text())),
            header: match &code.header {
                Some(header) => parse::statements(header.text()).ok(),
                None => Some(Vec::new()),
            },
        };
        let typed = type_node(node, &read, &self.tables, &code.variables);
        Outcome::Typed(Box::new((code, read, typed)))
    }

    /// Types what nodes run besides their queries: hooks, and of these nodes what stands before.
    pub fn type_scripts(
        &mut self,
        mut scripts: Vec<ScriptCode>,
        with_headers: &BTreeSet<UniqueId>,
    ) {
        let codes = self.codes.iter().filter(|(id, _)| with_headers.contains(*id));
        scripts.extend(codes.filter_map(|(id, code)| {
            Some(ScriptCode { node: id.clone(), text: code.header.clone()? })
        }));
        self.scripts = scripts.par_iter().map(|one| parse::statements(one.text.text())).collect();
        self.script_codes = scripts;
        self.typed.scripts = typed_scripts(&self.scripts, &self.tables);
    }

    /// The nodes that are not analyzed, because their templates ask for what is not known before the
    /// project is built.
    pub fn unknown(&self) -> &BTreeSet<UniqueId> {
        &self.unknown
    }

    /// The nodes that are typed.
    pub fn nodes(&self) -> &BTreeMap<UniqueId, TypedNode> {
        &self.typed.nodes
    }

    /// Has the SQL of nodes that something is wrong with looked at closely: `closely` gives it with
    /// the place of every word, by the node, whether it is of a later build, and its text.
    pub fn look_closely(
        &mut self,
        wanted: &BTreeSet<UniqueId>,
        closely: impl Fn(&UniqueId, bool, &str) -> Option<MappedText> + Sync,
    ) {
        let is_told = |id: &&UniqueId| wanted.contains(*id) && super::tell::has_problems(self, id);
        let wrong: Vec<UniqueId> = self.typed.nodes.keys().filter(is_told).cloned().collect();
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

    /// Its tables and functions, for queries of one's own.
    pub fn catalog(&self) -> impl Catalog + '_ {
        InScript { tables: &self.tables, variables: &[], header: ScriptAnalysis::default() }
    }

    /// The same project with a column changed: what reads it, and what reads that, is typed again.
    /// Nothing else is told of.
    pub fn changed(&self, id: &UniqueId, column: &str, change: &Change) -> Typed {
        let Some(table) = self.tables.get(id) else { return Typed::default() };
        let below = self.below(id);
        let tables = self.tables.forgetting(|known| known != id && !below.contains(known));
        tables.learn(id, Arc::new(change.apply(table, column)));
        let nodes = self.typed_again(&tables, &below);
        Typed { nodes, scripts: typed_scripts(&self.scripts, &tables) }
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
                    Some(((*id).clone(), type_node(node, read, tables, variables)))
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

fn typed_scripts(
    scripts: &[Result<Vec<Statement>, Vec<SqlError>>],
    tables: &Tables,
) -> Vec<TypedScript> {
    let typed = scripts.par_iter().map(|statements| match statements {
        Ok(statements) => Ok(analyze_statements(statements, tables).parts),
        Err(errors) => Err(errors.clone()),
    });
    typed.collect()
}

fn type_node(node: &Node, read: &Read, tables: &Tables, variables: &[(String, Type)]) -> TypedNode {
    let Some(header) = &read.header else {
        return TypedNode { first: Ok(Analysis::default()), later: None };
    };
    let header = match header.as_slice() {
        [] => ScriptAnalysis::default(),
        statements => analyze_statements(statements, tables),
    };
    let script = &InScript { tables, variables, header };
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

/// The tables of the project, and what the script around a query declares.
struct InScript<'a> {
    tables: &'a Tables,
    variables: &'a [(String, Type)],
    header: ScriptAnalysis,
}

impl Catalog for InScript<'_> {
    fn table(&self, parts: &[String]) -> Option<Arc<Table>> {
        self.tables.table(parts)
    }

    fn asks_for_predicates(&self) -> bool {
        self.tables.asks_for_predicates()
    }

    fn variable(&self, name: &str) -> Option<Type> {
        let mut variables = self.variables.iter().chain(&self.header.variables);
        let found = variables.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, kind)| kind.clone())
    }

    fn variable_names(&self) -> Vec<String> {
        let variables = self.variables.iter().chain(&self.header.variables);
        variables.map(|(name, _)| name.clone()).collect()
    }

    fn function(&self, parts: &[String]) -> Option<Type> {
        let own = self.header.functions.get(&parts.join(".").to_ascii_lowercase());
        own.cloned().or_else(|| self.tables.function(parts))
    }
}
