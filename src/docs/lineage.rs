//! The graph of the selected nodes for other tools: JSON, Graphviz, Mermaid.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::json;

use crate::{
    graph::Graph,
    manifest::{Manifest, ResourceType, UniqueId},
};

/// A node as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Drawn {
    name: String,
    kind: &'static str,
    materialization: String,
    relation: Option<String>,
    description: String,
}

/// Nodes and the edges between them. Tests are left out: they are about nodes, not between them.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    nodes: BTreeMap<UniqueId, Drawn>,
    edges: BTreeSet<(UniqueId, UniqueId)>,
}

impl Lineage {
    /// The lineage of the selected nodes.
    pub fn of(manifest: &Manifest, graph: &Graph, selected: &BTreeSet<UniqueId>) -> Self {
        let mut lineage = Self::default();
        for id in selected {
            if let Some(drawn) = drawn(manifest, id) {
                lineage.nodes.insert(id.clone(), drawn);
            }
        }
        for id in lineage.nodes.keys() {
            let Some(at) = graph.position(id) else { continue };
            for parent in graph.parents(at) {
                let parent = graph.id(parent);
                if lineage.nodes.contains_key(parent) {
                    lineage.edges.insert((parent.clone(), id.clone()));
                }
            }
        }
        lineage
    }
}

fn drawn(manifest: &Manifest, id: &UniqueId) -> Option<Drawn> {
    if let Some(node) = manifest.nodes.get(id) {
        use ResourceType::{Analysis, Function, Model, Seed, Snapshot};
        if !matches!(node.resource_type, Analysis | Function | Model | Seed | Snapshot) {
            return None;
        }
        return Some(Drawn {
            name: node.name.clone(),
            kind: node.resource_type.as_str(),
            materialization: node.config.materialized().to_owned(),
            relation: Some(node.relation.to_string()),
            description: node.description.clone(),
        });
    }
    if let Some(source) = manifest.sources.get(id) {
        return Some(Drawn {
            name: format!("{}.{}", source.source_name, source.name),
            kind: "source",
            materialization: "source".to_owned(),
            relation: Some(source.relation.to_string()),
            description: source.description.clone(),
        });
    }
    let exposure = manifest.exposures.get(id)?;
    Some(Drawn {
        name: exposure.label.clone().unwrap_or_else(|| exposure.name.clone()),
        kind: "exposure",
        materialization: exposure.kind.clone(),
        relation: None,
        description: exposure.description.clone(),
    })
}

/// As JSON: `nodes` with id, name, type, relation and description; `edges` from and to.
pub fn lineage_json(lineage: &Lineage) -> String {
    let nodes: Vec<serde_json::Value> = lineage
        .nodes
        .iter()
        .map(|(id, node)| {
            json!({
                "id": id,
                "name": node.name,
                "resource_type": node.kind,
                "materialized": node.materialization,
                "relation_name": node.relation,
                "description": node.description,
            })
        })
        .collect();
    let edges: Vec<serde_json::Value> =
        lineage.edges.iter().map(|(from, to)| json!({"from": from, "to": to})).collect();
    let document = json!({ "nodes": nodes, "edges": edges });
    // A value of texts and lists always has a JSON form.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// As a Graphviz graph, from left to right.
pub fn lineage_dot(lineage: &Lineage) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut out = String::from(
        "digraph lineage {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n",
    );
    for (id, node) in &lineage.nodes {
        let shape = match node.kind {
            "source" => ", shape=cylinder",
            "exposure" => ", shape=note",
            "seed" => ", shape=folder",
            _ => "",
        };
        // Writing into a String cannot fail.
        let _ = writeln!(out, "  {} [label={}{shape}];", quoted(id.as_str()), quoted(&node.name));
    }
    for (from, to) in &lineage.edges {
        let _ = writeln!(out, "  {} -> {};", quoted(from.as_str()), quoted(to.as_str()));
    }
    out.push('}');
    out
}

/// As a Mermaid flow chart, from left to right.
pub fn lineage_mermaid(lineage: &Lineage) -> String {
    let numbers: BTreeMap<&UniqueId, usize> =
        lineage.nodes.keys().enumerate().map(|(at, id)| (id, at)).collect();
    let mut out = String::from("flowchart LR\n");
    for (id, node) in &lineage.nodes {
        let name = node.name.replace('"', "#quot;");
        let (open, close) = match node.kind {
            "source" => ("[(\"", "\")]"),
            "exposure" => (">\"", "\"]"),
            _ => ("[\"", "\"]"),
        };
        let _ = writeln!(out, "  n{}{open}{name}{close}", numbers[id]);
    }
    for (from, to) in &lineage.edges {
        let _ = writeln!(out, "  n{} --> n{}", numbers[from], numbers[to]);
    }
    out.truncate(out.trim_end().len());
    out
}
