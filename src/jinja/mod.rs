//! The dbt dialect of Jinja on stock minijinja.

mod arguments;
mod builtins;
mod calls;
mod columns;
mod context;
pub mod convert;
mod deferred_block;
pub mod dict;
mod engine;
mod failure;
mod filters;
mod generator;
mod hole;
pub mod list;
mod macro_object;
mod macros;
mod methods;
pub mod objects;
mod python_json;
mod python_text;
mod python_yaml;
mod query_print;
mod query_result;
mod query_table;
mod range;
mod read_json;
mod reading;
mod regular_expressions;
mod relation_parts;
mod rewrite;
mod rewrite_arithmetic;
mod rewrite_defaults;
mod rewrite_references;
mod rewrite_slices;
mod scope;
mod sequence_filters;
mod set;
mod source_map;
mod struct_types;
mod times;
mod turns;
mod written_config;
mod yaml_scalar_text;

pub use calls::{FunctionCall, RefCall, SourceCall};
pub use engine::{Dispatch, Engine, EngineOptions, INTERNAL_PACKAGE, MacroFile};
pub use failure::RenderError;
pub use hole::hole;
pub use macros::{Block, MacroInfo, MacroKind, find_blocks, mentions};
pub use reading::{Reading, Referred};
pub use rewrite::Marks;
pub use scope::{
    Caller, Captured, ConfigCall, Globals, Host, LineMap, Phase, Rendered, Scope, Warehouse,
    Whither,
};
pub use source_map::{Origin, Piece};
pub use times::{datetime_value, naive_datetime_value};
pub use written_config::written_config;
