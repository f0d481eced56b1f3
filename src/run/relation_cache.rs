//! What exists in the warehouse, asked once per schema and kept true by what the run itself writes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::OnceCell;

use crate::{
    adapter::{Adapter, AdapterError},
    plan::{Plan, Step},
    relation::{Column, Dialect, Relation, RelationKind},
};

type SchemaKey = (Option<String>, String);
type Listed = Mutex<Listing>;

/// The relations of a schema by their names in lower case: thousands of nodes look for theirs.
#[derive(Default)]
struct Listing {
    by_name: HashMap<String, Vec<Relation>>,
}

impl Listing {
    fn of(relations: Vec<Relation>) -> Self {
        let mut listing = Self::default();
        for relation in relations {
            listing.named(&relation).push(relation);
        }
        listing
    }

    fn find(&self, wanted: &Relation) -> Option<&Relation> {
        let named = self.by_name.get(&wanted.identifier.to_lowercase())?;
        named.iter().find(|known| same_name(known, wanted))
    }

    fn put(&mut self, relation: Relation) {
        self.remove(&relation);
        self.named(&relation).push(relation);
    }

    fn remove(&mut self, relation: &Relation) {
        self.named(relation).retain(|known| !same_name(known, relation));
    }

    /// Those of a name, however it is written.
    fn named(&mut self, relation: &Relation) -> &mut Vec<Relation> {
        self.by_name.entry(relation.identifier.to_lowercase()).or_default()
    }
}

/// The relations of the schemas a run touches. Others' writes during the run are not seen, as in
/// dbt.
pub struct RelationCache {
    adapter: Arc<dyn Adapter>,
    /// One cell per schema: several nodes that ask at once wait for one listing.
    schemas: Mutex<HashMap<SchemaKey, Arc<OnceCell<Listed>>>>,
    /// Relations of the schemas that will be asked for: at the first question, all are listed.
    ahead: Mutex<Vec<Relation>>,
}

impl RelationCache {
    /// An empty cache in front of `adapter`. The schemas of `expected` are listed side by side when the
    /// first of them is asked for: not before, since a hook may come first.
    pub fn new<'a>(
        adapter: Arc<dyn Adapter>,
        expected: impl IntoIterator<Item = &'a Relation>,
    ) -> Self {
        let by_schema: HashMap<SchemaKey, &Relation> =
            expected.into_iter().map(|relation| (key(relation), relation)).collect();
        let ahead = Mutex::new(by_schema.into_values().cloned().collect());
        Self { adapter, schemas: Mutex::default(), ahead }
    }

    /// The relation as it exists, its kind filled, or none.
    ///
    /// # Errors
    /// When the warehouse cannot list the schema.
    pub async fn find(&self, relation: &Relation) -> Result<Option<Relation>, AdapterError> {
        for other in std::mem::take(&mut *lock(&self.ahead)) {
            let (adapter, cell) = (Arc::clone(&self.adapter), self.cell(&other));
            tokio::spawn(async move {
                // Whoever needs it asks again, and tells what is wrong.
                let _ = list(&adapter, &cell, &other).await;
            });
        }
        let cell = self.cell(relation);
        let listed = list(&self.adapter, &cell, relation).await?;
        let kind = lock(listed).find(relation).map(|found| found.kind);
        // The name as the node writes it, with what was found.
        Ok(kind.map(|kind| Relation { kind, ..relation.clone() }))
    }

    /// The columns of an existing relation. Not kept: they are asked for right before a write that
    /// changes them.
    ///
    /// # Errors
    /// When the warehouse cannot say.
    pub async fn columns(&self, relation: &Relation) -> Result<Option<Vec<Column>>, AdapterError> {
        self.adapter.columns(relation).await
    }

    /// Notes what a plan that ran has changed.
    pub fn wrote(&self, plan: &Plan) {
        for step in &plan.steps {
            match step {
                Step::CreateView { relation, .. } => self.put(relation, RelationKind::View),
                Step::CreateMaterializedView { relation, .. } => {
                    self.put(relation, RelationKind::MaterializedView);
                }
                Step::CreateTable { relation, temporary: false, .. }
                | Step::LoadSeed { relation, .. } => self.put(relation, RelationKind::Table),
                Step::CopyTables { target, .. } => self.put(target, RelationKind::Table),
                Step::CloneTable { to, .. } => self.put(to, RelationKind::Table),
                Step::Publish { candidate, target, .. } => {
                    self.remove(candidate);
                    self.put(target, RelationKind::Table);
                }
                Step::RenameRelation { from, to } => {
                    self.remove(from);
                    let kind = from.kind.unwrap_or(RelationKind::Table);
                    self.put(&from.with_identifier(to), kind);
                }
                Step::DropRelation { relation } => self.remove(relation),
                // A hook may do anything, most likely to the schema of its node.
                Step::Statement { .. } => {
                    if let Some(relation) = &plan.relation {
                        self.forget(relation);
                    }
                }
                _ => {}
            }
        }
    }

    /// Forgets a schema: it is listed again when next asked for.
    pub fn forget(&self, relation: &Relation) {
        lock(&self.schemas).remove(&key(relation));
    }

    fn put(&self, relation: &Relation, kind: RelationKind) {
        if let Some(listed) = self.cell(relation).get() {
            lock(listed).put(Relation { kind: Some(kind), ..relation.clone() });
        }
    }

    fn remove(&self, relation: &Relation) {
        if let Some(listed) = self.cell(relation).get() {
            lock(listed).remove(relation);
        }
    }

    fn cell(&self, relation: &Relation) -> Arc<OnceCell<Listed>> {
        Arc::clone(lock(&self.schemas).entry(key(relation)).or_default())
    }
}

/// What is in the schema of a relation, listed once.
async fn list<'c>(
    adapter: &Arc<dyn Adapter>,
    cell: &'c OnceCell<Listed>,
    relation: &Relation,
) -> Result<&'c Listed, AdapterError> {
    cell.get_or_try_init(|| async {
        let found = adapter.relations(relation.database.as_deref(), &relation.schema).await?;
        Ok(Mutex::new(Listing::of(found)))
    })
    .await
}

fn key(relation: &Relation) -> SchemaKey {
    match relation.dialect {
        Dialect::GoogleSql => (relation.database.clone(), relation.schema.clone()),
        Dialect::DuckDb => (
            relation.database.as_ref().map(|name| name.to_ascii_lowercase()),
            relation.schema.to_ascii_lowercase(),
        ),
    }
}

/// Relations listed in one schema may leave the database out.
fn same_name(known: &Relation, wanted: &Relation) -> bool {
    Relation { database: wanted.database.clone(), ..known.clone() }.same_place(wanted)
}

/// A panic of one node must not spoil the cache for the others: every change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
