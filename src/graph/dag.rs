//! The graph itself: nodes of the manifest, an edge from each to those that read it.

use std::collections::{BTreeSet, HashMap};

use petgraph::{
    Direction,
    graph::{DiGraph, NodeIndex},
};

use super::{NodeSet, cycle};
use crate::{
    diagnostic::Diagnostic,
    manifest::{Manifest, UniqueId},
};

/// The directed acyclic graph of a project: models, seeds, snapshots, tests, analyses, hooks,
/// sources, exposures and unit tests. Edges run from what is read to what reads it.
///
/// As in dbt, a unit test hangs below the model it tests and below nothing else.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Positions are in the order of unique ids.
    dag: DiGraph<UniqueId, ()>,
    positions: HashMap<UniqueId, usize>,
    order: Vec<usize>,
}

impl Graph {
    /// Builds the graph, or says every cycle there is.
    pub fn build(manifest: &Manifest) -> Result<Self, Vec<Diagnostic>> {
        let ids: BTreeSet<&UniqueId> = manifest
            .nodes
            .keys()
            .chain(manifest.sources.keys())
            .chain(manifest.exposures.keys())
            .chain(manifest.unit_tests.keys())
            .collect();
        let mut dag = DiGraph::with_capacity(ids.len(), ids.len() * 2);
        let mut positions = HashMap::with_capacity(ids.len());
        for id in ids {
            positions.insert(id.clone(), dag.add_node(id.clone()).index());
        }
        let mut link = |child: &UniqueId, parents: &[UniqueId]| {
            let to = NodeIndex::new(positions[child]);
            let mut known = BTreeSet::new();
            for parent in parents {
                // What a manifest names is in it; a disabled node's id leads nowhere.
                if let Some(from) = positions.get(parent)
                    && known.insert(*from)
                {
                    dag.add_edge(NodeIndex::new(*from), to, ());
                }
            }
        };
        for (id, node) in &manifest.nodes {
            link(id, &node.depends_on_nodes);
        }
        for (id, exposure) in &manifest.exposures {
            link(id, &exposure.depends_on_nodes);
        }
        for (id, unit_test) in &manifest.unit_tests {
            link(id, unit_test.tested_node.as_slice());
        }
        match topological_order(&dag) {
            Some(order) => Ok(Self { dag, positions, order }),
            None => Err(cycle::diagnose(manifest, &dag)),
        }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.dag.node_count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.dag.node_count() == 0
    }

    /// A node's position, if it is in the graph.
    pub fn position(&self, id: &UniqueId) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// The unique id at a position.
    pub fn id(&self, at: usize) -> &UniqueId {
        &self.dag[NodeIndex::new(at)]
    }

    /// All positions, parents before children.
    pub fn topological_order(&self) -> &[usize] {
        &self.order
    }

    /// The positions a node reads directly.
    pub fn parents(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        self.dag
            .neighbors_directed(NodeIndex::new(at), Direction::Incoming)
            .map(|index| index.index())
    }

    /// The positions that read a node directly.
    pub fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        self.dag
            .neighbors_directed(NodeIndex::new(at), Direction::Outgoing)
            .map(|index| index.index())
    }

    /// What the nodes of a set read, directly or through others, at most `depth` steps away.
    /// Nodes of the set itself are in the result only where another of the set reads them.
    pub fn ancestors(&self, of: &NodeSet, depth: Option<u32>) -> NodeSet {
        self.reach(of, depth, Direction::Incoming)
    }

    /// What reads the nodes of a set, directly or through others, at most `depth` steps away.
    pub fn descendants(&self, of: &NodeSet, depth: Option<u32>) -> NodeSet {
        self.reach(of, depth, Direction::Outgoing)
    }

    fn reach(&self, of: &NodeSet, depth: Option<u32>, direction: Direction) -> NodeSet {
        let mut reached = NodeSet::empty(self.len());
        let mut layer: Vec<usize> = of.iter().collect();
        let mut steps = 0;
        while !layer.is_empty() && depth.is_none_or(|limit| steps < limit) {
            let mut next = Vec::new();
            for at in layer {
                for neighbor in self.dag.neighbors_directed(NodeIndex::new(at), direction) {
                    if reached.insert(neighbor.index()) {
                        next.push(neighbor.index());
                    }
                }
            }
            layer = next;
            steps += 1;
        }
        reached
    }

    /// The set of these ids; those that are not in the graph are left out.
    pub fn set_of<'a>(&self, ids: impl IntoIterator<Item = &'a UniqueId>) -> NodeSet {
        let mut set = NodeSet::empty(self.len());
        for at in ids.into_iter().filter_map(|id| self.position(id)) {
            set.insert(at);
        }
        set
    }

    /// The ids of a set.
    pub fn ids_of(&self, set: &NodeSet) -> BTreeSet<UniqueId> {
        set.iter().map(|at| self.id(at).clone()).collect()
    }
}

/// Positions with parents before children and otherwise by id, or nothing where there is a cycle.
fn topological_order(dag: &DiGraph<UniqueId, ()>) -> Option<Vec<usize>> {
    let mut missing: Vec<usize> = dag
        .node_indices()
        .map(|index| dag.neighbors_directed(index, Direction::Incoming).count())
        .collect();
    let mut ready: std::collections::BinaryHeap<std::cmp::Reverse<usize>> = missing
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(at, _)| std::cmp::Reverse(at))
        .collect();
    let mut order = Vec::with_capacity(missing.len());
    while let Some(std::cmp::Reverse(at)) = ready.pop() {
        order.push(at);
        for child in dag.neighbors_directed(NodeIndex::new(at), Direction::Outgoing) {
            missing[child.index()] -= 1;
            if missing[child.index()] == 0 {
                ready.push(std::cmp::Reverse(child.index()));
            }
        }
    }
    (order.len() == dag.node_count()).then_some(order)
}
