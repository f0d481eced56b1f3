//! GoogleSQL on the embedded DuckDB.

use std::path::{Path, PathBuf};

use crate::project::fields::{Fields, Unknown};

/// The database file where none is named, relative to the project's root.
const DEFAULT_PATH: &str = "target/warehouse.duckdb";
/// The project (database) name where none is given.
const DEFAULT_PROJECT: &str = "local";

/// `type: bigquery`, `method: local`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalConnection {
    /// `path`: the database file, absolute; `:memory:` as it is.
    pub path: PathBuf,
    /// `project` (or `database`): what stands for the BigQuery project.
    pub project: String,
    /// `dataset` (or `schema`): the default dataset.
    pub dataset: String,
    /// `location`, without an effect.
    pub location: Option<String>,
}

impl LocalConnection {
    /// What runs where there is no profile.
    pub fn default_for(root: &Path, project_name: &str) -> Self {
        Self {
            path: root.join(DEFAULT_PATH),
            project: DEFAULT_PROJECT.to_owned(),
            dataset: project_name.to_owned(),
            location: None,
        }
    }
}

pub(super) fn read(mut fields: Fields<'_>, root: &Path, project_name: &str) -> LocalConnection {
    let default = LocalConnection::default_for(root, project_name);
    let path = fields.text("path").map(|path| resolve(&path.value, root));
    let project = fields.text("project").or(fields.text("database"));
    let dataset = fields.text("dataset").or(fields.text("schema"));
    let location = fields.text("location").map(|text| text.value);
    // Settings that mean something on BigQuery only, so that an output can be copied.
    for key in [
        "priority",
        "maximum_bytes_billed",
        "job_retries",
        "job_execution_timeout_seconds",
        "timeout_seconds",
        "retries",
        "execution_project",
    ] {
        fields.take(key);
    }
    fields.finish(Unknown::Warn);
    LocalConnection {
        path: path.unwrap_or(default.path),
        project: project.map_or(default.project, |text| text.value),
        dataset: dataset.map_or(default.dataset, |text| text.value),
        location,
    }
}

/// A database path: relative to the project's root, `~` is the home folder, `:memory:` is itself.
pub(super) fn resolve(path: &str, root: &Path) -> PathBuf {
    if path == ":memory:" || path.contains("://") || path.starts_with("md:") {
        return PathBuf::from(path);
    }
    match path.strip_prefix("~/").zip(std::env::home_dir()) {
        Some((rest, home)) => home.join(rest),
        None => root.join(path),
    }
}
