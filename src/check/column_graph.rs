//! Which columns are made from which, over the whole project.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::typed::TypedProject;
use crate::{
    analysis::{Analysis, How, Input},
    manifest::{ResourceType, UniqueId},
    plan::SnapshotColumns,
};

/// A column of a node or source, or a field of one (`items.price`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId {
    /// The node or source.
    pub node: UniqueId,
    /// The column.
    pub column: String,
}

/// That one column takes part in another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnEdge {
    /// What is read.
    pub from: ColumnId,
    /// What is made.
    pub to: ColumnId,
    /// How.
    pub how: How,
}

/// Where to go from a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what it is made from.
    Upstream,
    /// To what is made from it.
    Downstream,
}

/// All columns of the project and what they are made from.
#[derive(Clone, Debug, Default)]
pub struct ColumnGraph {
    /// By what is made.
    inputs: BTreeMap<ColumnId, BTreeSet<(ColumnId, How)>>,
    /// By what is read.
    outputs: BTreeMap<ColumnId, BTreeSet<(ColumnId, How)>>,
}

impl ColumnGraph {
    /// The graph of a typed project.
    pub fn of(project: &TypedProject) -> Self {
        let mut graph = Self::default();
        for (id, typed) in project.nodes() {
            let node = project.manifest().nodes.get(id);
            let kind = node.map(|node| node.resource_type);
            if !matches!(
                kind,
                Some(ResourceType::Model | ResourceType::Snapshot | ResourceType::Analysis)
            ) {
                continue;
            }
            for analysis in
                [Some(&typed.first), typed.later.as_ref()].into_iter().flatten().flatten()
            {
                graph.add(id, analysis);
            }
            if let (Some(node), Some(ResourceType::Snapshot)) = (node, kind) {
                let names = SnapshotColumns::of(&node.config);
                if let Some(updated_at) = node.config.text("updated_at") {
                    for (own, how) in [
                        (&names.updated_at, How::Copied),
                        (&names.valid_from, How::Copied),
                        (&names.valid_to, How::Transformed),
                        (&names.scd_id, How::Transformed),
                    ] {
                        graph.as_another(id, updated_at, own, how);
                    }
                }
                for key in node.config.texts("unique_key").unwrap_or_default() {
                    graph.as_another(id, &key, &names.scd_id, How::Transformed);
                }
            }
        }
        graph
    }

    fn add(&mut self, id: &UniqueId, analysis: &Analysis) {
        let column_of = |input: &Input| {
            let column = &analysis.inputs[input.column as usize];
            let table = &analysis.tables[column.table as usize];
            let node = match &table.table {
                Some(table) => UniqueId::new(std::sync::Arc::clone(&table.id)),
                None => UniqueId::new(format!("table.{}", table.name)),
            };
            ColumnId { node, column: column.path.to_string() }
        };
        for (at, output) in analysis.columns.iter().enumerate() {
            let name = match output.name.is_empty() {
                true => format!("f{at}_"),
                false => output.name.to_string(),
            };
            let to = ColumnId { node: id.clone(), column: name };
            self.inputs.entry(to.clone()).or_default();
            for input in output.flow.inputs.iter().chain(&analysis.chosen_by) {
                self.link(column_of(input), &to, input.how);
            }
            // The fields of a struct that is put together here.
            if let Some(fields) = output.kind.fields() {
                for (field, flow) in fields.iter().zip(&output.flow.fields) {
                    let column = format!("{}.{}", to.column, field.name);
                    let to = ColumnId { node: id.clone(), column };
                    for input in &flow.inputs {
                        self.link(column_of(input), &to, input.how);
                    }
                }
            }
        }
    }

    fn link(&mut self, from: ColumnId, to: &ColumnId, how: How) {
        // A later build reads the table itself: a column is not made from itself.
        if from == *to {
            return;
        }
        self.outputs.entry(from.clone()).or_default().insert((to.clone(), how));
        self.inputs.entry(to.clone()).or_default().insert((from, how));
    }

    /// A column that a snapshot makes from one of its query.
    fn as_another(&mut self, id: &UniqueId, column: &str, own: &str, how: How) {
        let is_it =
            |known: &&ColumnId| known.node == *id && known.column.eq_ignore_ascii_case(column);
        let Some(from) = self.inputs.keys().find(is_it).cloned() else { return };
        let to = ColumnId { node: id.clone(), column: own.to_owned() };
        for (input, used) in self.inputs.get(&from).cloned().unwrap_or_default() {
            self.link(input, &to, if used.is_direct() { used.max(how) } else { used });
        }
    }

    /// All edges between a column and those that it is made from, or that are made from it, near and
    /// far; those at the end of an edge that is not direct are not gone on from.
    pub fn walk(&self, start: &ColumnId, direction: Direction) -> Vec<ColumnEdge> {
        let next = match direction {
            Direction::Upstream => &self.inputs,
            Direction::Downstream => &self.outputs,
        };
        let mut edges = BTreeSet::new();
        let mut seen: BTreeSet<ColumnId> = BTreeSet::new();
        let mut open = VecDeque::from([start.clone()]);
        while let Some(at) = open.pop_front() {
            if !seen.insert(at.clone()) {
                continue;
            }
            for known in self.same(next, &at, direction) {
                for (other, how) in next.get(&known).into_iter().flatten() {
                    let (from, to) = match direction {
                        Direction::Upstream => (other, &known),
                        Direction::Downstream => (&known, other),
                    };
                    edges.insert(ColumnEdge { from: from.clone(), to: to.clone(), how: *how });
                    if how.is_direct() {
                        open.push_back(other.clone());
                    }
                }
            }
        }
        edges.into_iter().collect()
    }

    /// The column under the names it has in the graph: without case, and from a column also its
    /// fields, from a field also the whole.
    fn same(
        &self,
        graph: &BTreeMap<ColumnId, BTreeSet<(ColumnId, How)>>,
        wanted: &ColumnId,
        direction: Direction,
    ) -> Vec<ColumnId> {
        let lower = wanted.column.to_ascii_lowercase();
        let start = ColumnId { node: wanted.node.clone(), column: String::new() };
        let of_node = graph.range(start..).take_while(|(known, _)| known.node == wanted.node);
        let is_same = |name: &str| {
            let name = name.to_ascii_lowercase();
            let inside = |whole: &str, part: &str| {
                part.strip_prefix(whole).is_some_and(|rest| rest.starts_with('.'))
            };
            name == lower
                || inside(&lower, &name)
                || (direction == Direction::Downstream && inside(&name, &lower))
        };
        of_node.map(|(known, _)| known).filter(|known| is_same(&known.column)).cloned().collect()
    }

    /// The edges into the columns of a node.
    pub fn of_node(&self, id: &UniqueId) -> Vec<ColumnEdge> {
        let start = ColumnId { node: id.clone(), column: String::new() };
        let own = self.inputs.range(start..).take_while(|(known, _)| known.node == *id);
        own.flat_map(|(to, inputs)| {
            inputs.iter().map(|(from, how)| ColumnEdge {
                from: from.clone(),
                to: to.clone(),
                how: *how,
            })
        })
        .collect()
    }
}
