//! `column_types` of seeds against the headers of their files
//! (<https://docs.getdbt.com/reference/resource-configs/column_types>).

use std::{collections::BTreeMap, sync::Arc};

use super::{Manifest, Node, ResourceType, patches::Patches};
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span, did_you_mean},
    project::{Package, Project, SeedFile, Yaml},
};

/// Columns told at most: more are better looked up in the file.
const MAX_LISTED_COLUMNS: usize = 12;

/// A key of `column_types`, where it is written, and what was found of it.
struct Declared {
    name: String,
    span: Span,
    /// Whether some seed that it is for has such a column.
    is_found: bool,
    /// A seed that has none, and its columns.
    seed: String,
    columns: Vec<String>,
}

/// Warns of types for columns that no file has; dbt ignores them.
pub(super) fn warn_unknown_columns(
    manifest: &Manifest,
    project: &Project,
    patches: &Patches<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut declared: BTreeMap<(String, u32), Declared> = BTreeMap::new();
    for node in manifest.nodes.values().filter(|node| node.resource_type == ResourceType::Seed) {
        let Some(types) = node.config.get("column_types").and_then(serde_json::Value::as_object)
        else {
            continue;
        };
        if types.is_empty() {
            continue;
        }
        let Some(columns) = columns(project, node) else { continue };
        for name in types.keys() {
            let is_found = columns.iter().any(|column| column.eq_ignore_ascii_case(name));
            let Some(span) = place(project, patches, node, name) else { continue };
            let key = (span.file.path().to_owned(), span.start);
            let entry = declared.entry(key).or_insert_with(|| Declared {
                name: name.clone(),
                span,
                is_found: false,
                seed: node.name.clone(),
                columns: columns.clone(),
            });
            entry.is_found |= is_found;
        }
    }
    for one in declared.into_values().filter(|one| !one.is_found) {
        let message = format!(
            "`column_types` has a type for `{}`, which is no column of `{}`",
            one.name, one.seed
        );
        let known = one.columns.iter().map(String::as_str);
        let near = did_you_mean(&one.name, known);
        let help = near.or_else(|| {
            let is_short = one.columns.len() <= MAX_LISTED_COLUMNS;
            is_short.then(|| format!("its columns are {}", one.columns.join(", ")))
        });
        let diagnostic = Diagnostic::warning("unknown-seed-column", message);
        diagnostics.push(diagnostic.at(one.span, "").maybe_help(help));
    }
}

/// The columns that the header of a seed names; nothing where it has none.
fn columns(project: &Project, node: &Node) -> Option<Vec<String>> {
    let package = project.package(&node.package)?;
    let is_of_node = |seed: &&SeedFile| seed.path.original_file_path == node.original_file_path;
    let file = package.files.seeds.iter().find(is_of_node)?;
    let delimiter = match node.config.text("delimiter").unwrap_or(",").as_bytes() {
        [one] => *one,
        _ => return None,
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(file.header.as_bytes());
    let header = reader.records().next()?.ok()?;
    Some(header.iter().map(str::to_owned).collect())
}

/// Where the type of a column is declared: in the seed's properties, its code, or a config tree.
fn place(project: &Project, patches: &Patches<'_>, node: &Node, name: &str) -> Option<Span> {
    let patch = patches.find(ResourceType::Seed, &node.package, &node.name);
    if let Some(patch) = patch
        && let Some(found) = patch.config.and_then(|yaml| key(yaml, &patch.file.source, name))
    {
        return Some(found);
    }
    let own = project.package(&node.package)?;
    [project.root_package(), own].into_iter().find_map(|package| in_tree(package, node, name))
}

/// The most specific place of a package's tree that is for a node and gives the type.
fn in_tree(package: &Package, node: &Node, name: &str) -> Option<Span> {
    let mut place = package.config.configs.seeds.as_ref()?;
    let source = &package.config.source;
    let mut found = key(place, source, name);
    for part in &node.fqn {
        let Some(below) = place.get(part) else { break };
        place = below;
        found = key(place, source, name).or(found);
    }
    found
}

/// The key of a column among the `column_types` of a place.
fn key(yaml: &Yaml, source: &Arc<SourceFile>, name: &str) -> Option<Span> {
    let types = yaml.get("column_types").or_else(|| yaml.get("+column_types"))?;
    let (key, _) = types.entries().iter().find(|(key, _)| key.text == name)?;
    Some(key.span(source))
}
