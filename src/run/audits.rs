//! Which tests decide whether a node is published.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    graph::Graph,
    manifest::{Manifest, Node, ResourceType, UniqueId, is_audited},
};

/// The tests of each audited node.
pub type Audits = HashMap<UniqueId, Vec<Arc<Node>>>;

/// The tests of the audited nodes among `ids`, whichever of them are selected: a node is not
/// published because a test was left out.
///
/// A test counts where all else that it reads is there before the node: sources, and what the node is
/// made from. One that reads what is built beside or after the node runs when all of that is built.
pub fn audits(manifest: &Manifest, graph: &Graph, ids: &BTreeSet<UniqueId>) -> Audits {
    let mut audits = Audits::new();
    for id in ids {
        let Some(node) = manifest.nodes.get(id) else { continue };
        let (true, Some(at)) = (is_audited(node), graph.position(id)) else { continue };
        let above = graph.ancestors(&graph.set_of([id]), None);
        let is_there = |parent: &UniqueId| {
            parent == id
                || manifest.sources.contains_key(parent)
                || graph.position(parent).is_some_and(|parent| above.contains(parent))
        };
        let tests = graph.children(at).filter_map(|child| manifest.nodes.get(graph.id(child)));
        let tests = tests.filter(|test| test.resource_type == ResourceType::Test);
        let tests = tests.filter(|test| test.depends_on_nodes.iter().all(is_there));
        audits.insert(id.clone(), tests.cloned().collect());
    }
    audits
}
