//! `elt check`.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Map;
use tokio::runtime::Handle;

use super::{
    args::SelectArgs, compile::compiler, global_args::GlobalArgs, selection::selected,
    session::Session, typed_project::typed_project,
};
use crate::{
    check::{Strictness, in_order, problems, unit_test_problems},
    compile::{Compiler, CompilerOptions, Kept},
    diagnostic::Diagnostic,
    manifest::{ResourceType, UniqueId},
    run::ExitCode,
};

/// Nodes that are not checked, named at most.
const MOST_NAMED: usize = 20;

/// Reads the SQL of the selected nodes and says what is wrong with it.
///
/// # Errors
/// The exit code, where something is wrong with the project.
pub fn run(global: &GlobalArgs, args: &SelectArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "check", Map::new())?;
    let mut ids = selected(session, args)?;
    // Hooks of the run are run with whatever is selected.
    ids.extend(operations(session));
    let compiler = compiler(session, &ids, handle)?;
    let (mut project, templates) = typed_project(session, &ids, &compiler);
    project.look_closely(&ids, |id, later, text| compiler.compile_closely(id, later, text));
    let mut found = problems(&project, &ids, Strictness::Error, true);
    found.extend(unit_test_problems(&project, &compiler, &ids, Strictness::Error));
    let mut found = in_order(found);
    let is_broken = templates.iter().any(Diagnostic::is_error);
    found.extend(templates);
    let errors = found.iter().filter(|diagnostic| diagnostic.is_error()).count();
    session.report.diagnostics(&found);
    let unknown: Vec<&str> = project
        .unknown()
        .intersection(&ids)
        .filter_map(|id| session.manifest.nodes.get(id).map(|node| node.name.as_str()))
        .collect();
    if !unknown.is_empty() {
        let named = unknown[..unknown.len().min(MOST_NAMED)].join(", ");
        let more = match unknown.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        session.report.note(&format!(
            "not checked, because their templates ask the warehouse for what is not there yet: {named}{more}",
        ));
    }
    let of_kind = |kind: ResourceType| {
        let kinds = ids.difference(project.unknown());
        let kinds = kinds.filter_map(|id| session.manifest.nodes.get(id));
        kinds.filter(|node| node.resource_type == kind).count()
    };
    let unit_tests = ids.iter().filter(|id| session.manifest.unit_tests.contains_key(*id)).count();
    session.report.note(&format!(
        "checked {}, {}: {}, {}",
        counted(of_kind(ResourceType::Model) + of_kind(ResourceType::Snapshot), "model"),
        counted(of_kind(ResourceType::Test) + unit_tests, "test"),
        counted(errors, "error"),
        counted(found.len() - errors, "warning"),
    ));
    Ok(match (is_broken, errors) {
        (true, _) => ExitCode::Usage,
        (false, 0) => ExitCode::Success,
        _ => ExitCode::NodeFailure,
    })
}

fn operations(session: &Session) -> impl Iterator<Item = UniqueId> {
    let nodes = session.manifest.nodes.values();
    let operations = nodes.filter(|node| node.resource_type == ResourceType::Operation);
    operations.map(|node| node.unique_id.clone())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Says what is wrong with the SQL of nodes that are about to be built: warnings, and errors where
/// `static_analysis: error` is configured. Templates that ask the warehouse are left out, and what
/// is wrong with a template the build itself says. What was compiled the build takes over.
///
/// # Errors
/// The exit code, where something is an error.
pub fn before_build(session: &Session, ids: &BTreeSet<UniqueId>) -> Result<Kept, ExitCode> {
    // As the build itself is told.
    let names = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let is_on = |id: &UniqueId| {
        let node = session.manifest.nodes.get(id);
        node.is_some_and(|node| Strictness::of(&node.config, Strictness::Warn) != Strictness::Off)
    };
    let ids: BTreeSet<UniqueId> = ids.iter().filter(|id| is_on(id)).cloned().collect();
    if ids.is_empty() {
        return Ok(Kept::default());
    }
    let ids: BTreeSet<UniqueId> = ids.into_iter().chain(operations(session)).collect();
    let compiler = Compiler::new(CompilerOptions {
        manifest: Arc::clone(&session.manifest),
        engine: session.engine.clone(),
        globals: session.globals(names),
        warehouse: None,
        // The build renders templates that log again.
        log: Arc::new(|_, _| {}),
        deferral: None,
        warnings: session.warnings.clone(),
        sample: None,
        // It asks nothing.
        notes: None,
    });
    let (mut project, _) = typed_project(session, &ids, &compiler);
    project.look_closely(&ids, |id, later, text| compiler.compile_closely(id, later, text));
    let mut found = problems(&project, &ids, Strictness::Warn, false);
    // What cannot be read the build says itself.
    found.retain(|diagnostic| diagnostic.is_error() || diagnostic.code != "sql-syntax");
    session.report.diagnostics(&found);
    match found.iter().any(Diagnostic::is_error) {
        true => {
            session.report.note("nothing was run: `static_analysis: error` is configured");
            Err(ExitCode::Usage)
        }
        false => Ok(compiler.take_kept()),
    }
}
