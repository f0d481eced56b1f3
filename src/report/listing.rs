//! `elt ls`: what is selected, one per line.

use serde_json::{Map, Value};

/// `--output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListOutput {
    /// A selector that names exactly this node: the dotted fqn.
    #[default]
    Selector,
    /// The name.
    Name,
    /// The file.
    Path,
    /// One JSON object per line.
    Json,
}

/// A listed node.
#[derive(Clone, Debug)]
pub struct Listed {
    /// dbt's selector form (`medallion.store.silver.carts`, `source:medallion.store.carts`).
    pub selector: String,
    /// The name.
    pub name: String,
    /// The file, relative to the project root.
    pub path: String,
    /// The node as JSON, keys as in the manifest.
    pub fields: Map<String, Value>,
}

/// The lines. `keys` keeps only these keys of the JSON form (`--output-keys`); dots reach inside.
pub fn render_listing(nodes: &[Listed], output: ListOutput, keys: Option<&[String]>) -> String {
    let mut lines: Vec<String> = nodes.iter().map(|node| line(node, output, keys)).collect();
    if output == ListOutput::Path {
        // Many tests share one properties file.
        let mut seen = std::collections::HashSet::new();
        lines.retain(|line| seen.insert(line.clone()));
    }
    lines.join("\n")
}

fn line(node: &Listed, output: ListOutput, keys: Option<&[String]>) -> String {
    match output {
        ListOutput::Selector => node.selector.clone(),
        ListOutput::Name => node.name.clone(),
        ListOutput::Path => node.path.clone(),
        ListOutput::Json => match keys {
            None => Value::Object(node.fields.clone()).to_string(),
            Some(keys) => {
                let kept = keys.iter().filter_map(|key| Some((key.clone(), reach(node, key)?)));
                Value::Object(kept.collect()).to_string()
            }
        },
    }
}

fn reach(node: &Listed, key: &str) -> Option<Value> {
    if let Some(value) = node.fields.get(key) {
        return Some(value.clone());
    }
    let mut parts = key.split('.');
    let first = node.fields.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part)).cloned()
}
