//! What a project may hold and a run would silently leave out.

use std::collections::BTreeSet;

use super::session::Session;
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span},
    manifest::{MacroProperties, Microbatch, ResourceType, UniqueId, is_audited},
    run::RunCommand,
};

/// Macros of the root project that change how batches are written in dbt. They are plans here, so a
/// run would write other rows than the project wants.
pub fn batch_overrides(session: &Session, ids: &BTreeSet<UniqueId>) -> Result<(), Diagnostic> {
    let is_microbatch = |id: &UniqueId| {
        session.manifest.nodes.get(id).is_some_and(|node| Microbatch::is_strategy_of(node))
    };
    let own = own_macro(session, "get_incremental_microbatch_sql");
    let Some(own) = own.filter(|_| ids.iter().any(is_microbatch)) else { return Ok(()) };
    Err(refusal(session, own, "batches would not be written by it")
        .help("leave it out: a batch replaces the rows of its time"))
}

/// Macros of the root project that change what a data test counts in dbt. Tests are counted by elt
/// itself, so a run would give another verdict than the project wants.
pub fn test_overrides(
    session: &Session,
    command: RunCommand,
    ids: &BTreeSet<UniqueId>,
) -> Result<(), Diagnostic> {
    let manifest = &session.manifest;
    let is_test = |id: &UniqueId| {
        manifest.nodes.get(id).is_some_and(|node| node.resource_type == ResourceType::Test)
    };
    let is_audited = |id: &UniqueId| manifest.nodes.get(id).is_some_and(|node| is_audited(node));
    let runs_tests = command.runs(ResourceType::Test) && ids.iter().any(is_test);
    if !runs_tests && !ids.iter().any(is_audited) {
        return Ok(());
    }
    let Some(own) = own_macro(session, "get_test_sql") else { return Ok(()) };
    Err(refusal(session, own, "data tests would not be counted by it")
        .help("set `fail_calc`, `error_if`, `warn_if`, `where` or `limit` on the tests, or leave them out: `--exclude resource_type:test`"))
}

/// The root project's macro of a name, for all adapters or one.
fn own_macro<'s>(session: &'s Session, name: &str) -> Option<&'s MacroProperties> {
    let manifest = &session.manifest;
    let names = ["", "default__", "bigquery__", "duckdb__"].map(|of| format!("{of}{name}"));
    let mut macros = manifest.macros.values();
    macros.find(|found| found.package == manifest.project_name && names.contains(&found.name))
}

fn refusal(session: &Session, own: &MacroProperties, label: &str) -> Diagnostic {
    let path = &own.original_file_path;
    let text = std::fs::read_to_string(session.project.root.join(path)).unwrap_or_default();
    let at = text.find(own.name.as_str());
    let file = SourceFile::new(path.clone(), text);
    let span =
        at.map_or_else(|| Span::of_line(&file, 1), |at| Span::new(&file, at..at + own.name.len()));
    let message = format!("overriding the macro `{}` is not supported", own.name);
    Diagnostic::error("unsupported-macro", message).at(span, label)
}
