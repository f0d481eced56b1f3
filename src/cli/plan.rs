//! `elt plan`: what a build would do, read and cost. Nothing is run.

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;

use super::{
    args::{PlanArg, PlanArgs, RunArgs},
    global_args::GlobalArgs,
    nodes::{job, left_behind, typed},
    selection::{earlier_run, selected},
    session::Session,
    time_args::TimeArgs,
};
use crate::{
    adapter::{Bytes, Cancel},
    compile::Compiler,
    diagnostic::{Diagnostic, Span},
    report::{plan_json, readable_bytes, render_plan},
    run::{
        BatchOptions, ExitCode, Job, NodePreview, RunCommand, compare_with_state, preview_job,
        total_bytes,
    },
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
    let mut previews = handle.block_on(preview_job(&job, true, session.report.sink()));
    if session.state.folder.is_some() {
        let differences = earlier_run(session).differences(&session.manifest);
        let differences = differences.map_err(|problem| session.fail(&[problem]))?;
        compare_with_state(&mut previews, &differences, &session.manifest, &session.graph);
    }
    let shown = show(session, &previews, args.output == PlanArg::Json);
    Ok(shown.worst(tell_left_out(session, &previews)))
}

/// Warns of late partitions that no batch of this build would take.
fn tell_left_out(session: &Session, previews: &[NodePreview]) -> ExitCode {
    let warning = |preview: &NodePreview| {
        let start = preview.left_out.iter().map(|span| span.start).min()?;
        let end = preview.left_out.iter().map(|span| span.end).max()?;
        let node = session.manifest.nodes.get(&preview.node.unique_id)?;
        let name = &node.name;
        let (count, verb) = match preview.left_out.len() {
            1 => ("1 partition".to_owned(), "is"),
            count => (format!("{count} partitions"), "are"),
        };
        let text = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S").to_string();
        let message = format!(
            "{count} that `{name}` reads changed after it was built from them, and {verb} in none of this build's batches"
        );
        let help =
            format!("elt backfill --select {name} --from {} --to {}", text(start), text(end));
        let warning = Diagnostic::warning("late-partitions", message);
        Some(warning.at(Span::of_line(&node.source, 1), "").help(help))
    };
    let mut warnings: Vec<Diagnostic> = previews.iter().filter_map(warning).collect();
    session.warnings.apply(&mut warnings);
    session.report.diagnostics(&warnings);
    match warnings.iter().any(Diagnostic::is_error) {
        true => ExitCode::NodeFailure,
        false => ExitCode::Success,
    }
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
    let previews = handle.block_on(preview_job(job, false, session.report.sink()));
    let Some(total) = total_bytes(previews.iter()) else {
        session.report.note("`--max-bytes` limits nothing here: the engine bills nothing");
        return Ok(());
    };
    let number = total.number().unwrap_or(0);
    if number <= limit {
        let unknown = previews.iter().filter(|preview| preview.is_partial()).count();
        if unknown > 0 {
            let (nodes, verb) = if unknown == 1 { ("node", "reads") } else { ("nodes", "read") };
            let limit = readable_bytes(limit);
            session.report.note(&format!(
                "what {unknown} {nodes} {verb} is not known before; each job may bill at most {limit}"
            ));
        }
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
    largest.retain(|(bytes, _)| *bytes > 0);
    largest.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    /// Nodes named: those that read most.
    const MAX_NAMED: usize = 5;
    for (bytes, preview) in largest.into_iter().take(MAX_NAMED) {
        problem = problem.note(format!("{}: {}", preview.node.display, readable_bytes(bytes)));
    }
    Err(session.fail(&[problem.help("see each step: elt plan; select less, or allow more")]))
}
