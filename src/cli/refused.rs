//! What a project may hold and a run would silently leave out.

use std::collections::BTreeSet;

use super::session::Session;
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span},
    manifest::{ResourceType, UniqueId},
    run::RunCommand,
};

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
    if !command.runs(ResourceType::Test) || !ids.iter().any(is_test) {
        return Ok(());
    }
    let names = ["", "default__", "bigquery__", "duckdb__"].map(|of| format!("{of}get_test_sql"));
    let own = manifest
        .macros
        .values()
        .find(|found| found.package == manifest.project_name && names.contains(&found.name));
    let Some(own) = own else { return Ok(()) };
    let path = &own.original_file_path;
    let text = std::fs::read_to_string(session.project.root.join(path)).unwrap_or_default();
    let at = text.find(own.name.as_str());
    let file = SourceFile::new(path.clone(), text);
    let span =
        at.map_or_else(|| Span::of_line(&file, 1), |at| Span::new(&file, at..at + own.name.len()));
    let message = format!("overriding the macro `{}` is not supported", own.name);
    Err(Diagnostic::error("unsupported-macro", message)
        .at(span, "data tests would not be counted by it")
        .help("set `fail_calc`, `error_if`, `warn_if`, `where` or `limit` on the tests, or leave them out: `--exclude resource_type:test`"))
}
