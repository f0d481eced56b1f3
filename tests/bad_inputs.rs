//! Malformed anything ends in a diagnostic: never a panic, never silence, never a wait.
//!
//! A folder under `tests/cases/bad_inputs` is a project that is wrong in one way, and `output.snap`
//! is what the program says about it. `arguments` holds the command line where it is not `parse`;
//! a project without `dbt_project.yml` gets the smallest one. Inputs too large to keep are made here.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod case_support;

use std::{fs, path::Path, time::Duration};

use case_support::{SMALLEST_PROJECT, cases, copy_of, program, without_times};
use tempfile::TempDir;

/// No input may keep the program busy for longer; generous, because CI may be slow.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn every_case_ends_in_a_diagnostic() {
    let mut panicked = Vec::new();
    for folder in cases("bad_inputs") {
        let name = folder.file_name().expect("it has a name").to_string_lossy().into_owned();
        let project = copy_of(&folder);
        let arguments = arguments_of(&folder);
        let said = run(project.path(), &arguments);
        if said.has_panicked() {
            panicked.push(name.clone());
        }
        insta::with_settings!({
            snapshot_path => folder,
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => format!("elt {}", arguments.join(" ")),
        }, {
            insta::assert_snapshot!("output", said.text);
        });
    }
    assert!(panicked.is_empty(), "these panicked: {}", panicked.join(", "));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_refused_or_read() {
    for (path, start, end) in [
        ("models/orders.sql", "select '", "' as x\n"),
        ("models/orders.sql", "select {{ ", "\n"),
        ("models/_models.yml", "models:\n  - name: orders\n    description: '", "\n"),
        ("seeds/countries.csv", "code\n\"", "\n"),
        ("macros/long.sql", "{% macro long(", "\n"),
    ] {
        let project = smallest_project();
        write(project.path(), path, &[start, &"x".repeat(100 << 20), end].concat());
        let said = run(project.path(), &["parse".to_owned()]);
        said.must_be_told(path);
        assert!(said.text.len() < 1 << 16, "{path}: the message repeats the input");
    }
}

#[test]
fn deep_nesting_is_refused_or_read() {
    const DEPTH: usize = 100_000;
    let nested = |open: &str, inside: &str, close: &str| {
        [&open.repeat(DEPTH), inside, &close.repeat(DEPTH)].concat()
    };
    for (path, text) in [
        ("models/orders.sql", format!("select {} as x\n", nested("(", "1", ")"))),
        ("models/orders.sql", format!("select {} as x\n", nested("[", "1", "]"))),
        ("models/orders.sql", nested("select * from (", "select 1 as x", ")")),
        ("models/orders.sql", format!("select {}1 as x\n", "- ".repeat(DEPTH))),
        ("models/orders.sql", format!("select 1{} as x\n", " + 1".repeat(DEPTH))),
        ("models/orders.sql", format!("select 1{} as x\n", " + 1".repeat(2_990))),
        ("models/orders.sql", format!("select 1{}\n", " union all select 1, 2".repeat(DEPTH))),
        ("models/orders.sql", format!("select a{} as x\n", "[0]".repeat(DEPTH))),
        (
            "models/orders.sql",
            format!("select {} as x\n", nested("case when true then ", "1", " end")),
        ),
        ("models/orders.sql", format!("select {{{{ {} }}}} as x\n", nested("(", "1", ")"))),
        ("models/orders.sql", format!("select {{{{ {} }}}} as x\n", nested("[", "1", "]"))),
        ("models/orders.sql", format!("select {{{{ 1{} }}}} as x\n", " + 1".repeat(DEPTH))),
        ("models/orders.sql", nested("{% if true %}", "select 1 as x", "{% endif %}")),
        ("models/_models.yml", format!("models: {}\n", nested("[", "1", "]"))),
        ("models/_models.yml", format!("models: {}\n", "{a: ".repeat(DEPTH))),
        ("models/_models.yml", format!("models:\n{}1\n", "- ".repeat(DEPTH))),
    ] {
        let project = smallest_project();
        write(project.path(), path, &text);
        let start: String = text.chars().take(40).collect();
        let said = run(project.path(), &["build".to_owned()]);
        said.must_be_told(&start);
        assert!(said.text.len() < 1 << 16, "{start}…: the message repeats the input");
    }
}

/// What the program said, and how it ended.
struct Said {
    code: Option<i32>,
    text: String,
}

impl Said {
    fn has_panicked(&self) -> bool {
        !matches!(self.code, Some(0..=2)) || self.text.contains("panicked at")
    }

    /// It ended by itself, and where it failed it said why.
    fn must_be_told(&self, what: &str) {
        assert!(!self.has_panicked(), "{what}: {:?}\n{}", self.code, self.text);
        assert!(self.code == Some(0) || self.text.contains("error"), "{what}: {}", self.text);
    }
}

fn run(project: &Path, arguments: &[String]) -> Said {
    let output = program(project).args(arguments).timeout(PATIENCE).output();
    let output = output.expect("the program can be started");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let code = output.status.code();
    let ended = code.map_or_else(|| "killed".to_owned(), |code| format!("exit code {code}"));
    Said { code, text: steady(&format!("{stderr}{stdout}{ended}\n"), project) }
}

/// Without what changes from run to run: the folder, times.
fn steady(text: &str, project: &Path) -> String {
    let canonical = project.canonicalize().unwrap_or_else(|_| project.to_owned());
    let text = text.replace(&*canonical.to_string_lossy(), "<project>");
    let text = text.replace(&*project.to_string_lossy(), "<project>");
    without_times(&text)
}

fn arguments_of(case: &Path) -> Vec<String> {
    let Ok(line) = fs::read_to_string(case.join("arguments")) else {
        return vec!["parse".to_owned()];
    };
    // Words, and 'quoted words' as in a shell.
    let mut arguments = Vec::new();
    for (index, part) in line.trim().split('\'').enumerate() {
        if index % 2 == 1 {
            arguments.push(part.to_owned());
        } else {
            arguments.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    arguments
}

fn smallest_project() -> TempDir {
    let project = tempfile::tempdir().expect("a temporary folder can be made");
    write(project.path(), "dbt_project.yml", SMALLEST_PROJECT);
    project
}

fn write(project: &Path, path: &str, text: &str) {
    let path = project.join(path);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}
