//! Which columns are made from which, for other tools: JSON, Graphviz, Mermaid, and OpenLineage's
//! column-lineage facet.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::{Value, json};

use crate::{
    analysis::How,
    check::{ColumnEdge, ColumnId, TypedProject},
    manifest::{Manifest, UniqueId},
};

/// OpenLineage's facet
/// (<https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet>).
const FACET: &str = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";

/// Columns, and the edges between them.
#[derive(Clone, Debug, Default)]
pub struct ColumnLineage {
    /// The columns with their types, where these are known.
    columns: BTreeMap<ColumnId, Option<String>>,
    edges: BTreeSet<ColumnEdge>,
    /// How each node is called, and its relation.
    nodes: BTreeMap<UniqueId, (String, String)>,
}

impl ColumnLineage {
    /// The lineage of these columns and edges.
    pub fn of(
        project: &TypedProject,
        columns: impl IntoIterator<Item = ColumnId>,
        edges: impl IntoIterator<Item = ColumnEdge>,
    ) -> Self {
        let edges: BTreeSet<ColumnEdge> = edges.into_iter().collect();
        let ends = edges.iter().flat_map(|edge| [edge.from.clone(), edge.to.clone()]);
        let all: BTreeSet<ColumnId> = columns.into_iter().chain(ends).collect();
        let nodes =
            all.iter().map(|column| (column.node.clone(), named(project.manifest(), &column.node)));
        let nodes = nodes.collect();
        let columns = all.into_iter().map(|column| {
            let kind = kind_of(project, &column);
            (column, kind)
        });
        Self { columns: columns.collect(), edges, nodes }
    }
}

/// How a node is called, and its relation as OpenLineage names it.
fn named(manifest: &Manifest, id: &UniqueId) -> (String, String) {
    let dotted = |relation: &crate::relation::Relation| {
        let parts = [
            relation.database.as_deref().unwrap_or_default(),
            &relation.schema,
            &relation.identifier,
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
    };
    if let Some(node) = manifest.nodes.get(id) {
        return (node.name.clone(), dotted(&node.relation));
    }
    if let Some(source) = manifest.sources.get(id) {
        return (format!("{}.{}", source.source_name, source.name), dotted(&source.relation));
    }
    let name = id.as_str().trim_start_matches("table.").to_owned();
    (name.clone(), name)
}

fn kind_of(project: &TypedProject, column: &ColumnId) -> Option<String> {
    let table = project.table(&column.node)?;
    let mut names = column.column.split('.');
    let top = names.next()?;
    let mut kind = &table.columns.iter().find(|known| known.name.eq_ignore_ascii_case(top))?.kind;
    for name in names {
        let fields = kind.element().unwrap_or(kind).fields()?;
        kind = &fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))?.kind;
    }
    kind.is_known().then(|| kind.to_string())
}

/// As JSON: `columns` with node, column and type; `edges` from, to and how.
pub fn column_lineage_json(lineage: &ColumnLineage) -> String {
    let end = |id: &ColumnId| json!({"node": id.node, "column": id.column});
    let columns: Vec<Value> = lineage
        .columns
        .iter()
        .map(|(id, kind)| {
            let (name, relation) = &lineage.nodes[&id.node];
            json!({"node": id.node, "name": name, "relation": relation, "column": id.column, "type": kind})
        })
        .collect();
    let edges: Vec<Value> = lineage
        .edges
        .iter()
        .map(|edge| {
            json!({
                "from": end(&edge.from),
                "to": end(&edge.to),
                "how": edge.how.as_str(),
                "is_direct": edge.how.is_direct(),
            })
        })
        .collect();
    // A value of texts and lists always has a JSON form.
    serde_json::to_string_pretty(&json!({"columns": columns, "edges": edges})).unwrap_or_default()
}

