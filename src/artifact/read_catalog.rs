//! What `catalog.json` tells, asked from the warehouse.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use tokio::task::JoinSet;

use super::CatalogTable;
use crate::{
    adapter::{Adapter, AdapterError},
    manifest::{Manifest, Source, UniqueId},
    relation::{Column, Relation},
};

/// Questions under way at once: enough to hide a network. Quotas are the adapter's to keep.
const AT_ONCE: usize = 32;

/// What was found, and what could not be read, in words.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The relations that exist, by unique id.
    pub tables: Vec<CatalogTable>,
    /// Relations and schemas that could not be read.
    pub errors: Vec<String>,
}

/// Reads the relations behind the selected nodes and sources: each schema is listed once, columns
/// are asked for what exists only.
pub async fn read_catalog(
    manifest: &Manifest,
    selected: &BTreeSet<UniqueId>,
    adapter: &Arc<dyn Adapter>,
) -> Catalog {
    let wanted = wanted(manifest, selected);
    let mut catalog = Catalog::default();
    let schemas: BTreeSet<(Option<String>, String)> = wanted
        .values()
        .map(|relation| (relation.database.clone(), relation.schema.clone()))
        .collect();
    let listings = each(schemas, |(database, schema)| {
        let adapter = Arc::clone(adapter);
        async move {
            let found = adapter.relations(database.as_deref(), &schema).await;
            found.map_err(|error| format!("schema `{schema}` cannot be listed: {error}"))
        }
    });
    let mut existing: HashMap<(String, String), Vec<Relation>> = HashMap::new();
    for listing in listings.await {
        match listing {
            Ok(found) => {
                for relation in found {
                    existing.entry(folded(&relation)).or_default().push(relation);
                }
            }
            Err(problem) => catalog.errors.push(problem),
        }
    }
    let found = wanted.into_iter().filter_map(|(id, relation)| {
        let known = existing.get(&folded(&relation))?.iter().find(|known| {
            let known = Relation { database: relation.database.clone(), ..(*known).clone() };
            known.same_place(&relation)
        })?;
        Some((id, Relation { kind: known.kind, ..relation }))
    });
    let tables = each(found, |(unique_id, relation)| {
        let adapter = Arc::clone(adapter);
        async move {
            let entry = adapter.catalog_entry(&relation).await;
            let entry = entry.map_err(|error| format!("{relation} cannot be read: {error}"))?;
            let entry = entry.unwrap_or_default();
            Ok::<_, String>(CatalogTable { unique_id, relation, entry })
        }
    });
    for table in tables.await {
        match table {
            Ok(table) => catalog.tables.push(table),
            Err(problem) => catalog.errors.push(problem),
        }
    }
    catalog.tables.sort_by(|a, b| a.unique_id.cmp(&b.unique_id));
    catalog.errors.sort();
    catalog
}

/// The columns of these sources, each with its source; none of one that does not exist.
pub async fn read_source_columns(
    sources: Vec<Arc<Source>>,
    adapter: &Arc<dyn Adapter>,
) -> Vec<(Arc<Source>, Result<Option<Vec<Column>>, AdapterError>)> {
    let asked = each(sources, |source| {
        let adapter = Arc::clone(adapter);
        async move {
            let relation = &source.relation;
            // Many tables under one name are no relation of their own.
            let columns = match relation.identifier.contains('*') {
                true => adapter.describe("", &format!("select * from {relation}")).await.map(Some),
                false => adapter.columns(relation).await,
            };
            (source, columns)
        }
    });
    let mut asked = asked.await;
    asked.sort_by(|(one, _), (other, _)| one.unique_id.cmp(&other.unique_id));
    asked
}

/// Names without case: candidates, which are then compared as their dialect says.
fn folded(relation: &Relation) -> (String, String) {
    (relation.schema.to_lowercase(), relation.identifier.to_lowercase())
}

fn wanted(manifest: &Manifest, selected: &BTreeSet<UniqueId>) -> BTreeMap<UniqueId, Relation> {
    let relation = |id: &UniqueId| match manifest.nodes.get(id) {
        Some(node) => node.has_relation().then(|| node.relation.clone()),
        None => manifest.sources.get(id).map(|source| source.relation.clone()),
    };
    selected.iter().filter_map(|id| Some((id.clone(), relation(id)?))).collect()
}

/// Asks for every item, a few at once, in the order that answers come.
async fn each<I, T, F>(items: impl IntoIterator<Item = I>, ask: impl Fn(I) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut items = items.into_iter();
    let mut running = JoinSet::new();
    let mut answers = Vec::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(item) = items.next()
        {
            running.spawn(ask(item));
        }
        match running.join_next().await {
            Some(Ok(answer)) => answers.push(answer),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => return answers,
        }
    }
}
