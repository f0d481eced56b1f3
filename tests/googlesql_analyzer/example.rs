//! The repository's own project: what every model, seed, snapshot and test of it runs, in a first
//! build and in a later one.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::{
    Analyzer,
    analyzer::Case,
    assert_right,
    example_support::{elt, example},
};

#[test]
fn the_example_project() {
    if Analyzer::get().is_none() {
        return;
    }
    let folder = example();
    let project = folder.path();
    let run = |args: &[&str]| {
        let output = elt(project, args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["build", "--ingest"]);
    let mut statements = written(project);
    run(&["build", "--ingest"]);
    statements.extend(written(project));
    run(&["docs", "generate"]);
    let case = Case { name: "the example project".to_owned(), given: sources(project), statements };
    assert!(case.statements.len() > 100, "a first and a later build: {case:#?}");
    assert_right(&[case]);
}

/// Statements that make the tables of the sources, as the catalogue describes them.
fn sources(project: &Path) -> Vec<String> {
    let (manifest, catalog) = (artifact(project, "manifest"), artifact(project, "catalog"));
    let sources = manifest["sources"].as_object().expect("sources").iter();
    let table = |(id, source): (&String, &Value)| {
        let columns = catalog["sources"][id]["columns"].as_object().expect("columns").values();
        let columns =
            columns.map(|column| format!("`{}` {}", text(&column["name"]), text(&column["type"])));
        let columns = columns.collect::<Vec<_>>().join(", ");
        format!("create table {} ({columns})", text(&source["relation_name"]))
    };
    sources.map(table).collect()
}

/// What `target/run` holds, in the order of dependencies.
fn written(project: &Path) -> Vec<String> {
    let manifest = artifact(project, "manifest");
    let nodes = manifest["nodes"].as_object().expect("nodes");
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for id in nodes.keys() {
        visit(nodes, id, &mut seen, &mut order);
    }
    let mut found = Vec::new();
    // What is ephemeral is in the statements of what reads it.
    order.retain(|node| node["config"]["materialized"] != "ephemeral");
    for node in order {
        let original = text(&node["original_file_path"]);
        let path = Path::new("target/run").join(text(&node["package_name"])).join(original);
        // Nodes that are declared in a properties file have files of their own below its name.
        let path = match original.ends_with(".yml") {
            true => path.join(Path::new(text(&node["path"])).file_name().expect("a name")),
            false => path,
        };
        let path = project.join(path);
        let sql = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        found.push(sql.trim_end().trim_end_matches(';').to_owned());
    }
    found
}

fn visit<'a>(
    nodes: &'a serde_json::Map<String, Value>,
    id: &'a str,
    seen: &mut BTreeSet<&'a str>,
    order: &mut Vec<&'a Value>,
) {
    let Some(node) = nodes.get(id).filter(|_| seen.insert(id)) else { return };
    for upstream in node["depends_on"]["nodes"].as_array().into_iter().flatten() {
        visit(nodes, text(upstream), seen, order);
    }
    order.push(node);
}

fn artifact(project: &Path, name: &str) -> Value {
    let text = fs::read_to_string(project.join("target").join(name).with_extension("json"));
    serde_json::from_str(&text.expect("an artifact")).expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
