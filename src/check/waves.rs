//! In which order nodes are typed.

use std::collections::{BTreeSet, HashMap};

use crate::manifest::{Manifest, UniqueId};

/// Groups of nodes, each below those before it.
pub(super) fn waves(manifest: &Manifest, wanted: &BTreeSet<&UniqueId>) -> Vec<Vec<UniqueId>> {
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
