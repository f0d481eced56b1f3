//! `elt ls`: its forms.

use crate::{elt, listed, project};

const PROPERTIES: &str = "models:
  - name: dim
    latest_version: 2
    versions: [{v: 1}, {v: 2}]
  - {name: fact, config: {contract: {enforced: true}}, columns: [{name: id, data_type: int64}]}
sources:
  - {name: raw, tags: [landed], tables: [{name: orders}]}
exposures:
  - {name: board, type: dashboard, owner: {name: ann}, depends_on: [ref('fact')]}
unit_tests:
  - {name: gives_one, model: fact, given: [], expect: {rows: [{id: 1}]}}
";

const FILES: [(&str, &str); 5] = [
    ("models/models.yml", PROPERTIES),
    ("models/dim_v1.sql", "select 1 as id"),
    ("models/dim_v2.sql", "select 1 as id from {{ source('raw', 'orders') }}"),
    ("models/fact.sql", "select id from {{ ref('dim') }} join {{ ref('dim', v=1) }} using (id)"),
    ("seeds/letters.csv", "a\n1\n"),
];

#[test]
fn each_kind_as_json() {
    let folder = project(&FILES);
    let said = elt(folder.path(), &["ls", "--output", "json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    insta::assert_snapshot!(said.out);
    let keys = ["ls", "--output", "json", "--select", "fact", "exposure:board", "--output-keys"];
    let keys = [&keys[..], &["name", "config.contract.enforced", "config.nothing", "fqn"]].concat();
    let said = elt(folder.path(), &keys);
    insta::assert_snapshot!(said.out);
}

#[test]
fn a_version_has_its_own_name() {
    let folder = project(&FILES);
    assert_eq!(listed(folder.path(), &["--select", "dim"]), "dim.v1 dim.v2");
}

#[test]
fn what_is_not_configured_is_selected_by_dbts_default() {
    let folder = project(&FILES);
    let selected = |selector: &str| listed(folder.path(), &["--select", selector]);
    assert_eq!(selected("config.contract.enforced:true"), "fact gives_one");
    assert_eq!(selected("config.contract.enforced:false"), "dim.v1 dim.v2 letters");
    assert_eq!(selected("config.on_configuration_change:apply,resource_type:seed"), "letters");
}

#[test]
fn the_manifest_holds_selectors_written_out() {
    let selectors = "selectors:
  - {name: near, description: who reads it, default: true, definition: 2+tag:a+1}
  - name: joined
    definition:
      union:
        - tag: nightly
        - config.materialized:view
        - intersection: ['@path:models/dim', exclude: [fact]]
        - {method: tag, value: a, parents: true}
";
    let folder = project(&[("models/one.sql", "select 1 as id"), ("selectors.yml", selectors)]);
    let said = elt(folder.path(), &["parse"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let text = std::fs::read_to_string(folder.path().join("target/manifest.json"));
    let manifest: serde_json::Value = serde_json::from_str(&text.expect("written")).expect("JSON");
    insta::assert_json_snapshot!(manifest["selectors"]);
}
