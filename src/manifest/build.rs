//! From a project to its manifest.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use rayon::prelude::*;

use super::{
    Disabled, Manifest, Node, ResourceType, Source, UniqueId,
    builder::Builder,
    call_text::Reference,
    check::{check_duplicates, check_groups, infer_primary_keys},
    config_check::ConfigChecker,
    config_effects::warn_without_effect,
    config_refused::check_refused,
    config_tree::PackageTrees,
    deprecations::warn_deprecations,
    docs::Docs,
    files::{specs, tested, yaml_snapshots},
    follow_ons::leave_out_follow_ons,
    generic_tests::Tested,
    input::BuildInput,
    lookup::Lookup,
    microbatch,
    names::NameGenerator,
    node::SharedNode,
    node_build::NodeSpec,
    patches::Patches,
    resolve::{Reader, Resolved, Resolver},
    seed_columns::warn_unknown_columns,
    spaces::check_spaces,
    time_travel::check_time_travel,
};
use crate::{
    diagnostic::{Diagnostic, Parsed},
    project::Unread,
};

/// Builds the manifest: every node parsed, configured, named and resolved. Everything found wrong
/// is reported; the manifest is as complete as could be made.
pub fn build(input: &BuildInput<'_>) -> Parsed<Manifest> {
    let mut diagnostics = Vec::new();
    let project = input.project;
    let dialect = project.target.dialect;
    let checker = ConfigChecker::new(input.engine, dialect);
    let root = Arc::clone(&project.root_package().name);
    let names: Vec<Arc<str>> =
        project.packages.iter().map(|package| Arc::clone(&package.name)).collect();
    let mut docs = Docs::new(input.engine, &input.globals, &root);
    let mut trees = Vec::new();
    let mut unread = project.unread;
    unread.macros |= input.engine.has_unread_macros();
    for package in &project.packages {
        for file in &package.files.docs {
            unread.docs |= !docs.add_file(&package.name, file, &mut diagnostics);
        }
        trees.push(PackageTrees::read(&package.config, &checker, &mut diagnostics));
    }
    let builder = Builder {
        project,
        engine: input.engine,
        globals: Arc::clone(&input.globals),
        dialect,
        quoting: input.quoting(),
        checker,
        trees,
        docs,
        names: NameGenerator::new(input.engine, &input.globals, &root, &names),
    };
    let patches = Patches::read(project, &mut diagnostics);
    let mut nodes = build_nodes(&builder, &patches, &mut unread, &mut diagnostics);
    let tables = builder.declared_tables(&mut diagnostics);
    let built: Vec<_> = tables.par_iter().map(|table| builder.build_source(table)).collect();
    let mut sources = Vec::with_capacity(built.len());
    for parsed in built {
        diagnostics.extend(parsed.diagnostics);
        let (source, tests) = parsed.value;
        nodes.extend(tests);
        sources.push(source);
    }
    drop(tables);
    patches.warn_unused(project, &mut diagnostics);
    let mut manifest = Manifest {
        project_name: root,
        adapter_type: dialect.adapter_type(),
        ..Manifest::default()
    };
    let mut lookup = Lookup::new(&manifest.project_name, nodes.iter().map(Arc::as_ref), &sources);
    for package in &project.packages {
        lookup.add_unread(&package.files.unread_nodes);
    }
    add_nodes(&mut manifest, nodes, sources, &builder, &lookup, &mut diagnostics);
    add_others(&mut manifest, &builder, &lookup, &mut diagnostics);
    builder.trees[0].warn_unused(&mut diagnostics);
    check_time_travel(&manifest, &project.target.connection, &mut diagnostics);
    check_refused(&manifest, &project.target.connection, &mut diagnostics);
    warn_without_effect(&manifest, &project.target.connection, &mut diagnostics);
    warn_unknown_columns(&manifest, project, &patches, &mut diagnostics);
    warn_deprecations(&manifest, input.globals.run_started_at, &mut diagnostics);
    warn_of_microbatches(&manifest, &mut diagnostics);
    check_spaces(&manifest, project, &mut diagnostics);
    infer_primary_keys(&mut manifest);
    manifest.macros = builder.build_macros(&mut diagnostics);
    leave_out_follow_ons(unread, &mut diagnostics);
    leave_out_repeats(&mut diagnostics);
    manifest.docs = builder.docs.into_blocks();
    Parsed { value: manifest, diagnostics }
}

