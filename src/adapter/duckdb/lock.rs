//! A database file that another process holds.

use super::DuckDbOptions;
use crate::adapter::{AdapterError, AdapterErrorKind};

/// Whether the engine's words say that somebody else has the file open.
pub(super) fn is_held(message: &str) -> bool {
    message.contains("Could not set lock on file")
        || message.contains("Conflicting lock is held")
        || message.contains("being used by another process")
}

/// Says who holds the file, as far as can be known.
pub(super) fn held(message: &str, options: &DuckDbOptions) -> AdapterError {
    let path = options.path.display();
    let waited = options.lock_timeout.as_secs_f64();
    let message = match process_id(message) {
        Some(id) => {
            let name = process_name(id).map(|name| format!("`{name}`, ")).unwrap_or_default();
            format!("the database `{path}` is held by another process ({name}process id {id})")
        }
        None => format!("the database `{path}` is held by another process"),
    };
    AdapterError {
        kind: AdapterErrorKind::Connection,
        code: "database-locked",
        message: format!("{message}; waited {waited} seconds"),
        position: None,
        step: None,
        help: Some("wait until it has ended, or stop it, and run again".to_owned()),
    }
}

/// DuckDB names the holder as `… (PID 123)`.
fn process_id(message: &str) -> Option<u32> {
    let rest = &message[message.find("PID ")? + "PID ".len()..];
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn process_name(id: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_is_read_from_the_engines_words() {
        let words = "IO Error: Could not set lock on file \"/x.duckdb\": Conflicting lock is held in \
                     /usr/bin/other (PID 4242). See also https://duckdb.org/docs/stable/connect/concurrency";
        assert!(is_held(words));
        assert_eq!(process_id(words), Some(4242));
    }
}
