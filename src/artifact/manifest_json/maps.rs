//! Who reads whom, and who is in which group.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::json_writer::JsonWriter;
use crate::manifest::Manifest;

type Edges<'m> = BTreeMap<&'m str, Vec<&'m str>>;

/// `parent_map` and `child_map`: every node, source, exposure and unit test, sorted.
pub(super) fn write_edges<W: Write>(
    json: &mut JsonWriter<'_, W>,
    manifest: &Manifest,
) -> io::Result<()> {
    let mut parents: Edges<'_> = BTreeMap::new();
    let mut children: Edges<'_> = BTreeMap::new();
    let nodes = manifest.nodes.iter().map(|(id, node)| (id, &node.depends_on_nodes[..]));
    let exposures = manifest.exposures.iter().map(|(id, one)| (id, &one.depends_on_nodes[..]));
    // A unit test hangs on its model alone, as in dbt.
    let unit_tests = manifest.unit_tests.iter().map(|(id, test)| (id, test.tested_node.as_slice()));
    let sources = manifest.sources.keys().map(|id| (id, &[][..]));
    for (id, reads) in nodes.chain(exposures).chain(unit_tests).chain(sources) {
        children.entry(id.as_str()).or_default();
        let mut sorted: Vec<&str> = reads.iter().map(|id| id.as_str()).collect();
        sorted.sort_unstable();
        for parent in &sorted {
            children.entry(parent).or_default().push(id.as_str());
        }
        parents.insert(id.as_str(), sorted);
    }
    for edges in children.values_mut() {
        edges.sort_unstable();
    }
    write_map(json, "parent_map", &parents)?;
    write_map(json, "child_map", &children)
}

/// `group_map`: the nodes of each group by its name.
pub(super) fn write_groups<W: Write>(
    json: &mut JsonWriter<'_, W>,
    manifest: &Manifest,
) -> io::Result<()> {
    let mut members: Edges<'_> =
        manifest.groups.values().map(|group| (group.name.as_str(), Vec::new())).collect();
    for (id, node) in &manifest.nodes {
        let group = node.group.as_deref().and_then(|group| members.get_mut(group));
        if let Some(list) = group {
            list.push(id.as_str());
        }
    }
    write_map(json, "group_map", &members)
}

fn write_map<W: Write>(
    json: &mut JsonWriter<'_, W>,
    key: &str,
    edges: &Edges<'_>,
) -> io::Result<()> {
    json.key(key)?;
    json.object(|json| edges.iter().try_for_each(|(id, ids)| json.entry_texts(id, ids)))
}
