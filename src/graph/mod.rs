//! The project as a directed acyclic graph: what reads what, in which order things run, and the
//! selector language that picks a part of it. Knows no SQL.

mod cycle;
mod dag;
mod node_set;
mod schedule;
pub mod selector;

pub use dag::Graph;
pub use node_set::NodeSet;
pub use schedule::{Gating, Schedule, Scheduled, schedule};
pub use selector::{IndirectSelection, Selection, SelectionArgs, select};
