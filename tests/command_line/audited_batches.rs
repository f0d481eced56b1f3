//! Microbatch models that are published when all their batches are built and their tests pass.

use std::path::Path;

use tempfile::TempDir;

use crate::{Said, elt, project};

const CONFIG: &str = "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', begin='2024-01-01', batch_size='day', publish='audited', partition_by={'field': 'happened_at', 'data_type': 'timestamp', 'granularity': 'day'}) }}\n";
/// The batch `failing` cannot be built; each day's row knows who built it, and how many rows it found.
const ROWS: &str = "select 10 * extract(day from happened_at) + {{ var('more', 0) }} as id, happened_at, '{{ invocation_id }}' as run, {% if is_incremental() %}(select count(*) from {{ this }}){% else %}0{% endif %} + div(0, if('{{ model.batch.id }}' = '{{ var('failing', '') }}', 0, 1)) as found from {{ ref('days') }}";
const DAYS: [&str; 4] = ["--event-time-start", "2024-01-01", "--event-time-end", "2024-01-05"];

fn shop() -> TempDir {
    project(&[
        (
            "models/days.sql",
            "{{ config(materialized='table', event_time='happened_at') }}\nselect timestamp(day) as happened_at from unnest(generate_date_array(date '2024-01-01', date '2024-01-31')) as day\n",
        ),
        ("models/daily.sql", &format!("{CONFIG}{ROWS}\n")),
        (
            "models/_models.yml",
            "models:\n  - name: daily\n    columns:\n      - name: id\n        data_tests: [{accepted_values: {arguments: {values: [10, 20, 30, 40, 50], quote: false}}}]\n",
        ),
    ])
}

fn run(folder: &Path, more: &[&str]) -> Said {
    elt(folder, &[&["run"], &DAYS[..], more].concat())
}

fn rows(folder: &Path, column: &str, table: &str) -> String {
    let sql = format!("select {column} from shop.{table} order by happened_at");
    let said = elt(folder, &["show", "--output", "csv", "--limit", "-1", "--inline", &sql]);
    said.out.lines().skip(1).collect::<Vec<_>>().join(" ")
}

#[test]
fn all_batches_are_published_at_once() {
    let folder = shop();
    let said = run(folder.path(), &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(rows(folder.path(), "id", "daily"), "10 20 30 40");
    assert_eq!(rows(folder.path(), "found", "daily"), "0 1 2 3", "each adds to those before");
    assert_eq!(rows(folder.path(), "id", "daily__unpublished"), "");
    let window = ["run", "--event-time-start", "2024-01-04", "--event-time-end", "2024-01-06"];
    assert_eq!(elt(folder.path(), &window).code, Some(0));
    assert_eq!(rows(folder.path(), "id", "daily"), "10 20 30 40 50");
    assert_eq!(rows(folder.path(), "found", "daily"), "0 1 2 4 4", "the old rows were there");
}

#[test]
fn batches_that_fail_the_tests_are_not_published() {
    let folder = shop();
    assert_eq!(run(folder.path(), &[]).code, Some(0));
    let window = ["run", "--event-time-start", "2024-01-03", "--event-time-end", "2024-01-04"];
    let said = elt(folder.path(), &[&window[..], &["--vars", "{more: 7}"]].concat());
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("`daily` is not published: 1 of its 1 test failed"), "{}", said.err);
    assert_eq!(rows(folder.path(), "id", "daily"), "10 20 30 40");
    assert_eq!(rows(folder.path(), "id", "daily__unpublished"), "10 20 37 40");
    let said = elt(folder.path(), &["retry", "--vars", "{more: 10}"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(rows(folder.path(), "id", "daily"), "10 20 40 40");
}

#[test]
fn a_part_of_the_batches_is_not_published_and_a_retry_goes_on_with_it() {
    let folder = shop();
    let said = run(folder.path(), &["--vars", "{failing: '20240103'}"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert_eq!(rows(folder.path(), "id", "daily"), "");
    assert_eq!(rows(folder.path(), "id", "daily__unpublished"), "10 20 40");
    let results = std::fs::read_to_string(folder.path().join("target/run_results.json"));
    let results = results.expect("written");
    assert!(results.contains("3 of 4 batches were built; nothing is published"), "{results}");
    let said = elt(folder.path(), &["retry", "--vars", "{failing: none}"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(rows(folder.path(), "id", "daily"), "10 20 30 40");
    let runs = rows(folder.path(), "run", "daily");
    let runs: Vec<&str> = runs.split(' ').collect();
    assert!(runs[0] == runs[1] && runs[1] == runs[3] && runs[1] != runs[2], "{runs:?}");
}
