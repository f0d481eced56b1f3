//! When the partitions of tables changed last: asked once for each schema, and only of the tables that
//! a plan compares.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::OnceCell;

use crate::{
    adapter::{Adapter, AdapterError},
    manifest::{Manifest, Node, ResourceType, UniqueId},
    plan::partition_by,
    relation::{PartitionLayout, Relation},
    run::{Newer, Partitions},
};

type Schema = (Option<String>, String);
type OfTables = HashMap<String, Partitions>;
type Told = Result<Option<OfTables>, AdapterError>;

/// Tables at most that one model is compared with: beyond, the plan is not readable.
const MAX_PARENTS: usize = 20;

/// A table that a model reads by partitions.
#[derive(Clone, Debug)]
struct Parent {
    name: String,
    relation: Relation,
    /// The column that tells its rows' time.
    event_time: Option<String>,
}

/// The partitions of the tables that the models of a plan are built from, and of the models.
pub(in crate::run) struct PartitionBook {
    parents: HashMap<UniqueId, Vec<Parent>>,
    /// The tables in question of each schema, and what was told of them.
    schemas: HashMap<Schema, (Vec<String>, OnceCell<Told>)>,
    has_failed: AtomicBool,
}

/// What is newer in a table than in the model that reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewerParent {
    /// The table, as it is shown.
    pub name: String,
    /// Its partitions.
    pub newer: Newer,
}

impl PartitionBook {
    /// The tables worth comparing: incremental models by partitions of time, with the sources and the
    /// incremental models that they read. Other models are written as a whole each time, so that all of
    /// their partitions always look new.
    pub fn new<'n>(manifest: &Manifest, nodes: impl Iterator<Item = &'n Arc<Node>>) -> Self {
        let mut parents = HashMap::new();
        let mut wanted: BTreeMap<Schema, BTreeSet<String>> = BTreeMap::new();
        for node in nodes.filter(|node| is_by_time(node)) {
            let read = node.depends_on_nodes.iter().filter_map(|id| parent(manifest, id));
            let read: Vec<Parent> = read.take(MAX_PARENTS).collect();
            if read.is_empty() {
                continue;
            }
            let all = read.iter().map(|parent| &parent.relation).chain([&node.relation]);
            for relation in all {
                let names = wanted.entry(schema_of(relation)).or_default();
                names.insert(relation.identifier.clone());
            }
            parents.insert(node.unique_id.clone(), read);
        }
        let cell = |names: BTreeSet<String>| (names.into_iter().collect(), OnceCell::new());
        let schemas = wanted.into_iter().map(|(schema, names)| (schema, cell(names))).collect();
        Self { parents, schemas, has_failed: AtomicBool::new(false) }
    }

    /// What is newer in the tables that a model reads than in its own. Nothing where the two do not
    /// share the column of their partitions: then their times are not the same times.
    ///
    /// # Errors
    /// What hindered the warehouse to tell.
    pub async fn newer(
        &self,
        node: &Node,
        adapter: &dyn Adapter,
    ) -> Result<Vec<NewerParent>, AdapterError> {
        let mut found = Vec::new();
        let Some(parents) = self.parents.get(&node.unique_id) else { return Ok(found) };
        let Some(own) = time_column(&node.relation, adapter).await? else { return Ok(found) };
        let Some(built) = self.partitions(&node.relation, adapter).await? else {
            return Ok(found);
        };
        for parent in parents {
            let Some(column) = time_column(&parent.relation, adapter).await? else { continue };
            let by_event = |event_time: Option<&str>, column: &Option<String>| matches!((event_time, column), (Some(time), Some(column)) if column.eq_ignore_ascii_case(time));
            let same_events = by_event(node.config.text("event_time"), &own)
                && by_event(parent.event_time.as_deref(), &column);
            let same_column = match (&own, &column) {
                (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
                // The times of landing of two tables have nothing in common.
                _ => false,
            };
            if !same_events && !same_column {
                continue;
            }
            let Some(read) = self.partitions(&parent.relation, adapter).await? else { continue };
            let newer = Newer::of(read, built);
            if newer != Newer::default() {
                found.push(NewerParent { name: parent.name.clone(), newer });
            }
        }
        Ok(found)
    }

    async fn partitions(
        &self,
        relation: &Relation,
        adapter: &dyn Adapter,
    ) -> Result<Option<&Partitions>, AdapterError> {
        let schema = schema_of(relation);
        let Some((names, cell)) = self.schemas.get(&schema) else { return Ok(None) };
        // Asked once, whatever the answer is: who refuses now refuses in a moment too.
        let asked = cell.get_or_init(|| async {
            let told = adapter.partitions(schema.0.as_deref(), &schema.1, names).await?;
            let Some(told) = told else { return Ok(None) };
            let mut all = OfTables::new();
            for one in told {
                all.entry(one.table).or_default().insert(one.partition, one.modified);
            }
            Ok::<_, AdapterError>(Some(all))
        });
        match asked.await {
            Ok(told) => Ok(told.as_ref().and_then(|all| all.get(&relation.identifier))),
            Err(error) => Err(error.clone()),
        }
    }

    /// Whether nothing has failed so far. It is said once.
    pub fn is_first_failure(&self) -> bool {
        !self.has_failed.swap(true, Ordering::Relaxed)
    }
}

fn schema_of(relation: &Relation) -> Schema {
    (relation.database.clone(), relation.schema.clone())
}

/// Whether a model adds to a table of partitions by a column of times.
fn is_by_time(node: &Node) -> bool {
    let by = || partition_by(node).ok().flatten();
    is_incremental_model(node)
        && by().is_some_and(|by| {
            !by.time_ingestion && matches!(by.layout(), PartitionLayout::Time { .. })
        })
}

fn is_incremental_model(node: &Node) -> bool {
    node.resource_type == ResourceType::Model && node.config.materialized() == "incremental"
}

fn parent(manifest: &Manifest, id: &UniqueId) -> Option<Parent> {
    if let Some(source) = manifest.sources.get(id) {
        return Some(Parent {
            name: format!("{}.{}", source.source_name, source.name),
            relation: source.relation.clone(),
            event_time: source.config.text("event_time").map(str::to_owned),
        });
    }
    let node = manifest.nodes.get(id).filter(|node| is_incremental_model(node))?;
    Some(Parent {
        name: node.name.clone(),
        relation: node.relation.clone(),
        event_time: node.config.text("event_time").map(str::to_owned),
    })
}

/// The column by whose times a table is partitioned (none inside: the time of landing); none where it
/// is not, or is not there.
async fn time_column(
    relation: &Relation,
    adapter: &dyn Adapter,
) -> Result<Option<Option<String>>, AdapterError> {
    let details = adapter.details(relation).await?;
    Ok(match details.and_then(|details| details.partition) {
        Some(PartitionLayout::Time { field, .. }) => Some(field),
        _ => None,
    })
}
