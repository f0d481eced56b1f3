//! Cases that are folders with a project each, on which the real program is run.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use assert_cmd::Command;
use tempfile::TempDir;

pub const SMALLEST_PROJECT: &str = "name: shop\nversion: \"1.0.0\"\n";

/// The folders of `tests/cases/<area>`, by name.
pub fn cases(area: &str) -> Vec<PathBuf> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(area);
    let mut folders: Vec<PathBuf> = fs::read_dir(&cases)
        .expect("the cases are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The case's project in a folder of its own; without `dbt_project.yml` it gets the smallest one.
pub fn copy_of(case: &Path) -> TempDir {
    let project = tempfile::tempdir().expect("a temporary folder can be made");
    copy_folder(case, project.path());
    let file = project.path().join("dbt_project.yml");
    if !file.exists() {
        fs::write(file, SMALLEST_PROJECT).expect("the file can be written");
    }
    project
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("the case can be read") {
        let entry = entry.expect("the case can be read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else if entry.file_name() != "arguments" && entry.file_name() != "output.snap" {
            fs::copy(&from, &to).expect("the file can be copied");
        }
    }
}

/// The program in a project, with only what it needs: no profile, no variable of whoever runs the
/// tests.
pub fn program(project: &Path) -> Command {
    let mut command = Command::cargo_bin("elt").expect("the program is built");
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", project).env("NO_COLOR", "1");
    command.current_dir(project);
    command
}

/// A text without the times, which change from run to run.
pub fn without_times(text: &str) -> String {
    let time = regex::Regex::new(r"\b\d+(\.\d+)? ?(ms|s|µs)\b").expect("it is a pattern");
    time.replace_all(text, "<time>").into_owned()
}
