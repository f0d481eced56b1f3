//! How a target reaches its warehouse: one output of `profiles.yml`.

mod bigquery;
mod connection_value;
mod duckdb;
mod local;
mod secret;

pub use bigquery::{BigQueryConnection, BigQueryMethod, Priority};
pub use connection_value::Connection;
pub(super) use connection_value::{ADAPTER_TYPES, read_connection};
pub use duckdb::{DuckDbAttachment, DuckDbConnection, DuckDbExtension};
pub use local::LocalConnection;
pub use secret::Secret;
