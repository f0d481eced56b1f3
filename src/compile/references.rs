//! Which node or source a call means.

use std::collections::HashMap;

use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    jinja::{RefCall, SourceCall},
    manifest::{Manifest, Node, ResourceType, UniqueId},
};

/// Nodes and sources by what templates call them. Built once per manifest.
#[derive(Clone, Debug, Default)]
pub struct ReferenceIndex {
    nodes: HashMap<String, Vec<Referable>>,
    sources: HashMap<(String, String), Vec<UniqueId>>,
    root: String,
}

#[derive(Clone, Debug)]
struct Referable {
    id: UniqueId,
    package: String,
    version: Option<String>,
    is_latest: bool,
}

impl ReferenceIndex {
    /// Indexes a manifest.
    pub fn new(manifest: &Manifest) -> Self {
        let mut index = Self { root: manifest.project_name.to_string(), ..Self::default() };
        for (id, node) in manifest.nodes.iter().filter(|(_, node)| is_referable(node)) {
            index.nodes.entry(node.name.clone()).or_default().push(Referable {
                id: id.clone(),
                package: node.package.to_string(),
                version: node.version.clone(),
                is_latest: node.version.is_none() || node.version == node.latest_version,
            });
        }
        for (id, source) in &manifest.sources {
            let key = (source.source_name.clone(), source.name.clone());
            index.sources.entry(key).or_default().push(id.clone());
        }
        index
    }

    /// The node that a `ref()` in `package` means. As in dbt, the root project comes first, then
    /// the package itself, then any other.
    pub fn find_ref(&self, package: &str, call: &RefCall) -> Result<UniqueId, Box<Diagnostic>> {
        let named = self.nodes.get(&call.name).map(Vec::as_slice).unwrap_or_default();
        let fits = |one: &&Referable| match &call.version {
            Some(version) => one.version.as_ref() == Some(version),
            None => one.is_latest,
        };
        let within = |name: &str| named.iter().filter(fits).find(|one| one.package == name);
        let found = match &call.package {
            Some(package) => within(package),
            None => {
                within(&self.root).or_else(|| within(package)).or_else(|| named.iter().find(fits))
            }
        };
        if let Some(found) = found {
            return Ok(found.id.clone());
        }
        let mut diagnostic =
            Diagnostic::error("unknown-ref", format!("no node is called `{}`", shown(call)));
        let versions: Vec<&str> = named.iter().filter_map(|one| one.version.as_deref()).collect();
        diagnostic = match (named, &call.version) {
            ([], _) => diagnostic
                .maybe_help(did_you_mean(&call.name, self.nodes.keys().map(String::as_str))),
            (_, Some(_)) if !versions.is_empty() => {
                diagnostic.help(format!("its versions are {}", versions.join(", ")))
            }
            (_, Some(_)) => diagnostic.help("this model has no versions: leave `version` out"),
            ([one, ..], None) => diagnostic.help(format!("it is in package `{}`", one.package)),
        };
        Err(Box::new(diagnostic))
    }

    /// The source table that a `source()` in `package` means.
    pub fn find_source(
        &self,
        manifest: &Manifest,
        package: &str,
        call: &SourceCall,
    ) -> Result<UniqueId, Box<Diagnostic>> {
        let key = (call.source.clone(), call.table.clone());
        let named = self.sources.get(&key).map(Vec::as_slice).unwrap_or_default();
        let within = |name: &str| {
            named.iter().find(|id| {
                manifest.sources.get(*id).is_some_and(|source| source.package.as_ref() == name)
            })
        };
        if let Some(id) = within(&self.root).or_else(|| within(package)).or(named.first()) {
            return Ok(id.clone());
        }
        let written = format!("{}.{}", call.source, call.table);
        let known: Vec<String> =
            self.sources.keys().map(|(source, table)| format!("{source}.{table}")).collect();
        Err(Box::new(
            Diagnostic::error("unknown-source", format!("no source table is called `{written}`"))
                .maybe_help(did_you_mean(&written, known.iter().map(String::as_str))),
        ))
    }
}

fn is_referable(node: &Node) -> bool {
    matches!(node.resource_type, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot)
}

fn shown(call: &RefCall) -> String {
    let package = call.package.as_ref().map(|package| format!("{package}.")).unwrap_or_default();
    let version = call.version.as_ref().map(|version| format!(".v{version}")).unwrap_or_default();
    format!("{package}{}{version}", call.name)
}
