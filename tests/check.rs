//! `elt check` and what is built on it: a folder under `tests/cases/check` is a project, and
//! `output.snap` what the program says about it. `arguments` holds the command lines, one a line,
//! where it is not `check`; a project without `dbt_project.yml` gets the smallest one.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use assert_cmd::Command;
use tempfile::TempDir;

#[test]
fn every_case_is_told_as_before() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check");
    let mut folders: Vec<PathBuf> = fs::read_dir(&cases)
        .expect("the cases are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    for folder in folders {
        let project = copy_of(&folder);
        let lines = fs::read_to_string(folder.join("arguments"));
        let lines = lines.unwrap_or_else(|_| "check".to_owned());
        let said: String = lines.trim().lines().map(|line| run(project.path(), line)).collect();
        insta::with_settings!({
            snapshot_path => folder,
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!("output", said);
        });
    }
}

fn run(project: &Path, line: &str) -> String {
    let mut command = Command::cargo_bin("elt").expect("the program is built");
    // Only what the program needs: no profile, no variable of whoever runs the tests.
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", project).env("NO_COLOR", "1");
    let output = command.current_dir(project).args(line.split_whitespace()).output();
    let output = output.expect("the program can be started");
    let (stderr, stdout) =
        (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    let mut said = format!("$ elt {line}\n{stderr}{stdout}");
    let code = output.status.code();
    writeln!(said, "exit code {}\n", code.expect("it ended by itself")).expect("a text takes it");
    let time = regex::Regex::new(r"\b\d+(\.\d+)? ?(ms|s|µs)\b").expect("it is a pattern");
    time.replace_all(&said, "<time>").into_owned()
}

fn copy_of(case: &Path) -> TempDir {
    let project = tempfile::tempdir().expect("a temporary folder can be made");
    copy_folder(case, project.path());
    let file = project.path().join("dbt_project.yml");
    if !file.exists() {
        fs::write(file, "name: shop\nversion: \"1.0.0\"\n").expect("the file can be written");
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
