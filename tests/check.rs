//! `elt check` and what is built on it: a folder under `tests/cases/check` is a project, and
//! `output.snap` what the program says about it. `arguments` holds the command lines, one a line,
//! where it is not `check`; a project without `dbt_project.yml` gets the smallest one.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod case_support;

use std::{fmt::Write as _, fs, path::Path};

use case_support::{cases, copy_of, program, without_times};

#[test]
fn every_case_is_told_as_before() {
    for folder in cases("check") {
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
    let output = program(project).args(line.split_whitespace()).output();
    let output = output.expect("the program can be started");
    let (stderr, stdout) =
        (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    let mut said = format!("$ elt {line}\n{stderr}{stdout}");
    let code = output.status.code();
    writeln!(said, "exit code {}\n", code.expect("it ended by itself")).expect("a text takes it");
    without_times(&said)
}
