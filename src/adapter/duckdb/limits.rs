//! What the engine may take while rows are landed.

use std::sync::{Mutex, PoisonError};

use duckdb::Connection;

/// Threads of the engine beside those that land: with more, each few thousand rows are a task that one
/// thread does while another waits for it busily, and rows are copied once more to be put in order.
const THREADS: i64 = 1;

/// Rows that are compared in little memory.
const FEW_ROWS: u64 = 100_000;

/// What a landing may take of the engine's memory. What the engine has written it would keep, for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Share {
    /// Few rows take little: nothing is limited for them.
    Small,
    /// What the rows of a group take until the group is compressed and written.
    Rows,
    /// What it takes to compare few rows with all of a table, beside those of the group under way.
    Comparing,
    /// What it takes.
    All,
}

impl Share {
    /// Memory in MiB; none where it is not limited.
    fn mib(self) -> Option<usize> {
        match self {
            Self::Rows => Some(64),
            Self::Small | Self::Comparing => Some(128),
            Self::All => None,
        }
    }
}

/// The limits of one database: they are low while many rows are landed, and as before where nobody lands
/// many, or somebody does what takes what it takes.
#[derive(Default)]
pub(super) struct Limits(Mutex<State>);

#[derive(Default)]
struct State {
    /// Shares of the landings under way.
    shares: Vec<Share>,
    /// The settings before they were lowered.
    before: Option<Before>,
}

struct Before {
    memory: String,
    threads: i64,
}

/// Rows are landed for as long as this lives.
pub(super) struct Landing<'a> {
    limits: &'a Limits,
    base: &'a Mutex<Connection>,
    share: Share,
}

impl Limits {
    /// Begins to land rows on a database that `base` is a connection to.
    pub fn land<'a>(&'a self, base: &'a Mutex<Connection>) -> Landing<'a> {
        self.change(base, None, Some(Share::Small));
        Landing { limits: self, base, share: Share::Small }
    }

    /// Takes one share for another.
    fn change(&self, base: &Mutex<Connection>, old: Option<Share>, new: Option<Share>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = state.shares.iter().position(|share| Some(*share) == old) {
            state.shares.swap_remove(at);
        }
        state.shares.extend(new);
        let mib: Option<usize> = state.shares.iter().map(|share| share.mib()).sum();
        let any_limited = state.shares.iter().any(|share| *share != Share::Small);
        let base = base.lock().unwrap_or_else(PoisonError::into_inner);
        // Where a setting cannot be changed it stays: slower or larger, and no less right.
        match mib.filter(|_| any_limited) {
            Some(mib) => {
                state.before = state.before.take().or_else(|| Before::of(&base));
                if let Some(before) = &state.before {
                    before.lower(mib, &base);
                }
            }
            None => {
                if let Some(before) = state.before.take() {
                    before.restore(&base);
                }
            }
        }
    }
}

impl Landing<'_> {
    /// From here on it may take at least that.
    pub fn raise(&mut self, share: Share) {
        if share > self.share {
            self.limits.change(self.base, Some(self.share), Some(share));
            self.share = share;
        }
    }

    /// From here on so many rows are compared with all of a table.
    pub fn compare(&mut self, rows: u64) {
        if rows > FEW_ROWS {
            self.raise(Share::All);
        } else if self.share == Share::Rows {
            self.raise(Share::Comparing);
        }
    }
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.limits.change(self.base, Some(self.share), None);
    }
}

impl Before {
    /// What the settings are; none of a database in memory, where what it holds is all there is.
    fn of(base: &Connection) -> Option<Self> {
        let (memory, threads, on_disk) = base
            .query_row(
                "SELECT current_setting('memory_limit'), current_setting('threads'), EXISTS (FROM \
                 duckdb_databases() WHERE path IS NOT NULL AND NOT internal)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .ok()?;
        let on_disk: bool = on_disk;
        on_disk.then_some(Self { memory, threads })
    }

    /// Lowers what is higher.
    fn lower(&self, mib: usize, base: &Connection) {
        let is_more = bytes(&self.memory).is_none_or(|bytes| bytes > mib as f64 * 1024.0 * 1024.0);
        let memory = if is_more { format!("{mib}MiB") } else { self.memory.clone() };
        set(&memory, THREADS, base);
    }

    fn restore(&self, base: &Connection) {
        set(&self.memory, self.threads, base);
    }
}

fn set(memory: &str, threads: i64, base: &Connection) {
    let _ = base.execute_batch(&format!("SET GLOBAL memory_limit = '{memory}'"));
    let _ = base.execute_batch(&format!("SET GLOBAL threads = {threads}"));
}

/// A size as the engine writes it (`18.6 GiB`); none where it is written otherwise.
fn bytes(text: &str) -> Option<f64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let factor = match unit {
        "bytes" => 0,
        "KiB" => 1,
        "MiB" => 2,
        "GiB" => 3,
        "TiB" => 4,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * 1024f64.powi(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(base: &Mutex<Connection>) -> (String, i64) {
        let base = base.lock().expect("not poisoned");
        let sql = "SELECT current_setting('memory_limit'), current_setting('threads')";
        base.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("settings")
    }

    #[test]
    fn they_are_low_while_rows_land() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = Connection::open(folder.path().join("a.duckdb")).expect("a database");
        base.execute_batch("SET GLOBAL memory_limit = '1GiB'; SET GLOBAL threads = 3")
            .expect("settings");
        let base = Mutex::new(base);
        let (limits, before) = (Limits::default(), ("1.0 GiB".to_owned(), 3));
        let low = |memory: &str| (memory.to_owned(), 1);
        let mut first = limits.land(&base);
        let mut second = limits.land(&base);
        assert_eq!(settings(&base), before);
        second.compare(FEW_ROWS);
        assert_eq!(settings(&base), before, "few rows that few rows are compared with");
        first.raise(Share::Rows);
        assert_eq!(settings(&base), low("192.0 MiB"));
        second.raise(Share::Rows);
        assert_eq!(settings(&base), low("128.0 MiB"));
        first.compare(FEW_ROWS);
        assert_eq!(settings(&base), low("192.0 MiB"));
        first.compare(FEW_ROWS + 1);
        assert_eq!(settings(&base), before);
        drop(first);
        assert_eq!(settings(&base), low("64.0 MiB"));
        drop(second);
        assert_eq!(settings(&base), before);
    }

    #[test]
    fn what_is_lower_already_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = Connection::open(folder.path().join("a.duckdb")).expect("a database");
        base.execute_batch("SET GLOBAL memory_limit = '48MiB'; SET GLOBAL threads = 1")
            .expect("settings");
        let (base, limits) = (Mutex::new(base), Limits::default());
        let mut landing = limits.land(&base);
        landing.raise(Share::Rows);
        assert_eq!(settings(&base), ("48.0 MiB".to_owned(), 1));
        drop(landing);
        assert_eq!(settings(&base), ("48.0 MiB".to_owned(), 1));
    }

    #[test]
    fn a_database_in_memory_is_not_limited() {
        let base = Connection::open_in_memory().expect("a database");
        let (base, limits) = (Mutex::new(base), Limits::default());
        let before = settings(&base);
        let mut landing = limits.land(&base);
        landing.raise(Share::Rows);
        assert_eq!(settings(&base), before);
    }
}
