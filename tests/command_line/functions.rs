//! User-defined functions: read, resolved, selected, built before what calls them, called.

use std::{fs, path::Path};

use crate::{elt, listed, project, write};

const PROPERTIES: &str = "functions:
  - name: net_price
    description: A price without its tax.
    config: {tags: [money]}
    arguments:
      - {name: price, data_type: NUMERIC, description: With tax.}
      - {name: rate, data_type: FLOAT64}
    returns: {data_type: NUMERIC, description: Rounded.}
  - name: twice
    arguments: [{name: x, data_type: FLOAT64}]
    returns: {data_type: FLOAT64}
  - name: prices_above
    arguments: [{name: price, data_type: INT64}]
    returns: {data_type: INT64}
  - name: label
    arguments:
      - {name: item, data_type: 'STRUCT<name STRING, tags ARRAY<STRING>>'}
    returns: {data_type: STRING}
  - name: answer
    returns: {data_type: INT64}
";

const FILES: [(&str, &str); 11] = [
    ("functions/_functions.yml", PROPERTIES),
    (
        "functions/money/net_price.sql",
        "{# taxes are part of the price #}\nround(price / cast(1 + {{ function('twice') }}(rate / 2) as numeric), 2)\n",
    ),
    ("functions/twice.sql", "x + x"),
    // The column goes before the argument of its name.
    (
        "functions/prices_above.sql",
        "(select count(*) from {{ ref('prices') }} as p where p.id >= price)",
    ),
    ("functions/label.sql", "item.name || ':' || array_to_string(item.tags, ',')"),
    ("functions/answer.sql", "42"),
    ("seeds/prices.csv", "id,amount\n1,119\n2,10.7\n3,\n"),
    (
        "models/net.sql",
        "select id, {{ function('net_price') }}(cast(amount as numeric), 0.19) as net,\n  {{ function('answer') }}() as answer\nfrom {{ ref('prices') }}\n",
    ),
    (
        "models/counted.sql",
        "{{ config(materialized='table') }}\nselect id, {{ function('shop', 'prices_above') }}(id) as above,\n  {{ function('twice') }}(rand()) = 2 * rand() as same,\n  {{ function('label') }}(struct('a' as name, ['x', 'y'] as tags)) as label\nfrom {{ ref('prices') }}\nwhere {{ function('twice') }}(id) between 2 and 4\n",
    ),
    (
        "models/summed.sql",
        "select {{ function('twice') }}(sum(id)) as s, sum({{ function('twice') }}(id)) as t from {{ ref('counted') }}\n",
    ),
    ("models/tests.yml", "models: [{name: net, columns: [{name: net, data_tests: [unique]}]}]\n"),
];

