//! What a GoogleSQL query means without running it: the names in it, its types, where each column
//! comes from, and what is wrong.
//!
//! Where something is not known (a table's columns, a function) the type is unknown and nothing is
//! said: a problem that is told is one.

mod analyzer;
mod calls;
mod casts;
mod catalog;
mod clauses;
mod coercion;
mod dml;
mod expressions;
mod flow;
mod formats;
mod from;
mod functions;
mod grouping;
mod help;
mod literals;
mod names;
mod operators;
mod parts;
mod pipes;
mod pivot;
mod predicates;
mod problem;
mod queries;
mod rows;
mod scripts;
mod select;
mod sets;
mod star;
mod types;
mod windows;
mod written_types;

pub use analyzer::{Analysis, InputColumn, OutputColumn, ReadTable, analyze, analyze_query};
pub use catalog::{Catalog, NoCatalog, Table, TableColumn};
pub use coercion::goes_for;
pub use flow::{Flow, How, Input};
pub use problem::Problem;
pub use rows::Predicate;
pub use scripts::{ScriptAnalysis, analyze_statements};
pub use types::{Field, Type};
pub use written_types::{declared_type, shown_type};
