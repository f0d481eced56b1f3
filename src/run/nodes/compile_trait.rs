//! What the runner asks of the stages that make SQL.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value};

use crate::{
    compile::{Candidate, CompiledNode, CompiledUnitTest, MappedText, Turn, UnitTestInput},
    diagnostic::Diagnostic,
    manifest::{Node, UniqueId, UnitTest},
    project::JobContext,
    relation::{Column, Relation},
    run::{Hook, HookKind, NodeResult},
};

/// The columns of relations, by their SQL text.
pub type KnownSchemas = HashMap<String, Vec<Column>>;

/// A hook, rendered.
#[derive(Clone, Debug)]
pub enum HookSql {
    /// It renders to blanks.
    Nothing,
    /// Its SQL.
    Sql(MappedText),
    /// It asks the warehouse and so must be rendered when its turn has come.
    Later,
}

/// Makes SQL from nodes. All calls may wait for the warehouse (templates ask it things), so the
/// runner makes them on threads that may block.
pub trait Compile: Send + Sync + 'static {
    /// The node's SQL for one time that it is built; for data tests the query of the failing rows.
    ///
    /// # Errors
    /// Everything wrong with the template, at the user's lines.
    fn node(&self, node: &Arc<Node>, turn: Turn) -> Result<CompiledNode, Vec<Diagnostic>>;

    /// The query of a data test's failing rows, over a candidate in the place of the node it is for.
    ///
    /// # Errors
    /// Everything wrong with the template, at the user's lines.
    fn audit(
        &self,
        test: &Arc<Node>,
        candidate: &Candidate,
    ) -> Result<CompiledNode, Vec<Diagnostic>>;

    /// The inputs of a unit test whose columns are worth asking for.
    ///
    /// # Errors
    /// When it tests no model.
    fn unit_test_inputs(&self, test: &UnitTest) -> Result<Vec<UnitTestInput>, Vec<Diagnostic>>;

    /// A unit test's model over the given rows.
    ///
    /// # Errors
    /// Everything wrong with the fixtures and the model.
    fn unit_test(
        &self,
        test: &UnitTest,
        schemas: &KnownSchemas,
    ) -> Result<CompiledUnitTest, Vec<Diagnostic>>;

    /// A hook of a node. With `may_ask` the template may ask the warehouse; without, one that
    /// does is [`HookSql::Later`].
    ///
    /// # Errors
    /// Everything wrong with the template.
    fn hook(
        &self,
        node: &Arc<Node>,
        kind: HookKind,
        hook: &Hook,
        turn: Turn,
        may_ask: bool,
    ) -> Result<HookSql, Vec<Diagnostic>>;

    /// A hook of the run. `results` are those of the nodes, for `on-run-end`; `may_ask` as of hooks of
    /// nodes.
    ///
    /// # Errors
    /// Everything wrong with the template.
    fn operation(
        &self,
        operation: &Arc<Node>,
        results: &[Arc<NodeResult>],
        may_ask: bool,
    ) -> Result<HookSql, Vec<Diagnostic>>;

    /// What the warehouse is told of the jobs of a node, or of what is no node.
    ///
    /// # Errors
    /// Everything wrong with the template of `query-comment`.
    fn job_context(&self, node: Option<&Arc<Node>>) -> Result<JobContext, Vec<Diagnostic>>;

    /// The tables that a node with `materialized: copy` copies.
    ///
    /// # Errors
    /// What is no table of the warehouse's.
    fn copied(&self, node: &Node) -> Result<Vec<Relation>, Vec<Diagnostic>>;

    /// The reports of what the templates of a node have asked the warehouse since the last call.
    fn spent(&self, node: &UniqueId) -> Vec<Map<String, Value>>;

    /// Whether a node is built by a materialization that the user or a package wrote. Those of a
    /// built-in name count in the root project only, as in dbt.
    fn is_custom(&self, node: &Node) -> bool;

    /// Builds a node by such a materialization. Its statements run as its template is rendered;
    /// gives the relations it says it made.
    ///
    /// # Errors
    /// What it or the warehouse refused.
    fn custom_materialization(
        &self,
        node: &Arc<Node>,
        compiled: &CompiledNode,
        is_incremental: bool,
    ) -> Result<Vec<Relation>, Vec<Diagnostic>>;
}
