//! `elt source freshness`: how old the newest rows are, `sources.json`, and what is fresher than it
//! was.

use serde_json::Value;

use crate::{copy_state, elt, listed, project, write};

const SOURCES: &str = "sources:
  - name: raw
    schema: raw
    config:
      loaded_at_field: loaded_at
      freshness:
        warn_after: {count: 1, period: day}
        error_after: {count: 10, period: day}
    tables:
      - name: fresh
      - name: late
      - name: stale
      - name: filtered
        config:
          freshness: {filter: \"kind = 'kept'\"}
      - name: asked
        config:
          loaded_at_field: null
          loaded_at_query: select max(moment) from raw.moments
      - name: empty
        config:
          freshness: {warn_after: {count: 1, period: hour}, error_after: null}
      - name: unwatched
        config: {freshness: null}
";

/// Rows of these ages in hours, by table.
fn load(project: &std::path::Path, tables: &[(&str, &str)]) {
    let mut macros =
        String::from("{% macro load() %}{% do run_query('create schema if not exists raw') %}");
    for (name, query) in tables {
        macros.push_str(&format!(
            "{{% do run_query(\"create or replace table raw.{name} as {query}\") %}}"
        ));
    }
    macros.push_str("{% endmacro %}\n");
    write(project, "macros/load.sql", &macros);
    let said = elt(project, &["run-operation", "load"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

fn at(hours: u32) -> String {
    format!(
        "select timestamp_sub(current_timestamp(), interval {hours} hour) as loaded_at, 'kept' as kind"
    )
}

fn statuses(project: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(project.join("target/sources.json")).expect("it is written");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let results = value["results"].as_array().expect("a list");
    let line = |result: &Value| {
        format!(
            "{} {}",
            result["unique_id"].as_str().unwrap_or_default(),
            result["status"].as_str().unwrap_or_default()
        )
    };
    results.iter().map(line).collect()
}

#[test]
fn sources_are_judged_by_their_newest_rows() {
    let folder = project(&[
        ("models/_sources.yml", SOURCES),
        ("models/m.sql", "select * from {{ source('raw', 'late') }}\n"),
        ("models/other.sql", "select * from {{ source('raw', 'fresh') }}\n"),
    ]);
    let project = folder.path();
    let of_another_kind = at(1).replace("'kept'", "'other'");
    load(
        project,
        &[
            ("fresh", &at(1)),
            ("late", &at(30)),
            ("stale", &at(300)),
            ("filtered", &format!("{of_another_kind} union all {}", at(30))),
            ("moments", "select datetime_sub(current_datetime(), interval 2 hour) as moment"),
            ("empty", "select cast(null as timestamp) as loaded_at limit 0"),
        ],
    );
    let said = elt(project, &["source", "freshness"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert_eq!(
        statuses(project),
        [
            "source.shop.raw.asked pass",
            "source.shop.raw.empty warn",
            "source.shop.raw.filtered warn",
            "source.shop.raw.fresh pass",
            "source.shop.raw.late warn",
            "source.shop.raw.stale error",
        ]
    );
    assert!(
        said.err.contains(
            "error[stale-source]: source `raw.stale` was loaded 12.5 days ago, more than 10 days"
        ),
        "{}",
        said.err
    );
    assert!(
        said.err.contains(
            "warning[stale-source]: source `raw.late` was loaded 30.0 hours ago, more than 1 day"
        ),
        "{}",
        said.err
    );
    assert!(said.err.contains("source `raw.empty` has no rows"), "{}", said.err);
    assert!(said.err.contains("models/_sources.yml:12:15"), "{}", said.err);
    // Warnings alone are no failure.
    let said = elt(
        project,
        &["source", "freshness", "--select", "source:raw.late", "-o", "elsewhere.json"],
    );
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(project.join("elsewhere.json").exists());
    let strict = ["source", "freshness", "--select", "source:raw.late", "-o", "elsewhere.json"];
    let strict = [&strict[..], &["--warn-error-options", "{error: [LogFreshnessResult]}"]].concat();
    let said = elt(project, &strict);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("error[stale-source]: source `raw.late`"), "{}", said.err);

    copy_state(project);
    assert_eq!(listed(project, &["--select", "source_status:fresher+", "--state", "before"]), "");
    load(project, &[("late", &at(0))]);
    assert_eq!(elt(project, &["source", "freshness"]).code, Some(1));
    assert_eq!(
        listed(project, &["--select", "source_status:fresher+", "--state", "before"]),
        "m raw.late"
    );
}

#[test]
fn what_cannot_be_asked_is_said() {
    let text = SOURCES.replace("loaded_at_field: loaded_at\n", "meta: {}\n");
    let folder = project(&[("models/_sources.yml", text.as_str())]);
    load(folder.path(), &[("moments", "select current_date() as moment")]);
    let said = elt(folder.path(), &["source", "freshness"]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.err
            .contains("source `fresh` has `freshness` and nothing that says when rows were loaded"),
        "{}",
        said.err
    );
    assert!(said.err.contains("expected a time, found a value of type DATE"), "{}", said.err);
    assert!(statuses(folder.path()).iter().all(|line| line.ends_with("runtime error")));
    let folder = project(&[("models/_sources.yml", SOURCES)]);
    let said = elt(folder.path(), &["source", "freshness", "--select", "source:raw.fresh"]);
    assert!(said.err.contains("table `raw.fresh` does not exist"), "{}", said.err);
}

#[test]
fn landed_sources_know_when_they_were_landed() {
    let sources = "sources:\n  - name: shop\n    schema: bronze\n    tables:\n      - name: things\n        config:\n          freshness: {error_after: {count: 1, period: hour}}\n          meta: {ingest: {type: files, path: things.json, key: id}}\n";
    let folder = project(&[("models/_sources.yml", sources), ("things.json", "[{\"id\":1}]")]);
    assert_eq!(elt(folder.path(), &["ingest"]).code, Some(0));
    let said = elt(folder.path(), &["source", "freshness"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(statuses(folder.path()), ["source.shop.shop.things pass"]);
}
