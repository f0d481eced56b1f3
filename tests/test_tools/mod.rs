//! Programs that only tests need and that `make test-tools` installs: what becomes of a test where
//! one is missing.

use std::{io::Write as _, path::PathBuf};

/// Set in CI: a test that cannot be run fails.
const REQUIRED: &str = "ELT_TEST_TOOLS_REQUIRED";

/// A file under `script/`.
pub fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("script").join(name)
}

/// Says that the test of this thread is not run, past the harness, which shows nothing of a test
/// that passes.
///
/// # Panics
/// Where tests that cannot be run fail.
pub fn not_run(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    assert!(std::env::var_os(REQUIRED).is_none(), "{test} cannot be run: {why}");
    // A closed stderr is no reason to fail.
    let _ = writeln!(std::io::stderr(), "NOT RUN: {test}: {why}");
}
