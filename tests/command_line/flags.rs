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

/// What becomes of a flag.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Fate {
    /// It is taken.
    Taken,
    /// It asks for something that is not here.
    Refused,
}

/// Every flag that `dbt build --help` (1.12) tells of, but those about the time of rows.
const FLAGS_OF_BUILD: [(&str, Fate); 89] = [
    ("--cache-selected-only", Fate::Taken),
    ("--no-cache-selected-only", Fate::Taken),
    ("--debug", Fate::Taken),
    ("-d", Fate::Taken),
    ("--no-debug", Fate::Taken),
    ("--defer --state before", Fate::Taken),
    ("--no-defer", Fate::Taken),
    ("--defer --defer-state before", Fate::Taken),
    ("--deprecated-favor-state true", Fate::Refused),
    ("--fail-fast", Fate::Taken),
    ("-x", Fate::Taken),
    ("--no-fail-fast", Fate::Taken),
    ("--favor-state", Fate::Taken),
    ("--no-favor-state", Fate::Taken),
    ("--hints-enabled", Fate::Taken),
    ("--no-hints-enabled", Fate::Taken),
    ("--indirect-selection eager", Fate::Taken),
    ("--indirect-selection cautious", Fate::Taken),
    ("--indirect-selection buildable", Fate::Taken),
    ("--indirect-selection empty", Fate::Taken),
    ("--log-cache-events", Fate::Taken),
    ("--no-log-cache-events", Fate::Taken),
    ("--log-format text", Fate::Taken),
    ("--log-format debug", Fate::Taken),
    ("--log-format json", Fate::Taken),
    ("--log-format default", Fate::Taken),
    ("--log-format-file json", Fate::Taken),
    ("--log-level debug", Fate::Taken),
    ("--log-level none", Fate::Taken),
    ("--log-level-file error", Fate::Taken),
    ("--log-path logs", Fate::Taken),
    ("--maximum-seed-size-mib 0", Fate::Taken),
    ("--partial-parse", Fate::Taken),
    ("--no-partial-parse", Fate::Taken),
    ("--populate-cache", Fate::Taken),
    ("--no-populate-cache", Fate::Taken),
    ("--print", Fate::Taken),
    ("--no-print", Fate::Taken),
    ("--printer-width 120", Fate::Taken),
    ("--profile shop", Fate::Taken),
    ("--quiet", Fate::Taken),
    ("-q", Fate::Taken),
    ("--no-quiet", Fate::Taken),
    ("--record-timing-info times", Fate::Refused),
    ("-r times", Fate::Refused),
    ("--send-anonymous-usage-stats", Fate::Taken),
    ("--no-send-anonymous-usage-stats", Fate::Taken),
    ("--snowflake-projects-otel", Fate::Refused),
    ("--no-snowflake-projects-otel", Fate::Taken),
    ("--show-all-deprecations", Fate::Taken),
    ("--no-show-all-deprecations", Fate::Taken),
    ("--state before", Fate::Taken),
    ("--static-parser", Fate::Taken),
    ("--no-static-parser", Fate::Taken),
    ("--target default", Fate::Taken),
    ("-t default", Fate::Taken),
    ("--use-colors", Fate::Taken),
    ("--no-use-colors", Fate::Taken),
    ("--use-colors-file", Fate::Taken),
    ("--no-use-colors-file", Fate::Taken),
    ("--use-experimental-parser", Fate::Taken),
    ("--no-use-experimental-parser", Fate::Taken),
    ("--use-v2-parser", Fate::Taken),
    ("--no-use-v2-parser", Fate::Taken),
    ("--version-check", Fate::Taken),
    ("--no-version-check", Fate::Taken),
    ("--warn-error", Fate::Taken),
    ("--warn-error-options {}", Fate::Taken),
    ("--write-json", Fate::Taken),
    ("--no-write-json", Fate::Taken),
    ("--upload-to-artifacts-ingest-api", Fate::Refused),
    ("--no-upload-to-artifacts-ingest-api", Fate::Taken),
    ("--empty", Fate::Taken),
    ("--no-empty", Fate::Taken),
    ("--exclude b", Fate::Taken),
    ("--full-refresh", Fate::Taken),
    ("-f", Fate::Taken),
    ("--profiles-dir .", Fate::Taken),
    ("--project-dir .", Fate::Taken),
    ("--resource-types model", Fate::Taken),
    ("--resource-type all", Fate::Taken),
    ("--exclude-resource-types metric semantic_model saved_query function", Fate::Taken),
    ("--exclude-resource-type test", Fate::Taken),
    ("--models a", Fate::Taken),
    ("--show", Fate::Refused),
    ("--store-failures", Fate::Taken),
    ("--target-path target", Fate::Taken),
    ("--threads 2", Fate::Taken),
    ("--vars {}", Fate::Taken),
];

