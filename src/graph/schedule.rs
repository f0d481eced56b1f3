//! The order in which selected nodes run, and what each one waits for.

use std::{
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    rc::Rc,
};

use super::{Graph, NodeSet};
use crate::manifest::{Manifest, ResourceType, UniqueId};

/// What tests hold back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gating {
    /// Nothing: `run`, `test`, `seed`, `snapshot`, `compile`.
    None,
    /// As `build` does: a node waits for the data tests on its ancestors, and a model waits for its
    /// unit tests.
    Tests,
}

/// Selected nodes in an order that can be run one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The nodes, each after all it waits for.
    pub nodes: Vec<Scheduled>,
}

/// One node and what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The node.
    pub unique_id: UniqueId,
    /// Places in [`Schedule::nodes`], all before this one. Dependencies through nodes that are not
    /// selected count, as in dbt.
    pub waits_for: Vec<usize>,
}

/// Orders the selected nodes. Ids that are not in the graph are left out.
pub fn schedule(
    manifest: &Manifest,
    graph: &Graph,
    selected: &BTreeSet<UniqueId>,
    gating: Gating,
) -> Schedule {
    let chosen = graph.set_of(selected);
    let parents = waits(manifest, graph, &chosen, gating);
    let order = order(&parents);
    let mut place = vec![usize::MAX; graph.len()];
    let mut nodes = Vec::with_capacity(selected.len());
    // Of a node that is not selected: the nearest selected nodes above it.
    let mut above: Vec<Rc<[usize]>> = vec![Rc::from([]); graph.len()];
    for at in order {
        let mut nearest = BTreeSet::new();
        for parent in &parents[at] {
            if chosen.contains(*parent) {
                nearest.insert(*parent);
            } else {
                nearest.extend(above[*parent].iter().copied());
            }
        }
        if chosen.contains(at) {
            place[at] = nodes.len();
            let mut waits_for: Vec<usize> = nearest.into_iter().map(|up| place[up]).collect();
            waits_for.sort_unstable();
            nodes.push(Scheduled { unique_id: graph.id(at).clone(), waits_for });
        } else {
            above[at] = nearest.into_iter().collect();
        }
    }
    Schedule { nodes }
}

/// What each position waits for: the graph's edges, and with gating those from selected tests.
fn waits(manifest: &Manifest, graph: &Graph, chosen: &NodeSet, gating: Gating) -> Vec<Vec<usize>> {
    let mut parents: Vec<Vec<usize>> =
        (0..graph.len()).map(|at| graph.parents(at).collect()).collect();
    if gating == Gating::None {
        return parents;
    }
    let executable: Vec<bool> = (0..graph.len())
        .map(|at| {
            let node = manifest.nodes.get(graph.id(at));
            node.is_some_and(|node| node.resource_type != ResourceType::Test)
        })
        .collect();
    let mut reach: BTreeMap<usize, NodeSet> = BTreeMap::new();
    for test in chosen.iter().filter(|at| is_data_test(manifest, graph.id(*at))) {
        let tested: Vec<usize> = graph.parents(test).collect();
        let gated: Vec<usize> = match tested.as_slice() {
            [] => Vec::new(),
            [one] => graph.children(*one).filter(|child| executable[*child]).collect(),
            many => below_all(graph, many, &executable, &mut reach),
        };
        for child in gated {
            parents[child].push(test);
        }
    }
    for unit_test in chosen.iter() {
        if manifest.unit_tests.contains_key(graph.id(unit_test)) {
            let Some(model) = graph.parents(unit_test).next() else { continue };
            // Data tests on the model's parents gate its unit tests too.
            parents[unit_test] = graph.parents(model).collect();
            let gates = parents[model].iter().filter(|at| is_data_test(manifest, graph.id(**at)));
            let gates: Vec<usize> = gates.copied().collect();
            parents[unit_test].extend(gates);
            parents[model].push(unit_test);
        }
    }
    parents
}

fn is_data_test(manifest: &Manifest, id: &UniqueId) -> bool {
    manifest.nodes.get(id).is_some_and(|node| node.resource_type == ResourceType::Test)
}

/// The first executable nodes below every one of `tested`: those with no such node above them.
fn below_all(
    graph: &Graph,
    tested: &[usize],
    executable: &[bool],
    reach: &mut BTreeMap<usize, NodeSet>,
) -> Vec<usize> {
    let mut below: Option<NodeSet> = None;
    for at in tested {
        let descendants = reach.entry(*at).or_insert_with(|| {
            let mut one = NodeSet::empty(graph.len());
            one.insert(*at);
            graph.descendants(&one, None)
        });
        match &mut below {
            None => below = Some(descendants.clone()),
            Some(below) => below.intersect_with(descendants),
        }
    }
    let Some(below) = below else { return Vec::new() };
    below
        .iter()
        .filter(|at| executable[*at] && !graph.parents(*at).any(|up| below.contains(up)))
        .collect()
}

/// Positions with everything waited for first. The waits have no cycle: a test gates only nodes
/// that are below all it reads, and a unit test only its own model.
fn order(parents: &[Vec<usize>]) -> Vec<usize> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
    let mut missing: Vec<usize> = vec![0; parents.len()];
    for (at, above) in parents.iter().enumerate() {
        missing[at] = above.len();
        above.iter().for_each(|up| children[*up].push(at));
    }
    let mut ready: BinaryHeap<std::cmp::Reverse<usize>> =
        (0..parents.len()).filter(|at| missing[*at] == 0).map(std::cmp::Reverse).collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(std::cmp::Reverse(at)) = ready.pop() {
        order.push(at);
        for child in &children[at] {
            missing[*child] -= 1;
            if missing[*child] == 0 {
                ready.push(std::cmp::Reverse(*child));
            }
        }
    }
    debug_assert_eq!(order.len(), parents.len(), "waits have no cycle");
    order
}
