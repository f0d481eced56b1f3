//! The graph and the selector language on one sample project: each case holds command lines and
//! the snapshot beside it what they select.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its case has failed")]

use std::{collections::BTreeSet, fmt::Write, fs, path::Path, sync::Arc, time::Instant};

use elt::{
    diagnostic::{Diagnostic, SourceFile, Span, render_terminal},
    graph::{
        Gating, Graph, IndirectSelection, SelectionArgs, schedule, select,
        selector::{Selectors, parse_criterion, resource_types},
    },
    manifest::{
        BuildInput, Invocation, Manifest, Node, ResourceType, UniqueId, build, engine, globals,
    },
    project::{LoadOptions, load, read_yaml},
};
use proptest::prelude::*;

const KINDS: [ResourceType; 8] = [
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::UnitTest,
    ResourceType::Analysis,
    ResourceType::Source,
    ResourceType::Exposure,
];

/// The manifest of a project folder; nothing may be wrong with it.
fn manifest(folder: &Path) -> Manifest {
    let loaded = load(&LoadOptions::new(folder));
    let mut diagnostics = loaded.diagnostics;
    let project = loaded.value.expect("the sample project is readable");
    let engine = engine(&project);
    diagnostics.extend(engine.diagnostics);
    let invocation = Invocation {
        id: String::new(),
        started_at: Default::default(),
        flags: Default::default(),
        args: Default::default(),
        full_refresh: false,
        selected_resources: Vec::new(),
    };
    let globals = Arc::new(globals(&project, invocation));
    let built = build(&BuildInput { project: &project, engine: &engine.value, globals });
    diagnostics.extend(built.diagnostics);
    assert!(diagnostics.is_empty(), "{}", shown(&diagnostics));
    built.value
}

fn cases() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/selection")
}

fn shown(diagnostics: &[Diagnostic]) -> String {
    let all: Vec<String> = diagnostics.iter().map(|one| render_terminal(one, false)).collect();
    all.join("\n")
}

/// Options of a command line, each with the words after it.
fn options(line: &str) -> Vec<(String, Vec<String>)> {
    let mut options: Vec<(String, Vec<String>)> = Vec::new();
    for word in line.split_whitespace() {
        match options.last_mut() {
            Some((_, words)) if !word.starts_with("--") => words.push(word.to_owned()),
            _ => options.push((word.to_owned(), Vec::new())),
        }
    }
    options
}

fn run(
    line: &str,
    manifest: &Manifest,
    graph: &Graph,
    folder: &Path,
) -> Result<(BTreeSet<UniqueId>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut args = SelectionArgs::default();
    let (mut kinds, mut no_kinds) = (Vec::new(), Vec::new());
    for (option, words) in options(line) {
        match option.as_str() {
            "--select" => args.select = words,
            "--exclude" => args.exclude = words,
            "--selector" => args.selector = words.into_iter().next(),
            "--indirect-selection" => {
                args.indirect = IndirectSelection::from_name(&words[0]).unwrap();
            }
            "--resource-type" => kinds = words,
            "--exclude-resource-type" => no_kinds = words,
            other => panic!("no option {other}"),
        }
    }
    args.resource_types = Some(resource_types(&kinds, &no_kinds, &KINDS, &KINDS)?);
    let selectors;
    let file = folder.join("selectors.yml");
    if file.exists() {
        let source = SourceFile::new("selectors.yml", fs::read_to_string(file).unwrap());
        let read = Selectors::read(&read_yaml(source).value, args.indirect);
        if !read.diagnostics.is_empty() {
            return Err(read.diagnostics);
        }
        selectors = read.value;
        args.selectors = Some(&selectors);
    }
    let selection = select(manifest, graph, &args)?;
    Ok((selection.ids, selection.warnings))
}

#[test]
fn command_lines_select_what_they_select_in_dbt() {
    let manifest = manifest(&cases().join("project"));
    let graph = Graph::build(&manifest).unwrap();
    insta::glob!("cases/selection", "*/selections.txt", |path| {
        let folder = path.parent().unwrap();
        let mut out = String::new();
        for line in fs::read_to_string(path).unwrap().lines() {
            writeln!(out, "$ {line}").unwrap();
            match run(line, &manifest, &graph, folder) {
                Ok((ids, warnings)) => {
                    ids.iter().for_each(|id| writeln!(out, "{id}").unwrap());
                    warnings.iter().for_each(|one| {
                        writeln!(out, "{}", render_terminal(one, false)).unwrap();
                    });
                }
                Err(diagnostics) => writeln!(out, "{}", shown(&diagnostics)).unwrap(),
            }
            out.push('\n');
        }
        insta::assert_snapshot!(out.trim_end());
    });
}

