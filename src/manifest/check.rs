//! Checks over all nodes: names, ids and relations used twice, groups that are not there.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{Access, Manifest, Node, ResourceType, UniqueId, node::SharedNode};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};

/// Two nodes of one id, one name, or one relation.
pub(super) fn check_duplicates(nodes: &[SharedNode], diagnostics: &mut Vec<Diagnostic>) {
    let mut by_id: HashMap<&UniqueId, &Node> = HashMap::with_capacity(nodes.len());
    let mut by_relation: HashMap<(bool, String), &Node> = HashMap::new();
    let mut by_name: HashMap<(&str, &str), &Node> = HashMap::new();
    for node in nodes {
        if let Some(first) = by_id.insert(&node.unique_id, node) {
            diagnostics.push(twice(
                "duplicate-node",
                format!("two {}s are named `{}`", node.resource_type, node.name),
                node,
                first,
                "rename or remove one of them, or disable one",
            ));
            continue;
        }
        if !node.has_relation() || node.resource_type == ResourceType::Test {
            continue;
        }
        // Functions have names of their own, apart from those of tables.
        let is_function = node.resource_type == ResourceType::Function;
        if node.version.is_none()
            && !is_function
            && let Some(first) = by_name.insert((&node.package, &node.name), node)
        {
            let mut diagnostic = twice(
                "duplicate-name",
                format!(
                    "a {} and a {} are both named `{}`: `ref('{}')` is ambiguous",
                    first.resource_type, node.resource_type, node.name, node.name
                ),
                node,
                first,
                "rename one of them",
            );
            diagnostic.severity = crate::diagnostic::Severity::Warning;
            diagnostics.push(diagnostic);
        }
        if let Some(first) = by_relation.insert((is_function, node.relation.to_string()), node) {
            diagnostics.push(twice(
                "ambiguous-relation",
                format!(
                    "`{}` and `{}` would both be built as {}",
                    first.unique_id, node.unique_id, node.relation
                ),
                node,
                first,
                "give one of them another `alias` or `schema`",
            ));
        }
    }
}

fn twice(
    code: &'static str,
    message: String,
    node: &Node,
    first: &Node,
    help: &'static str,
) -> Diagnostic {
    Diagnostic::error(code, message)
        .at(place(node), "")
        .at(place(first), "the other one")
        .note(format!("they are in {} and {}", first.original_file_path, node.original_file_path))
        .help(help)
}

/// Where a node is written: its test's name, or its code's first line.
pub(super) fn place(node: &Node) -> Span {
    match &node.test {
        Some(test) if test.declared.is_some() => test.declared.clone(),
        _ => None,
    }
    .unwrap_or_else(|| {
        Span::of_line(&node.source, node.source.line_column(node.code_range.start as u32).0)
    })
}

/// Groups must exist, and a private model must be in one.
pub(super) fn check_groups(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let known: Vec<&str> = manifest.groups.values().map(|group| group.name.as_str()).collect();
    for node in manifest.nodes.values() {
        if node.resource_type == ResourceType::Test {
            continue;
        }
        let span = || node.properties.clone().unwrap_or_else(|| place(node));
        match &node.group {
            Some(group) if !known.contains(&group.as_str()) => diagnostics.push(
                Diagnostic::error(
                    "unknown-group",
                    format!("`{}` is in the group `{group}`, which does not exist", node.name),
                )
                .at(span(), "")
                .maybe_help(did_you_mean(group, known.iter().copied()))
                .help("groups are declared under `groups` in a properties file"),
            ),
            None if node.access == Access::Private => diagnostics.push(
                Diagnostic::error(
                    "private-without-group",
                    format!("`{}` is private and in no group: nothing could read it", node.name),
                )
                .at(span(), "")
                .help("give it a `group`"),
            ),
            _ => {}
        }
    }
}

/// The key of each model as its constraints or tests tell it: primary key constraints, else the
/// columns tested as unique and not null, else those tested as unique.
pub(super) fn infer_primary_keys(manifest: &mut Manifest) {
    let mut tested: BTreeMap<UniqueId, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for node in manifest.nodes.values() {
        let Some(test) = &node.test else { continue };
        let (Some(generic), Some(id), Some(column)) =
            (&test.generic, &test.attached_node, &test.column_name)
        else {
            continue;
        };
        let entry = tested.entry(id.clone()).or_default();
        match generic.name.as_str() {
            "unique" => entry.0.push(column.clone()),
            "not_null" => entry.1.push(column.clone()),
            _ => {}
        }
    }
    for node in manifest.nodes.values_mut() {
        if node.resource_type != ResourceType::Model {
            continue;
        }
        let is_key = |rule: &serde_json::Value| {
            rule.get("type").and_then(|kind| kind.as_str()) == Some("primary_key")
        };
        let of_model = node.constraints.iter().filter(|rule| is_key(rule)).flat_map(|rule| {
            let columns = rule.get("columns").and_then(|columns| columns.as_array());
            columns.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned))
        });
        let of_columns = node
            .columns
            .values()
            .filter(|column| column.constraints.iter().any(is_key))
            .map(|column| column.name.clone());
        let mut key: Vec<String> = of_model.chain(of_columns).collect();
        if key.is_empty()
            && let Some((unique, not_null)) = tested.get(&node.unique_id)
        {
            key = unique.iter().filter(|name| not_null.contains(name)).cloned().collect();
            if key.is_empty() {
                key.clone_from(unique);
            }
        }
        if !key.is_empty() {
            Arc::make_mut(node).details.primary_key = key;
        }
    }
}