#[test]
fn every_flag_of_dbts_is_taken_or_refused_by_name() {
    let mut files = TWO_MODELS.to_vec();
    files.push(("dbt_project.yml", "name: shop\nprofile: shop\n"));
    files.push((
        "profiles.yml",
        "shop:\n  outputs:\n    default: {type: bigquery, method: local, dataset: d}\n",
    ));
    let folder = project(&files);
    assert_eq!(told(command(folder.path(), &["parse"])).0, 0);
    crate::copy_state(folder.path());
    for (flag, fate) in FLAGS_OF_BUILD {
        let words: Vec<&str> = ["build"].into_iter().chain(flag.split(' ')).collect();
        let (code, _, stderr) = told(command(folder.path(), &words));
        let name = words[1];
        match fate {
            Fate::Taken => assert_eq!(code, 0, "{flag}: {stderr}"),
            Fate::Refused => {
                assert_eq!(code, 2, "{flag}: {stderr}");
                let long = if name == "-r" { "--record-timing-info" } else { name };
                assert!(stderr.contains(long), "{flag}: {stderr}");
                assert!(stderr.contains("help: "), "{flag}: {stderr}");
            }
        }
    }
    for version in ["--version", "-V", "-v"] {
        assert_eq!(told(command(folder.path(), &[version])).0, 0);
    }
}

/// Those that only other commands have.
#[test]
fn flags_and_commands_of_dbts_beside_build() {
    let folder = project(&TWO_MODELS);
    let refused = [
        ("deps --upgrade", "deps"),
        ("docs serve --port 8001", "docs serve"),
        ("docs generate --static", "--static"),
        ("debug --config-dir", "--config-dir"),
        ("clean --no-clean-project-files-only", "--no-clean-project-files-only"),
        ("seed --show", "--show"),
    ];
    for (line, name) in refused {
        let (code, _, stderr) = told(command(folder.path(), &line.split(' ').collect::<Vec<_>>()));
        assert_eq!(code, 2, "{line}: {stderr}");
        assert!(stderr.contains(&format!("`{name}` is not supported")), "{line}: {stderr}");
        assert!(stderr.contains("help: "), "{line}: {stderr}");
    }
    let taken = [
        "debug --connection",
        "clean --clean-project-files-only",
        "compile --empty --no-introspect",
        "show --select a --full-refresh --introspect",
        "docs generate --no-compile",
        "docs generate --empty-catalog",
        "ls --models a",
        "init new_shop --skip-profile-setup --skip-debug",
        "parse --fail-fast --defer --no-write-json",
    ];
    for line in taken {
        let (code, _, stderr) = told(command(folder.path(), &line.split(' ').collect::<Vec<_>>()));
        assert_eq!(code, 0, "{line}: {stderr}");
    }
}

#[test]
fn variables_of_the_environment_go_by_two_names() {
    let folder = project(&TWO_MODELS);
    let select = ["build", "-s", "nope"];
    let code = |variables: &[(&str, &str)], more: &[&str]| {
        let mut build = command(folder.path(), &[&select, more].concat());
        build.envs(variables.iter().copied());
        told(build).0
    };
    assert_eq!(code(&[("DBT_ENGINE_WARN_ERROR", "true")], &[]), 2);
    assert_eq!(code(&[("DBT_ENGINE_WARN_ERROR", "0"), ("DBT_WARN_ERROR", "1")], &[]), 0);
    // What is set to nothing is not set; what is typed goes before all.
    assert_eq!(code(&[("DBT_WARN_ERROR", "")], &[]), 0);
    assert_eq!(code(&[("DBT_WARN_ERROR", "1")], &["--no-warn-error"]), 0);
    assert_eq!(code(&[], &["--warn-error-options", "{error: all}"]), 2);
    let named = ["--warn-error-options", "{error: [NoNodesForSelectionCriteria]}"];
    assert_eq!(code(&[], &named), 2);
}