fn rows(project: &Path, model: &str) -> String {
    let said = elt(project, &["show", "--select", model, "--output", "csv"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out
}

#[test]
fn functions_are_built_before_what_calls_them() {
    let folder = project(&FILES);
    let built = elt(folder.path(), &["build"]);
    assert_eq!(built.code, Some(0), "{}{}", built.out, built.err);
    assert_eq!(rows(folder.path(), "net"), "id,net,answer\n1,100,42\n2,8.99,42\n3,,42");
    assert_eq!(
        rows(folder.path(), "counted"),
        "id,above,same,label\n1,3,false,\"a:x,y\"\n2,2,false,\"a:x,y\""
    );
    assert_eq!(rows(folder.path(), "summed"), "s,t\n6.0,6.0");
    // `run` builds models alone: the functions are there from before.
    let run = elt(folder.path(), &["run"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    // Another body is in force at once, also for views.
    write(folder.path(), "functions/answer.sql", "40 + 3");
    let again = elt(folder.path(), &["build", "--select", "answer"]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    let named = elt(
        folder.path(),
        &["sql", "select answer from `local`.`shop`.`net` where id = 1", "--output", "csv"],
    );
    assert_eq!((named.code, named.out.as_str()), (Some(0), "answer\n43"), "{}", named.err);
    let run_file = folder.path().join("target/run/shop/functions/twice.sql");
    let text = fs::read_to_string(run_file).expect("what ran is written down");
    assert_eq!(
        text.trim_end(),
        "create schema if not exists `local`.`shop`;\n\ncreate or replace function `local`.`shop`.`twice`(`x` FLOAT64)\nreturns FLOAT64\nas (\nx + x\n);"
    );
}

#[test]
fn functions_are_selected_and_listed() {
    let folder = project(&FILES);
    let names = |args: &[&str]| listed(folder.path(), args);
    assert_eq!(
        names(&["--resource-type", "function"]),
        "answer label net_price prices_above twice"
    );
    assert_eq!(names(&["--select", "+net"]), "answer net net_price prices twice unique_net_net");
    assert_eq!(names(&["--select", "tag:money+"]), "net net_price unique_net_net");
    assert_eq!(
        names(&["--select", "resource_type:function", "--exclude", "path:functions/money"]),
        "answer label prices_above twice"
    );
    assert_eq!(
        names(&["--select", "config.materialized:function,config.type:scalar", "--exclude", "t*"]),
        "answer label net_price prices_above"
    );
}

#[test]
fn the_manifest_tells_them_as_dbt_does() {
    let folder = project(&FILES);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let text = fs::read_to_string(folder.path().join("target/manifest.json")).expect("written");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let function = &manifest["functions"]["function.shop.net_price"];
    let told = [
        "name",
        "resource_type",
        "path",
        "original_file_path",
        "fqn",
        "language",
        "returns",
        "arguments",
        "functions",
        "tags",
        "patch_path",
        "relation_name",
        "compiled_code",
        "overloads",
    ];
    let told: serde_json::Map<String, serde_json::Value> =
        told.iter().map(|key| ((*key).to_owned(), function[*key].clone())).collect();
    let config = ["materialized", "type", "volatility"].map(|key| function["config"][key].clone());
    insta::assert_json_snapshot!(serde_json::json!({
        "function": told,
        "depends_on": function["depends_on"]["nodes"],
        "config": config,
        "calls": manifest["nodes"]["model.shop.counted"]["functions"],
        "parents": manifest["parent_map"]["model.shop.counted"],
        "children": manifest["child_map"]["function.shop.twice"],
        "among the nodes": manifest["nodes"].get("function.shop.net_price"),
    }));
}

#[test]
fn what_the_engine_cannot_have_is_refused_where_it_is_written() {
    let more = "functions:
  - name: js
    config: {volatility: stable}
    arguments: [{name: x, data_type: FLOAT64}]
    returns: {data_type: FLOAT64}
  - name: py
    config: {runtime_version: '3.11', entry_point: main}
    arguments: [{name: x, data_type: FLOAT64}]
    returns: {data_type: FLOAT64}
  - name: mean
    config: {type: aggregate}
    arguments: [{name: x, data_type: FLOAT64}]
    returns: {data_type: FLOAT64}
  - name: any
    arguments: [{name: x, data_type: ANY TYPE}]
    returns: {data_type: FLOAT64}
  - name: query
    returns: {data_type: INT64}
  - name: other_type
    returns: {data_type: INT64}
";
    let folder = project(&[
        ("functions/_functions.yml", more),
        ("functions/js.js", "return x * 2;\n"),
        ("functions/py.py", "def main(x):\n    return x\n"),
        ("functions/mean.sql", "sum(x) / count(x)"),
        ("functions/any.sql", "x"),
        ("functions/query.sql", "\nselect 1"),
        ("functions/other_type.sql", "1 +\n  current_date()"),
        ("models/m.sql", "select {{ function('js') }}(1) as x\n"),
        ("models/n.sql", "select\n  {{ function('py') }}(1) as x\n"),
    ]);
    let built = elt(folder.path(), &["build"]);
    assert_eq!(built.code, Some(1));
    insta::assert_snapshot!("refused", told(&built.err));
    let run = elt(folder.path(), &["run", "--select", "n"]);
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!("not_built", told(&run.err));
}

#[test]
fn mistakes_of_calls_are_told_at_their_place() {
    let folder = project(&FILES);
    let built = elt(folder.path(), &["build"]);
    assert_eq!(built.code, Some(0), "{}", built.err);
    for (path, text) in [
        ("models/too_few.sql", "select\n  {{ function('net_price') }}(1) as x\n"),
        ("models/wrong_type.sql", "select {{ function('twice') }}('1') as x\n"),
        ("models/narrowed.sql", "select {{ function('prices_above') }}(1.5) as x\n"),
    ] {
        write(folder.path(), path, text);
    }
    let run = elt(folder.path(), &["run", "--select", "too_few", "wrong_type", "narrowed"]);
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!("wrong_calls", told(&run.err));
    write(folder.path(), "models/unknown.sql", "select {{ function('twise') }}(1) as x\n");
    let parsed = elt(folder.path(), &["parse"]);
    assert_eq!(parsed.code, Some(2));
    insta::assert_snapshot!("unknown_function", told(&parsed.err));
}

#[test]
fn properties_say_what_is_missing_in_them() {
    let folder = project(&[
        ("functions/undeclared.sql", "1"),
        (
            "functions/_functions.yml",
            "functions:
  - name: a
    arguments:
      - {name: x}
      - {name: y, data_type: INT64, default_value: 1}
    config: {type: scaler, volatility: sometimes}
  - name: nothing
    overloads: [{defined_in: b}]
    returns: {data_type: INT64}
",
        ),
        ("functions/a.sql", "1"),
    ]);
    let parsed = elt(folder.path(), &["parse"]);
    assert_eq!(parsed.code, Some(2));
    insta::assert_snapshot!("wrong_properties", told(&parsed.err));
}

/// The diagnostics alone, in the order of their text: nodes run at once.
fn told(text: &str) -> String {
    let mut all: Vec<&str> = text
        .split("\n\n")
        .map(str::trim)
        .filter(|part| part.starts_with("error[") || part.starts_with("warning["))
        .collect();
    all.sort_unstable();
    all.join("\n\n")
}
