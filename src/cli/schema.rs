//! `elt schema pull`.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Map;
use tokio::runtime::Handle;

use super::{args::SelectArgs, global_args::GlobalArgs, selection::selected, session::Session};
use crate::{
    artifact::{SourceColumns, read_source_columns},
    diagnostic::Diagnostic,
    manifest::{Source, UniqueId},
    run::ExitCode,
};

/// Asks the warehouse for the columns of the selected sources and writes them to `schema.json`, where
/// `elt check` finds them.
///
/// # Errors
/// The exit code, where nothing could be asked or written.
pub fn pull(global: &GlobalArgs, args: &SelectArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "schema pull", Map::new())?;
    let project = &session.project.root;
    let earlier = SourceColumns::read(project).map_err(|error| {
        let message = format!("`{}` {error}", SourceColumns::path(project).display());
        session.fail(&[Diagnostic::error("cannot-read", message)])
    })?;
    let earlier = earlier.unwrap_or_default();
    let ids = selected(session, args)?;
    let wanted = wanted(session, &ids);
    if wanted.is_empty() {
        session.report.note("no source is selected whose columns only the warehouse knows");
    }
    let mut now = earlier.clone();
    // Of sources that the project has no more nothing is kept.
    now.sources.retain(|id, _| session.manifest.sources.contains_key(id));
    let mut failures = 0;
    let count = wanted.len();
    if !wanted.is_empty() {
        let adapter = session.adapter()?;
        for (source, answer) in handle.block_on(read_source_columns(wanted, &adapter)) {
            let name = format!("{}.{}", source.source_name, source.name);
            match answer {
                Ok(Some(columns)) => {
                    now.sources.insert(source.unique_id.clone(), columns);
                }
                Ok(None) => {
                    failures += 1;
                    session.report.note(&format!("{name}: {} does not exist", source.relation));
                }
                Err(error) => {
                    failures += 1;
                    session.report.note(&format!("{name}: {error}"));
                }
            }
        }
    }
    let changes = now.changes_since(&earlier);
    for change in &changes {
        session.report.note(change);
    }
    if !changes.is_empty() {
        now.write(project).map_err(|error| {
            let message =
                format!("`{}` cannot be written: {error}", SourceColumns::path(project).display());
            session.fail(&[Diagnostic::error("cannot-write", message)])
        })?;
    }
    let s = if count == 1 { "" } else { "s" };
    let what = if changes.is_empty() { "nothing has changed" } else { "written to schema.json" };
    session.report.note(&format!("columns of {} of {count} source{s}: {what}", count - failures));
    Ok(if failures == 0 { ExitCode::Success } else { ExitCode::NodeFailure })
}

/// The selected sources, but for those that feeds fill: their columns are the same everywhere.
fn wanted(session: &Session, ids: &BTreeSet<UniqueId>) -> Vec<Arc<Source>> {
    let sources = session.manifest.sources.iter();
    let wanted = sources.filter(|(id, source)| ids.contains(*id) && source.feed().is_none());
    wanted.map(|(_, source)| Arc::clone(source)).collect()
}
