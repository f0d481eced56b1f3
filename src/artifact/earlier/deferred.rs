//! Where an earlier run built its nodes, for `--defer`.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use serde::Deserialize;

use super::earlier_run::read_artifact;
use crate::{
    diagnostic::Diagnostic,
    manifest::{Manifest, UniqueId},
    relation::Relation,
};

/// What deferring needs of a manifest.
#[derive(Deserialize)]
struct EarlierManifest {
    nodes: BTreeMap<UniqueId, EarlierNode>,
    #[serde(default)]
    functions: BTreeMap<UniqueId, EarlierNode>,
}

#[derive(Deserialize)]
struct EarlierNode {
    resource_type: String,
    #[serde(default)]
    database: Option<String>,
    #[serde(default)]
    schema: Option<String>,
    #[serde(default)]
    alias: Option<String>,
    #[serde(default)]
    config: EarlierConfig,
}

#[derive(Default, Deserialize)]
struct EarlierConfig {
    #[serde(default)]
    materialized: Option<String>,
}

/// The relations that the `manifest.json` in `folder` gives to the nodes of the project. As in
/// dbt, those of models, seeds, snapshots and functions, written the way they are quoted now.
///
/// # Errors
/// When there is no manifest, or it cannot be read.
pub fn deferred_relations(
    folder: &Path,
    manifest: &Manifest,
) -> Result<HashMap<UniqueId, Relation>, Diagnostic> {
    let earlier: EarlierManifest = read_artifact(&folder.join("manifest.json"))?;
    let relations = earlier.nodes.into_iter().chain(earlier.functions).filter_map(|(id, node)| {
        let now = manifest.nodes.get(&id)?;
        let is_kept =
            matches!(node.resource_type.as_str(), "model" | "seed" | "snapshot" | "function")
                && node.config.materialized.as_deref() != Some("ephemeral");
        let relation = Relation {
            database: node.database,
            schema: node.schema?,
            identifier: node.alias?,
            ..now.relation.clone()
        };
        is_kept.then_some((id, relation))
    });
    Ok(relations.collect())
}
