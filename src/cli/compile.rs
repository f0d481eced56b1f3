//! `elt compile` and `elt parse`.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::{Map, json};
use tokio::runtime::Handle;

use super::{
    args::{CompileArgs, CompileOutputArg},
    global_args::GlobalArgs,
    lazy_warehouse::LazyWarehouse,
    nodes::log_sink,
    selection::selected,
    session::Session,
    switches::Switch,
};
use crate::{
    artifact::{CompiledEntry, ManifestExtras, write_manifest as write_manifest_file},
    compile::{
        CompiledNode, Compiler, CompilerOptions, Deferral, TargetFolder, target_path,
        write_target_file,
    },
    diagnostic::{Diagnostic, SourceFile},
    graph::selector::selector_definitions,
    jinja::Warehouse,
    manifest::{ResourceType, UniqueId},
    run::ExitCode,
};

/// Reads the project and writes manifest.json.
///
/// # Errors
/// The exit code, where something is wrong with the project.
pub fn parse(global: &GlobalArgs) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "parse", Map::new())?;
    write_manifest(session, HashMap::new())?;
    let manifest = &session.manifest;
    session.report.note(&format!(
        "parsed {} nodes, {} sources, {} unit tests",
        manifest.nodes.len(),
        manifest.sources.len(),
        manifest.unit_tests.len()
    ));
    Ok(ExitCode::Success)
}

/// Writes `manifest.json`, with the compiled SQL of the nodes that have some; nothing with
/// `--no-write-json`.
///
/// # Errors
/// The exit code, where it cannot be written.
pub fn write_manifest(
    session: &Session,
    compiled: HashMap<UniqueId, CompiledEntry>,
) -> Result<(), ExitCode> {
    if !session.writes_json() {
        return Ok(());
    }
    let selectors = session.project.selectors.as_ref();
    let extras = ManifestExtras {
        compiled,
        target_folder: session.project.shown_target(),
        selectors: selectors.map(selector_definitions).unwrap_or_default(),
        ..ManifestExtras::default()
    };
    let path = session.project.target_path.join("manifest.json");
    let written = write_manifest_file(
        &path,
        &session.manifest,
        &session.metadata(),
        &extras,
        &session.project.scrubber(),
    );
    written.map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        session.fail(&[Diagnostic::error("cannot-write", message)])
    })
}

/// A compiler that opens the warehouse only where a template asks it.
///
/// # Errors
/// The exit code, where there is nothing to defer to.
pub fn compiler(
    session: &Session,
    ids: &BTreeSet<UniqueId>,
    handle: &Handle,
) -> Result<Compiler, ExitCode> {
    Ok(compiler_with(session, ids, handle, session.deferral(ids)?))
}

/// The same, with references leading where they are told to.
pub fn compiler_with(
    session: &Session,
    ids: &BTreeSet<UniqueId>,
    handle: &Handle,
    deferral: Option<Deferral>,
) -> Compiler {
    let names = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let may_ask = session.global.switch(Switch::Introspect).unwrap_or(true);
    let warehouse = || LazyWarehouse::new(session, handle.clone()) as Arc<dyn Warehouse>;
    let warehouse = may_ask.then(warehouse);
    Compiler::new(CompilerOptions {
        manifest: Arc::clone(&session.manifest),
        engine: session.engine.clone(),
        globals: session.globals(names),
        warehouse,
        log: log_sink(&session.report),
        deferral,
        warnings: session.warnings.clone(),
        sample: None,
        notes: session.job_notes(),
    })
}

/// Compiles the selected nodes to `target/compiled`, or a text to stdout.
///
/// # Errors
/// The exit code, where something is wrong.
pub fn run(global: &GlobalArgs, args: &CompileArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let typed = Map::from_iter([("full_refresh".to_owned(), json!(args.full_refresh))]);
    let session = Session::open(global, "compile", typed)?;
    if let Some(text) = &args.inline {
        let compiler = compiler(session, &BTreeSet::new(), handle)?;
        let file = SourceFile::new("--inline", text.as_str());
        let compiled =
            compiler.compile_inline(&file).map_err(|problems| session.fail(&problems))?;
        session.report.data(&shown(compiled.text(), None, args.output));
        return Ok(ExitCode::Success);
    }
    let ids = selected(session, &args.selection)?;
    let named = !args.selection.select.is_empty();
    let compiled = compile_selected(session, ids.iter(), handle)?;
    let to_show: Vec<&CompiledNode> = compiled
        .iter()
        .filter(|compiled| !compiled.unique_id.as_str().starts_with("test."))
        .collect();
    match (named, to_show.as_slice()) {
        (true, [one]) => {
            let name = session.manifest.nodes.get(&one.unique_id).map(|node| node.name.as_str());
            session.report.data(&shown(one.code.text(), name, args.output));
        }
        _ => session.report.note(&format!("compiled {} nodes", compiled.len())),
    }
    write_manifest(session, entries(compiled))?;
    Ok(ExitCode::Success)
}

/// Compiled SQL as `--output` wants it; the JSON is dbt's.
fn shown(sql: &str, name: Option<&str>, output: CompileOutputArg) -> String {
    match (output, name) {
        (CompileOutputArg::Text, _) => sql.to_owned(),
        (CompileOutputArg::Json, Some(name)) => json!({"node": name, "compiled": sql}).to_string(),
        (CompileOutputArg::Json, None) => json!({ "compiled": sql }).to_string(),
    }
}

/// What the manifest tells of compiled nodes.
pub fn entries(compiled: Vec<CompiledNode>) -> HashMap<UniqueId, CompiledEntry> {
    compiled.into_iter().map(|node| (node.unique_id.clone(), node.into())).collect()
}

/// Compiles nodes in parallel and writes them to `target/compiled`.
///
/// # Errors
/// The exit code, where a template is wrong or a file cannot be written.
pub fn compile_selected<'a>(
    session: &Session,
    ids: impl Iterator<Item = &'a UniqueId>,
    handle: &Handle,
) -> Result<Vec<CompiledNode>, ExitCode> {
    let ids: BTreeSet<UniqueId> = ids
        .filter(|id| {
            session.manifest.nodes.get(*id).is_some_and(|node| {
                !matches!(node.resource_type, ResourceType::Seed | ResourceType::Operation)
            })
        })
        .cloned()
        .collect();
    let compiler = compiler(session, &ids, handle)?;
    let ids: Vec<UniqueId> = ids.into_iter().collect();
    let mut problems = Vec::new();
    let mut codes = Vec::new();
    for (_, result) in compiler.compile_all(&ids) {
        match result {
            Ok(compiled) => codes.push(compiled),
            Err(found) => problems.extend(found),
        }
    }
    if problems.iter().any(Diagnostic::is_error) {
        return Err(session.fail(&problems));
    }
    use rayon::prelude::*;
    let scrubber = session.project.scrubber();
    let failed: Vec<Diagnostic> = codes
        .par_iter()
        .filter_map(|compiled| {
            let node = session.manifest.nodes.get(&compiled.unique_id)?;
            let path = session
                .project
                .target_path
                .join(target_path(TargetFolder::Compiled, node.as_ref()));
            let text = scrubber.scrub(compiled.code.text());
            let error = write_target_file(&path, &text).err()?;
            let message = format!("`{}` cannot be written: {error}", path.display());
            Some(Diagnostic::error("cannot-write", message))
        })
        .collect();
    if !failed.is_empty() {
        return Err(session.fail(&failed));
    }
    Ok(codes)
}
