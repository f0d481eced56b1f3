//! `--warn-error-options`: which warnings fail, and which are not told.

use crate::{elt, project, write};

/// A model past its date, properties of nothing, and a test that warns.
const MODELS: &str = "models:
  - name: orders
    deprecation_date: 2024-01-01
    columns:
      - name: id
        data_tests: [{not_null: {config: {severity: warn}}}]
  - name: gone
";

#[test]
fn warnings_fail_or_are_silent_by_dbts_names() {
    let folder = project(&[
        ("models/orders.sql", "select cast(null as int64) as id\n"),
        ("models/models.yml", MODELS),
    ]);
    let build = |options: &str| elt(folder.path(), &["build", "--warn-error-options", options]);
    let plain = elt(folder.path(), &["build"]);
    assert_eq!(plain.code, Some(0), "{}", plain.err);
    for told in ["warning[deprecated-model]", "warning[properties-without-node]", "1 warned"] {
        assert!(plain.err.contains(told), "{told}: {}", plain.err);
    }
    for (options, code, told, untold) in [
        ("{error: [DeprecatedModel]}", 2, "error[deprecated-model]", "error[properties"),
        (
            "{error: all, warn: [DeprecatedModel, LogTestResult], silence: [NoNodeForYamlKey]}",
            0,
            "warning[deprecated-model]",
            "without-node",
        ),
        (
            "{include: all, exclude: [DeprecatedModel]}",
            2,
            "error[properties-without-node]",
            "error[deprecated",
        ),
        (
            "{silence: [DeprecatedModel, properties-without-node]}",
            0,
            "1 warned",
            "warning[deprecated",
        ),
        ("{error: [LogTestResult]}", 1, "error[test-failed]", "warning[test-failed]"),
        ("{error: '*'}", 2, "error[deprecated-model]", "warning["),
        ("{error: [NoNodeForYamlKye]}", 0, "did you mean `NoNodeForYamlKey`?", "error["),
        ("{warn: [DeprecatedModel]}", 2, "`warn` takes names out of `error: all`", "orders.sql"),
        ("{errors: all}", 2, "did you mean `error`?", "orders.sql"),
        (
            "{error: all, include: [DeprecatedModel]}",
            2,
            "`include` is the old name of `error`",
            "?",
        ),
        ("{silence: DeprecatedModel}", 2, "--warn-error-options:1:11", "?"),
        ("[DeprecatedModel]", 2, "`--warn-error-options` takes a mapping, not a list", "--vars"),
    ] {
        let said = build(options);
        assert_eq!(said.code, Some(code), "{options}: {}", said.err);
        assert!(said.err.contains(told), "{options}: {}", said.err);
        assert!(!said.err.contains(untold), "{options}: {}", said.err);
    }
}

#[test]
fn the_projects_options_hold_where_the_command_line_says_nothing() {
    let folder = project(&[
        ("models/orders.sql", "select 1 as id\n"),
        ("models/models.yml", MODELS),
        (
            "dbt_project.yml",
            "name: shop\nversion: \"1.0.0\"\nflags:\n  warn_error_options:\n    error:\n      - DeprecatedModel\n      - DeprecatedModle\n",
        ),
    ]);
    let said = elt(folder.path(), &["parse"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("error[deprecated-model]"), "{}", said.err);
    assert!(said.err.contains("dbt_project.yml:7:9"), "{}", said.err);
    let said = elt(folder.path(), &["parse", "--warn-error-options", "{}"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

#[test]
fn warnings_of_a_run_follow_too() {
    let folder = project(&[(
        "models/orders.sql",
        "{% if execute %}{% do exceptions.warn('look at this') %}{% endif %}select 1 as id\n",
    )]);
    let plain = elt(folder.path(), &["run"]);
    assert!(plain.code == Some(0) && plain.err.contains("look at this"), "{}", plain.err);
    let run = |options: &str| elt(folder.path(), &["run", "--warn-error-options", options]);
    let failed = run("{error: [JinjaLogWarning]}");
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    let silent = run("{silence: [JinjaLogWarning]}");
    assert!(silent.code == Some(0) && !silent.err.contains("look at this"), "{}", silent.err);
    write(folder.path(), "models/orders.sql", "select 1 as id\n");
    assert_eq!(run("{error: all}").code, Some(0));
}