/// A hook of `dbt_project.yml` is read for every node it belongs to; what is wrong with it is told
/// once.
fn leave_out_repeats(diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    diagnostics.retain(|one| {
        one.labels.is_empty() || {
            let places = one
                .labels
                .iter()
                .map(|label| (label.span.file.path().to_owned(), label.span.start, label.span.end));
            seen.insert((one.code, one.message.clone(), places.collect::<Vec<_>>()))
        }
    });
}

/// What microbatch models read decides how much each batch costs.
fn warn_of_microbatches(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let has_time = |id: &UniqueId| match manifest.nodes.get(id) {
        Some(node) => node.config.text("event_time").is_some(),
        None => manifest.sources.get(id).is_some_and(|one| one.config.text("event_time").is_some()),
    };
    for node in manifest.nodes.values() {
        microbatch::warn(node, node.depends_on_nodes.iter().any(has_time), diagnostics);
    }
}

/// Models, seeds, snapshots, singular tests, analyses and hooks, with the generic tests on them.
fn build_nodes<'p>(
    builder: &Builder<'p>,
    patches: &'p Patches<'p>,
    unread: &mut Unread,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<SharedNode> {
    let mut all = Vec::new();
    for (at, package) in builder.project.packages.iter().enumerate() {
        let mut more = Vec::new();
        all.extend(specs(at, package, patches, &mut more));
        // Blocks of snapshots are all that is looked for in files here.
        unread.snapshots |= more.iter().any(Diagnostic::is_error);
        diagnostics.append(&mut more);
    }
    all.extend(yaml_snapshots(&builder.project.packages, patches, diagnostics));
    let built: Vec<Parsed<Vec<SharedNode>>> =
        all.into_par_iter().map(|spec| build_with_tests(builder, spec)).collect();
    let mut nodes = Vec::with_capacity(built.len() * 4);
    for parsed in built {
        diagnostics.extend(parsed.diagnostics);
        nodes.extend(parsed.value);
    }
    nodes
}

fn build_with_tests(builder: &Builder<'_>, spec: NodeSpec<'_>) -> Parsed<Vec<SharedNode>> {
    let patch = match spec.kind {
        ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot => tested(&spec),
        _ => None,
    };
    let package = spec.package;
    let Parsed { value: node, mut diagnostics } = builder.build_node(spec);
    let Some(patch) = patch else { return Parsed { value: vec![Arc::new(node)], diagnostics } };
    let tests = builder.build_tests(
        &Tested {
            package,
            file: patch.file,
            file_key_name: format!("{}.{}", patch.section, patch.name.value),
            display: match &node.version {
                Some(version) => format!("{}_v{version}", node.name),
                None => node.name.clone(),
            },
            call: Reference::Ref {
                package: None,
                name: node.name.clone(),
                version: node.version.clone(),
            },
            is_source: false,
            unique_id: node.unique_id.clone(),
            group: node.group.clone(),
            tags: Vec::new(),
            quote_columns: node.config.flag("quote_columns").unwrap_or(false)
                && node.resource_type == ResourceType::Seed,
        },
        &patch.columns,
        &patch.data_tests,
    );
    diagnostics.extend(tests.diagnostics);
    let mut nodes = vec![Arc::new(node)];
    nodes.extend(tests.value);
    Parsed { value: nodes, diagnostics }
}

