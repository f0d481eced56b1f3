//! The whole project typed in one pass over the graph: what each node gives, what is wrong with it
//! before anything runs, where each column comes from, and what would break if one changed.
//!
//! Nothing here touches the world: compiled SQL, and the columns of sources and seeds, are given.

mod change;
mod column_graph;
mod contract;
mod given;
mod impact;
mod introspection;
mod partitions;
mod strictness;
mod tables;
mod tell;
mod typed;
mod unit_tests;
mod waves;

pub use change::Change;
pub use column_graph::{ColumnEdge, ColumnGraph, ColumnId, Direction};
pub use given::{is_expression, is_read};
pub use impact::{Impact, Retyped, impact};
pub use strictness::Strictness;
pub use tell::{in_order, problems};
pub use typed::{
    CompileNode, Compiled, Known, NodeCode, ScriptCode, Typed, TypedNode, TypedProject, TypedScript,
};
pub use unit_tests::unit_test_problems;
