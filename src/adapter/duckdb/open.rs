//! Opening the database: waiting for the file, naming it, settings.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use duckdb::{Config, Connection};

use super::{
    DuckDbOptions,
    errors::{engine_error, warehouse_error},
    functions::{register_functions, register_own_functions},
    lock,
    options::STEADY_GROUP_ROWS,
};
use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    relation::Dialect,
};

/// Between two tries for a file that another process holds.
const LOCK_POLL: Duration = Duration::from_millis(50);

/// Rows of a group in tables that are made here, half of what the engine takes by itself: a group is held
/// in memory uncompressed until it is whole, by each thread that writes one, and landed rows are wide.
const GROUP_ROWS: u32 = 61_440;

/// Opens the database and says what every further connection must run first.
pub(super) fn open(options: &DuckDbOptions) -> Result<(Connection, String), AdapterError> {
    let failed = |error: &duckdb::Error| engine_error(error, Dialect::GoogleSql, 0);
    let mut config = Config::default();
    for (name, value) in &options.settings {
        config = config.with(name, value).map_err(|error| failed(&error))?;
    }
    // The database is attached under its name to an empty one in memory: a file's own name would
    // otherwise be the name in SQL.
    let connection =
        Connection::open_in_memory_with_flags(config).map_err(|error| failed(&error))?;
    let run = |sql: &str| connection.execute_batch(sql).map_err(|error| failed(&error));
    run("SET GLOBAL TimeZone = 'UTC'")?;
    register_own_functions(&connection).map_err(|error| failed(&error))?;
    if options.dialect == Dialect::GoogleSql {
        register_functions(&connection).map_err(|error| failed(&error))?;
    }
    for extension in &options.extensions {
        let name = quoted(&extension.name);
        let from = extension.repository.as_ref().map(|from| format!(" FROM {}", repository(from)));
        if run(&format!("LOAD {name}")).is_err() {
            run(&format!("INSTALL {name}{}", from.unwrap_or_default()))?;
            run(&format!("LOAD {name}"))?;
        }
    }
    for secret in options.secrets.expose() {
        run(&create_secret(secret))?;
    }
    let database = Dialect::DuckDb.quote(&options.database);
    if !options.in_memory() {
        make_folder(&options.path)?;
        let path = quoted(&options.path.to_string_lossy());
        let group = match options.is_written_steadily {
            true => STEADY_GROUP_ROWS,
            false => GROUP_ROWS,
        };
        let sql = format!("ATTACH {path} AS {database} (ROW_GROUP_SIZE {group})");
        attach(&connection, &sql, options)?;
        if !options.settings.iter().any(|(name, _)| name == "temp_directory") {
            // Beside the file, where there is room for it; by default it is the current folder.
            let folder = quoted(&format!("{}.tmp", options.path.to_string_lossy()));
            run(&format!("SET GLOBAL temp_directory = {folder}"))?;
        }
    } else if options.database != "memory" {
        run(&format!("ATTACH ':memory:' AS {database}"))?;
    }
    for attached in &options.attach {
        let alias =
            attached.alias.as_ref().map(|name| format!(" AS {}", Dialect::DuckDb.quote(name)));
        let mut flags = Vec::new();
        flags.extend(attached.kind.as_ref().map(|kind| format!("TYPE {kind}")));
        flags.extend(attached.read_only.then(|| "READ_ONLY".to_owned()));
        let flags =
            if flags.is_empty() { String::new() } else { format!(" ({})", flags.join(", ")) };
        let path = quoted(&attached.path);
        let sql = format!("ATTACH IF NOT EXISTS {path}{}{flags}", alias.unwrap_or_default());
        attach(&connection, &sql, options)?;
    }
    // Names without a database are of the attached one, and macros of ours are in memory.
    let path = format!("{database}.main,memory.main").replace('\'', "''");
    let setup = format!("SET search_path = '{path}'");
    run(&setup)?;
    Ok((connection, setup))
}

