//! From a package's files to what its nodes are built from.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{
    ResourceType,
    call_text::{Reference, parse_reference},
    generic_test_name::hex,
    node_build::NodeSpec,
    patches::{Patch, Patches},
};
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    jinja::find_blocks,
    project::{Package, ProjectFilePath, TextFile},
};

/// The specs of all nodes of a package, generic tests aside.
pub(super) fn specs<'p>(
    at: usize,
    package: &'p Package,
    patches: &'p Patches<'p>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<NodeSpec<'p>> {
    let mut specs = Vec::new();
    let of_file = |kind: ResourceType, file: &TextFile| {
        let mut spec = text_spec(kind, at, package, file);
        spec.patch = patches.find(kind, &package.name, file.path.stem());
        spec
    };
    for file in &package.files.models {
        specs.push(of_file(ResourceType::Model, file));
    }
    for file in &package.files.analyses {
        let mut spec = of_file(ResourceType::Analysis, file);
        spec.path = format!("analysis/{}", spec.path);
        spec.fqn.insert(1, "analysis".to_owned());
        specs.push(spec);
    }
    for file in &package.files.functions {
        specs.push(of_file(ResourceType::Function, file));
    }
    for file in &package.files.tests {
        specs.push(of_file(ResourceType::Test, file));
    }
    for seed in &package.files.seeds {
        let name = seed.path.stem().to_owned();
        specs.push(NodeSpec {
            patch: patches.find(ResourceType::Seed, &package.name, &name),
            fqn: fqn(package, &seed.path, &name),
            checksum: seed.checksum.clone(),
            seed_path: Some(seed.path.absolute.clone()),
            source: SourceFile::new(seed.path.original_file_path.as_str(), ""),
            code_range: 0..0,
            ..bare(ResourceType::Seed, at, name, &seed.path)
        });
    }
    for file in &package.files.snapshots {
        snapshot_blocks(at, package, file, patches, &mut specs, diagnostics);
    }
    hooks(at, package, &mut specs);
    specs
}

fn bare<'p>(
    kind: ResourceType,
    package: usize,
    name: String,
    path: &ProjectFilePath,
) -> NodeSpec<'p> {
    NodeSpec {
        kind,
        package,
        name,
        fqn: Vec::new(),
        path: path.path.clone(),
        original_file_path: path.original_file_path.clone(),
        source: SourceFile::new("", ""),
        code_range: 0..0,
        generated_code: None,
        patch: None,
        checksum: String::new(),
        seed_path: None,
        tags: Vec::new(),
        hook_index: None,
    }
}

fn fqn(package: &Package, path: &ProjectFilePath, name: &str) -> Vec<String> {
    let mut fqn = vec![package.name.to_string()];
    fqn.extend(path.folders().map(str::to_owned));
    fqn.push(name.to_owned());
    fqn
}

fn text_spec<'p>(
    kind: ResourceType,
    at: usize,
    package: &Package,
    file: &TextFile,
) -> NodeSpec<'p> {
    let name = file.path.stem().to_owned();
    NodeSpec {
        fqn: fqn(package, &file.path, &name),
        source: Arc::clone(&file.source),
        code_range: trimmed(file.source.text()),
        checksum: checksum(file.source.text()),
        ..bare(kind, at, name, &file.path)
    }
}

/// The range of a file without the blanks at its ends: what dbt calls its raw code.
fn trimmed(text: &str) -> std::ops::Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..text.trim_end().len().max(start)
}

/// SHA-256 of a file's words with one blank between them, as dbt 1.12 computes it: another layout
/// of the same text is no change.
fn checksum(text: &str) -> String {
    // Python's `str.split` takes these four for blanks as well.
    let is_blank = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    let mut normal = String::with_capacity(text.len());
    for word in text.split(is_blank).filter(|word| !word.is_empty()) {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    hex(&Sha256::digest(normal.as_bytes()))
}

fn snapshot_blocks<'p>(
    at: usize,
    package: &'p Package,
    file: &'p TextFile,
    patches: &'p Patches<'p>,
    specs: &mut Vec<NodeSpec<'p>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let found = find_blocks(&file.source, "snapshot");
    diagnostics.extend(found.diagnostics);
    for block in found.value {
        let mut fqn = fqn(package, &file.path, file.path.stem());
        fqn.push(block.name.clone());
        specs.push(NodeSpec {
            fqn,
            patch: patches.find(ResourceType::Snapshot, &package.name, &block.name),
            source: Arc::clone(&file.source),
            code_range: block.body,
            checksum: checksum(file.source.text()),
            ..bare(ResourceType::Snapshot, at, block.name, &file.path)
        });
    }
}

/// Snapshots that YAML defines by their `relation`.
pub(super) fn yaml_snapshots<'p>(
    packages: &'p [Package],
    patches: &'p Patches<'p>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<NodeSpec<'p>> {
    let mut specs = Vec::new();
    for patch in patches.snapshots_in_yaml() {
        let Some(relation) = patch.relation else { continue };
        let Some(at) = packages.iter().position(|package| package.name == patch.package) else {
            continue;
        };
        let name = patch.name.value.clone();
        let Some(found) = patches.find(ResourceType::Snapshot, &patch.package, &name) else {
            continue;
        };
        let call = match parse_reference(&relation.value) {
            Some(Reference::Ref { .. } | Reference::Source { .. }) => relation.value.trim(),
            None => {
                diagnostics.push(
                    Diagnostic::error(
                        "snapshot-relation",
                        "`relation` of a snapshot is `ref('…')` or `source('…', '…')`",
                    )
                    .at(relation.span.clone(), ""),
                );
                continue;
            }
        };
        let call = call.trim_start_matches("{{").trim_end_matches("}}").trim();
        let mut spec = NodeSpec {
            fqn: fqn(&packages[at], &patch.file.path, &name),
            patch: Some(found),
            source: Arc::clone(&patch.file.source),
            code_range: relation.span.start as usize..relation.span.end as usize,
            generated_code: Some(Arc::from(format!("select * from {{{{ {call} }}}}"))),
            checksum: checksum(patch.file.source.text()),
            ..bare(ResourceType::Snapshot, at, name, &patch.file.path)
        };
        spec.path = format!("{}.sql", spec.name);
        specs.push(spec);
    }
    specs
}

fn hooks(at: usize, package: &Package, specs: &mut Vec<NodeSpec<'_>>) {
    let config = &package.config;
    for (moment, hooks) in
        [("on-run-start", &config.on_run_start), ("on-run-end", &config.on_run_end)]
    {
        for (index, hook) in hooks.iter().enumerate() {
            let name = format!("{}-{moment}-{index}", package.name);
            let path = format!("hooks/{name}.sql");
            specs.push(NodeSpec {
                kind: ResourceType::Operation,
                package: at,
                fqn: vec![package.name.to_string(), "hooks".to_owned(), name.clone()],
                name,
                path,
                original_file_path: "./dbt_project.yml".to_owned(),
                source: Arc::clone(&config.source),
                code_range: hook.span.start as usize..hook.span.end as usize,
                generated_code: Some(Arc::from(hook.value.as_str())),
                patch: None,
                checksum: checksum(config.source.text()),
                seed_path: None,
                tags: vec![moment.to_owned()],
                hook_index: Some(index),
            });
        }
    }
}

/// Who a test is attached to, by the patch that declares it.
pub(super) fn tested<'p>(spec: &NodeSpec<'p>) -> Option<&'p Patch<'p>> {
    spec.patch.filter(|patch| {
        !patch.data_tests.is_empty()
            || patch.columns.iter().any(|column| !column.data_tests.is_empty())
    })
}
