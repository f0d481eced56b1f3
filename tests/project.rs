//! Projects as they are read: a folder under `tests/cases/project` each, with the project in it and
//! a snapshot of what is told and what is found.
//!
//! `options.json` may give `env`, `vars`, `target`, `profile`, `profiles_dir`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fmt::Write, path::Path};

use elt::{
    diagnostic::{SourceFile, render_terminal},
    project::{Env, LoadOptions, Project, TextFile, Vars, Yaml, load, read_cli_vars, read_yaml},
};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn cases() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/project");
    let mut folders: Vec<_> =
        std::fs::read_dir(&cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let output = run_case(folder);
        insta::with_settings!({
            snapshot_path => folder,
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => folder.file_name().unwrap().to_string_lossy(),
        }, {
            insta::assert_snapshot!("output", output);
        });
    }
}

fn run_case(folder: &Path) -> String {
    let loaded = load(&options(folder));
    let mut output = String::new();
    for diagnostic in &loaded.diagnostics {
        writeln!(output, "{}\n", render_terminal(diagnostic, false)).unwrap();
    }
    if let Some(project) = &loaded.value {
        describe(project, &mut output);
    }
    output.replace(&folder.to_string_lossy().into_owned(), "<case>")
}

fn options(folder: &Path) -> LoadOptions {
    let text = std::fs::read_to_string(folder.join("options.json"));
    let given: Value = text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    let text = |key: &str| given[key].as_str().map(str::to_owned);
    let mut options = LoadOptions::new(folder);
    options.target = text("target");
    options.profile = text("profile");
    options.profiles_dir = text("profiles_dir").map(|path| folder.join(path));
    options.vars =
        Vars::of_command_line(&Yaml::from_json(given["vars"].clone(), Default::default()));
    let env = given["env"].as_object().cloned().unwrap_or_default();
    options.env = Env::from_pairs(
        env.into_iter().map(|(name, value)| (name, value.as_str().unwrap().to_owned())),
    );
    options
}

fn describe(project: &Project, output: &mut String) {
    let target = &project.target;
    writeln!(output, "target: {:#}", Value::Object(target.context())).unwrap();
    writeln!(output, "connection: {:#?}", target.connection).unwrap();
    for package in &project.packages {
        writeln!(output, "package {}", package.name).unwrap();
        let files = &package.files;
        let texts: [(&str, &[TextFile]); 8] = [
            ("model", &files.models),
            ("snapshot", &files.snapshots),
            ("test", &files.tests),
            ("generic test", &files.generic_tests),
            ("analysis", &files.analyses),
            ("macro", &files.macros),
            ("fixture", &files.fixtures),
            ("docs", &files.docs),
        ];
        for (kind, files) in texts {
            for file in files {
                writeln!(output, "  {kind} {} ({})", file.path.path, file.source.path()).unwrap();
            }
        }
        for seed in &files.seeds {
            writeln!(output, "  seed {} {} {}", seed.path.path, seed.checksum_name, seed.checksum)
                .unwrap();
        }
        for file in &files.properties {
            writeln!(output, "  properties {}", file.path.path).unwrap();
            for model in &file.models {
                let columns: Vec<&str> =
                    model.node.columns.iter().map(|column| column.name.as_str()).collect();
                writeln!(output, "    model {} {columns:?}", *model.node.name).unwrap();
                let config = model.node.config.as_ref().map(|config| config.to_json());
                writeln!(output, "      config {}", config.unwrap_or_default()).unwrap();
                let tests = model.node.data_tests.iter();
                for test in tests.chain(model.node.columns.iter().flat_map(|c| &c.data_tests)) {
                    let arguments: Vec<String> = test
                        .arguments
                        .iter()
                        .map(|(key, value)| format!("{}={}", key.text, value.to_json()))
                        .collect();
                    let config = test.config.as_ref().map(|config| config.to_json());
                    let config = config.unwrap_or_default();
                    let test = test.test.as_str();
                    writeln!(output, "      test {test} {arguments:?} config {config}").unwrap();
                }
            }
            for source in &file.sources {
                for table in &source.tables {
                    let config = table.config.as_ref().map(|config| config.to_json());
                    let (source, table) = (source.name.as_str(), table.name.as_str());
                    writeln!(output, "    source {source}.{table} {}", config.unwrap_or_default())
                        .unwrap();
                }
            }
            for test in &file.unit_tests {
                writeln!(output, "    unit test {} given {}", *test.name, test.given.len())
                    .unwrap();
            }
        }
    }
}

const PROFILES: &str = "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb}\n    prod: {type: duckdb, schema: prod}\n";

/// A project whose profile is `shop`, with `profiles.yml` in each of `folders`.
fn project_with_profiles(folders: &[&str]) -> (tempfile::TempDir, LoadOptions) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("project")).unwrap();
    let project = "name: shop\nprofile: shop\n";
    std::fs::write(folder.path().join("project/dbt_project.yml"), project).unwrap();
    for name in folders {
        let path = folder.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("profiles.yml"), PROFILES).unwrap();
    }
    let mut options = LoadOptions::new(folder.path().join("project"));
    options.working_dir = folder.path().join("working");
    (folder, options)
}

