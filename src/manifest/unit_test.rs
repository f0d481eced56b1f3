//! Unit tests: given rows, when a model is built, then expected rows.

use std::sync::Arc;

use super::{NodeConfig, UniqueId};
use crate::diagnostic::Span;

/// A unit test of one model
/// (<https://docs.getdbt.com/reference/resource-properties/unit-tests>).
#[derive(Clone, Debug)]
pub struct UnitTest {
    /// `unit_test.<package>.<model>.<name>`.
    pub unique_id: UniqueId,
    /// The test's name.
    pub name: String,
    /// The package that declares it.
    pub package: Arc<str>,
    /// Package, folders, model, name.
    pub fqn: Vec<String>,
    /// The properties file, relative to its resource path.
    pub path: String,
    /// The properties file, relative to the package root.
    pub original_file_path: String,
    /// Where its name is written.
    pub declared: Span,
    /// The model's name as written.
    pub model: String,
    /// The model's unique id, once resolved.
    pub tested_node: Option<UniqueId>,
    /// The model's version, where one is named.
    pub version: Option<String>,
    /// The description.
    pub description: String,
    /// The inputs.
    pub given: Vec<Given>,
    /// The expected rows.
    pub expect: Fixture,
    /// The fixture file they are in, if they are.
    pub expect_file: Option<String>,
    /// `versions` as declared, with `include` or `exclude`.
    pub versions: Option<serde_json::Value>,
    /// What tells a changed test from the same one.
    pub checksum: String,
    /// `overrides.macros`, `.vars`, `.env_vars`.
    pub overrides: Overrides,
    /// The merged configuration.
    pub config: NodeConfig,
    /// The tested model and the inputs.
    pub depends_on_nodes: Vec<UniqueId>,
}

/// One input of a unit test.
#[derive(Clone, Debug)]
pub struct Given {
    /// `ref('x')`, `source('a', 'b')` or `this`, as written.
    pub input: String,
    /// Where it is written.
    pub span: Span,
    /// The node or source it names, once resolved (`this`: the model itself).
    pub unique_id: Option<UniqueId>,
    /// The rows.
    pub fixture: Fixture,
    /// The fixture file they are in, if they are.
    pub file: Option<String>,
}

/// Rows of a unit test.
#[derive(Clone, Debug)]
pub enum Fixture {
    /// Dictionaries, in order. Nested values are kept.
    Rows(Vec<serde_json::Map<String, serde_json::Value>>),
    /// CSV text with a header.
    Csv(String),
    /// A SQL query.
    Sql(String),
}

/// What a unit test overrides.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Macro name (`is_incremental`, `pkg.macro`) to the value its call gives.
    pub macros: serde_json::Map<String, serde_json::Value>,
    /// Variables.
    pub vars: serde_json::Map<String, serde_json::Value>,
    /// Environment variables.
    pub env_vars: serde_json::Map<String, serde_json::Value>,
}

impl Overrides {
    /// Whether it overrides nothing.
    pub fn is_empty(&self) -> bool {
        self.macros.is_empty() && self.vars.is_empty() && self.env_vars.is_empty()
    }
}
