//! The SQL a project is written in.

/// The SQL dialect of a target: what models are written in, whatever engine runs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// GoogleSQL (`type: bigquery`), on BigQuery or translated for the embedded DuckDB.
    GoogleSql,
    /// DuckDB's own SQL (`type: duckdb`), untouched.
    DuckDb,
}

impl Dialect {
    /// The adapter type as templates see it (`target.type`, `adapter.type()`, dispatch prefixes).
    pub fn adapter_type(self) -> &'static str {
        match self {
            Self::GoogleSql => "bigquery",
            Self::DuckDb => "duckdb",
        }
    }

    /// The identifier quoted for this dialect.
    pub fn quote(self, identifier: &str) -> String {
        match self {
            Self::GoogleSql => {
                format!("`{}`", identifier.replace('\\', "\\\\").replace('`', "\\`"))
            }
            Self::DuckDb => format!("\"{}\"", identifier.replace('"', "\"\"")),
        }
    }
}
