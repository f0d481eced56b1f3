//! The warehouse as templates will find it once what they read is built.
//!
//! A template that asks for the columns of a model gets those that the model's query gives, whether
//! or not a table of it exists, and whatever that table held before. What only data can tell (the
//! rows of a query) the warehouse itself is asked; where that has nothing to say, neither has the
//! check: the node is left out of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::tables::Tables;
use crate::{
    analysis::Type,
    jinja::Warehouse,
    manifest::{Manifest, Node, UniqueId},
    project::JobContext,
    relation::{Column, Relation, RelationKind, Table},
};

/// Answers the templates of one node.
#[derive(Clone)]
pub(super) struct Introspection {
    manifest: Arc<Manifest>,
    tables: Arc<Tables>,
    /// Who asks: its own table is as the warehouse has it.
    node: UniqueId,
    /// The target's warehouse, where it may be asked.
    warehouse: Option<Arc<dyn Warehouse>>,
    /// Whether an answer is not known before the project is built.
    is_unknown: Arc<AtomicBool>,
}

impl Introspection {
    pub fn new(
        manifest: &Arc<Manifest>,
        tables: &Arc<Tables>,
        node: &UniqueId,
        warehouse: Option<&Arc<dyn Warehouse>>,
    ) -> Self {
        Self {
            manifest: Arc::clone(manifest),
            tables: Arc::clone(tables),
            node: node.clone(),
            warehouse: warehouse.cloned(),
            is_unknown: Arc::default(),
        }
    }

    /// Whether a question came that nobody can answer before the project is built.
    pub fn is_unknown(&self) -> bool {
        self.is_unknown.load(Ordering::Relaxed)
    }

    fn unknown(&self) {
        self.is_unknown.store(true, Ordering::Relaxed);
    }

    /// The node or source of a relation, if it is not the one that asks.
    fn owner(&self, relation: &Relation) -> Option<&UniqueId> {
        self.tables.owner(relation).filter(|id| **id != self.node)
    }

    /// The columns of a node's or source's table, where all of them and their types are known.
    fn typed(&self, id: &UniqueId) -> Option<Vec<Column>> {
        let table = self.tables.get(id).filter(|table| table.is_complete)?;
        let column = |column: &crate::analysis::TableColumn| {
            let data_type = match &column.kind {
                // A column of nothing but NULL is one of INT64 (BigQuery's supertype of NULL).
                Type::Null => Type::Int64.to_string(),
                kind if kind.is_known() => kind.to_string(),
                _ => return None,
            };
            Some(Column { name: column.name.to_string(), data_type })
        };
        table.columns.iter().map(column).collect()
    }

    /// What the warehouse answers; nothing is known where there is none, or it refuses.
    fn ask<T>(&self, ask: impl FnOnce(&dyn Warehouse) -> Result<T, String>) -> Result<T, String> {
        let Some(warehouse) = &self.warehouse else {
            self.unknown();
            return Err("the warehouse is not asked".to_owned());
        };
        ask(warehouse.as_ref()).inspect_err(|_| self.unknown())
    }

    fn refuse<T>(&self, what: &str) -> Result<T, String> {
        self.unknown();
        Err(format!("a check does not {what}"))
    }
}

/// What a node will be built as; nothing for what makes no relation.
fn kind_of(node: &Node) -> Option<RelationKind> {
    match node.config.materialized() {
        "view" => Some(RelationKind::View),
        "materialized_view" => Some(RelationKind::MaterializedView),
        "ephemeral" => None,
        _ => Some(RelationKind::Table),
    }
}

impl Warehouse for Introspection {
    fn run(&self, sql: &str) -> Result<Table, String> {
        let table = self.ask(|warehouse| warehouse.run(sql))?;
        if table.rows.is_empty() {
            // There may be rows once what it reads is built.
            self.unknown();
        }
        Ok(table)
    }

    fn relation(&self, relation: &Relation) -> Result<Option<Relation>, String> {
        let owner = self.owner(relation).and_then(|id| self.manifest.nodes.get(id));
        match owner.and_then(|node| kind_of(node)) {
            Some(kind) => Ok(Some(Relation { kind: Some(kind), ..relation.clone() })),
            None => self.ask(|warehouse| warehouse.relation(relation)),
        }
    }

    fn relations(&self, database: Option<&str>, schema: &str) -> Result<Vec<Relation>, String> {
        self.ask(|warehouse| warehouse.relations(database, schema))
    }

    fn columns(&self, relation: &Relation) -> Result<Vec<Column>, String> {
        if let Some(columns) = self.owner(relation).and_then(|id| self.typed(id)) {
            return Ok(columns);
        }
        let columns = self.ask(|warehouse| warehouse.columns(relation))?;
        if columns.is_empty() {
            self.unknown();
        }
        Ok(columns)
    }

    fn create_schema(&self, _database: Option<&str>, _schema: &str) -> Result<(), String> {
        self.refuse("create schemas")
    }

    fn drop_schema(&self, _database: Option<&str>, _schema: &str) -> Result<(), String> {
        self.refuse("drop schemas")
    }

    fn drop_relation(&self, _relation: &Relation) -> Result<(), String> {
        self.refuse("drop tables")
    }

    fn rename_relation(&self, _from: &Relation, _to: &Relation) -> Result<(), String> {
        self.refuse("rename tables")
    }

    fn telling(&self, context: &JobContext) -> Option<Arc<dyn Warehouse>> {
        let warehouse = self.warehouse.as_ref()?;
        let warehouse = warehouse.telling(context).or_else(|| Some(Arc::clone(warehouse)));
        Some(Arc::new(Self { warehouse, ..self.clone() }))
    }
}
