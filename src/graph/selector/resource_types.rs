//! `--resource-type` and `--exclude-resource-type`.

use std::collections::BTreeSet;

use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    manifest::ResourceType,
};

/// Every kind that can be selected.
pub const SELECTABLE: [ResourceType; 9] = [
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::UnitTest,
    ResourceType::Analysis,
    ResourceType::Function,
    ResourceType::Source,
    ResourceType::Exposure,
];

/// Kinds of dbt's that a project cannot hold here.
const NOT_HERE: [&str; 4] = ["metric", "semantic_model", "saved_query", "function"];

/// The kinds a command works on: those named out of `allowed` (`all` and `default` are names too),
/// or `default` where none is named, without the excluded ones.
pub fn resource_types(
    named: &[String],
    excluded: &[String],
    allowed: &[ResourceType],
    default: &[ResourceType],
) -> Result<BTreeSet<ResourceType>, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut kinds: BTreeSet<ResourceType> = BTreeSet::new();
    if named.is_empty() {
        kinds.extend(default);
    }
    for name in named {
        match name.as_str() {
            "all" => kinds.extend(allowed),
            "default" => kinds.extend(default),
            _ => match find("--resource-type", name, allowed) {
                Ok(kind) => _ = kinds.insert(kind),
                Err(diagnostic) => diagnostics.push(diagnostic),
            },
        }
    }
    // Of what a project cannot hold, nothing is selected anyway.
    let not_here = |name: &&String| NOT_HERE.contains(&name.as_str());
    for name in excluded.iter().filter(|name| !not_here(name)) {
        match find("--exclude-resource-type", name, allowed) {
            Ok(kind) => _ = kinds.remove(&kind),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    if diagnostics.is_empty() { Ok(kinds) } else { Err(diagnostics) }
}

fn find(option: &str, name: &str, allowed: &[ResourceType]) -> Result<ResourceType, Diagnostic> {
    if let Some(kind) = allowed.iter().find(|kind| kind.as_str() == name) {
        return Ok(*kind);
    }
    let names = allowed.iter().map(|kind| kind.as_str());
    let all = names.clone().collect::<Vec<_>>().join(", ");
    Err(Diagnostic::error("unknown-resource-type", format!("`{option}` knows no `{name}` here"))
        .help(did_you_mean(name, names).unwrap_or_else(|| format!("the kinds are {all}"))))
}
