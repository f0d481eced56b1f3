//! The embedded engine: DuckDB in process, for GoogleSQL (translated) and DuckDB's own SQL.

mod append;
mod apply;
mod bignumeric;
mod cells;
mod columns;
mod duckdb_adapter;
mod errors;
mod explained;
mod functions;
mod land;
mod limits;
mod load_seed;
mod lock;
mod lower;
mod open;
mod options;
mod schemas;
mod script;
mod seed_values;
mod session;
mod shared;
mod signature;
mod steady;
mod wording;

pub use duckdb_adapter::DuckDbAdapter;
pub use functions::register_functions;
pub use options::{Attachment, DuckDbOptions, Extension};
