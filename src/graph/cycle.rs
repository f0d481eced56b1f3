//! Cycles: found, and said with every reference on the way.

use std::collections::{BTreeSet, HashMap, VecDeque};

use petgraph::{
    Direction,
    algo::tarjan_scc,
    graph::{DiGraph, NodeIndex},
};

use crate::{
    diagnostic::{Diagnostic, Span},
    manifest::{Manifest, Node, ResourceType, UniqueId},
};

/// One diagnostic for each knot of the graph: a shortest cycle of it, every reference marked.
pub fn diagnose(manifest: &Manifest, dag: &DiGraph<UniqueId, ()>) -> Vec<Diagnostic> {
    let mut cycles: Vec<Vec<NodeIndex>> = tarjan_scc(dag)
        .into_iter()
        .filter(|knot| knot.len() > 1 || dag.contains_edge(knot[0], knot[0]))
        .filter_map(|knot| shortest_cycle(dag, &knot))
        .collect();
    cycles.sort();
    cycles.iter().map(|cycle| describe(manifest, dag, cycle)).collect()
}

/// A shortest cycle through the knot's first node by id, each node followed by one it reads.
fn shortest_cycle(dag: &DiGraph<UniqueId, ()>, knot: &[NodeIndex]) -> Option<Vec<NodeIndex>> {
    let inside: BTreeSet<NodeIndex> = knot.iter().copied().collect();
    let start = *inside.first()?;
    let mut came_from: HashMap<NodeIndex, NodeIndex> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for parent in dag.neighbors_directed(at, Direction::Incoming) {
            if parent == start {
                let mut path = vec![at];
                let mut back = at;
                while back != start {
                    back = came_from[&back];
                    path.push(back);
                }
                path.reverse();
                return Some(path);
            }
            if inside.contains(&parent) && !came_from.contains_key(&parent) {
                came_from.insert(parent, at);
                queue.push_back(parent);
            }
        }
    }
    None
}

fn describe(manifest: &Manifest, dag: &DiGraph<UniqueId, ()>, cycle: &[NodeIndex]) -> Diagnostic {
    let name = |index: NodeIndex| display_name(manifest, &dag[index]);
    let round = cycle.iter().chain(cycle.first());
    let path = round.map(|index| name(*index)).collect::<Vec<_>>().join(" → ");
    let mut diagnostic = Diagnostic::error(
        "dependency-cycle",
        format!("`{}` depends on itself: {path}", name(cycle[0])),
    );
    let mut marked = 0;
    for (at, child) in cycle.iter().enumerate() {
        let parent = cycle[(at + 1) % cycle.len()];
        if let Some(span) = reference_span(manifest, &dag[*child], &dag[parent]) {
            diagnostic =
                diagnostic.at(span, format!("`{}` reads `{}` here", name(*child), name(parent)));
            marked += 1;
        }
    }
    if marked < cycle.len() {
        diagnostic = diagnostic
            .note("a reference without a mark comes from a macro or a `-- depends_on` comment");
    }
    diagnostic.help("take one of these references out, or split the model between them")
}

/// The name people know a node by.
fn display_name(manifest: &Manifest, id: &UniqueId) -> String {
    let versioned = manifest.nodes.get(id).map(|node| match &node.version {
        Some(version) => format!("{}.v{version}", node.name),
        None => node.name.clone(),
    });
    versioned.unwrap_or_else(|| id.to_string())
}

/// Where `child` names `parent`.
fn reference_span(manifest: &Manifest, child: &UniqueId, parent: &UniqueId) -> Option<Span> {
    let child = manifest.nodes.get(child)?;
    let parent = manifest.nodes.get(parent)?;
    if parent.resource_type == ResourceType::Function {
        let call = child.functions.iter().find(|call| call.name == parent.name)?;
        return call.span.clone().or_else(|| quoted_name(child, &call.name));
    }
    let mut calls = child.refs.iter().filter(|call| call.name == parent.name);
    let exact = calls.clone().find(|call| call.version == parent.version);
    let call = exact.or_else(|| calls.next())?;
    call.span.clone().or_else(|| quoted_name(child, &call.name))
}

/// The name as it stands in quotes in the node's code; none where a macro made the reference.
fn quoted_name(node: &Node, name: &str) -> Option<Span> {
    let code = node.source.text().get(node.code_range.clone())?;
    let at = ['\'', '"'].iter().find_map(|quote| code.find(&format!("{quote}{name}{quote}")))?;
    let start = node.code_range.start + at + 1;
    Some(Span::new(&node.source, start..start + name.len()))
}
