//! `result:`, `state:` and `retry` look at what an earlier run left behind.

use crate::{copy_state, elt, listed, project, write};

const MODELS: [(&str, &str); 4] = [
    ("models/good.sql", "select 1 as x\n"),
    (
        "models/bad.sql",
        "{{ config(materialized='table') }}\nselect cast('x' as int64) as x from {{ ref('good') }}\n",
    ),
    ("models/below.sql", "select * from {{ ref('bad') }}\n"),
    (
        "models/_models.yml",
        "models:\n  - name: good\n    columns:\n      - name: x\n        data_tests:\n          - accepted_values:\n              arguments: {values: [2], quote: false}\n",
    ),
];

#[test]
fn results_of_the_last_run_or_of_a_folder() {
    let folder = project(&MODELS);
    let project = folder.path();
    let said = elt(project, &["ls", "--select", "result:error"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("run_results.json"), "{}", said.err);
    assert_eq!(elt(project, &["run"]).code, Some(1));
    copy_state(project);
    assert_eq!(
        listed(project, &["--select", "result:success"]),
        "accepted_values_good_x__False__2 good"
    );
    assert_eq!(listed(project, &["--select", "result:error+"]), "bad below");
    assert_eq!(
        listed(project, &["--select", "1+result:error"]),
        "accepted_values_good_x__False__2 bad good"
    );
    assert_eq!(listed(project, &["--select", "result:skipped"]), "below");
    assert_eq!(elt(project, &["test"]).code, Some(1));
    // The last run was of tests; the folder still holds the one before.
    assert_eq!(listed(project, &["--select", "result:fail"]), "accepted_values_good_x__False__2");
    assert_eq!(listed(project, &["--select", "result:error", "--state", "before"]), "bad");
    let said = elt(project, &["ls", "--select", "result:eror"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("did you mean `error`?"), "{}", said.err);
}

#[test]
fn retry_takes_another_runs_results() {
    let folder = project(&MODELS);
    let project = folder.path();
    assert_eq!(elt(project, &["run"]).code, Some(1));
    copy_state(project);
    assert_eq!(elt(project, &["run", "--select", "good"]).code, Some(0));
    assert!(elt(project, &["retry"]).err.contains("nothing to retry"));
    write(project, "models/bad.sql", "select x from {{ ref('good') }}\n");
    let said = elt(project, &["retry", "--state", "before"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("2 built"), "{}", said.err);
}

#[test]
fn what_changed_since_an_earlier_manifest() {
    let folder = project(&[
        ("models/body.sql", "select 1 as x\n"),
        ("models/configs.sql", "{{ config(materialized='table') }}\nselect 1 as x\n"),
        ("models/relation.sql", "select 1 as x\n"),
        ("models/macros.sql", "select {{ outer_macro() }} as x\n"),
        ("models/described.sql", "{{ config(persist_docs={'relation': true}) }}\nselect 1 as x\n"),
        ("models/same.sql", "select 1 as x\n"),
        ("models/gone.sql", "select 1 as x\n"),
        ("macros/m.sql", "{% macro outer_macro() %}{{ inner_macro() }}{% endmacro %}\n"),
        ("macros/inner.sql", "{% macro inner_macro() %}1{% endmacro %}\n"),
        ("models/_models.yml", "models:\n  - name: described\n    description: before\n"),
    ]);
    let project = folder.path();
    let said = elt(project, &["ls", "--select", "state:modified"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--state DIR"), "{}", said.err);
    assert_eq!(elt(project, &["parse"]).code, Some(0));
    copy_state(project);
    let select = |what: &str| listed(project, &["--select", what, "--state", "before"]);
    assert_eq!(
        listed(project, &["--select", "state:unmodified", "--state", "before"]),
        "body configs described gone macros relation same"
    );
    write(project, "models/body.sql", "select 2 as x\n");
    write(project, "models/configs.sql", "{{ config(materialized='view') }}\nselect 1 as x\n");
    write(project, "models/relation.sql", "{{ config(alias='other') }}\nselect 1 as x\n");
    write(project, "macros/inner.sql", "{% macro inner_macro() %}2{% endmacro %}\n");
    write(project, "models/_models.yml", "models:\n  - name: described\n    description: after\n");
    write(project, "models/fresh.sql", "select * from {{ ref('same') }}\n");
    std::fs::remove_file(project.join("models/gone.sql")).expect("deleted");
    assert_eq!(select("state:new"), "fresh");
    assert_eq!(select("state:old"), "body configs described macros relation same");
    assert_eq!(select("state:modified"), "body configs described fresh macros relation");
    assert_eq!(select("state:unmodified"), "same");
    assert_eq!(select("state:modified.macros"), "fresh macros");
    assert_eq!(select("state:modified.persisted_descriptions"), "described fresh");
    // Configuration in the file is its text too.
    assert_eq!(select("state:modified.body"), "body configs fresh relation");
    assert_eq!(select("state:modified.relation"), "fresh relation");
    let said = elt(project, &["ls", "--select", "state:changed", "--state", "before"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("the states are modified"), "{}", said.err);
}

/// What a target, a variable or the environment makes of a configuration is no change
/// (<https://docs.getdbt.com/reference/node-selection/state-comparison-caveats>).
#[test]
fn another_target_changes_nothing() {
    let folder = project(&[
        (
            "dbt_project.yml",
            "name: shop\nprofile: shop\nmodels:\n  shop:\n    +schema: \"{{ var('layer', target.name) }}\"\n",
        ),
        (
            "profiles.yml",
            "shop:\n  target: dev\n  outputs:\n    dev: {type: bigquery, method: local, dataset: dev}\n    prod: {type: bigquery, method: local, dataset: prod}\n",
        ),
        (
            "models/a.sql",
            "{{ config(materialized='table' if target.name == 'prod' else 'view') }}\nselect 1 as id\n",
        ),
        ("models/b.sql", "select * from {{ source('raw', 't') }}\n"),
        (
            "models/_models.yml",
            "models:\n  - name: a\n    config: {tags: [one], meta: {owner: ada}}\n  - name: b\n    config:\n      alias: \"{{ 'b_' ~ target.name }}\"\nsources:\n  - name: raw\n    schema: \"{{ target.name }}_raw\"\n    tables: [{name: t}]\n",
        ),
    ]);
    let project = folder.path();
    assert_eq!(elt(project, &["parse", "--target", "prod"]).code, Some(0));
    copy_state(project);
    let select = |what: &str| listed(project, &["--select", what, "--state", "before"]);
    assert_eq!(select("state:unmodified"), "a b raw.t");
    let properties = std::fs::read_to_string(project.join("models/_models.yml")).expect("written");
    // Tags are for selecting: what is built is the same.
    write(project, "models/_models.yml", &properties.replace("[one]", "[two]"));
    assert_eq!(select("state:unmodified"), "a b raw.t");
    write(project, "models/_models.yml", &properties.replace("ada", "jonas"));
    assert_eq!(select("state:modified"), "a");
    assert_eq!(select("state:modified.configs"), "a");
    write(project, "models/_models.yml", &properties.replace("'b_'", "'c_'"));
    assert_eq!(select("state:modified.relation"), "b");
    assert_eq!(select("state:modified.configs"), "");
    write(project, "models/_models.yml", &properties.replace("_raw\"", "_bronze\""));
    assert_eq!(select("state:modified"), "raw.t");
    assert_eq!(select("state:modified.relation"), "raw.t");
    write(
        project,
        "models/_models.yml",
        &properties.replace("- name: b\n", "- name: b\n    access: public\n"),
    );
    assert_eq!(select("state:modified"), "b");
}

#[test]
fn one_of_two_snapshots_in_a_file_changes() {
    let snapshot = |name: &str, rows: &str| {
        format!(
            "{{% snapshot {name} %}}\n{{{{ config(unique_key='id', strategy='check', check_cols='all') }}}}\n{rows}\n{{% endsnapshot %}}\n"
        )
    };
    let file = |rows: &str| snapshot("first", "select 1 as id") + &snapshot("second", rows);
    let folder = project(&[("snapshots/both.sql", &file("select 2 as id"))]);
    let project = folder.path();
    assert_eq!(elt(project, &["parse"]).code, Some(0));
    copy_state(project);
    write(project, "snapshots/both.sql", &file("select 3 as id"));
    assert_eq!(listed(project, &["--select", "state:modified", "--state", "before"]), "second");
}

/// The values are those that dbt 1.12 writes for the same files.
#[test]
fn a_configuration_is_kept_as_it_is_written() {
    let folder = project(&[
        (
            "dbt_project.yml",
            "name: shop
models:
  shop:
    +schema: \"{{ var('layer') }}\"
    +meta: {a: 1}
    +tags: [root]
    sub:
      +pre-hook: [\"select '{{ this }}'\"]
data_tests:
  +severity: warn
  shop:
    +store_failures: \"{{ var('on') }}\"
sources:
  shop:
    +enabled: \"{{ var('on') }}\"
",
        ),
        (
            "models/sub/a.sql",
            "{{ config(unique_key=['id',\"x\"], enabled=var('on'), alias='a_' ~ target.name,\n  cluster_by = [\"id\"]) }}\n{{ config(materialized='table') }}\nselect 1 as id, 2 as x\n",
        ),
        (
            "models/b.sql",
            "{{ config(pre_hook=\"select 1\", partition_by={\"field\": \"day\", \"data_type\": \"date\"} if target.type == 'bigquery' else none) }}\nselect id from {{ ref('a') }}\n",
        ),
        ("tests/t.sql", "{{ config(limit=5) }} select * from {{ ref('b') }} where id is null\n"),
        (
            "models/_models.yml",
            "models:
  - name: b
    config: {meta: {d: \"{{ var('layer') }}\"}, docs: {node_color: red}}
    columns:
      - name: id
        data_tests:
          - unique: {config: {where: \"id > {{ var('least') }}\", tags: [rel]}}
sources:
  - name: src
    tables: [{name: t}]
",
        ),
    ]);
    let project = folder.path();
    let said = elt(project, &["parse", "--vars", "{layer: bronze, \"on\": true, least: 0}"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let text = std::fs::read_to_string(project.join("target/manifest.json")).expect("written");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let of = |kind: &str, start: &str| {
        let entries = manifest[kind].as_object().expect("a mapping");
        let found = entries.iter().find(|(id, _)| id.starts_with(start));
        found.map(|(_, entry)| entry["unrendered_config"].clone()).expect(start)
    };
    let layer = "{{ var('layer') }}";
    assert_eq!(
        of("nodes", "model.shop.a"),
        serde_json::json!({
            "schema": layer,
            "meta": {"a": 1},
            "tags": ["root"],
            "pre-hook": ["select '{{ this }}'"],
            "unique_key": "['id', 'x']",
            "enabled": "var('on')",
            "alias": "'a_' ~ target.name",
            "cluster_by": "['id']",
        })
    );
    assert_eq!(
        of("nodes", "model.shop.b"),
        serde_json::json!({
            "schema": layer,
            "meta": {"d": layer},
            "tags": ["root"],
            "docs": {"node_color": "red"},
            "pre_hook": "select 1",
            "partition_by": "CondExpr(test=Compare(expr=Getattr(node=Name(name='target', ctx='load'), attr='type', ctx='load'), ops=[Operand(op='eq', expr=Const(value='bigquery'))]), expr1=Dict(items=[Pair(key=Const(value='field'), value=Const(value='day')), Pair(key=Const(value='data_type'), value=Const(value='date'))]), expr2=Const(value=None))",
        })
    );
    let on = "{{ var('on') }}";
    assert_eq!(
        of("nodes", "test.shop.t"),
        serde_json::json!({"severity": "warn", "store_failures": on, "limit": "5"})
    );
    assert_eq!(
        of("nodes", "test.shop.unique"),
        serde_json::json!({"severity": "warn", "store_failures": on, "where": "id > 0", "tags": ["rel"]})
    );
    assert_eq!(of("sources", "source.shop.src.t")["enabled"], on);
}
