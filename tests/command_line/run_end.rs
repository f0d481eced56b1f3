//! What hooks of a run and of nodes see: `results`, `schemas`, the schema of their node.

use std::fs;

use serde_json::Value;

use crate::{elt, project};

const PROJECT: &str = "name: shop
version: \"1.0.0\"
on-run-end:
  - >-
    {% for one in results %}{{ print([one.node.name, one.status, one.failures,
    one.timing | map(attribute='name') | join('+'), one.execution_time is number,
    one.timing[0].started_at < one.timing[0].completed_at, one.node.compiled_code | trim | length > 0,
    one.node.meta, one.node.version, one.node.relation_name] | string) }}{% endfor %}
  - >-
    {% for one in results[:1] %}{% set texts = one.to_dict() %}{{ print(texts.timing[0].started_at[:2] ~ ' ' ~ texts['node']['name']
    ~ ' ' ~ texts.keys() | list | length) }}{% endfor %}
  - create table {{ target.schema }}.told as select '{{ schemas | join(',') }}' as schemas, {{ results | selectattr('status', 'equalto', 'success') | list | length }} as built
";

#[test]
fn hooks_of_a_run_see_results() {
    let folder = project(&[
        ("dbt_project.yml", PROJECT),
        ("models/a.sql", "{{ config(meta={'owner': 'ann'}) }}select 1 as id"),
        ("models/dim_v2.sql", "{{ config(schema='other') }}select id from {{ ref('a') }}"),
        ("models/eph.sql", "{{ config(materialized='ephemeral') }}select 1 as id"),
        (
            "models/models.yml",
            "models:
  - name: dim
    latest_version: 2
    versions: [{v: 2}]
    columns: [{name: id, data_tests: [unique]}]
exposures:
  - {name: board, type: dashboard, owner: {name: ann}, depends_on: [ref('dim')]}
unit_tests:
  - {name: gives_one, model: a, given: [], expect: {rows: [{id: 1}]}}
",
        ),
    ]);
    let built = elt(folder.path(), &["--quiet", "build", "--threads", "1"]);
    assert_eq!(built.code, Some(0), "{}{}", built.out, built.err);
    insta::assert_snapshot!(built.out);
    let told =
        elt(folder.path(), &["show", "--inline", "select * from shop.told", "--output", "csv"]);
    assert_eq!(told.out, "schemas,built\n\"shop,shop_other\",2", "{}", told.err);
    assert_eq!(exposure(folder.path()), "no-op");
}

/// The status of the exposure in `run_results.json`.
fn exposure(project: &std::path::Path) -> String {
    let text = fs::read_to_string(project.join("target/run_results.json")).expect("written");
    let results: Value = serde_json::from_str(&text).expect("JSON");
    let results = results["results"].as_array().expect("a list");
    let exposure = results.iter().find(|one| one["unique_id"] == "exposure.shop.board");
    exposure.expect("a result")["status"].as_str().expect("a text").to_owned()
}

#[test]
fn an_exposure_of_what_was_not_built_is_skipped() {
    let folder = project(&[
        ("models/a.sql", "{{ config(materialized='table') }}select cast('x' as int64) as id"),
        (
            "models/models.yml",
            "exposures:
  - {name: board, type: dashboard, owner: {name: ann}, depends_on: [ref('a')]}
",
        ),
    ]);
    let built = elt(folder.path(), &["build"]);
    assert_eq!(built.code, Some(1), "{}", built.err);
    assert_eq!(exposure(folder.path()), "skipped");
}

#[test]
fn a_pre_hook_finds_the_nodes_schema() {
    let folder = project(&[
        (
            "models/a.sql",
            "{{ config(schema='new', pre_hook='create table if not exists {{ this.schema }}.log (id int64)') }}
select count(*) as n from {{ this.schema }}.log
",
        ),
    ]);
    let built = elt(folder.path(), &["build"]);
    assert_eq!(built.code, Some(0), "{}", built.err);
    let run = fs::read_to_string(folder.path().join("target/run/shop/models/a.sql"));
    let run = run.expect("it ran");
    assert!(run.starts_with("create schema if not exists `local`.`shop_new`;"), "{run}");
}

#[test]
fn a_count_that_is_null_is_no_count() {
    let folder = project(&[
        (
            "tests/sums.sql",
            "{{ config(fail_calc='sum(n)') }}select 1 as n from unnest([1]) where false",
        ),
        (
            "tests/sums_well.sql",
            "{{ config(fail_calc='coalesce(sum(n), 0)') }}select 1 as n from unnest([1]) where false",
        ),
    ]);
    let said = elt(folder.path(), &["test"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let wanted = "test `sums` has no usable result: `fail_calc` gave NULL: write `coalesce(…, 0)`";
    assert!(said.err.contains(wanted), "{}", said.err);
    assert!(said.err.contains("1 passed, 1 broken"), "{}", said.err);
}
