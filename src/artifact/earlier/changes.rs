//! What differs between two manifests
//! (<https://docs.getdbt.com/reference/node-selection/methods#state>).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    manifest::UniqueId,
};

/// The parts of the manifest whose entries selectors know.
const KINDS: [&str; 5] = ["nodes", "functions", "sources", "exposures", "unit_tests"];

/// What `state:` can be asked.
const QUESTIONS: [&str; 10] = [
    "modified",
    "modified.body",
    "modified.configs",
    "modified.relation",
    "modified.persisted_descriptions",
    "modified.macros",
    "modified.contract",
    "new",
    "old",
    "unmodified",
];

/// A way in which a node differs from what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// It was not there.
    New,
    Body,
    Configs,
    Relation,
    PersistedDescriptions,
    Macros,
    Contract,
    /// Anything else that counts, without a name of its own: its folder, a test's arguments.
    Other,
}

impl Change {
    /// As people read it; the same words as of `state:modified.…`, where it has one.
    fn words(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Body => "body",
            Self::Configs => "configs",
            Self::Relation => "relation",
            Self::PersistedDescriptions => "persisted descriptions",
            Self::Macros => "macros",
            Self::Contract => "contract",
            Self::Other => "properties",
        }
    }
}

/// Whether an entry with these changes is asked for.
type Wanted = Box<dyn Fn(&BTreeSet<Change>) -> bool>;

/// The changes of every entry of the later manifest.
pub(super) struct Changes(BTreeMap<UniqueId, BTreeSet<Change>>);

impl Changes {
    /// Compares two manifests, as JSON.
    pub fn between(before: Value, now: Value) -> Self {
        let mut macros =
            Macros { before: &before["macros"], now: &now["macros"], known: HashMap::new() };
        let mut all = BTreeMap::new();
        for kind in KINDS {
            let Some(entries) = now[kind].as_object() else { continue };
            for (id, entry) in entries {
                let changes = match before[kind].get(id) {
                    None => BTreeSet::from([Change::New]),
                    Some(earlier) => {
                        let mut changes = changes(kind, earlier, entry);
                        if macros.changed_below(entry) {
                            changes.insert(Change::Macros);
                        }
                        changes
                    }
                };
                all.insert(UniqueId::new(id.as_str()), changes);
            }
        }
        Self(all)
    }

    /// What is not as it was, each with its changes in words.
    pub fn differences(&self) -> BTreeMap<UniqueId, Vec<&'static str>> {
        let changed = self.0.iter().filter(|(_, changes)| !changes.is_empty());
        let words = |changes: &BTreeSet<Change>| changes.iter().map(|one| one.words()).collect();
        changed.map(|(id, changes)| (id.clone(), words(changes))).collect()
    }

    /// The ids that `state:<question>` selects.
    pub fn select(&self, question: &str) -> Result<BTreeSet<UniqueId>, Diagnostic> {
        // As in dbt, what is new is modified in every way.
        let only = |change: Change| {
            Box::new(move |changes: &BTreeSet<Change>| {
                changes.contains(&change) || changes.contains(&Change::New)
            }) as Wanted
        };
        let wanted: Wanted = match question {
            "modified" => Box::new(|changes| !changes.is_empty()),
            "modified.body" => only(Change::Body),
            "modified.configs" => only(Change::Configs),
            "modified.relation" => only(Change::Relation),
            "modified.persisted_descriptions" => only(Change::PersistedDescriptions),
            "modified.macros" => only(Change::Macros),
            "modified.contract" => only(Change::Contract),
            "new" => only(Change::New),
            "old" => Box::new(|changes| !changes.contains(&Change::New)),
            "unmodified" => Box::new(BTreeSet::is_empty),
            other => {
                let message = format!("no state `{other}`");
                return Err(Diagnostic::error("invalid-selector", message)
                    .maybe_help(did_you_mean(other, QUESTIONS))
                    .help(format!("the states are {}", QUESTIONS.join(", "))));
            }
        };
        Ok(self.0.iter().filter(|(_, changes)| wanted(changes)).map(|(id, _)| id.clone()).collect())
    }
}

