//! Where compiled SQL is left: dbt 1.12's layout of the target folder.

use std::path::Path;

use crate::{elt, project};

/// The SQL files below a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "sql") {
                let below = path.strip_prefix(folder).expect("below it");
                found.push(below.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

const SNAPSHOTS: &str = "{% snapshot orders %}
{{ config(unique_key='id', strategy='check', check_cols='all') }}
select * from {{ ref('daily') }}
{% endsnapshot %}
{% snapshot more_orders %}
{{ config(unique_key='id', strategy='check', check_cols='all') }}
select * from {{ ref('daily') }}
{% endsnapshot %}
";

#[test]
fn files_lie_where_dbt_leaves_them() {
    let folder = project(&[
        (
            "dbt_project.yml",
            "name: shop\nversion: \"1.0.0\"\non-run-start: [select 1, '{{ log(1) }}']\non-run-end: select 2\n",
        ),
        ("models/sub/daily.sql", "select 1 as id\n"),
        (
            "models/sub/daily.yml",
            "models:
  - {name: daily, columns: [{name: id, data_tests: [not_null]}]}
unit_tests:
  - {name: one_row, model: daily, given: [], expect: {rows: [{id: 1}]}}
snapshots:
  - {name: of_yaml, relation: ref('daily'), config: {unique_key: id, strategy: check, check_cols: all}}
",
        ),
        ("snapshots/deep/orders.sql", SNAPSHOTS),
        ("tests/sub/single.sql", "select * from {{ ref('daily') }} where id > 1\n"),
        // An older version has left a file where a folder is now.
        ("target/compiled/shop/snapshots/deep/orders.sql", "select 1\n"),
    ]);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let compiled = [
        "compiled/shop/dbt_project.yml/hooks/shop-on-run-end-0.sql",
        "compiled/shop/dbt_project.yml/hooks/shop-on-run-start-0.sql",
        "compiled/shop/models/sub/daily.sql",
        "compiled/shop/models/sub/daily.yml/models/sub/one_row.sql",
        "compiled/shop/models/sub/daily.yml/not_null_daily_id.sql",
        "compiled/shop/models/sub/daily.yml/of_yaml.sql",
        "compiled/shop/snapshots/deep/orders.sql/more_orders.sql",
        "compiled/shop/snapshots/deep/orders.sql/orders.sql",
        "compiled/shop/tests/sub/single.sql",
    ];
    let run = [
        "run/shop/models/sub/daily.sql",
        "run/shop/models/sub/daily.yml/not_null_daily_id.sql",
        "run/shop/models/sub/daily.yml/of_yaml.sql",
        "run/shop/snapshots/deep/orders.sql/more_orders.sql",
        "run/shop/snapshots/deep/orders.sql/orders.sql",
        "run/shop/tests/sub/single.sql",
    ];
    let expected: Vec<&str> = compiled.into_iter().chain(run).collect();
    assert_eq!(files(&folder.path().join("target")), expected);
    let manifest = std::fs::read_to_string(folder.path().join("target/manifest.json"));
    let manifest: serde_json::Value =
        serde_json::from_str(&manifest.expect("written")).expect("JSON");
    let node = |id: &str, key: &str| manifest["nodes"][id][key].as_str().map(str::to_owned);
    let hook = node("operation.shop.shop-on-run-end-0", "compiled_path");
    let path = "target/compiled/shop/./dbt_project.yml/hooks/shop-on-run-end-0.sql";
    assert_eq!(hook.as_deref(), Some(path));
    assert_eq!(node("operation.shop.shop-on-run-end-0", "build_path"), None);
    let nothing = &manifest["nodes"]["operation.shop.shop-on-run-start-1"];
    assert_eq!(nothing["compiled"], true, "it renders to nothing, and leaves no file");
    assert!(nothing["compiled_path"].is_null());
}

#[test]
fn messages_name_the_file_below_the_target_folder_that_is_used() {
    let folder = project(&[
        ("models/daily.sql", "select 1 as id\n"),
        ("models/broken.sql", "{{ config(materialized='table') }}select error('no') as id\n"),
        (
            "models/daily.yml",
            "models:\n  - {name: daily, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}}}]}]}\n",
        ),
    ]);
    let said = elt(folder.path(), &["build", "--target-path", "elsewhere/here"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    for file in ["models/broken.sql", "models/daily.yml/accepted_values_daily_id__2.sql"] {
        let note = format!("compiled code: elsewhere/here/compiled/shop/{file}");
        assert!(said.err.contains(&note), "{note}: {}", said.err);
        assert!(folder.path().join(format!("elsewhere/here/compiled/shop/{file}")).is_file());
    }
}
