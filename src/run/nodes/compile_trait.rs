//! What the runner asks of the stages that make SQL.

use std::sync::Arc;

use crate::{
    compile::{CompiledNode, MappedText},
    diagnostic::Diagnostic,
    manifest::{Node, UnitTest},
    relation::Relation,
    run::{Hook, HookKind, NodeResult},
};

/// The two sides of a unit test.
#[derive(Clone, Debug)]
pub struct UnitTestSql {
    /// The model over the given rows, with the columns that are compared, in their order.
    pub actual: MappedText,
    /// The expected rows, with the same columns in the same order.
    pub expected: MappedText,
}

/// What a custom materialization has done.
#[derive(Clone, Debug, Default)]
pub struct CustomBuild {
    /// The relations it says it made.
    pub relations: Vec<Relation>,
    /// Rows written by its `main` statement, where known.
    pub rows_affected: Option<u64>,
}

/// Makes SQL from nodes. All calls may wait for the warehouse (templates ask it things), so the
/// runner makes them on threads that may block.
pub trait Compile: Send + Sync + 'static {
    /// The node's SQL; for data tests the query of the failing rows.
    ///
    /// # Errors
    /// Everything wrong with the template, at the user's lines.
    fn node(&self, node: &Arc<Node>, is_incremental: bool)
    -> Result<CompiledNode, Vec<Diagnostic>>;

    /// Both sides of a unit test.
    ///
    /// # Errors
    /// Everything wrong with the fixtures and the model.
    fn unit_test(&self, test: &Arc<UnitTest>) -> Result<UnitTestSql, Vec<Diagnostic>>;

    /// A hook of a node as SQL, or nothing where it renders to blanks.
    ///
    /// # Errors
    /// Everything wrong with the template.
    fn hook(
        &self,
        node: &Arc<Node>,
        kind: HookKind,
        hook: &Hook,
        is_incremental: bool,
    ) -> Result<Option<MappedText>, Vec<Diagnostic>>;

    /// A hook of the run as SQL, or nothing where it renders to blanks. `results` are those of the
    /// nodes, for `on-run-end`.
    ///
    /// # Errors
    /// Everything wrong with the template.
    fn operation(
        &self,
        operation: &Arc<Node>,
        results: &[Arc<NodeResult>],
    ) -> Result<Option<MappedText>, Vec<Diagnostic>>;

    /// Builds a node by a materialization that the user or a package wrote, if there is one of the
    /// node's name. Its statements run as its template is rendered.
    fn custom_materialization(
        &self,
        node: &Arc<Node>,
        compiled: &CompiledNode,
        is_incremental: bool,
    ) -> Option<Result<CustomBuild, Vec<Diagnostic>>>;
}
