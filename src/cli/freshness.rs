//! `elt source freshness`.

use std::time::Instant;

use tokio::runtime::Handle;

use super::{args::FreshnessArgs, global_args::GlobalArgs, selection::selected, session::Session};
use crate::{
    adapter::Cancel,
    artifact::{sources_json, write_json},
    diagnostic::Diagnostic,
    run::{ExitCode, FreshnessRequest, check_freshness, stop_on_signals},
};

/// Asks the selected sources how fresh they are and writes `sources.json`.
///
/// # Errors
/// The exit code, where nothing could be asked.
pub fn run(
    global: &GlobalArgs,
    args: &FreshnessArgs,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    let session = Session::open(global, "freshness", serde_json::Map::new())?;
    let ids = selected(session, &args.selection)?;
    let cancel = Cancel::default();
    if let Err(error) = stop_on_signals(&cancel) {
        session.report.note(&format!("Ctrl-C will not stop cleanly: {error}"));
    }
    let clock = Instant::now();
    let request = FreshnessRequest {
        manifest: std::sync::Arc::clone(&session.manifest),
        selected: ids,
        adapter: session.adapter()?,
        threads: session.project.target.threads,
        target: session.target_name(),
        warnings: session.warnings.clone(),
    };
    let sink = session.report.sink();
    let checked = handle.block_on(check_freshness(request, &cancel, &sink));
    let checked = checked.map_err(|problems| session.fail(&problems))?;
    if checked.is_empty() {
        session.report.note("no source with `freshness` is selected");
    }
    let value = sources_json(&session.metadata(), &checked, clock.elapsed().as_secs_f64());
    let default = session.project.target_path.join("sources.json");
    let path = args.output.as_ref().unwrap_or(&default);
    if session.writes_json() {
        write_json(path, value, &session.project.scrubber()).map_err(|error| {
            let message = format!("`{}` cannot be written: {error}", path.display());
            session.fail(&[Diagnostic::error("cannot-write", message)])
        })?;
    }
    let failed = checked.iter().any(|checked| checked.result.status.is_failure());
    Ok(ExitCode::of(cancel.is_cancelled(), failed))
}