/// As a Graphviz graph from left to right, a box for each node; dashed where only the choice of rows
/// depends on a column.
pub fn column_lineage_dot(lineage: &ColumnLineage) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let key = |id: &ColumnId| quoted(&format!("{}.{}", id.node, id.column));
    let mut out = String::from(
        "digraph columns {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n",
    );
    for (at, (id, (name, _))) in lineage.nodes.iter().enumerate() {
        // Writing into a String cannot fail.
        let _ = writeln!(out, "  subgraph cluster_{at} {{\n    label={};", quoted(name));
        for column in lineage.columns.keys().filter(|column| column.node == *id) {
            let _ = writeln!(out, "    {} [label={}];", key(column), quoted(&column.column));
        }
        out.push_str("  }\n");
    }
    for edge in &lineage.edges {
        let style = if edge.how.is_direct() { "" } else { ", style=dashed" };
        let label = quoted(edge.how.as_str());
        let _ = writeln!(out, "  {} -> {} [label={label}{style}];", key(&edge.from), key(&edge.to));
    }
    out.push('}');
    out
}

/// As a Mermaid flow chart from left to right; dotted where only the choice of rows depends on a
/// column.
pub fn column_lineage_mermaid(lineage: &ColumnLineage) -> String {
    let numbers: BTreeMap<&ColumnId, usize> =
        lineage.columns.keys().enumerate().map(|(at, id)| (id, at)).collect();
    let mut out = String::from("flowchart LR\n");
    for (at, (id, (name, _))) in lineage.nodes.iter().enumerate() {
        let _ = writeln!(out, "  subgraph n{at}[\"{}\"]", name.replace('"', "#quot;"));
        for (column, number) in numbers.iter().filter(|(column, _)| column.node == *id) {
            let _ = writeln!(out, "    c{number}[\"{}\"]", column.column.replace('"', "#quot;"));
        }
        out.push_str("  end\n");
    }
    for edge in &lineage.edges {
        let arrow = if edge.how.is_direct() { "-->" } else { "-.->" };
        let (from, to) = (numbers[&edge.from], numbers[&edge.to]);
        let _ = writeln!(out, "  c{from} {arrow}|{}| c{to}", edge.how.as_str());
    }
    out.truncate(out.trim_end().len());
    out
}

/// As OpenLineage's column-lineage facets of the datasets that have edges into them.
pub fn column_lineage_openlineage(lineage: &ColumnLineage, namespace: &str) -> String {
    let mut outputs = Vec::new();
    for (id, (_, relation)) in &lineage.nodes {
        let into = lineage.edges.iter().filter(|edge| edge.to.node == *id);
        let mut fields: BTreeMap<&str, BTreeMap<&ColumnId, Vec<How>>> = BTreeMap::new();
        for edge in into {
            let field = fields.entry(edge.to.column.as_str()).or_default();
            field.entry(&edge.from).or_default().push(edge.how);
        }
        if fields.is_empty() {
            continue;
        }
        let fields: BTreeMap<&str, Value> = fields
            .into_iter()
            .map(|(field, inputs)| {
                let inputs: Vec<Value> = inputs
                    .into_iter()
                    .map(|(from, hows)| {
                        json!({
                            "namespace": namespace,
                            "name": lineage.nodes[&from.node].1,
                            "field": from.column,
                            "transformations": hows.into_iter().map(transformation).collect::<Vec<_>>(),
                        })
                    })
                    .collect();
                (field, json!({ "inputFields": inputs }))
            })
            .collect();
        let producer = format!("urn:elt:{}", env!("CARGO_PKG_VERSION"));
        let facet = json!({"_producer": producer, "_schemaURL": FACET, "fields": fields});
        outputs.push(json!({
            "namespace": namespace, "name": relation, "facets": {"columnLineage": facet},
        }));
    }
    serde_json::to_string_pretty(&json!({ "outputs": outputs })).unwrap_or_default()
}

fn transformation(how: How) -> Value {
    let subtype = match how {
        How::Copied => "IDENTITY",
        How::Transformed => "TRANSFORMATION",
        How::Aggregated => "AGGREGATION",
        How::Conditional => "CONDITIONAL",
        How::Window => "WINDOW",
        How::Join => "JOIN",
        How::Filter => "FILTER",
        How::GroupBy => "GROUP_BY",
        How::Sort => "SORT",
    };
    let kind = if how.is_direct() { "DIRECT" } else { "INDIRECT" };
    json!({"type": kind, "subtype": subtype, "description": how.as_str(), "masking": false})
}
