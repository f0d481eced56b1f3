//! The whole project, resolved.

use std::{collections::BTreeMap, sync::Arc};

use super::{Exposure, Group, MacroProperties, Node, Source, UniqueId, UnitTest};

/// Every node of a project with its references resolved. Immutable once built.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// The root project's name.
    pub project_name: Arc<str>,
    /// `target.type` (`bigquery` or `duckdb`).
    pub adapter_type: &'static str,
    /// Models, seeds, snapshots, data tests, analyses and operations, enabled ones only.
    pub nodes: BTreeMap<UniqueId, Arc<Node>>,
    /// Source tables, enabled ones only.
    pub sources: BTreeMap<UniqueId, Arc<Source>>,
    /// Unit tests, enabled ones only.
    pub unit_tests: BTreeMap<UniqueId, Arc<UnitTest>>,
    /// Exposures, enabled ones only.
    pub exposures: BTreeMap<UniqueId, Arc<Exposure>>,
    /// Groups by unique id (`group.<package>.<name>`).
    pub groups: BTreeMap<UniqueId, Arc<Group>>,
    /// Documented and found macros by unique id.
    pub macros: BTreeMap<String, MacroProperties>,
    /// Doc blocks by unique id (`doc.<package>.<name>`).
    pub docs: BTreeMap<String, DocBlock>,
    /// Disabled nodes by unique id.
    pub disabled: BTreeMap<UniqueId, Vec<Disabled>>,
    /// Packages whose protected models are for themselves (`restrict-access`).
    pub restricted_packages: Vec<String>,
}

impl Manifest {
    /// A node, also where it is disabled.
    pub fn node_or_disabled(&self, id: &UniqueId) -> Option<&Node> {
        let enabled = self.nodes.get(id).map(AsRef::as_ref);
        enabled.or_else(|| {
            self.disabled.get(id)?.iter().find_map(|entry| match entry {
                Disabled::Node(node) => Some(node.as_ref()),
                _ => None,
            })
        })
    }
}

/// A `{% docs %}` block.
#[derive(Clone, Debug)]
pub struct DocBlock {
    /// Its package.
    pub package: Arc<str>,
    /// Its name.
    pub name: String,
    /// Its file, relative to its resource path.
    pub path: String,
    /// Its file, relative to the package root.
    pub original_file_path: String,
    /// Its text, trimmed.
    pub contents: String,
}

/// Something left out by `enabled: false`.
#[derive(Clone, Debug)]
pub enum Disabled {
    /// A node.
    Node(Arc<Node>),
    /// A source table.
    Source(Arc<Source>),
    /// An exposure.
    Exposure(Arc<Exposure>),
    /// A unit test.
    UnitTest(Arc<UnitTest>),
}
