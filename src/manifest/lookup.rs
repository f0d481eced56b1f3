//! Which node or source a call names: dbt's search order.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Disabled, Manifest, Node, ResourceType, Source, UniqueId};
use crate::jinja::{FunctionCall, RefCall, SourceCall};

/// What a call names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    Enabled(UniqueId),
    /// It is there and disabled.
    Disabled(UniqueId),
    /// There is none.
    Nothing,
}

#[derive(Debug)]
struct Entry {
    id: UniqueId,
    package: Arc<str>,
    version: Option<String>,
    /// Whether a `ref` without a version means it.
    is_default: bool,
    enabled: bool,
}

/// Everything that can be named, by name.
#[derive(Debug, Default)]
pub struct Lookup {
    root: Arc<str>,
    nodes: HashMap<String, Vec<Entry>>,
    sources: HashMap<String, HashMap<String, Vec<Entry>>>,
    functions: HashMap<String, Vec<Entry>>,
    /// Names of nodes whose files could not be read.
    unread: HashSet<String>,
}

impl Lookup {
    /// What can be named in a manifest, what is disabled too.
    pub fn of(manifest: &Manifest) -> Self {
        let disabled = || manifest.disabled.values().flatten();
        let nodes = disabled().filter_map(|entry| match entry {
            Disabled::Node(node) => Some(node.as_ref()),
            _ => None,
        });
        let sources = disabled().filter_map(|entry| match entry {
            Disabled::Source(source) => Some(source.as_ref()),
            _ => None,
        });
        Self::new(
            &manifest.project_name,
            manifest.nodes.values().map(AsRef::as_ref).chain(nodes),
            manifest.sources.values().map(AsRef::as_ref).chain(sources),
        )
    }

    /// What can be named among these nodes and sources.
    pub(super) fn new<'n>(
        root: &Arc<str>,
        nodes: impl IntoIterator<Item = &'n Node>,
        sources: impl IntoIterator<Item = &'n Source>,
    ) -> Self {
        let mut lookup = Self { root: Arc::clone(root), ..Self::default() };
        for node in nodes {
            let named = match node.resource_type {
                ResourceType::Function => &mut lookup.functions,
                _ if is_referable(node) => &mut lookup.nodes,
                _ => continue,
            };
            named.entry(node.name.clone()).or_default().push(Entry {
                id: node.unique_id.clone(),
                package: Arc::clone(&node.package),
                version: node.version.clone(),
                is_default: node.version.is_none() || node.version == node.latest_version,
                enabled: node.config.enabled(),
            });
        }
        for source in sources {
            let tables = lookup.sources.entry(source.source_name.clone()).or_default();
            tables.entry(source.name.clone()).or_default().push(Entry {
                id: source.unique_id.clone(),
                package: Arc::clone(&source.package),
                version: None,
                is_default: true,
                enabled: source.config.enabled(),
            });
        }
        lookup
    }

    /// The node that a `ref()` in `package` means: of the root project first, then of the package
    /// itself, then of any other, as in dbt.
    pub fn find_ref(&self, package: &str, call: &RefCall) -> Found {
        let named = self.nodes.get(&call.name).map(Vec::as_slice).unwrap_or_default();
        let fits = |entry: &&Entry| match &call.version {
            Some(version) => entry.version.as_ref() == Some(version),
            None => entry.is_default,
        };
        self.first(named.iter().filter(fits), package, call.package.as_deref())
    }

    /// The source table that a `source()` in `package` means.
    pub fn find_source(&self, package: &str, call: &SourceCall) -> Found {
        let tables = self.sources.get(&call.source);
        let named = tables.and_then(|tables| tables.get(&call.table));
        self.first(named.map(Vec::as_slice).unwrap_or_default().iter(), package, None)
    }

    /// The function that a `function()` in `package` means, by the order of `ref()`.
    pub fn find_function(&self, package: &str, call: &FunctionCall) -> Found {
        let named = self.functions.get(&call.name).map(Vec::as_slice).unwrap_or_default();
        self.first(named.iter(), package, call.package.as_deref())
    }

    /// Every name a `function()` can have.
    pub fn function_names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    fn first<'e>(
        &self,
        named: impl Iterator<Item = &'e Entry> + Clone,
        package: &str,
        only: Option<&str>,
    ) -> Found {
        let order: Vec<Option<&str>> = match only {
            Some(only) => vec![Some(only)],
            None => vec![Some(&self.root), Some(package), None],
        };
        let mut disabled = None;
        for package in order {
            let within =
                || named.clone().filter(|entry| package.is_none_or(|name| *entry.package == *name));
            if let Some(found) = within().find(|entry| entry.enabled) {
                return Found::Enabled(found.id.clone());
            }
            disabled = disabled.or(within().next());
        }
        match disabled {
            Some(entry) => Found::Disabled(entry.id.clone()),
            None => Found::Nothing,
        }
    }

    /// The enabled nodes of a name, all packages and versions.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &UniqueId> {
        let named = self.nodes.get(name).map(Vec::as_slice).unwrap_or_default();
        named.iter().filter(|entry| entry.enabled).map(|entry| &entry.id)
    }

    /// Whether a name is known and disabled only.
    pub fn is_disabled(&self, name: &str) -> bool {
        self.nodes.get(name).is_some_and(|named| named.iter().all(|entry| !entry.enabled))
    }

    /// Makes names known whose files could not be read, which is told already.
    pub(super) fn add_unread(&mut self, names: &[String]) {
        self.unread.extend(names.iter().cloned());
    }

    /// Whether a name is that of a file which could not be read.
    pub(super) fn is_unread(&self, name: &str) -> bool {
        self.unread.contains(name)
    }

    /// The versions of a name.
    pub fn versions(&self, name: &str) -> Vec<&str> {
        let named = self.nodes.get(name).map(Vec::as_slice).unwrap_or_default();
        named.iter().filter_map(|entry| entry.version.as_deref()).collect()
    }

    /// Every name a `ref()` can have.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(String::as_str)
    }

    /// Every `source.table`.
    pub fn source_names(&self) -> impl Iterator<Item = String> {
        self.sources.iter().flat_map(|(source, tables)| {
            tables.keys().map(move |table| format!("{source}.{table}"))
        })
    }
}

/// Whether a `ref()` can mean a node.
pub(super) fn is_referable(node: &Node) -> bool {
    matches!(node.resource_type, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot)
}
