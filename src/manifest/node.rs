//! The nodes of a project: everything that is compiled or run.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use indexmap::IndexMap;

use super::{FunctionNode, HookText, NodeConfig, ResourceType, SparseMap, UniqueId};
use crate::{
    diagnostic::{SourceFile, Span},
    jinja::{FunctionCall, RefCall, SourceCall},
    project::Spanned,
    relation::Relation,
};

/// A model, seed, snapshot, function, data test, analysis or operation.
#[derive(Clone, Debug)]
pub struct Node {
    /// dbt's unique id.
    pub unique_id: UniqueId,
    /// Model, seed, snapshot, function, test, analysis or operation.
    pub resource_type: ResourceType,
    /// The name `ref()` knows it by.
    pub name: String,
    /// The package it belongs to.
    pub package: Arc<str>,
    /// Package, folders, name: what config trees and selectors match.
    pub fqn: Vec<String>,
    /// The file relative to its resource path (`silver/orders.sql`).
    pub path: String,
    /// The file relative to the package root (`models/silver/orders.sql`).
    pub original_file_path: String,
    /// The file that holds the code; `code_range` is the node's part of it. For generic tests the
    /// properties file.
    pub source: Arc<SourceFile>,
    /// The byte range of the code in `source` (whole file, or a snapshot block's body).
    pub code_range: std::ops::Range<usize>,
    /// The code to render where it is not a part of `source` (generic tests, hooks).
    pub generated_code: Option<Arc<str>>,
    /// Where its properties are written, if they are: the span of its name there.
    pub properties: Option<Span>,
    /// Where it ends up. For ephemeral models and analyses, where it would.
    pub relation: Relation,
    /// The merged configuration.
    pub config: NodeConfig,
    /// The description, `doc()` resolved.
    pub description: String,
    /// Declared columns by name, in order.
    pub columns: IndexMap<String, ColumnProperties>,
    /// `ref()` calls, in order.
    pub refs: Vec<RefCall>,
    /// `source()` calls, in order.
    pub sources: Vec<SourceCall>,
    /// `function()` calls, in order.
    pub functions: Vec<FunctionCall>,
    /// Unique ids of the nodes and sources it reads, resolved, without doubles.
    pub depends_on_nodes: Vec<UniqueId>,
    /// Unique ids of the macros it calls.
    pub depends_on_macros: Vec<String>,
    /// Who may `ref()` it.
    pub access: Access,
    /// Its group.
    pub group: Option<String>,
    /// Its version, where the model is versioned.
    pub version: Option<String>,
    /// The latest version of the model, where versioned.
    pub latest_version: Option<String>,
    /// Model-level constraints as declared.
    pub constraints: Vec<serde_json::Value>,
    /// SHA-256 of the code (seeds: of the file).
    pub checksum: String,
    /// Only for data tests.
    pub test: Option<TestNode>,
    /// Only for functions.
    pub function: Option<FunctionNode>,
    /// Only for seeds: the CSV file on disk.
    pub seed_path: Option<std::path::PathBuf>,
    /// What only the artifacts and `graph` tell.
    pub details: NodeDetails,
}

/// A node is a kilobyte and stays where it was built: lists of thousands are handed on until they are
/// the manifest's.
pub(super) type SharedNode = Arc<Node>;

/// Properties of a node that no stage acts on and the artifacts tell.
#[derive(Clone, Debug, Default)]
pub struct NodeDetails {
    /// `<package>://<properties file>`.
    pub patch_path: Option<String>,
    /// Unique ids of the doc blocks its description quotes.
    pub doc_blocks: Vec<String>,
    /// When the model stops being supported, and where that is written.
    pub deprecation_date: Option<Spanned<DateTime<FixedOffset>>>,
    /// `time_spine` as declared.
    pub time_spine: Option<serde_json::Value>,
    /// The configuration as it is written, where that is not what it came to.
    pub unrendered: Option<serde_json::Map<String, serde_json::Value>>,
    /// The columns that tests and constraints say are the key.
    pub primary_key: Vec<String>,
    /// The place of a hook among its kind.
    pub hook_index: Option<usize>,
    /// Where its hooks are written.
    pub hooks: Vec<HookText>,
    /// The directory of the package on disk (seeds).
    pub root_path: Option<String>,
}

impl Node {
    /// The code as written or generated, without blanks at its ends.
    pub fn raw_code(&self) -> &str {
        match &self.generated_code {
            Some(code) => code,
            None => self.source.text().get(self.code_range.clone()).unwrap_or_default(),
        }
    }

    /// Whether dbt gives it a relation: models that are not ephemeral, seeds, snapshots, functions,
    /// and tests that store their failures.
    pub fn has_relation(&self) -> bool {
        match self.resource_type {
            ResourceType::Model => self.config.materialized() != "ephemeral",
            ResourceType::Seed | ResourceType::Snapshot | ResourceType::Function => true,
            ResourceType::Test => self.config.flag("store_failures").unwrap_or(false),
            _ => false,
        }
    }
}

/// A column as declared in properties.
#[derive(Clone, Debug, Default)]
pub struct ColumnProperties {
    /// The column's name as declared.
    pub name: String,
    /// The description, `doc()` resolved.
    pub description: String,
    /// The declared data type.
    pub data_type: Option<String>,
    /// Free metadata.
    pub meta: SparseMap,
    /// Tags.
    pub tags: Vec<String>,
    /// Column-level constraints as declared.
    pub constraints: Vec<serde_json::Value>,
    /// Whether to quote the name.
    pub quote: Option<bool>,
    /// Other keys under the column's `config` (for instance `policy_tags`).
    pub config: SparseMap,
    /// Other keys of the column, which dbt keeps (for instance `policy_tags`).
    pub extra: SparseMap,
    /// Unique ids of the doc blocks its description quotes.
    pub doc_blocks: Vec<String>,
}

/// Who may `ref()` a model (<https://docs.getdbt.com/reference/resource-configs/access>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Only nodes of the same group.
    Private,
    /// Nodes of the same package.
    #[default]
    Protected,
    /// Everybody.
    Public,
}

impl Access {
    /// dbt's name of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Protected => "protected",
            Self::Public => "public",
        }
    }
}

/// What a data test is about.
#[derive(Clone, Debug, Default)]
pub struct TestNode {
    /// The generic test (`unique`, `not_null`, …); none for singular tests.
    pub generic: Option<GenericTest>,
    /// The column it is attached to.
    pub column_name: Option<String>,
    /// The node or source it is attached to.
    pub attached_node: Option<UniqueId>,
    /// dbt's `file_key_name` (`models.orders`).
    pub file_key_name: Option<String>,
    /// Where it is declared.
    pub declared: Option<Span>,
}

/// A generic test and its arguments.
#[derive(Clone, Debug)]
pub struct GenericTest {
    /// The name without its package.
    pub name: String,
    /// The package named before the dot (`dbt_utils`), if one was.
    pub namespace: Option<String>,
    /// The arguments, `model` and `column_name` included, as dbt writes them in the manifest.
    pub arguments: serde_json::Map<String, serde_json::Value>,
}
