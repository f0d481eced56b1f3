//! The tables of the project, as queries name them.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use crate::{
    analysis::{Catalog, Table, TableColumn, Type},
    manifest::{Manifest, Node, ResourceType, Source, UniqueId},
    plan::SnapshotColumns,
    relation::Relation,
};

/// Every table of the project by its name. A node's table is known once the node is typed.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Names, the parts with dots between; of three and of two parts.
    names: HashMap<String, UniqueId>,
    tables: HashMap<UniqueId, OnceLock<Arc<Table>>>,
    /// Results of functions, by name.
    functions: HashMap<String, Type>,
    /// Whether a table is partitioned.
    asks_for_predicates: bool,
}

impl Tables {
    /// The names of all tables; `known` are the columns of sources and seeds.
    pub fn of(manifest: &Manifest, known: &HashMap<UniqueId, Vec<(String, String)>>) -> Self {
        let mut tables = Self::default();
        for (id, source) in &manifest.sources {
            tables.name(&source.relation, id);
            tables.set(id, source_table(source, known.get(id)));
        }
        for (id, node) in &manifest.nodes {
            match node.resource_type {
                ResourceType::Function => {
                    let kind =
                        node.function.as_ref().map(|function| Type::parse(&function.returns));
                    for name in names(&node.relation) {
                        tables.functions.insert(name, kind.clone().unwrap_or_default());
                    }
                }
                ResourceType::Model | ResourceType::Snapshot | ResourceType::Seed => {
                    tables.name(&node.relation, id);
                    tables.tables.insert(id.clone(), OnceLock::new());
                    tables.asks_for_predicates |= node.config.get("partition_by").is_some();
                    if node.resource_type == ResourceType::Seed {
                        tables.set(id, seed_table(node, known.get(id)));
                    }
                }
                _ => {}
            }
        }
        tables
    }

    fn name(&mut self, relation: &Relation, id: &UniqueId) {
        for name in names(relation) {
            self.names.entry(name).or_insert_with(|| id.clone());
        }
    }

    /// A node's table becomes known; once.
    pub fn set(&mut self, id: &UniqueId, table: Table) {
        self.tables.insert(id.clone(), OnceLock::from(Arc::new(table)));
    }

    /// A node's table becomes known, while others are read.
    pub fn learn(&self, id: &UniqueId, table: Arc<Table>) {
        if let Some(place) = self.tables.get(id) {
            // A node is typed once.
            let _ = place.set(table);
        }
    }

    /// What is known of a table.
    pub fn get(&self, id: &UniqueId) -> Option<&Arc<Table>> {
        self.tables.get(id)?.get()
    }

    /// The node or source of a relation.
    pub fn owner(&self, relation: &Relation) -> Option<&UniqueId> {
        self.names.get(&names(relation).remove(0))
    }

    /// The same names, with only those tables known that `keep` says.
    pub fn forgetting(&self, keep: impl Fn(&UniqueId) -> bool) -> Self {
        let tables = self.tables.iter().map(|(id, table)| {
            let table = if keep(id) { table.clone() } else { OnceLock::new() };
            (id.clone(), table)
        });
        Self {
            names: self.names.clone(),
            tables: tables.collect(),
            functions: self.functions.clone(),
            asks_for_predicates: self.asks_for_predicates,
        }
    }
}

impl Catalog for Tables {
    fn table(&self, parts: &[String]) -> Option<Arc<Table>> {
        self.get(self.names.get(&parts.join("."))?).cloned()
    }

    fn asks_for_predicates(&self) -> bool {
        self.asks_for_predicates
    }

    fn function(&self, parts: &[String]) -> Option<Type> {
        self.functions.get(&parts.join(".")).cloned()
    }
}

fn names(relation: &Relation) -> Vec<String> {
    let two = format!("{}.{}", relation.schema, relation.identifier);
    match &relation.database {
        Some(database) => vec![format!("{database}.{two}"), two],
        None => vec![two],
    }
}

fn column(name: &str, kind: &str) -> TableColumn {
    TableColumn { name: Arc::from(name), kind: Type::parse(kind) }
}

/// A source: what the warehouse or its feed says, with what is declared. A declaration that gives
/// every column its type says all columns that there are.
fn source_table(source: &Source, known: Option<&Vec<(String, String)>>) -> Table {
    let declared = source.columns.values().filter(|column| !column.name.contains('.'));
    let mut is_complete = known.is_some();
    let mut columns: Vec<TableColumn> =
        known.into_iter().flatten().map(|(name, kind)| column(name, kind)).collect();
    let mut all_typed = !source.columns.is_empty();
    for one in declared {
        let kind = one.data_type.as_deref().unwrap_or_default();
        all_typed &= !kind.trim().is_empty();
        if !columns.iter().any(|known| known.name.eq_ignore_ascii_case(&one.name)) {
            columns.push(column(&one.name, kind));
        }
    }
    is_complete |= all_typed;
    let shown = format!("source `{}.{}`", source.source_name, source.name);
    Table { id: Arc::from(source.unique_id.as_str()), shown, columns, is_complete }
}

fn seed_table(node: &Node, known: Option<&Vec<(String, String)>>) -> Table {
    let columns = known.into_iter().flatten().map(|(name, kind)| column(name, kind));
    table_of(node, columns.collect(), known.is_some())
}

/// A node's table.
pub(super) fn table_of(node: &Node, columns: Vec<TableColumn>, is_complete: bool) -> Table {
    let shown = format!("{} `{}`", node.resource_type.as_str(), node.name);
    Table { id: Arc::from(node.unique_id.as_str()), shown, columns, is_complete }
}

/// The columns that a snapshot adds to those of its query.
pub(super) fn snapshot_columns(node: &Node, given: &[TableColumn]) -> Vec<TableColumn> {
    let names = SnapshotColumns::of(&node.config);
    let updated_at = node.config.text("updated_at");
    let of_query = updated_at.and_then(|name| {
        given
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
            .map(|column| column.kind.clone())
    });
    let time = match updated_at {
        Some(_) => of_query.unwrap_or_default(),
        None => Type::Timestamp,
    };
    let named = |name: &str, kind: &Type| TableColumn { name: Arc::from(name), kind: kind.clone() };
    let mut columns = vec![
        named(&names.scd_id, &Type::String),
        named(&names.updated_at, &time),
        named(&names.valid_from, &time),
        named(&names.valid_to, &time),
    ];
    if node.config.text("hard_deletes") == Some("new_record") {
        columns.push(named(&names.is_deleted, &Type::String));
    }
    columns
}