/// Resolves and files nodes and sources: enabled, or disabled with everything that tests them.
fn add_nodes(
    manifest: &mut Manifest,
    nodes: Vec<SharedNode>,
    sources: Vec<Source>,
    builder: &Builder<'_>,
    lookup: &Lookup,
    diagnostics: &mut Vec<Diagnostic>,
) {
    manifest.restricted_packages = builder
        .project
        .packages
        .iter()
        .filter(|package| package.config.restrict_access)
        .map(|package| package.name.to_string())
        .collect();
    let resolved: Vec<Resolved> = {
        let by_id: HashMap<UniqueId, &Node> =
            nodes.iter().map(|node| (node.unique_id.clone(), node.as_ref())).collect();
        let node = |id: &UniqueId| by_id.get(id).copied();
        let resolver = Resolver { lookup, node: &node, restricted: &manifest.restricted_packages };
        nodes
            .par_iter()
            .map(|node| {
                if !node.config.enabled() {
                    return Resolved::default();
                }
                let reader = Reader {
                    id: node.unique_id.as_str(),
                    package: &node.package,
                    group: node.group.as_deref(),
                    is_test: node.resource_type == ResourceType::Test,
                    is_ad_hoc: false,
                    node: Some(node),
                };
                resolver.resolve(&reader, &node.refs, &node.sources, &node.functions)
            })
            .collect()
    };
    let mut enabled: Vec<SharedNode> = Vec::with_capacity(nodes.len());
    let mut disabled: BTreeMap<UniqueId, Vec<Disabled>> = BTreeMap::new();
    for (mut node, resolved) in nodes.into_iter().zip(resolved) {
        diagnostics.extend(resolved.diagnostics);
        Arc::make_mut(&mut node).depends_on_nodes = resolved.nodes;
        let is_test = node.resource_type == ResourceType::Test;
        if !node.config.enabled() || (is_test && resolved.broken) {
            let id = node.unique_id.clone();
            disabled.entry(id).or_default().push(Disabled::Node(node));
        } else {
            enabled.push(node);
        }
    }
    check_duplicates(&enabled, diagnostics);
    for node in enabled {
        manifest.nodes.insert(node.unique_id.clone(), node);
    }
    for source in sources {
        let id = source.unique_id.clone();
        if !source.config.enabled() {
            disabled.entry(id).or_default().push(Disabled::Source(Arc::new(source)));
        } else if let Some(first) = manifest.sources.get(&id) {
            diagnostics.push(
                Diagnostic::error(
                    "duplicate-source",
                    format!(
                        "source table `{}.{}` is declared twice",
                        source.source_name, source.name
                    ),
                )
                .at(source.declared.clone(), "again here")
                .at(first.declared.clone(), "first here")
                .help("rename or remove one of them"),
            );
        } else {
            manifest.sources.insert(id, Arc::new(source));
        }
    }
    manifest.disabled = disabled;
}

/// Exposures, groups and unit tests.
fn add_others(
    manifest: &mut Manifest,
    builder: &Builder<'_>,
    lookup: &Lookup,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut exposures = Vec::new();
    let mut unit_tests = Vec::new();
    for (at, package) in builder.project.packages.iter().enumerate() {
        for file in &package.files.properties {
            for declared in &file.groups {
                let group = builder.build_group(at, file, declared, diagnostics);
                manifest.groups.insert(group.unique_id.clone(), Arc::new(group));
            }
            for declared in &file.exposures {
                let mut exposure = builder.build_exposure(at, file, declared, diagnostics);
                if exposure.config.enabled() {
                    let reader = Reader {
                        id: exposure.unique_id.as_str(),
                        package: &exposure.package,
                        group: None,
                        is_test: false,
                        is_ad_hoc: false,
                        node: None,
                    };
                    let node = |id: &UniqueId| manifest.node_or_disabled(id);
                    let restricted = &manifest.restricted_packages;
                    let resolver = Resolver { lookup, node: &node, restricted };
                    let resolved =
                        resolver.resolve(&reader, &exposure.refs, &exposure.sources, &[]);
                    diagnostics.extend(resolved.diagnostics);
                    exposure.depends_on_nodes = resolved.nodes;
                }
                exposures.push(exposure);
            }
            for declared in &file.unit_tests {
                unit_tests.extend(builder.build_unit_tests(
                    at,
                    file,
                    declared,
                    &manifest.nodes,
                    lookup,
                    diagnostics,
                ));
            }
        }
    }
    for exposure in exposures {
        let id = exposure.unique_id.clone();
        if exposure.config.enabled() {
            manifest.exposures.insert(id, Arc::new(exposure));
        } else {
            let entry = Disabled::Exposure(Arc::new(exposure));
            manifest.disabled.entry(id).or_default().push(entry);
        }
    }
    for test in unit_tests {
        let id = test.unique_id.clone();
        if !test.config.enabled() {
            let entry = Disabled::UnitTest(Arc::new(test));
            manifest.disabled.entry(id).or_default().push(entry);
        } else if let Some(first) = manifest.unit_tests.get(&id) {
            diagnostics.push(
                Diagnostic::error(
                    "duplicate-unit-test",
                    format!("unit test `{}` is declared twice", test.name),
                )
                .at(test.declared.clone(), "again here")
                .at(first.declared.clone(), "first here"),
            );
        } else {
            manifest.unit_tests.insert(id, Arc::new(test));
        }
    }
    check_groups(manifest, diagnostics);
}
