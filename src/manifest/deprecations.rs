//! Models past their `deprecation_date`, and models that refer to one that has such a date
//! (<https://docs.getdbt.com/reference/resource-properties/deprecation_date>).

use chrono::{DateTime, Utc};

use super::{Manifest, Node, ResourceType};
use crate::diagnostic::{Diagnostic, Span};

/// Warns of both, as dbt does.
pub(super) fn warn_deprecations(
    manifest: &Manifest,
    now: DateTime<Utc>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for node in manifest.nodes.values() {
        let Some(date) = &node.details.deprecation_date else { continue };
        let name = shown(node);
        let day = date.value.format("%Y-%m-%d");
        let is_past = date.value < now;
        if is_past {
            diagnostics.push(
                Diagnostic::warning(
                    "deprecated-model",
                    format!("model `{name}` has passed its deprecation date of {day}"),
                )
                .at(date.span.clone(), "")
                .help("disable or remove the model"),
            );
        }
        let readers = manifest.nodes.values().filter(|reader| {
            reader.resource_type == ResourceType::Model
                && reader.depends_on_nodes.contains(&node.unique_id)
        });
        for reader in readers {
            let what = format!("`{}` refers to `{name}`, which", reader.name);
            let mut diagnostic = match is_past {
                true => Diagnostic::warning(
                    "deprecated-reference",
                    format!("{what} was deprecated on {day}"),
                ),
                false => Diagnostic::warning(
                    "upcoming-reference-deprecation",
                    format!("{what} will be deprecated on {day}"),
                ),
            };
            if let Some(place) = place(reader, node) {
                diagnostic = diagnostic.at(place, "");
            }
            if let (Some(version), Some(latest)) = (&node.version, &node.latest_version)
                && version != latest
            {
                let call = format!("ref('{}', '{}', v='{latest}')", node.package, node.name);
                diagnostic = diagnostic.help(format!("there is a newer version: `{call}`"));
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// The name, with the version where there is one.
fn shown(node: &Node) -> String {
    match &node.version {
        Some(version) => format!("{}.v{version}", node.name),
        None => node.name.clone(),
    }
}

/// Where a model refers to another.
fn place(reader: &Node, node: &Node) -> Option<Span> {
    let is_meant = |version: &Option<String>| match version {
        Some(version) => Some(version) == node.version.as_ref(),
        None => node.version == node.latest_version,
    };
    let mut calls = reader.refs.iter().filter(|call| call.name == node.name);
    calls.find(|call| is_meant(&call.version)).and_then(|call| call.span.clone())
}
