//! `materialized: copy`: tables taken over whole.

use crate::{elt, project, write};

const FILES: [(&str, &str); 7] = [
    ("dbt_project.yml", "name: shop\nprofile: shop\n"),
    (
        "profiles.yml",
        "shop: {target: dev, outputs: {dev: {type: bigquery, method: local, dataset: dev}}}\n",
    ),
    ("seeds/north.csv", "id,name\n1,ada\n2,jonas\n"),
    ("seeds/south.csv", "name,id\nzoe,3\n"),
    (
        "models/all.sql",
        "{{ config(materialized='copy') }}\n{{ ref('north') }}, {{ ref('south') }}, {{ ref('south') }}\n",
    ),
    (
        "models/grown.sql",
        "{{ config(materialized='copy', copy_materialization='incremental') }}\n{{ ref('south') }}\n",
    ),
    (
        "models/_models.yml",
        "models:\n  - name: all\n    description: All of them\n    config: {persist_docs: {relation: true, columns: true}}\n    columns: [{name: id, description: Whose, data_tests: [unique]}, {name: gone, description: None}]\n",
    ),
];

fn built(project: &std::path::Path, args: &[&str]) {
    let said = elt(project, args);
    assert_eq!(said.code, Some(0), "{args:?}: {}{}", said.out, said.err);
}

fn sql(project: &std::path::Path, text: &str) -> String {
    let said = elt(project, &["sql", text, "--output", "csv"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out
}

#[test]
fn tables_are_taken_over_whole() {
    let folder = project(&FILES);
    let project = folder.path();
    built(project, &["check"]);
    built(project, &["build"]);
    let all = "select id, name from `local`.`dev`.`all` order by id";
    assert_eq!(sql(project, all), "id,name\n1,ada\n2,jonas\n3,zoe");
    let grown = "select count(*) as n from `local`.`dev`.`grown`";
    assert_eq!(sql(project, grown), "n\n1");
    let run = std::fs::read_to_string(project.join("target/run/shop/models/all.sql"));
    insta::assert_snapshot!(run.expect("what was run"));
    built(project, &["run"]);
    assert_eq!(sql(project, all), "id,name\n1,ada\n2,jonas\n3,zoe");
    assert_eq!(sql(project, grown), "n\n2");
    built(project, &["run", "--full-refresh"]);
    assert_eq!(sql(project, grown), "n\n1");
    built(project, &["run", "--empty"]);
    assert_eq!(sql(project, grown), "n\n1");
    assert_eq!(sql(project, all), "id,name");
}

#[test]
fn what_cannot_be_copied_is_told() {
    let folder = project(&FILES);
    let project = folder.path();
    built(project, &["build"]);
    write(project, "models/one.sql", "select 1 as id, 'x' as name\n");
    write(project, "models/other.sql", "{{ config(materialized='table') }}\nselect 'x' as id\n");
    let none = "{{ config(materialized='ephemeral') }}\nselect 1 as id, 'x' as name\n";
    write(project, "models/none.sql", none);
    let sources = "sources:\n  - name: dev\n    tables: [{name: nowhere}]\n";
    write(project, "models/_sources.yml", sources);
    let copies = [
        ("of_nothing", ""),
        ("of_a_view", "{{ ref('one') }}"),
        ("of_unlike_ones", "{{ ref('north') }}, {{ ref('other') }}"),
        ("of_no_table", "{{ ref('none') }}"),
        ("of_what_is_not_there", "{{ source('dev', 'nowhere') }}"),
    ];
    for (name, code) in copies {
        let code = format!("{{{{ config(materialized='copy') }}}}\n{code}\n");
        write(project, &format!("models/{name}.sql"), &code);
    }
    let said = elt(project, &["run", "--select", "one", "other", "of_*", "--threads", "1"]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    let told = said.err.find("error[").zip(said.err.find("rerun what failed"));
    let (start, end) = told.expect("what is wrong");
    insta::assert_snapshot!(&said.err[start..end]);
}
