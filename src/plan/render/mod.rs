//! Steps as SQL statements of an engine.

mod duckdb;
mod partition;
mod rendered;

pub use duckdb::statements as duckdb_statements;
pub use rendered::Rendered;
