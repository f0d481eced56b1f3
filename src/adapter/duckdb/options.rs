//! What an embedded database is opened with.

use std::{path::PathBuf, time::Duration};

use crate::{
    project::{Connection, Secret, Target},
    relation::Dialect,
};

/// How long a second process waits for the database file where no profile says otherwise. Long
/// enough for a short build to end, short enough that nobody thinks it hangs.
pub const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(30);

/// The key under `settings` that says how many seconds to wait for the file.
const LOCK_TIMEOUT_KEY: &str = "lock_timeout_secs";

/// How to open the embedded engine.
#[derive(Clone, Debug)]
pub struct DuckDbOptions {
    /// The file; `:memory:` keeps everything in memory. Its folder is made where missing.
    pub path: PathBuf,
    /// The name that the database has in SQL.
    pub database: String,
    /// What the SQL given to the adapter is written in.
    pub dialect: Dialect,
    /// How long to wait while another process holds the file.
    pub lock_timeout: Duration,
    /// Engine settings by name, as SQL literals or plain text.
    pub settings: Vec<(String, String)>,
    /// Extensions to load.
    pub extensions: Vec<Extension>,
    /// Further databases.
    pub attach: Vec<Attachment>,
    /// Secrets for reaching files elsewhere, as dbt-duckdb writes them.
    pub secrets: Secret<Vec<serde_json::Value>>,
    /// Whether it is written for long, a little at a time, and somebody waits for each commit.
    pub is_written_steadily: bool,
}

/// The length of the log of what is written steadily, where the profile says nothing of it.
///
/// What is committed goes to a log, and from there into the file whenever the log has become that long,
/// while nobody can commit. By itself that is 16 MiB, and groups of rows have 122,880, the last of which
/// is written anew each time: that took a second and more on a busy machine.
const STEADY_LOG: (&str, &str) = ("checkpoint_threshold", "4MiB");
/// Rows of a group of what is written steadily.
pub(super) const STEADY_GROUP_ROWS: u32 = 8_192;

/// An extension to load, installed before where it is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// Its repository, where it is not the core one.
    pub repository: Option<String>,
}

/// A further database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its path, as written.
    pub path: String,
    /// Its name in SQL; by default the file's.
    pub alias: Option<String>,
    /// Its type (`sqlite`, …); by default DuckDB's own.
    pub kind: Option<String>,
    /// Whether it is only read.
    pub read_only: bool,
}

impl DuckDbOptions {
    /// A database file (or `:memory:`) under a name.
    pub fn new(dialect: Dialect, path: impl Into<PathBuf>, database: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            database: database.into(),
            dialect,
            lock_timeout: DEFAULT_LOCK_TIMEOUT,
            settings: Vec::new(),
            extensions: Vec::new(),
            attach: Vec::new(),
            secrets: Secret::new(Vec::new()),
            is_written_steadily: false,
        }
    }

    /// For a process that writes for long, a little at a time.
    #[must_use]
    pub fn written_steadily(mut self) -> Self {
        if self.in_memory() {
            return self;
        }
        self.is_written_steadily = true;
        let says = |(known, _): &(String, String)| {
            ["checkpoint_threshold", "wal_autocheckpoint"]
                .iter()
                .any(|name| known.eq_ignore_ascii_case(name))
        };
        if !self.settings.iter().any(says) {
            self.settings.push((STEADY_LOG.0.to_owned(), STEADY_LOG.1.to_owned()));
        }
        self
    }

    /// Whether nothing is kept on disk.
    pub fn in_memory(&self) -> bool {
        self.path.as_os_str() == ":memory:"
    }
}

impl DuckDbOptions {
    /// The options of a target's connection; none for BigQuery.
    pub fn of_target(target: &Target) -> Option<Self> {
        match &target.connection {
            Connection::Local(local) => {
                Some(Self::new(Dialect::GoogleSql, local.path.clone(), local.project.clone()))
            }
            Connection::DuckDb(duckdb) => {
                let mut options =
                    Self::new(Dialect::DuckDb, duckdb.path.clone(), duckdb.database.clone());
                for (name, value) in &duckdb.settings {
                    if name == LOCK_TIMEOUT_KEY {
                        options.lock_timeout =
                            Duration::from_secs_f64(value.as_f64().unwrap_or_default().max(0.0));
                        continue;
                    }
                    let value = match value {
                        serde_json::Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                    options.settings.push((name.clone(), value));
                }
                options.secrets = duckdb.secrets.clone();
                options.extensions.extend(duckdb.extensions.iter().map(|extension| Extension {
                    name: extension.name.clone(),
                    repository: extension.repository.clone(),
                }));
                options.attach.extend(duckdb.attach.iter().map(|attached| Attachment {
                    path: attached.path.clone(),
                    alias: attached.alias.clone(),
                    kind: attached.kind.clone(),
                    read_only: attached.read_only,
                }));
                Some(options)
            }
            Connection::BigQuery(_) => None,
        }
    }
}
