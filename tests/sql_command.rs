//! `elt sql`: GoogleSQL from the command line, run by the real program.

use assert_cmd::Command;

fn elt(folder: &std::path::Path) -> Command {
    let mut command = Command::cargo_bin("elt").expect("the program is built");
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("dbt_project.yml"), "name: p\nprofile: p\n")
        .expect("the project file");
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_query_prints_its_rows() {
    let folder = project();
    let output = elt(folder.path())
        .args(["sql", "select 1 as n, 'x' as s, numeric '1.50' as d, [1, 2] as a"])
        .output()
        .expect("it runs");
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn a_file_of_statements_gives_the_rows_of_the_last() {
    let folder = project();
    std::fs::write(
        folder.path().join("q.sql"),
        "create table t (n int64);\ninsert into t values (1), (2);\nselect sum(n) as total from t;\n",
    )
    .expect("a file");
    let output = elt(folder.path())
        .args(["sql", "--file", "q.sql", "--output", "json"])
        .output()
        .expect("it runs");
    insta::assert_snapshot!(text(&output.stdout));
}

/// A number's text has no zeros behind it, which only its type tells.
#[test]
fn a_statement_knows_the_types_of_tables_that_those_before_it_make() {
    let folder = project();
    let made = "create table t (price numeric, code string); insert into t values (1.50, 'a');";
    let asked = "select cast(price as string) as price, to_json_string(t) as row from t";
    let output = elt(folder.path())
        .args(["sql", "--output", "csv", &format!("{made} {asked}")])
        .output()
        .expect("it runs");
    let said = "price,row\n1.5,\"{\"\"price\"\":\"\"1.5\"\",\"\"code\"\":\"\"a\"\"}\"\n";
    assert_eq!(text(&output.stdout), said, "{}", text(&output.stderr));
}

#[test]
fn stdin_that_is_no_terminal_is_run() {
    let folder = project();
    let output = elt(folder.path())
        .args(["sql", "--output", "csv"])
        .write_stdin("declare n int64 default 20;\nselect n + 1 as n;\n")
        .output()
        .expect("it runs");
    assert_eq!(text(&output.stdout), "n\n21\n", "{}", text(&output.stderr));
}

#[test]
fn a_mistake_is_shown_at_its_place() {
    let folder = project();
    std::fs::write(folder.path().join("q.sql"), "select 1,\n  farm_fingerprnt('x')\n")
        .expect("a file");
    let output = elt(folder.path()).args(["sql", "-f", "q.sql"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let words = text(&output.stderr);
    assert!(words.contains("q.sql:2:3"), "{words}");
    assert!(words.contains("FARM_FINGERPRNT"), "{words}");
}

#[test]
fn the_translation_can_be_read() {
    let folder = project();
    let output = elt(folder.path())
        .args(["sql", "--explain", "select safe_cast('1' as int64) as n"])
        .output()
        .expect("it runs");
    assert!(text(&output.stdout).starts_with("-- n INT64\nSELECT "), "{}", text(&output.stdout));
}

#[test]
fn a_batch_answers_every_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let asked = r#"{"id": "1", "setup": "create or replace table t (a int64, b array<struct<x string>>)"}
{"id": "2", "setup": "insert into t values (1, [struct('y' as x)])"}
{"id": "3", "sql": "select a, b, json '{\"k\": 1}' as j, timestamp '2024-01-31 10:00:00+00' as moment, b'\\xff' as raw from t"}
{"id": "4", "sql": "select * from t for system_time as of timestamp '2024-01-31 10:00:00+00'"}
{"id": "5", "sql": "selec"}
nonsense
"#;
    let output =
        elt(folder.path()).args(["sql", "--batch"]).write_stdin(asked).output().expect("it runs");
    insta::assert_snapshot!(text(&output.stdout));
}
