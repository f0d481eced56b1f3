//! Where flags come from: the command line, the environment, `flags:` of the project; and the
//! project's folder, which is looked for upwards.

use std::process::Command;

use super::{command, project};

/// The exit code, stdout and stderr.
fn told(mut command: Command) -> (i32, String, String) {
    let output = command.output().expect("the program starts");
    let super::Said { code, out, err } = super::said(output);
    (code.expect("it was not killed"), out, err)
}

const TWO_MODELS: [(&str, &str); 2] =
    [("models/a.sql", "select 1 as id"), ("models/b.sql", "select 2 as id from {{ ref('a') }}")];

#[test]
fn a_project_is_found_from_a_folder_inside_it() {
    let folder = project(&TWO_MODELS);
    let (code, stdout, _) = told(command(&folder.path().join("models"), &["ls"]));
    assert_eq!((code, stdout.as_str()), (0, "shop.a\nshop.b"));
}

#[test]
fn flags_of_the_project_hold_where_nothing_else_is_said() {
    let mut files = TWO_MODELS.to_vec();
    files.push((
        "dbt_project.yml",
        "name: shop\nflags: {log_format: json, warn_error: true, bogus_flag: 1}\n",
    ));
    let folder = project(&files);
    let (code, _, stderr) = told(command(folder.path(), &["ls"]));
    // The unknown flag is a warning, which `warn_error` makes an error, told as JSON.
    assert_eq!(code, 2);
    assert!(stderr.starts_with("{\"event\":\"diagnostic\""), "{stderr}");
    assert!(stderr.contains("bogus_flag"), "{stderr}");
}

#[test]
fn a_selection_of_nothing_fails_where_warnings_do() {
    let folder = project(&TWO_MODELS);
    let select = ["build", "-s", "nope"];
    assert_eq!(told(command(folder.path(), &select)).0, 0);
    assert_eq!(told(command(folder.path(), &["build", "-s", "nope", "--warn-error"])).0, 2);
    let mut by_environment = command(folder.path(), &select);
    by_environment.env("DBT_WARN_ERROR", "1");
    assert_eq!(told(by_environment).0, 2);
}

#[test]
fn a_line_of_dbts_works_as_it_is() {
    let folder = project(&TWO_MODELS);
    let line = [
        "--no-partial-parse",
        "--no-send-anonymous-usage-stats",
        "--log-level",
        "error",
        "build",
        "-m",
        "a",
        "--no-fail-fast",
        "--single-threaded",
    ];
    let (code, stdout, stderr) = told(command(folder.path(), &line));
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", ""));
}

/// `/dev/full` takes nothing.
#[cfg(target_os = "linux")]
#[test]
fn data_that_cannot_be_written_is_a_failure() {
    let folder = project(&TWO_MODELS);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the device");
    let mut listing = command(folder.path(), &["ls"]);
    let output = listing.stdout(full).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stdout cannot be written"));
}

/// Of a path or a name in a profile, for instance.
#[test]
fn a_secret_is_in_no_file_below_target() {
    let profiles = "shop:\n  outputs:\n    default:\n      type: bigquery\n      method: local\n      \
                    dataset: \"d_{{ env_var('DBT_ENV_SECRET_NAME') }}\"\n";
    let folder = project(&[
        ("models/a.sql", "select '{{ target.schema }}' as name"),
        ("profiles.yml", profiles),
    ]);
    let mut build = command(folder.path(), &["build", "--profile", "shop"]);
    build.env("DBT_ENV_SECRET_NAME", "hunter2");
    let (code, stdout, stderr) = told(build);
    assert_eq!(code, 0, "{stderr}");
    assert!(!format!("{stdout}{stderr}").contains("hunter2"));
    for entry in walkdir::WalkDir::new(folder.path().join("target")) {
        let entry = entry.expect("a readable folder");
        let is_text = entry.path().extension().is_some_and(|end| end != "duckdb" && end != "wal");
        if is_text {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            assert!(!text.contains("hunter2"), "{}", entry.path().display());
        }
    }
}

#[test]
fn an_operation_may_be_a_packages_macro() {
    let folder = project(&[
        ("dbt_packages/tools/dbt_project.yml", "name: tools\n"),
        (
            "dbt_packages/tools/macros/say.sql",
            "{% macro say(what) %}{% do print(what) %}{% endmacro %}",
        ),
    ]);
    let line = ["run-operation", "say", "--args", "{what: hello}"];
    let (code, stdout, stderr) = told(command(folder.path(), &line));
    assert_eq!(code, 0, "{stderr}");
    assert!(format!("{stdout}{stderr}").contains("hello"), "{stdout}{stderr}");
}
