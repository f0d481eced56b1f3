//! From the files of a project to its manifest.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its case has failed")]

use std::{path::Path, sync::Arc};

use elt::{
    diagnostic::{Diagnostic, render_terminal},
    manifest::{BuildInput, Invocation, Manifest, build, engine, globals},
    project::{LoadOptions, load},
};

/// Builds the manifest of the project in a folder.
fn manifest_of(folder: &Path) -> (Manifest, Vec<Diagnostic>) {
    let loaded = load(&LoadOptions::new(folder));
    let mut diagnostics = loaded.diagnostics;
    let Some(project) = loaded.value else { return (Manifest::default(), diagnostics) };
    let engine = engine(&project);
    diagnostics.extend(engine.diagnostics);
    let invocation = Invocation {
        id: "00000000-0000-0000-0000-000000000000".to_owned(),
        started_at: Default::default(),
        flags: Default::default(),
        args: Default::default(),
        full_refresh: false,
        selected_resources: Vec::new(),
    };
    let globals = Arc::new(globals(&project, invocation));
    let input = BuildInput { project: &project, engine: &engine.value, globals };
    let built = build(&input);
    diagnostics.extend(built.diagnostics);
    (built.value, diagnostics)
}

fn shown(diagnostics: &[Diagnostic]) -> String {
    let all: Vec<String> =
        diagnostics.iter().map(|diagnostic| render_terminal(diagnostic, false)).collect();
    all.join("\n\n")
}

#[test]
fn the_example_project_is_without_fault() {
    let (manifest, diagnostics) = manifest_of(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(diagnostics.is_empty(), "{}", shown(&diagnostics));
    let mut lines = Vec::new();
    for (id, node) in &manifest.nodes {
        let reads: Vec<&str> = node.depends_on_nodes.iter().map(|id| id.as_str()).collect();
        lines.push(format!("{id} -> {} <- {}", node.relation, reads.join(" ")));
    }
    for (id, test) in &manifest.unit_tests {
        let reads: Vec<&str> = test.depends_on_nodes.iter().map(|id| id.as_str()).collect();
        lines.push(format!("{id} <- {}", reads.join(" ")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

/// Each folder is a rule of `docs/config-precedence.md`; its snapshot holds the merged configs.
#[test]
fn configs_are_merged_by_dbts_precedence() {
    insta::glob!("cases/config_precedence", "*/dbt_project.yml", |path| {
        let (manifest, mut diagnostics) = manifest_of(path.parent().unwrap());
        // What is merged here need not do anything on the embedded engine.
        diagnostics.retain(|one| one.code != "config-without-effect");
        assert!(diagnostics.is_empty(), "{}", shown(&diagnostics));
        let nodes = manifest
            .nodes
            .values()
            .map(|node| (&node.unique_id, node.relation.to_string(), &node.config.0));
        let sources = manifest
            .sources
            .values()
            .map(|source| (&source.unique_id, source.relation.to_string(), &source.config.0));
        let lines: Vec<String> = nodes
            .chain(sources)
            .map(|(id, relation, config)| {
                let config = serde_json::to_string_pretty(config).unwrap();
                format!("{id} as {relation}\n{config}")
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    });
}

/// Each folder is a project with mistakes; its snapshot holds what is said about them.
#[test]
fn mistakes_are_said_where_they_are_written() {
    insta::glob!("cases/manifest_errors", "*/dbt_project.yml", |path| {
        let (_, diagnostics) = manifest_of(path.parent().unwrap());
        insta::assert_snapshot!(shown(&diagnostics));
    });
}