#[test]
fn build_waits_for_tests_and_runs_unit_tests_first() {
    let manifest = manifest(&cases().join("project"));
    let graph = Graph::build(&manifest).unwrap();
    let wanted = |id: &&UniqueId| {
        !id.as_str().starts_with("source.") && !id.as_str().starts_with("exposure.")
    };
    let all: BTreeSet<UniqueId> =
        (0..graph.len()).map(|at| graph.id(at)).filter(wanted).cloned().collect();
    let shown = |gating| {
        let schedule = schedule(&manifest, &graph, &all, gating);
        let name = |at: usize| schedule.nodes[at].unique_id.to_string();
        let lines = schedule.nodes.iter().map(|node| {
            let waits: Vec<String> = node.waits_for.iter().map(|at| name(*at)).collect();
            format!("{} <- {}", node.unique_id, waits.join(" ")).trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!("order_of_build", shown(Gating::Tests));
    insta::assert_snapshot!("order_of_run", shown(Gating::None));
}

#[test]
fn dependencies_reach_through_what_is_not_selected() {
    let manifest = manifest(&cases().join("project"));
    let graph = Graph::build(&manifest).unwrap();
    let ids = ["model.shop.report", "model.shop.stg_orders"].map(UniqueId::new);
    let schedule = schedule(&manifest, &graph, &ids.iter().cloned().collect(), Gating::None);
    assert_eq!(schedule.nodes[0].unique_id, ids[1]);
    assert_eq!(schedule.nodes[1].waits_for, [0]);
}

/// A manifest of models alone, each with the names it reads.
fn models(reads: &[(&str, &[&str])]) -> Manifest {
    let mut manifest = manifest(&cases().join("project"));
    let blank = manifest.nodes.values().find(|node| node.name == "ledger").unwrap();
    let blank = Node::clone(blank);
    let id = |name: &str| UniqueId::new(format!("model.shop.{name}"));
    let mut nodes = std::collections::BTreeMap::new();
    for (name, parents) in reads {
        let text: String = parents
            .iter()
            .map(|parent| format!("select * from {{{{ ref('{parent}') }}}}\n"))
            .collect();
        let file = SourceFile::new(format!("models/{name}.sql"), text.as_str());
        let refs = parents.iter().map(|parent| {
            let at = text.find(&format!("'{parent}'")).unwrap();
            let span = Some(Span::new(&file, at..at + parent.len() + 2));
            elt::jinja::RefCall { package: None, name: (*parent).to_owned(), version: None, span }
        });
        let node = Node {
            unique_id: id(name),
            name: (*name).to_owned(),
            fqn: vec!["shop".to_owned(), (*name).to_owned()],
            refs: refs.collect(),
            depends_on_nodes: parents.iter().map(|parent| id(parent)).collect(),
            ..blank.clone()
        };
        nodes.insert(id(name), Arc::new(node));
    }
    manifest.nodes = nodes;
    manifest.sources.clear();
    manifest.exposures.clear();
    manifest.unit_tests.clear();
    manifest
}

#[test]
fn cycles_name_every_reference_on_the_way() {
    let manifest = models(&[
        ("a", &["c", "outside"]),
        ("b", &["a"]),
        ("c", &["b"]),
        ("itself", &["itself"]),
        ("outside", &[]),
    ]);
    let diagnostics = Graph::build(&manifest).unwrap_err();
    insta::assert_snapshot!(shown(&diagnostics));
}

#[test]
fn twenty_thousand_models_are_selected_at_once() {
    let names: Vec<String> = (0..20_000).map(|at| format!("m{at}")).collect();
    let parents: Vec<Vec<&str>> = (0..20_000_usize)
        .map(|at| {
            (1..4).filter_map(|step| Some(names[at.checked_sub(step * 7)?].as_str())).collect()
        })
        .collect();
    let reads: Vec<(&str, &[&str])> =
        names.iter().zip(&parents).map(|(name, all)| (name.as_str(), all.as_slice())).collect();
    let manifest = models(&reads);
    let begun = Instant::now();
    let graph = Graph::build(&manifest).unwrap();
    for (line, count) in
        [("--select fqn:*", 20_000), ("--select +m10000+", 2_857), ("--select m1*", 11_111)]
    {
        let (ids, _) = run(line, &manifest, &graph, Path::new("")).unwrap();
        assert_eq!(ids.len(), count, "{line}");
    }
    let all = (0..graph.len()).map(|at| graph.id(at).clone()).collect();
    assert_eq!(schedule(&manifest, &graph, &all, Gating::Tests).nodes.len(), 20_000);
    // Far above what it takes even unoptimized on a busy machine; a quadratic step takes minutes.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

proptest! {
    /// Whatever is typed is read or refused, and what is refused is marked inside the text.
    #[test]
    fn the_parser_takes_any_text(text in "[@+0-9a-z_.:*?\\[\\]/,é -]{0,24}") {
        let file = SourceFile::new("--select", text.as_str());
        let span = Span::new(&file, 0..text.len());
        match parse_criterion(&text, span, IndirectSelection::Eager) {
            Ok(criterion) => prop_assert!(text.contains(&criterion.value)),
            Err(diagnostic) => {
                for label in &diagnostic.labels {
                    prop_assert!(label.span.start <= label.span.end);
                    prop_assert!(label.span.end as usize <= text.len());
                    prop_assert!(text.is_char_boundary(label.span.start as usize));
                }
                render_terminal(&diagnostic, false);
            }
        }
    }

    /// A criterion written out and read again is the same.
    #[test]
    fn operators_are_read_as_written(
        at in any::<bool>(),
        parents in proptest::option::of(proptest::option::of(0u32..100)),
        children in proptest::option::of(proptest::option::of(0u32..100)),
        name in "[a-z][a-z_]{0,8}",
    ) {
        let number = |steps: Option<u32>| steps.map(|steps| steps.to_string()).unwrap_or_default();
        let children = children.filter(|_| !at);
        let text = format!(
            "{}{}{name}{}",
            if at { "@" } else { "" },
            parents.map(|steps| format!("{}+", number(steps))).unwrap_or_default(),
            children.map(|steps| format!("+{}", number(steps))).unwrap_or_default(),
        );
        let file = SourceFile::new("--select", text.as_str());
        let span = Span::new(&file, 0..text.len());
        let criterion = parse_criterion(&text, span, IndirectSelection::Eager).unwrap();
        prop_assert_eq!(criterion.value, name);
        prop_assert_eq!(criterion.childrens_parents, at);
        prop_assert_eq!(criterion.parents.map(|depth| depth.steps()), parents);
        prop_assert_eq!(criterion.children.map(|depth| depth.steps()), children);
    }
}
