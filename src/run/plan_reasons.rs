//! Why nodes would run: what differs from an earlier state of the project.

use std::collections::{BTreeMap, BTreeSet};

use super::{NewerParent, NodePreview, partition_text};
use crate::{
    graph::Graph,
    manifest::{Manifest, UniqueId},
};

/// Names in one reason at most.
const MAX_NAMES: usize = 3;

/// How a node differs from what it was in an earlier state of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateReason {
    /// It was not there.
    New,
    /// These parts of it are others.
    Modified(Vec<&'static str>),
    /// It is as it was, and what it is made from is not: the nearest of that, by name.
    Upstream(Vec<String>),
}

/// What differs, as artifacts tell it: the changes of each node that is not as it was, `new` for one
/// that was not there.
pub type Differences = BTreeMap<UniqueId, Vec<&'static str>>;

/// Writes down how each node differs from an earlier state, itself or through what it is made from.
pub fn compare_with_state(
    previews: &mut [NodePreview],
    differences: &Differences,
    manifest: &Manifest,
    graph: &Graph,
) {
    for preview in previews {
        let id = &preview.node.unique_id;
        preview.state = match differences.get(id) {
            Some(changes) if changes.contains(&"new") => Some(StateReason::New),
            Some(changes) => Some(StateReason::Modified(changes.clone())),
            None => {
                let nearest = nearest_changed(id, differences, graph);
                let names = nearest.iter().map(|id| name_of(manifest, id)).collect();
                (!nearest.is_empty()).then_some(StateReason::Upstream(names))
            }
        };
    }
}

/// The ancestors that changed, none of them behind another.
fn nearest_changed(id: &UniqueId, differences: &Differences, graph: &Graph) -> BTreeSet<UniqueId> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<usize> = graph.position(id).into_iter().collect();
    while let Some(at) = open.pop() {
        for parent in graph.parents(at).filter(|parent| seen.insert(*parent)) {
            match differences.contains_key(graph.id(parent)) {
                true => drop(found.insert(graph.id(parent).clone())),
                false => open.push(parent),
            }
        }
    }
    found
}

fn name_of(manifest: &Manifest, id: &UniqueId) -> String {
    let source = || {
        let source = manifest.sources.get(id)?;
        Some(format!("{}.{}", source.source_name, source.name))
    };
    let node = manifest.nodes.get(id).map(|node| node.name.clone());
    node.or_else(source).unwrap_or_else(|| id.to_string())
}

impl NodePreview {
    /// Why the node would run so, a line each.
    pub fn reasons(&self) -> Vec<String> {
        let mut all = vec![self.why.clone()];
        match &self.state {
            Some(StateReason::New) if self.why != "new" => {
                all.push("new in the project".to_owned())
            }
            Some(StateReason::Modified(changes)) => {
                all.push(format!("modified: {}", changes.join(", ")));
            }
            Some(StateReason::Upstream(names)) => {
                all.push(format!("modified upstream: {}", listed(names)));
            }
            Some(StateReason::New) | None => {}
        }
        for NewerParent { name, newer } in &self.newer {
            for (what, partitions) in
                [("late partition", &newer.late), ("new partition", &newer.new)]
            {
                let texts: Vec<String> =
                    partitions.iter().map(|name| partition_text(name)).collect();
                let plural = if texts.len() == 1 { "" } else { "s" };
                if !texts.is_empty() {
                    all.push(format!("{what}{plural} of {name}: {}", listed(&texts)));
                }
            }
        }
        all
    }
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(MAX_NAMES).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
