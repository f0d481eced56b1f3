//! Which parts of a relation's name are quoted when rendered.

/// dbt's `quoting` setting. Both dialects here quote every part by default
/// (<https://docs.getdbt.com/reference/project-configs/quoting>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Quoting {
    /// The database (BigQuery: project).
    pub database: bool,
    /// The schema (BigQuery: dataset).
    pub schema: bool,
    /// The table or view.
    pub identifier: bool,
}

impl Default for Quoting {
    fn default() -> Self {
        Self { database: true, schema: true, identifier: true }
    }
}
