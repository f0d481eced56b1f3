//! Exposures and groups.

use std::sync::Arc;

use super::{NodeConfig, UniqueId};
use crate::{
    diagnostic::Span,
    jinja::{RefCall, SourceCall},
};

/// A use of the data outside the project
/// (<https://docs.getdbt.com/reference/exposure-properties>).
#[derive(Clone, Debug)]
pub struct Exposure {
    /// `exposure.<package>.<name>`.
    pub unique_id: UniqueId,
    /// The name.
    pub name: String,
    /// The package that declares it.
    pub package: Arc<str>,
    /// Package, folders, name.
    pub fqn: Vec<String>,
    /// The properties file, relative to its resource path.
    pub path: String,
    /// The properties file, relative to the package root.
    pub original_file_path: String,
    /// Where its name is written.
    pub declared: Span,
    /// `dashboard`, `notebook`, `analysis`, `ml` or `application`.
    pub kind: String,
    /// The name shown to people.
    pub label: Option<String>,
    /// `high`, `medium` or `low`.
    pub maturity: Option<String>,
    /// Where to find it.
    pub url: Option<String>,
    /// The description.
    pub description: String,
    /// `owner` as declared (`name`, `email`, …).
    pub owner: serde_json::Map<String, serde_json::Value>,
    /// The merged configuration.
    pub config: NodeConfig,
    /// The configuration as it is written.
    pub unrendered: serde_json::Map<String, serde_json::Value>,
    /// Its `ref()` calls.
    pub refs: Vec<RefCall>,
    /// Its `source()` calls.
    pub sources: Vec<SourceCall>,
    /// What it reads, resolved.
    pub depends_on_nodes: Vec<UniqueId>,
}

/// A group of nodes with an owner.
#[derive(Clone, Debug)]
pub struct Group {
    /// `group.<package>.<name>`.
    pub unique_id: UniqueId,
    /// The name.
    pub name: String,
    /// The package that declares it.
    pub package: Arc<str>,
    /// The properties file, relative to its resource path.
    pub path: String,
    /// The properties file, relative to the package root.
    pub original_file_path: String,
    /// `owner` as declared.
    pub owner: serde_json::Map<String, serde_json::Value>,
    /// The description.
    pub description: String,
    /// Where its name is written.
    pub declared: Span,
    /// Free metadata.
    pub meta: serde_json::Map<String, serde_json::Value>,
}

/// A macro as the manifest lists it.
#[derive(Clone, Debug)]
pub struct MacroProperties {
    /// `macro.<package>.<name>`.
    pub unique_id: String,
    /// The name.
    pub name: String,
    /// The package.
    pub package: Arc<str>,
    /// The file relative to the package root.
    pub original_file_path: String,
    /// Its text.
    pub macro_sql: Arc<str>,
    /// The description.
    pub description: String,
    /// Declared arguments (`name`, `type`, `description`).
    pub arguments: Vec<serde_json::Value>,
    /// Free metadata.
    pub meta: serde_json::Map<String, serde_json::Value>,
    /// The macros it calls.
    pub depends_on_macros: Vec<String>,
    /// `<package>://<properties file>`.
    pub patch_path: Option<String>,
    /// Whether the docs site shows it.
    pub show: bool,
}
