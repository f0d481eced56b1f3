//! What kinds of thing a project holds.

/// dbt's resource types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    /// A SQL model.
    Model,
    /// A CSV file loaded as a table.
    Seed,
    /// A slowly changing dimension of type 2 kept over a query or relation.
    Snapshot,
    /// A data test (generic or singular).
    Test,
    /// A unit test.
    UnitTest,
    /// SQL compiled and never run.
    Analysis,
    /// A hook of the run (`on-run-start`, `on-run-end`).
    Operation,
    /// A table somebody else (or `elt ingest`) fills.
    Source,
    /// A use of the data outside the project.
    Exposure,
    /// A user-defined function in the warehouse.
    Function,
}

impl ResourceType {
    /// dbt's name of it, as in unique ids and `--resource-type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Seed => "seed",
            Self::Snapshot => "snapshot",
            Self::Test => "test",
            Self::UnitTest => "unit_test",
            Self::Analysis => "analysis",
            Self::Operation => "operation",
            Self::Source => "source",
            Self::Exposure => "exposure",
            Self::Function => "function",
        }
    }
}

impl std::fmt::Display for ResourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
