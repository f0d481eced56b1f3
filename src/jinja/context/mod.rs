//! The names that templates see.

mod adapter_methods;
mod adapter_object;
mod arithmetic;
mod config_object;
mod exceptions;
mod formats;
mod functions;
mod iteration;
mod lookup;
mod modules;
mod nested_columns;
mod partition_config;
mod references;
mod results;
mod table_options;
mod template_calls;
mod var_object;

pub(super) use arithmetic::{chain, order};
pub(super) use functions::returned;
pub(super) use lookup::{Context, Shared};
