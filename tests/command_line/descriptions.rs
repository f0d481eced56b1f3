//! `persist_docs`: descriptions are those of the last run, also in tables that are added to.

use crate::{command, elt, project, said, write};

const PROJECT: &str = "name: shop
version: \"1.0.0\"
models: {shop: {+persist_docs: {relation: true, columns: true}}}
snapshots: {shop: {+persist_docs: {relation: true, columns: true}}}
seeds: {shop: {+persist_docs: {relation: true, columns: true}}}
";

const PROPERTIES: &str = "models:
  - {name: a_table, description: old, columns: [{name: id, description: old id}]}
  - {name: a_view, description: old, columns: [{name: id, description: old id}]}
  - {name: added_to, description: old, columns: [{name: id, description: old id}, {name: gone, description: of no column}]}
snapshots:
  - name: a_snapshot
    relation: ref('a_table')
    description: old
    config: {strategy: check, check_cols: all, unique_key: id}
    columns: [{name: id, description: old id}]
seeds:
  - {name: a_seed, description: old, columns: [{name: id, description: old id}]}
";

fn descriptions(project: &std::path::Path) -> String {
    // The catalog is DuckDB's own: another project looks at the same file.
    write(project, "catalog/dbt_project.yml", "name: shop\nversion: \"1.0.0\"\nprofile: shop\n");
    write(
        project,
        "catalog/profiles.yml",
        "shop: {target: d, outputs: {d: {type: duckdb, path: ../target/warehouse.duckdb}}}\n",
    );
    let sql = "select table_name || ' ' || comment as said from duckdb_tables() where comment is not null \
               union all select view_name || ' ' || comment from duckdb_views() where comment is not null \
               union all select table_name || '.' || column_name || ' ' || comment from duckdb_columns() where comment is not null \
               order by 1";
    let folder = project.join("catalog");
    let args = ["show", "--output", "csv", "--limit", "-1", "--inline", sql];
    let shown = said(command(&folder, &args).output().expect("it starts"));
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    shown.out
}

#[test]
fn descriptions_are_those_of_the_last_run() {
    let folder = project(&[
        ("dbt_project.yml", PROJECT),
        ("models/_properties.yml", PROPERTIES),
        ("models/a_table.sql", "{{ config(materialized='table') }} select 1 as id\n"),
        ("models/a_view.sql", "{{ config(materialized='view') }} select 1 as id\n"),
        ("models/added_to.sql", "{{ config(materialized='incremental') }} select 1 as id\n"),
        ("seeds/a_seed.csv", "id\n1\n"),
    ]);
    for word in ["old", "new"] {
        write(folder.path(), "models/_properties.yml", &PROPERTIES.replace("old", word));
        let built = elt(folder.path(), &["build"]);
        assert_eq!(built.code, Some(0), "{}", built.err);
        let mut wanted = vec!["said".to_owned()];
        for name in ["a_seed", "a_snapshot", "a_table", "a_view", "added_to"] {
            wanted.push(format!("{name} {word}"));
            wanted.push(format!("{name}.id {word} id"));
        }
        assert_eq!(descriptions(folder.path()), wanted.join("\n"), "after the {word} run");
    }
}
