//! dbt's selector language
//! (<https://docs.getdbt.com/reference/node-selection/syntax>): parsed, then evaluated on the graph.

mod definitions;
mod evaluate;
mod glob;
mod members;
mod methods;
mod parse;
mod previous;
mod resource_types;
mod selectors_file;
mod spec;

pub use definitions::selector_definitions;
pub use evaluate::{Selection, SelectionArgs, select};
pub use glob::glob_matches;
pub use parse::parse_criterion;
pub use previous::{PreviousState, refusal};
pub use resource_types::{SELECTABLE, resource_types};
pub use selectors_file::{NamedSelector, Selectors};
pub use spec::{Criterion, Depth, IndirectSelection, Method, SetOperation, Spec};
