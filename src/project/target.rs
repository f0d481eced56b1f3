//! The target: the output of a profile that a run works on.

use std::path::Path;

use serde_json::{Map, Value};

use super::{
    connection::{Connection, LocalConnection},
    environment::SCRUBBED,
};
use crate::relation::Dialect;

/// Statements at a time on the embedded engine where no profile says otherwise.
const DEFAULT_LOCAL_THREADS: usize = 4;
/// Keys of an output that hold credentials: templates do not see them, as in dbt.
const SECRET_KEYS: [&str; 12] = [
    "token",
    "refresh_token",
    "client_secret",
    "keyfile",
    "keyfile_json",
    "token_endpoint",
    "secrets",
    "password",
    "pass",
    "motherduck_token",
    "config_options",
    "settings",
];

/// A chosen and rendered output of `profiles.yml`.
#[derive(Clone)]
pub struct Target {
    /// The profile's name.
    pub profile_name: String,
    /// The output's name.
    pub target_name: String,
    /// `bigquery` or `duckdb`.
    pub adapter_type: &'static str,
    /// What models are written in.
    pub dialect: Dialect,
    /// How the warehouse is reached.
    pub connection: Connection,
    /// The default schema (BigQuery: dataset).
    pub schema: String,
    /// The default database (BigQuery: project); empty where the credentials decide.
    pub database: String,
    /// Nodes at a time.
    pub threads: usize,
    /// The output as written and rendered, credentials included.
    pub raw: Map<String, Value>,
    /// Whether no profile was found, and this is the embedded default.
    pub is_default: bool,
}

impl Target {
    /// A target from its connection.
    pub(super) fn new(
        profile_name: &str,
        target_name: &str,
        connection: Connection,
        threads: usize,
        raw: Map<String, Value>,
    ) -> Self {
        let (dialect, schema, database) = match &connection {
            Connection::Local(local) => {
                (Dialect::GoogleSql, local.dataset.clone(), local.project.clone())
            }
            Connection::BigQuery(bigquery) => (
                Dialect::GoogleSql,
                bigquery.dataset.clone(),
                bigquery.project.clone().unwrap_or_default(),
            ),
            Connection::DuckDb(duckdb) => {
                (Dialect::DuckDb, duckdb.schema.clone(), duckdb.database.clone())
            }
        };
        Self {
            profile_name: profile_name.to_owned(),
            target_name: target_name.to_owned(),
            adapter_type: dialect.adapter_type(),
            dialect,
            connection,
            schema,
            database,
            threads,
            raw,
            is_default: false,
        }
    }

    /// What runs where there is no profile: GoogleSQL on the embedded engine.
    pub(super) fn embedded(root: &Path, project_name: &str) -> Self {
        let connection = Connection::Local(LocalConnection::default_for(root, project_name));
        Self {
            is_default: true,
            ..Self::new("default", "default", connection, DEFAULT_LOCAL_THREADS, Map::new())
        }
    }

    /// What templates see as `target`
    /// (<https://docs.getdbt.com/reference/dbt-jinja-functions/target>): the output's keys without
    /// credentials, and the names dbt gives every target.
    pub fn context(&self) -> Map<String, Value> {
        let mut context = Map::new();
        for (key, value) in &self.raw {
            if !SECRET_KEYS.contains(&key.as_str()) {
                context.insert(key.clone(), value.clone());
            }
        }
        let text = |text: &str| Value::String(text.to_owned());
        context.insert("profile_name".into(), text(&self.profile_name));
        context.insert("name".into(), text(&self.target_name));
        context.insert("target_name".into(), text(&self.target_name));
        context.insert("type".into(), text(self.adapter_type));
        context.insert("schema".into(), text(&self.schema));
        context.insert("database".into(), text(&self.database));
        context.insert("threads".into(), Value::from(self.threads));
        if self.dialect == Dialect::GoogleSql {
            context.insert("dataset".into(), text(&self.schema));
            context.insert("project".into(), text(&self.database));
        }
        context
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("profile_name", &self.profile_name)
            .field("target_name", &self.target_name)
            .field("connection", &self.connection)
            .field("threads", &self.threads)
            .field("raw", &SCRUBBED)
            .finish_non_exhaustive()
    }
}
