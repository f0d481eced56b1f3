//! What breaks where a column changes: the project is typed again with the change.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    change::Change,
    column_graph::{ColumnGraph, ColumnId, Direction},
    strictness::Strictness,
    tell::{of_nodes, place_of},
    typed::TypedProject,
};
use crate::{analysis::Type, diagnostic::Diagnostic, manifest::UniqueId};

/// What a change does.
#[derive(Clone, Debug, Default)]
pub struct Impact {
    /// What is wrong then and was not before.
    pub broken: Vec<Diagnostic>,
    /// Columns that get another type.
    pub retyped: Vec<Retyped>,
    /// Columns that are there no more.
    pub gone: Vec<ColumnId>,
    /// Columns whose values are made from it.
    pub made_from: BTreeSet<ColumnId>,
    /// Exposures that read a node with any of these.
    pub exposures: Vec<UniqueId>,
}

/// A column that gets another type.
#[derive(Clone, Debug, PartialEq)]
pub struct Retyped {
    /// The column.
    pub column: ColumnId,
    /// Its type now.
    pub from: Type,
    /// Its type then.
    pub to: Type,
}

/// Thinks a change of a column through.
pub fn impact(
    project: &TypedProject,
    graph: &ColumnGraph,
    changed: &ColumnId,
    change: &Change,
) -> Impact {
    let then = project.changed(&changed.node, &changed.column, change);
    // Hooks may read it too, of nodes that do not.
    let mut all: BTreeSet<UniqueId> = then.nodes.keys().cloned().collect();
    all.extend(project.script_codes.iter().map(|script| script.node.clone()));
    let now = of_nodes(project, &project.typed, &all, Strictness::Error);
    let key = |diagnostic: &Diagnostic| (place_of(diagnostic), diagnostic.message.clone());
    let known: BTreeSet<_> = now.iter().map(key).collect();
    let mut broken = of_nodes(project, &then, &all, Strictness::Error);
    broken.retain(|diagnostic| diagnostic.is_error() && !known.contains(&key(diagnostic)));

    let (mut retyped, mut gone) = (Vec::new(), Vec::new());
    for (id, typed) in &then.nodes {
        let (Some(then), Some(now)) =
            (typed.analysis(), project.nodes().get(id).and_then(|node| node.analysis()))
        else {
            continue;
        };
        // Tests give rows to count, and no columns that anybody reads.
        if id.as_str().starts_with("test.") {
            continue;
        }
        let kinds: BTreeMap<String, &Type> =
            then.columns.iter().map(|column| (column.name.to_lowercase(), &column.kind)).collect();
        for column in now.columns.iter().filter(|column| !column.name.is_empty()) {
            let id = ColumnId { node: id.clone(), column: column.name.to_string() };
            match kinds.get(&column.name.to_lowercase()) {
                None if then.is_complete => gone.push(id),
                None => {}
                Some(kind) if **kind != column.kind && kind.is_known() => retyped.push(Retyped {
                    column: id,
                    from: column.kind.clone(),
                    to: (*kind).clone(),
                }),
                Some(_) => {}
            }
        }
    }
    let edges = graph.walk(changed, Direction::Downstream);
    let is_node = |id: &ColumnId| !id.node.as_str().starts_with("test.");
    let made_from: BTreeSet<ColumnId> = edges
        .into_iter()
        .filter(|edge| edge.how.is_direct())
        .map(|edge| edge.to)
        .filter(is_node)
        .collect();

    let mut touched: BTreeSet<&UniqueId> = made_from.iter().map(|column| &column.node).collect();
    touched.extend(gone.iter().map(|column| &column.node));
    touched.insert(&changed.node);
    let exposures = project.manifest().exposures.iter();
    let exposures = exposures
        .filter(|(_, exposure)| exposure.depends_on_nodes.iter().any(|id| touched.contains(id)))
        .map(|(id, _)| id.clone())
        .collect();
    Impact { broken, retyped, gone, made_from, exposures }
}
