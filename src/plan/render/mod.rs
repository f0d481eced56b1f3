//! Steps as SQL statements of an engine.

mod duckdb;
mod google_sql;
mod partition;
mod rendered;
mod time_span;

pub use duckdb::statements as duckdb_statements;
pub use google_sql::statements as google_sql_statements;
pub use rendered::Rendered;
pub use time_span::time_span_condition;