/// Attaches a file, waiting a bounded time while another process holds it.
fn attach(connection: &Connection, sql: &str, options: &DuckDbOptions) -> Result<(), AdapterError> {
    let started = Instant::now();
    loop {
        let Err(error) = connection.execute_batch(sql) else { return Ok(()) };
        let error = engine_error(&error, Dialect::GoogleSql, 0);
        if !lock::is_held(&error.message) {
            return Err(AdapterError { kind: AdapterErrorKind::Connection, ..error });
        }
        if started.elapsed() >= options.lock_timeout {
            return Err(lock::held(&error.message, options));
        }
        std::thread::sleep(LOCK_POLL.min(options.lock_timeout));
    }
}

fn make_folder(path: &Path) -> Result<(), AdapterError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|error| {
        let message = format!("cannot make the folder `{}`: {error}", folder.display());
        AdapterError {
            kind: AdapterErrorKind::Connection,
            ..warehouse_error("database-folder", message)
        }
    })
}

/// A text as an SQL literal.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `core`, `community` and the like are names, the rest are addresses.
fn repository(from: &str) -> String {
    let is_name = from.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name { from.to_owned() } else { quoted(from) }
}

/// A secret of a profile: `type`, maybe `name`, and the engine's own keys.
fn create_secret(secret: &serde_json::Value) -> String {
    let none = serde_json::Map::new();
    let keys = secret.as_object().unwrap_or(&none);
    let name = keys.get("name").and_then(serde_json::Value::as_str);
    let name = name.map(|name| Dialect::DuckDb.quote(name)).unwrap_or_default();
    let parts: Vec<String> = keys
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "name" | "persistent"))
        .map(|(key, value)| format!("{} {}", Dialect::DuckDb.quote(key), secret_value(value)))
        .collect();
    format!("CREATE OR REPLACE TEMPORARY SECRET {name} ({})", parts.join(", "))
}

fn secret_value(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(secret_value).collect::<Vec<_>>().join(", "))
        }
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| {
                format!("{}: {}", quoted(key), secret_value(value))
            };
            format!("MAP {{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of rows of several sizes are one table.
    #[test]
    fn what_is_written_steadily_is_read_by_everybody() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("w.duckdb");
        let options = DuckDbOptions::new(Dialect::DuckDb, path, "w");
        let mut rows = 0;
        for round in 0..6 {
            let options = match round % 2 {
                0 => options.clone(),
                _ => options.clone().written_steadily(),
            };
            let (connection, _) = open(&options).expect("it opens");
            if round == 1 {
                let sql = "select current_setting('checkpoint_threshold')";
                let set: String = connection.query_row(sql, [], |row| row.get(0)).expect("text");
                assert_eq!(set, "4.0 MiB");
            }
            let run = |sql: &str| connection.execute_batch(sql).expect("it runs");
            run("create table if not exists t (id bigint, k varchar)");
            for more in [9_000, 100, 30_000] {
                run(&format!(
                    "insert into t select i + {rows}, md5((i + {rows})::varchar) from range({more}) r(i)"
                ));
                rows += more;
            }
            let sql =
                "select count(distinct id), count(*) filter (where k = md5(id::varchar)) from t";
            let found: (i64, i64) = connection
                .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
                .expect("numbers");
            assert_eq!(found, (rows, rows));
        }
        let mut own = options;
        own.settings.push(("wal_autocheckpoint".to_owned(), "1GB".to_owned()));
        assert_eq!(own.clone().written_steadily().settings, own.settings);
    }

    #[test]
    fn a_secret_is_one_statement() {
        let secret =
            serde_json::json!({"type": "s3", "name": "x", "key_id": "it's", "scope": ["a"]});
        assert_eq!(
            create_secret(&secret),
            "CREATE OR REPLACE TEMPORARY SECRET \"x\" (\"type\" 's3', \"key_id\" 'it''s', \"scope\" ['a'])"
        );
    }

    #[test]
    fn the_engine_reads_a_secret() {
        let mut options = DuckDbOptions::new(Dialect::DuckDb, ":memory:", "memory");
        let secret = serde_json::json!({"type": "http", "bearer_token": "t"});
        options.secrets = crate::project::Secret::new(vec![secret]);
        // Without the extension that knows the type, the engine says so; it has read the statement.
        if let Err(error) = open(&options) {
            assert!(!error.message.contains("Parser Error"), "{}", error.message);
        }
    }
}
