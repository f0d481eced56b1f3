//! `elt plan`: what a build would do, read and cost. Nothing is run.

use tokio::runtime::Handle;

use super::{
    args::{PlanArg, PlanArgs, RunArgs},
    global_args::GlobalArgs,
    nodes::{job, left_behind, typed},
    selection::selected,
    session::Session,
    time_args::TimeArgs,
};
use crate::{
    adapter::{Bytes, Cancel},
    compile::Compiler,
    diagnostic::Diagnostic,
    report::{plan_json, readable_bytes, render_plan},
    run::{BatchOptions, ExitCode, Job, NodePreview, RunCommand, preview_job, total_bytes},
};

/// Shows the plan of a build.
///
/// # Errors
/// The exit code, where nothing can be planned.
pub fn run(global: &GlobalArgs, args: &PlanArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let command = RunCommand::Build;
    let run_args = RunArgs {
        selection: args.selection.clone(),
        full_refresh: args.full_refresh,
        ..RunArgs::default()
    };
    let kept = typed(global, command, &run_args, &TimeArgs::default());
    let session = Session::open(global, command.as_str(), kept)?;
    let ids = selected(session, &args.selection)?;
    let adapter = session.adapter()?;
    let cancel = Cancel::default();
    let batches = left_behind(session, &ids, BatchOptions::of_run(session.started_at()));
    let job = job(session, command, &run_args, batches, ids, adapter, (handle, &cancel))?;
    let previews = handle.block_on(preview_job(&job, session.report.sink()));
    Ok(show(session, &previews, args.output == PlanArg::Json))
}

/// Prints the plan, then what is wrong with it.
pub fn show(session: &Session, previews: &[NodePreview], as_json: bool) -> ExitCode {
    let prices = session.global.prices.prices();
    session.report.data(&match as_json {
        true => plan_json(previews, &prices).to_string(),
        false => render_plan(previews, &prices),
    });
    let problems: Vec<Diagnostic> =
        previews.iter().flat_map(|preview| preview.diagnostics.iter().cloned()).collect();
    session.report.diagnostics(&problems);
    match problems.iter().any(Diagnostic::is_error) {
        true => ExitCode::NodeFailure,
        false => ExitCode::Success,
    }
}

/// Refuses a job that would read more than `--max-bytes`.
///
/// # Errors
/// The exit code, where it would.
pub fn within_limit(
    session: &Session,
    job: &Job<Compiler>,
    handle: &Handle,
) -> Result<(), ExitCode> {
    let Some(limit) = session.global.prices.max_bytes else { return Ok(()) };
    let previews = handle.block_on(preview_job(job, session.report.sink()));
    let Some(total) = total_bytes(previews.iter()) else {
        session.report.note("`--max-bytes` limits nothing here: the engine bills nothing");
        return Ok(());
    };
    let number = total.number().unwrap_or(0);
    if number <= limit {
        return Ok(());
    }
    let bound = if matches!(total, Bytes::AtMost(_)) { "up to " } else { "" };
    let mut problem = Diagnostic::error(
        "too-many-bytes",
        format!(
            "this would read {bound}{}, and `--max-bytes` allows {}; nothing was run",
            readable_bytes(number),
            readable_bytes(limit)
        ),
    );
    let mut largest: Vec<(u64, &NodePreview)> =
        previews.iter().filter_map(|preview| Some((preview.bytes()?.number()?, preview))).collect();
    largest.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    /// Nodes named: those that read most.
    const MAX_NAMED: usize = 5;
    for (bytes, preview) in largest.into_iter().take(MAX_NAMED) {
        problem = problem.note(format!("{}: {}", preview.node.display, readable_bytes(bytes)));
    }
    Err(session.fail(&[problem.help("see each step: elt plan; select less, or allow more")]))
}
