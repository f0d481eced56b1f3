//! `elt docs generate` and `elt docs lineage`.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Map;
use tokio::runtime::Handle;

use super::{
    args::{DocsCommand, GenerateArgs, LineageArg},
    column_lineage::column_lineage,
    compile::{compile_selected, entries, write_manifest},
    global_args::GlobalArgs,
    selection::selected,
    session::Session,
};
use crate::{
    artifact::{Catalog, catalog_json, read_catalog, write_atomically, write_json},
    diagnostic::Diagnostic,
    docs::{Lineage, lineage_dot, lineage_json, lineage_mermaid},
    manifest::UniqueId,
    run::ExitCode,
};

/// Runs a command of `docs`.
///
/// # Errors
/// The exit code, where something is wrong.
pub fn run(
    global: &GlobalArgs,
    command: &DocsCommand,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    match command {
        DocsCommand::Generate(args) => generate(global, args, handle),
        DocsCommand::Serve(_) => unreachable!("refused before"),
        DocsCommand::Lineage { selection, columns, format, output } => {
            let session = Session::open(global, "docs lineage", Map::new())?;
            let ids = selected(session, selection)?;
            let lineage = Lineage::of(&session.manifest, &session.graph, &ids);
            let text = match format {
                // The facet is of columns.
                _ if columns.columns || columns.column.is_some() => {
                    column_lineage(session, &ids, columns, *format, handle)?
                }
                LineageArg::Openlineage => column_lineage(session, &ids, columns, *format, handle)?,
                LineageArg::Json => lineage_json(&lineage),
                LineageArg::Dot => lineage_dot(&lineage),
                LineageArg::Mermaid => lineage_mermaid(&lineage),
            };
            match output {
                None => session.report.data(&text),
                Some(path) => write_atomically(path, text.as_bytes()).map_err(|error| {
                    let message = format!("`{}` cannot be written: {error}", path.display());
                    session.fail(&[Diagnostic::error("cannot-write", message)])
                })?,
            }
            Ok(ExitCode::Success)
        }
    }
}

fn generate(
    global: &GlobalArgs,
    args: &GenerateArgs,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "docs generate", Map::new())?;
    let ids = selected(session, &args.selection)?;
    let all: BTreeSet<UniqueId> = session.manifest.nodes.keys().cloned().collect();
    let compiled = match args.no_compile {
        true => Vec::new(),
        false => compile_selected(session, all.iter(), handle)?,
    };
    write_manifest(session, entries(compiled))?;
    let catalog = match args.empty_catalog {
        true => Catalog::default(),
        false => {
            let adapter = session.adapter()?;
            handle.block_on(read_catalog(&session.manifest, &ids, &Arc::clone(&adapter)))
        }
    };
    let json = catalog_json(&session.metadata(), &catalog.tables, &catalog.errors);
    let path = session.project.target_path.join("catalog.json");
    write_json(&path, json, &session.project.scrubber()).map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        session.fail(&[Diagnostic::error("cannot-write", message)])
    })?;
    session.report.note(&format!(
        "catalog of {} relations and manifest of {} nodes written to {}",
        catalog.tables.len(),
        session.manifest.nodes.len(),
        session.project.target_path.display()
    ));
    if !catalog.errors.is_empty() {
        for error in &catalog.errors {
            session.report.note(error);
        }
        return Ok(ExitCode::NodeFailure);
    }
    Ok(ExitCode::Success)
}