#[test]
fn the_target_is_chosen_by_flag_then_environment_then_profile() {
    let (_folder, mut options) = project_with_profiles(&["working"]);
    let target = |options: &LoadOptions| load(options).value.unwrap().target.target_name;
    assert_eq!(target(&options), "dev");
    options.env = Env::from_pairs([("DBT_TARGET", "prod")]);
    assert_eq!(target(&options), "prod");
    options.target = Some("dev".to_owned());
    assert_eq!(target(&options), "dev");
}

#[test]
fn profiles_are_looked_for_in_dbt_s_order() {
    let (folder, mut options) = project_with_profiles(&["home/.dbt"]);
    let home = folder.path().join("home").to_str().unwrap().to_owned();
    assert!(load(&options).value.unwrap().target.is_default, "nobody's home, no profiles");
    options.env = Env::from_pairs([("HOME", &home)]);
    assert!(!load(&options).value.unwrap().target.is_default, "found at home");
    let elsewhere = folder.path().join("elsewhere").to_str().unwrap().to_owned();
    options.env = Env::from_pairs([("HOME", &home), ("DBT_PROFILES_DIR", &elsewhere)]);
    let loaded = load(&options);
    assert_eq!(loaded.diagnostics[0].code, "no-profiles", "a folder that was named must hold it");
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let (folder, options) = project_with_profiles(&[]);
    std::fs::create_dir(folder.path().join("project/models")).unwrap();
    let file = std::fs::File::create(folder.path().join("project/models/huge.sql")).unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    let codes: Vec<_> = load(&options).diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["file-too-large"]);
}

#[test]
fn variables_of_the_command_line_are_a_yaml_mapping() {
    let read = read_cli_vars("{day: 2024-03-01, n: 3, on: yes}");
    assert!(read.diagnostics.is_empty());
    let expected = serde_json::json!({"day": "2024-03-01", "n": 3, "on": true});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(read.value.get(name).unwrap().to_json(), *value);
    }
    assert_eq!(read_cli_vars("day:1").diagnostics[0].code, "wrong-type");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Whatever the text, reading it ends in a value and diagnostics that can be shown.
    #[test]
    fn any_text_is_read(text in "\\PC*") {
        read_and_show(&text);
    }

    /// The same for text that is nearly YAML.
    #[test]
    fn nearly_yaml_is_read(parts in prop::collection::vec(prop::sample::select(PARTS), 0..40)) {
        read_and_show(&parts.concat());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Keys of properties in any order, at any depth, with values of any kind.
    #[test]
    fn nearly_properties_are_read(
        lines in prop::collection::vec(
            (0usize..5, prop::bool::ANY, prop::sample::select(KEYS), prop::sample::select(VALUES)),
            1..30,
        )
    ) {
        let mut text = String::new();
        for (depth, is_item, key, value) in lines {
            let dash = if is_item { "- " } else { "" };
            writeln!(text, "{}{dash}{key}: {value}", "  ".repeat(depth)).unwrap();
        }
        let (folder, options) = project_with_profiles(&[]);
        let models = folder.path().join("project/models");
        std::fs::create_dir(&models).unwrap();
        std::fs::write(models.join("any.yml"), &text).unwrap();
        std::fs::write(folder.path().join("project/packages.yml"), &text).unwrap();
        std::fs::write(folder.path().join("project/profiles.yml"), &text).unwrap();
        for diagnostic in load(&options).diagnostics {
            prop_assert!(!render_terminal(&diagnostic, false).is_empty());
        }
        let project = format!("name: shop\n{text}");
        std::fs::write(folder.path().join("project/dbt_project.yml"), project).unwrap();
        for diagnostic in load(&options).diagnostics {
            prop_assert!(!render_terminal(&diagnostic, false).is_empty());
        }
    }
}

const KEYS: &[&str] = &[
    "version",
    "models",
    "sources",
    "tables",
    "name",
    "columns",
    "data_tests",
    "config",
    "versions",
    "v",
    "unit_tests",
    "given",
    "expect",
    "rows",
    "exposures",
    "owner",
    "freshness",
    "warn_after",
    "quoting",
    "packages",
    "local",
    "shop",
    "outputs",
    "target",
    "type",
    "dispatch",
    "vars",
    "on-run-start",
    "require-dbt-version",
    "arguments",
    "unique",
    "constraints",
];
const VALUES: &[&str] = &[
    "",
    "a",
    "1",
    "yes",
    "[]",
    "[a, {b: c}]",
    "{}",
    "{name: a}",
    "\"{{ var('x') }}\"",
    "{count: 1}",
    "\"{% if %}\"",
    "2024-01-01",
    "duckdb",
    "ref('a')",
    "~",
    "all",
];
const PARTS: &[&str] = &[
    "a",
    "b: ",
    "- ",
    "\n",
    "  ",
    "    ",
    ": ",
    "? ",
    "&x ",
    "*x",
    "<<: ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "'",
    "\"",
    "|\n",
    ">\n",
    "---\n",
    "...\n",
    "!!int ",
    "!t ",
    "#",
    "{{ x }}",
    "\t",
    "é",
    "1",
    "~",
    "\r\n",
    "%YAML 1.1\n",
    "&x",
    "*y",
    "\u{feff}",
    "\0",
];

fn read_and_show(text: &str) {
    let read = read_yaml(SourceFile::new("any.yml", text));
    for diagnostic in &read.diagnostics {
        assert!(!render_terminal(diagnostic, false).is_empty());
    }
    let _ = read.value.root.to_json();
}
