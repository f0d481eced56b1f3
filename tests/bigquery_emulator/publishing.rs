//! `publish: audited` over HTTP: what fails its tests stays beside the published table.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{emulator::Emulator, example_support::elt};

const TESTS: &str = "models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests: [unique, not_null]\n";

/// A project with the model `orders` in a dataset of its own.
fn shop(emulator: &Emulator, dataset: &str, orders: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let profile = format!(
        "shop:\n  target: it\n  outputs:\n    it:\n      type: bigquery\n      method: oauth-secrets\n      \
         token: any\n      project: shop\n      api_endpoint: {}\n      dataset: {dataset}\n      threads: 4\n",
        emulator.url
    );
    for (file, text) in [
        ("profiles.yml", profile.as_str()),
        ("dbt_project.yml", "name: shop\nversion: \"1.0.0\"\nprofile: shop\nquery-comment: \"\"\n"),
        ("models/orders.sql", orders),
        ("models/_models.yml", TESTS),
        (
            "models/below.sql",
            "{{ config(materialized='table') }}\nselect count(*) as n from {{ ref('orders') }}\n",
        ),
    ] {
        write(folder.path(), file, text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().expect("below the folder")).expect("a new folder");
    fs::write(file, text).expect("written");
}

/// Builds, and says what was said.
fn build(folder: &Path, code: i32, more: &[&str]) -> String {
    let output = elt(folder, &[&["build"], more].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{told}");
    told
}

/// The ids of a table in their order; none where there is no such table.
fn ids(folder: &Path, dataset: &str, table: &str) -> Option<String> {
    let sql = format!("select id from shop.{dataset}.{table} order by id");
    let output = elt(folder, &["show", "--output", "csv", "--limit", "-1", "--inline", &sql]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let ids = told.lines().skip(1).collect::<Vec<_>>().join(" ");
    output.status.success().then_some(ids)
}

#[test]
fn a_table_is_published_when_its_tests_pass() {
    let Some(emulator) = Emulator::get() else { return };
    let config =
        "{{ config(materialized='table', publish='audited', partition_by={'field': 'day'}) }}\n";
    let orders = |ids: &str| {
        format!("{config}select id, date '2024-01-01' as day from unnest([{ids}]) as id\n")
    };
    let folder = shop(emulator, "audited_table", &orders("1, 2"));
    let folder = folder.path();
    let of = |table: &str| ids(folder, "audited_table", table);
    build(folder, 0, &[]);
    assert_eq!(of("orders").as_deref(), Some("1 2"), "where none was before");
    assert_eq!(of("orders__unpublished"), None);
    write(folder, "models/orders.sql", &orders("3, 3"));
    let told = build(folder, 1, &[]);
    assert!(told.contains("`orders` is not published: 1 of its 2 tests failed"), "{told}");
    assert!(
        told.contains("the rejected table is `shop`.`audited_table`.`orders__unpublished`"),
        "{told}"
    );
    assert_eq!(of("orders").as_deref(), Some("1 2"), "the old table stays");
    assert_eq!(of("orders__unpublished").as_deref(), Some("3 3"));
    write(folder, "models/orders.sql", &orders("4"));
    build(folder, 0, &[]);
    assert_eq!(of("orders").as_deref(), Some("4"), "in the place of the old one");
    assert_eq!(of("orders__unpublished"), None);
}

#[test]
fn an_incremental_model_is_merged_into_a_clone() {
    let Some(emulator) = Emulator::get() else { return };
    let orders = "{{ config(materialized='incremental', unique_key='key', publish='audited') }}\n\
        select key, id from unnest([struct({{ var('key') }} as key, {{ var('id') }} as id)])\n";
    let folder = shop(emulator, "audited_incremental", orders);
    let folder = folder.path();
    let of = |table: &str| ids(folder, "audited_incremental", table);
    let vars = |key: u8, id: u8| format!("{{key: {key}, id: {id}}}");
    build(folder, 0, &["--vars", &vars(1, 10)]);
    build(folder, 0, &["--vars", &vars(2, 20)]);
    build(folder, 0, &["--vars", &vars(1, 11)]);
    assert_eq!(of("orders").as_deref(), Some("11 20"), "updated and added");
    build(folder, 1, &["--vars", &vars(3, 20)]);
    assert_eq!(of("orders").as_deref(), Some("11 20"), "the published table is not touched");
    assert_eq!(of("orders__unpublished").as_deref(), Some("11 20 20"));
    build(folder, 0, &["--vars", &vars(3, 30)]);
    assert_eq!(of("orders").as_deref(), Some("11 20 30"));
    assert_eq!(of("orders__unpublished"), None);
}

#[test]
fn batches_are_published_together() {
    let Some(emulator) = Emulator::get() else { return };
    let orders = "{{ config(materialized='incremental', incremental_strategy='microbatch', \
        event_time='happened_at', begin='2024-01-01', batch_size='day', publish='audited', \
        partition_by={'field': 'happened_at', 'data_type': 'timestamp', 'granularity': 'day'}) }}\n\
        select extract(day from happened_at) * {{ var('times', 1) }} as id, happened_at from {{ ref('days') }}\n";
    let folder = shop(emulator, "audited_batches", orders);
    let folder = folder.path();
    write(
        folder,
        "models/days.sql",
        "{{ config(materialized='table', event_time='happened_at') }}\nselect timestamp(day) as happened_at from \
         unnest(generate_date_array(date '2024-01-01', date '2024-01-04')) as day\n",
    );
    let of = |table: &str| ids(folder, "audited_batches", table);
    let days = ["--event-time-start", "2024-01-01", "--event-time-end", "2024-01-05"];
    build(folder, 0, &days);
    assert_eq!(of("orders").as_deref(), Some("1 2 3 4"));
    let third = ["--event-time-start", "2024-01-02", "--event-time-end", "2024-01-03"];
    build(folder, 1, &[&third[..], &["--vars", "{times: 2}"]].concat());
    assert_eq!(of("orders").as_deref(), Some("1 2 3 4"), "4 would be there twice");
    assert_eq!(of("orders__unpublished").as_deref(), Some("1 3 4 4"));
    build(folder, 0, &[&third[..], &["--vars", "{times: 10}"]].concat());
    assert_eq!(of("orders").as_deref(), Some("1 3 4 20"));
}
