//! Tables taken over whole: `materialized: copy` by copy jobs, `elt clone` by clones.

use std::{fs, path::Path};

use crate::{emulator::Emulator, example_support::elt};

const FILES: [(&str, &str); 6] = [
    // The emulator reads no clone behind a comment.
    ("dbt_project.yml", "name: shop\nprofile: shop\nquery-comment: ''\n"),
    ("seeds/north.csv", "id,name\n1,ada\n2,jonas\n"),
    ("seeds/south.csv", "id,name\n3,zoe\n"),
    ("models/everyone.sql", "{{ config(materialized='copy') }}\n{{ ref('north') }}\n"),
    (
        "models/grown.sql",
        "{{ config(materialized='copy', copy_materialization='incremental') }}\n{{ ref('south') }}\n",
    ),
    ("models/counted.sql", "select count(*) as n from {{ ref('everyone') }}\n"),
];

fn told(project: &Path, args: &[&str]) -> String {
    let output = elt(project, args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn rows(project: &Path, target: &str, sql: &str) -> String {
    let args = ["show", "--output", "csv", "--limit", "-1", "--target", target, "--inline", sql];
    told(project, &args)
}

#[test]
fn tables_are_copied_and_cloned() {
    let Some(emulator) = Emulator::get() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let project = folder.path();
    let target = |name: &str| {
        format!(
            "    {name}: {{type: bigquery, method: oauth-secrets, token: any, project: shop, \
             dataset: copies_{name}, api_endpoint: '{}'}}\n",
            emulator.url
        )
    };
    let profiles = format!("shop:\n  outputs:\n{}{}  target: dev\n", target("dev"), target("prod"));
    for (path, text) in FILES.into_iter().chain([("profiles.yml", profiles.as_str())]) {
        let path = project.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    told(project, &["build", "--target", "prod"]);
    told(project, &["run", "--target", "prod"]);
    let everyone = "select id, name from {{ ref('everyone') }} order by id";
    let grown = "select count(*) as n from {{ ref('grown') }}";
    assert_eq!(rows(project, "prod", everyone), "id,name\n1,ada\n2,jonas");
    assert_eq!(rows(project, "prod", grown), "n\n2");

    fs::rename(project.join("target"), project.join("before")).expect("moved");
    told(project, &["clone", "--state", "before"]);
    assert_eq!(rows(project, "dev", everyone), "id,name\n1,ada\n2,jonas");
    assert_eq!(rows(project, "dev", "select n from {{ ref('counted') }}"), "n\n2");
    // What is cloned is a table of its own.
    told(project, &["run", "--select", "grown"]);
    assert_eq!(rows(project, "dev", grown), "n\n3");
    assert_eq!(rows(project, "prod", grown), "n\n2");
}