fn changes(kind: &str, before: &Value, now: &Value) -> BTreeSet<Change> {
    let differ = |keys: &[&str]| keys.iter().any(|key| before[*key] != now[*key]);
    let mut found = BTreeSet::new();
    let mut note = |differs: bool, change: Change| {
        if differs {
            found.insert(change);
        }
    };
    match kind {
        "nodes" | "functions" => {
            // A seed has no code; several snapshots may share a file.
            let body = if now["resource_type"] == "seed" { "checksum" } else { "raw_code" };
            note(differ(&[body]), Change::Body);
            note(configs(before) != configs(now), Change::Configs);
            note(place(before) != place(now), Change::Relation);
            note(persisted(before, now), Change::PersistedDescriptions);
            note(contract(before, now), Change::Contract);
            note(differ(&["fqn", "test_metadata", "column_name"]), Change::Other);
            note(differ(&["latest_version", "access", "deprecation_date"]), Change::Other);
            note(differ(&["arguments", "returns"]), Change::Other);
        }
        "sources" => {
            note(configs(before) != configs(now), Change::Configs);
            let place = ["unrendered_database", "unrendered_schema", "identifier"];
            note(differ(&place), Change::Relation);
            note(differ(&["fqn", "quoting", "external"]), Change::Other);
            note(differ(&["freshness", "loaded_at_field"]), Change::Other);
        }
        "exposures" => {
            note(configs(before) != configs(now), Change::Configs);
            let said = ["fqn", "type", "owner", "maturity", "url", "description", "label"];
            note(differ(&said), Change::Other);
            note(read(before) != read(now), Change::Other);
        }
        _ => note(differ(&["checksum"]), Change::Body),
    }
    found
}

/// Keys of a configuration that are no configuration when two are compared: what is built is the
/// same.
const NOT_COMPARED: [&str; 2] = ["tags", "group"];

/// Keys that say where a node ends up.
const PLACE: [&str; 3] = ["database", "schema", "alias"];

/// The configuration as it is written: what it comes to differs from target to target.
fn configs(entry: &Value) -> BTreeMap<&str, &Value> {
    let written = entry["unrendered_config"].as_object().into_iter().flatten();
    let pairs = written.map(|(key, value)| (key.as_str(), value));
    pairs.filter(|(key, _)| !NOT_COMPARED.contains(key) && !PLACE.contains(key)).collect()
}

/// Where a node was told to end up.
fn place(entry: &Value) -> [&Value; 3] {
    PLACE.map(|key| &entry["unrendered_config"][key])
}

/// The nodes that an exposure reads, in no order.
fn read(entry: &Value) -> BTreeSet<&str> {
    let nodes = entry["depends_on"]["nodes"].as_array().into_iter().flatten();
    nodes.filter_map(Value::as_str).collect()
}

/// Whether descriptions differ that `persist_docs` writes to the warehouse.
fn persisted(before: &Value, now: &Value) -> bool {
    let keeps = |what: &str| now["config"]["persist_docs"][what] == Value::Bool(true);
    let columns = |node: &Value| -> Vec<(String, Value)> {
        let columns = node["columns"].as_object().into_iter().flatten();
        columns.map(|(name, column)| (name.clone(), column["description"].clone())).collect()
    };
    (keeps("relation") && before["description"] != now["description"])
        || (keeps("columns") && columns(before) != columns(now))
}

/// Whether an enforced contract promises something else.
fn contract(before: &Value, now: &Value) -> bool {
    let enforced = |node: &Value| node["contract"]["enforced"] == Value::Bool(true);
    match (enforced(before), enforced(now)) {
        (false, false) => false,
        (true, true) => before["contract"]["checksum"] != now["contract"]["checksum"],
        _ => true,
    }
}

/// Whether a macro comes with the program: whose macros do what dbt documents, so that a manifest of
/// dbt's can be compared with.
fn is_built_in(id: &str) -> bool {
    BUILT_IN.iter().any(|package| id.strip_prefix(package).is_some_and(|id| id.starts_with('.')))
}

/// The packages of dbt and its adapters.
const BUILT_IN: [&str; 3] = ["macro.dbt", "macro.dbt_bigquery", "macro.dbt_duckdb"];

/// The macros of both manifests.
struct Macros<'m> {
    before: &'m Value,
    now: &'m Value,
    /// Whether a macro or one that it calls has changed.
    known: HashMap<&'m str, bool>,
}

impl<'m> Macros<'m> {
    fn changed_below(&mut self, entry: &'m Value) -> bool {
        let called = entry["depends_on"]["macros"].as_array().into_iter().flatten();
        let ids: Vec<&str> = called.filter_map(Value::as_str).collect();
        ids.into_iter().any(|id| self.changed(id))
    }

    fn changed(&mut self, first: &'m str) -> bool {
        if let Some(known) = self.known.get(first) {
            return *known;
        }
        let mut seen = BTreeSet::from([first]);
        let mut open = vec![first];
        let mut changed = false;
        while let Some(id) = open.pop() {
            if !is_built_in(id) && self.before[id]["macro_sql"] != self.now[id]["macro_sql"] {
                changed = true;
                break;
            }
            let called = self.now[id]["depends_on"]["macros"].as_array().into_iter().flatten();
            open.extend(called.filter_map(Value::as_str).filter(|id| seen.insert(*id)));
        }
        self.known.insert(first, changed);
        changed
    }
}
