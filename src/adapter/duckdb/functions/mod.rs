//! Functions of GoogleSQL that DuckDB lacks, as scalar functions in Rust.

use duckdb::Connection;

/// Registers the functions for a database: all of its connections see them.
///
/// # Errors
/// When the engine refuses one.
pub fn register(connection: &Connection) -> duckdb::Result<()> {
    let _ = connection;
    Ok(())
}
