//! Which connection an output of `profiles.yml` describes.

use std::path::Path;

use super::{BigQueryConnection, DuckDbConnection, LocalConnection, bigquery, duckdb, local};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    project::fields::Fields,
};

/// How the warehouse is reached.
#[derive(Clone, Debug)]
pub enum Connection {
    /// GoogleSQL on the embedded DuckDB: `type: bigquery` with `method: local`, and the default.
    Local(LocalConnection),
    /// BigQuery.
    BigQuery(Box<BigQueryConnection>),
    /// DuckDB with its own SQL.
    DuckDb(Box<DuckDbConnection>),
}

/// The adapter types there are.
pub(in crate::project) const ADAPTER_TYPES: [&str; 2] = ["bigquery", "duckdb"];

/// Reads an output, `threads` taken out before. Paths are relative to `root`.
pub(in crate::project) fn read_connection(
    mut fields: Fields<'_>,
    root: &Path,
    project_name: &str,
) -> Option<Connection> {
    let kind = fields.required_text("type")?;
    match kind.value.as_str() {
        "bigquery" => {
            let method = fields.text("method");
            if method.as_ref().is_some_and(|method| method.value == "local") {
                return Some(Connection::Local(local::read(fields, root, project_name)));
            }
            bigquery::read(fields, method).map(|read| Connection::BigQuery(Box::new(read)))
        }
        "duckdb" => duckdb::read(fields, root).map(|read| Connection::DuckDb(Box::new(read))),
        other => {
            fields.diagnostics().push(
                Diagnostic::error("adapter-type", format!("the adapter type `{other}` is not supported"))
                    .at(kind.span, "")
                    .maybe_help(did_you_mean(other, ADAPTER_TYPES))
                    .help("use `type: bigquery`, with `method: local` for the embedded engine, or `type: duckdb`"),
            );
            None
        }
    }
}
