//! Configurations that BigQuery would have kept, and others that do not go together there.

use crate::{elt, project};

const FILES: [(&str, &str); 6] = [
    ("dbt_project.yml", "name: shop\nprofile: shop\n"),
    (
        "profiles.yml",
        "shop: {target: prod, outputs: {prod: {type: bigquery, method: oauth, project: p, dataset: d}, dev: {type: bigquery, method: local, dataset: d}}}\n",
    ),
    ("models/ice.sql", "{{ config(materialized='table', catalog_name='lake') }}\nselect 1 as id\n"),
    (
        "models/own.sql",
        "{{ config(materialized='table', table_format='default') }}\nselect 1 as id\n",
    ),
    ("models/hidden.sql", "select 'x' as name\n"),
    (
        "models/_models.yml",
        "models:\n  - name: hidden\n    columns:\n      - name: name\n        config: {data_policies: [mask_names]}\n",
    ),
];

#[test]
fn what_no_table_on_bigquery_would_get_is_refused() {
    let folder = project(&FILES);
    let said = elt(folder.path(), &["parse"]);
    assert_eq!(said.code, Some(2));
    insta::assert_snapshot!(said.err);
    // Here nothing is hidden, which is told, and a table is a table.
    let said = elt(folder.path(), &["parse", "--target", "dev"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("`data_policies` of `hidden` does nothing here"), "{}", said.err);
}

#[test]
fn a_view_keeps_no_history_of_changes() {
    let view = "{{ config(enable_change_history=true) }}\nselect 1 as id\n";
    let folder = project(&[FILES[0], FILES[1], ("models/seen.sql", view)]);
    let said = elt(folder.path(), &["run", "--target", "dev"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let message = "`enable_change_history` is for tables, and this is a view";
    assert!(said.err.contains(message), "{}", said.err);
    assert!(said.err.contains("models/seen.sql:1:1"), "{}", said.err);
}
