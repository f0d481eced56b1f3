//! How many megabytes of SQL are parsed in a second of CPU time: the statements of
//! `tests/cases/googlesql*` over and over, and each folder of `.sql` files that is named.
//!
//! `cargo bench --bench parsing [-- folder …]`; the figures are in README.md beside this.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use elt::sql::count_statements;
use walkdir::WalkDir;

/// What is parsed for a measurement at least, in bytes.
const LEAST_BYTES: usize = 20_000_000;
/// The quickest counts, since others work on the machine too.
const REPETITIONS: usize = 5;
/// Megabytes in a CPU second at least.
const WANTED: f64 = 5.0;

fn main() -> ExitCode {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let own = ["googlesql", "googlesql_scripts", "googlesql_statements"];
    let mut folders: Vec<(String, Vec<PathBuf>)> =
        vec![("tests/cases/googlesql*".to_owned(), own.map(|name| cases.join(name)).to_vec())];
    // Cargo's own arguments (`--bench`) begin with a dash.
    for folder in std::env::args().skip(1).filter(|arg| !arg.starts_with('-')) {
        folders.push((folder.clone(), vec![PathBuf::from(folder)]));
    }
    let mut missed = false;
    for (name, folders) in folders {
        // What cannot be read ends at its first mistake, and says nothing about speed.
        let texts: Vec<String> = folders
            .iter()
            .flat_map(|folder| texts(folder))
            .filter(|text| count_statements(text).is_ok())
            .collect();
        let bytes: usize = texts.iter().map(String::len).sum();
        if bytes == 0 {
            println!("{name}: no SQL");
            missed = true;
            continue;
        }
        let rounds = LEAST_BYTES.div_ceil(bytes);
        let taken = (0..REPETITIONS).map(|_| measured(&texts, rounds)).min().unwrap_or_default();
        let speed = (bytes * rounds) as f64 / 1e6 / taken.as_secs_f64();
        missed |= speed < WANTED;
        let verdict = if speed < WANTED { "MISSED: " } else { "" };
        println!(
            "{name}: {speed:.1} MB in a CPU second ({verdict}{WANTED} wanted); {} files, {bytes} bytes, {rounds} times",
            texts.len(),
        );
    }
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn texts(folder: &Path) -> Vec<String> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "sql"))
        .filter_map(|entry| fs::read_to_string(entry.path()).ok())
        .collect()
}

/// CPU time of parsing all texts so many times.
fn measured(texts: &[String], rounds: usize) -> Duration {
    let before = cpu_time();
    for _ in 0..rounds {
        for text in texts {
            std::hint::black_box(count_statements(std::hint::black_box(text)).is_ok());
        }
    }
    cpu_time().saturating_sub(before)
}

/// What this thread has had of the processor; where the system does not say, the time on the clock.
fn cpu_time() -> Duration {
    use std::sync::OnceLock;
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.as_deref().and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}
