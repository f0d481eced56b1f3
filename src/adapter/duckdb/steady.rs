//! What is written for long, a little at a time: what was written is not kept in memory.

use std::sync::atomic::{AtomicU64, Ordering};

use duckdb::Connection;

/// Commits between two times that memory is given back: some seconds' worth of small ones.
const TRIM_EVERY: u64 = 64;
/// The engine's memory that is left then. It is no limit for what a commit or a checkpoint takes: tables
/// of hundreds of columns take hundreds of MiB, and a checkpoint that gets too little fails the database.
const LEFT: &str = "32MiB";

/// Gives memory back now and then.
pub(super) struct Steady {
    commits: AtomicU64,
    /// The engine's limit.
    limit: String,
}

impl Steady {
    /// For an open database.
    pub fn of(connection: &Connection) -> Result<Self, duckdb::Error> {
        let sql = "SELECT current_setting('memory_limit')";
        let limit = connection.query_row(sql, [], |row| row.get(0))?;
        Ok(Self { commits: AtomicU64::new(0), limit })
    }

    /// A transaction was committed on a connection that has none now.
    pub fn committed(&self, connection: &Connection) {
        if !self.commits.fetch_add(1, Ordering::Relaxed).is_multiple_of(TRIM_EVERY) {
            return;
        }
        let limit =
            |limit: &str| connection.execute_batch(&format!("SET GLOBAL memory_limit = '{limit}'"));
        // A lower limit makes the engine let go of what it can read again; where it holds more than that
        // for good, it says so, and nothing has changed.
        let _ = limit(LEFT);
        let _ = limit(&self.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_what_it_was() {
        let connection = Connection::open_in_memory().expect("it opens");
        let limit = || -> String {
            let sql = "SELECT current_setting('memory_limit')";
            connection.query_row(sql, [], |row| row.get(0)).expect("a text")
        };
        connection.execute_batch("SET GLOBAL memory_limit = '500MiB'").expect("it is set");
        let steady = Steady::of(&connection).expect("it is read");
        connection.execute_batch("CREATE TABLE t AS FROM range(20_000_000)").expect("it is made");
        for _ in 0..=TRIM_EVERY {
            steady.committed(&connection);
        }
        assert_eq!(limit(), "500.0 MiB");
    }
}
