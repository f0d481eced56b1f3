//! Steps as SQL statements of an engine.

mod duckdb;
mod google_sql;
mod partition;
mod rendered;

pub use duckdb::statements as duckdb_statements;
pub use google_sql::statements as google_sql_statements;
pub use rendered::Rendered;
