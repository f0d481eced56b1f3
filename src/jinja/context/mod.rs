//! The names that templates see.

mod adapter_object;
mod arithmetic;
mod config_object;
mod exceptions;
mod functions;
mod iteration;
mod lookup;
mod modules;
pub(in crate::jinja) mod moments;
mod references;
mod regular_expressions;
mod text_formats;
mod var_object;

pub(super) use arithmetic::chain;
pub(super) use functions::returned;
pub(super) use lookup::{Context, Shared};