#[test]
fn artifacts_are_left_as_they_were() {
    let folder = project(&TWO_MODELS);
    let target = folder.path().join("target");
    let silent = ["build", "--no-write-json"];
    assert_eq!(told(command(folder.path(), &silent)).0, 0);
    assert!(target.join("compiled").exists());
    for name in ["manifest.json", "run_results.json"] {
        assert!(!target.join(name).exists(), "{name}");
    }
    assert_eq!(told(command(folder.path(), &["build"])).0, 0);
    let written = std::fs::read(target.join("run_results.json")).expect("written");
    let mut build = command(folder.path(), &["build"]);
    build.env("DBT_WRITE_JSON", "false");
    assert_eq!(told(build).0, 0);
    assert_eq!(std::fs::read(target.join("run_results.json")).expect("still there"), written);
}

#[test]
fn what_is_told_is_kept_in_a_file() {
    let folder = project(&[
        ("models/a.sql", "{{ log('a whisper') }}{{ log('aloud', info=true) }}select 1 as id"),
        ("models/b.sql", "{{ config(materialized='table') }}select cast('x' as int64) as id"),
    ]);
    let log = folder.path().join("logs/elt.log");
    let (code, _, stderr) = told(command(folder.path(), &["run", "--quiet", "--log-path", "logs"]));
    assert_eq!(code, 1);
    assert!(!stderr.contains("aloud") && !stderr.contains("a whisper"), "{stderr}");
    let text = std::fs::read_to_string(&log).expect("written");
    for part in ["a whisper", "aloud", "view shop.a", "models/b.sql:1", "1 broken"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    std::fs::remove_file(&log).expect("there");
    let json = ["run", "-s", "a", "--log-path", "logs", "--log-format-file", "json"];
    assert_eq!(told(command(folder.path(), &json)).0, 0);
    let text = std::fs::read_to_string(&log).expect("written");
    assert!(text.lines().all(|line| line.starts_with("{\"event\":")), "{text}");
    std::fs::remove_file(&log).expect("there");
    let errors = ["run", "--log-path", "logs", "--log-level-file", "error"];
    assert_eq!(told(command(folder.path(), &errors)).0, 1);
    let text = std::fs::read_to_string(&log).expect("written");
    assert!(text.contains("models/b.sql:1") && !text.contains("aloud"), "{text}");
}

/// As in dbt: `elt --quiet run-operation write_yaml > schema.yml`.
#[test]
fn what_is_printed_is_output() {
    let folder = project(&[(
        "macros/say.sql",
        "{% macro say() %}{% do print('printed') %}{% do log('logged', true) %}{% endmacro %}",
    )]);
    let (code, stdout, stderr) = told(command(folder.path(), &["--quiet", "run-operation", "say"]));
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "printed", ""));
    let (_, stdout, stderr) = told(command(folder.path(), &["run-operation", "say", "--no-print"]));
    assert_eq!((stdout.as_str(), stderr.as_str()), ("", "logged"));
    let statement =
        ["run-operation", "--sql", "create or replace table d.t as select {{ 1 + 1 }} as two"];
    let mut files = vec![(
        "profiles.yml",
        "shop:\n  outputs:\n    default: {type: bigquery, method: local, dataset: d}\n",
    )];
    files.push((
        "dbt_project.yml",
        "name: shop\nprofile: shop\non-run-start: 'create schema if not exists d'\n",
    ));
    files.push(("models/a.sql", "select 1 as id"));
    let folder = project(&files);
    assert_eq!(told(command(folder.path(), &["run"])).0, 0);
    let (code, _, stderr) = told(command(folder.path(), &statement));
    assert_eq!(code, 0, "{stderr}");
    let show = ["show", "--inline", "select two from d.t", "--output", "csv"];
    assert_eq!(told(command(folder.path(), &show)).1, "two\n2");
}
