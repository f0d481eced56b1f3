//! `time_ingestion_partitioning` on the embedded engine: the pseudo columns are there as on BigQuery,
//! and the column that says the partition is not.

use std::path::Path;

use crate::{elt, project, write};

const EVENTS: &str = "{{ config(materialized='incremental', incremental_strategy='STRATEGY',
  unique_key='KEY', partition_by={'field': 'moment', 'data_type': 'timestamp', 'granularity': 'hour',
  'time_ingestion_partitioning': true}) }}
select id, name, moment from {{ ref('raw') }}
";

const FILES: [(&str, &str); 6] = [
    ("dbt_project.yml", "name: shop\nprofile: shop\n"),
    (
        "profiles.yml",
        "shop: {target: dev, outputs: {dev: {type: bigquery, method: local, dataset: dev}}}\n",
    ),
    ("seeds/raw.csv", "id,name,moment\n1,ada,2024-01-01 10:20:30\n2,bo,2024-01-01 10:50:00\n3,cy,2024-01-02 00:00:01\n"),
    ("seeds/properties.yml", "seeds: [{name: raw, config: {column_types: {moment: timestamp}}}]\n"),
    ("models/all.sql", "select *, _PARTITIONTIME as time, _partitiondate as day from {{ ref('events') }}\n"),
    (
        "models/paired.sql",
        "select a.*, b.* except (id, name), to_json_string(a) as whole, (select max(c._PARTITIONDATE) from {{ ref('events') }} as c) as latest
from {{ ref('events') }} as a join {{ ref('events') }} as b using (id)
where a._PARTITIONTIME >= timestamp '2024-01-01 10:00:00+00'
",
    ),
];

fn built(project: &Path, args: &[&str]) {
    let said = elt(project, args);
    assert_eq!(said.code, Some(0), "{args:?}: {}{}", said.out, said.err);
}

fn rows(project: &Path, sql: &str) -> String {
    let said = elt(project, &["sql", sql, "--output", "csv"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out
}

fn with(strategy: &str, key: &str) -> tempfile::TempDir {
    let folder = project(&FILES);
    let key = if key.is_empty() { "" } else { key };
    let events = EVENTS.replace("STRATEGY", strategy).replace(
        "unique_key='KEY',",
        &match key {
            "" => String::new(),
            key => format!("unique_key='{key}',"),
        },
    );
    write(folder.path(), "models/events.sql", &events);
    built(folder.path(), &["build"]);
    folder
}

const ALL: &str = "select * from `local`.`dev`.`all` order by id, name";
const LATER: &str = "id,name,moment\n3,cyd,2024-01-02 00:30:00\n4,di,2024-01-03 09:00:00\n";

#[test]
fn partitions_have_their_time_and_their_day() {
    let folder = with("merge", "id");
    let project = folder.path();
    insta::assert_snapshot!(rows(project, ALL), @r#"
    id,name,time,day
    1,ada,2024-01-01 10:00:00+00:00,2024-01-01
    2,bo,2024-01-01 10:00:00+00:00,2024-01-01
    3,cy,2024-01-02 00:00:00+00:00,2024-01-02
    "#);
    insta::assert_snapshot!(rows(project, "select * from `local`.`dev`.`paired` order by id"), @r#"
    id,name,whole,latest
    1,ada,"{""id"":1,""name"":""ada""}",2024-01-02
    2,bo,"{""id"":2,""name"":""bo""}",2024-01-02
    3,cy,"{""id"":3,""name"":""cy""}",2024-01-02
    "#);
    insta::assert_snapshot!(rows(project, "select * from `local`.`dev`.`events` order by id"), @r#"
    id,name
    1,ada
    2,bo
    3,cy
    "#);
    built(project, &["docs", "generate"]);
    let catalog = std::fs::read_to_string(project.join("target/catalog.json"));
    assert!(!catalog.expect("a catalog").contains("_PARTITION"));
    let run = std::fs::read_to_string(project.join("target/run/shop/models/events.sql"));
    insta::assert_snapshot!("created", run.expect("what was run"));
}

#[test]
fn later_runs_know_the_partitions() {
    for (strategy, key) in [("merge", "id"), ("insert_overwrite", ""), ("append", "")] {
        let folder = with(strategy, key);
        let project = folder.path();
        write(project, "seeds/raw.csv", LATER);
        built(project, &["build"]);
        insta::assert_snapshot!(strategy, rows(project, ALL));
    }
}

#[test]
fn the_column_itself_is_not_in_the_table() {
    let folder = with("append", "");
    let said = elt(folder.path(), &["sql", "select moment from `local`.`dev`.`events`"]);
    assert_eq!(said.code, Some(1));
    let model = "select id, moment from {{ ref('events') }}\n";
    write(folder.path(), "models/late.sql", model);
    let checked = elt(folder.path(), &["check"]);
    assert_eq!(checked.code, Some(1), "{}", checked.err);
    assert!(checked.err.contains("models/late.sql:1:12"), "{}", checked.err);
    assert!(checked.err.contains("1 error, 0 warnings"), "{}", checked.err);
    insta::assert_snapshot!(said.err, @r#"
    error[unknown-column]: column `moment` does not exist
     --> sql:1:8
      |
    1 | select moment from `local`.`dev`.`events`
      |        ^^^^^^

    error: 1 error
    "#);
}

/// As on BigQuery, a range of integers is one partition, and so is what is outside of them.
#[test]
fn ranges_are_replaced_whole() {
    let folder = project(&FILES[..2]);
    let project = folder.path();
    let model = |numbers: &str| {
        let code = format!(
            "{{{{ config(materialized='incremental', incremental_strategy='insert_overwrite',
  partition_by={{'field': 'n', 'data_type': 'int64', 'range': {{'start': 0, 'end': 30, 'interval': 10}}}}) }}}}
select n from unnest([{numbers}]) as n\n"
        );
        write(project, "models/m.sql", &code);
        built(project, &["run"]);
        rows(project, "select string_agg(cast(n as string) order by n) as n from `local`.`dev`.`m`")
    };
    assert_eq!(model("1, 5, 12, 25, -3, 30, null"), "n\n\"-3,1,5,12,25,30\"");
    assert_eq!(model("7, 99"), "n\n\"7,12,25,99\"");
    assert_eq!(model("13, null"), "n\n\"7,13,25,99\"");
}
