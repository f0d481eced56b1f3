//! BigQuery's functions: one table of what they take and give, and the choice among its signatures.

mod choose;
mod pattern;
mod table;

pub use choose::{Argument, Chosen, choose};
pub use table::{Function, FunctionKind, function};
