//! Seeds whose columns are only names in quotes, and what a build tells of them in `manifest.json`.

use crate::{elt, project};

#[test]
fn columns_with_odd_names_are_loaded_tested_and_read() {
    let folder = project(&[
        ("dbt_project.yml", "name: shop\nversion: \"1.0.0\"\nseeds:\n  +quote_columns: true\n"),
        ("seeds/words.csv", "order,first name,Group\n1,a,x\n2,b,y\n"),
        (
            "seeds/_seeds.yml",
            "seeds:
  - name: words
    columns:
      - {name: order, data_tests: [unique, not_null]}
      - name: first name
        data_tests: [{accepted_values: {arguments: {values: [a, b]}}}]
",
        ),
        (
            "models/read.sql",
            "{{ config(materialized='table' if target.name else 'view') }}\n\
             select `order`, `first name`, `Group` from {{ ref('words') }}\n",
        ),
    ]);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("2 built, 3 passed"), "{}", said.err);
    let text = std::fs::read_to_string(folder.path().join("target/manifest.json"));
    let manifest: serde_json::Value =
        serde_json::from_str(&text.expect("written")).expect("it is JSON");
    let model = &manifest["nodes"]["model.shop.read"];
    assert_eq!(model["build_path"], "target/run/shop/models/read.sql");
    assert_eq!(model["compiled_path"], "target/compiled/shop/models/read.sql");
    // What dbt does not write as it was written is as Python shows it.
    assert_eq!(
        model["unrendered_config"]["materialized"],
        "CondExpr(test=Getattr(node=Name(name='target', ctx='load'), attr='name', ctx='load'), expr1=Const(value='table'), expr2=Const(value='view'))"
    );
    let unique = manifest["nodes"]
        .as_object()
        .into_iter()
        .flatten()
        .find(|(id, _)| id.starts_with("test.shop.unique_words"))
        .map(|(_, node)| node["column_name"].clone());
    assert_eq!(unique, Some(serde_json::json!("`order`")));
}
