//! `elt retry`: what failed or was skipped in the last run, with its flags.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio::runtime::Handle;

use super::{
    args::{RetryArgs, RunArgs},
    global_args::GlobalArgs,
    nodes,
    session::{Session, load_options, report},
    switches::Switch,
    time_args::TimeArgs,
};
use crate::{
    artifact::{read_journal, read_previous_run},
    diagnostic::Diagnostic,
    project::load,
    run::{BatchOptions, ExitCode, RunCommand},
};

/// Runs the unfinished nodes of the last run.
///
/// # Errors
/// The exit code, where nothing could be run.
pub fn run(global: &GlobalArgs, args: &RetryArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let report = report(global, "retry");
    let fail = |diagnostics: &[Diagnostic]| {
        report.diagnostics(diagnostics);
        ExitCode::Usage
    };
    let options = load_options(global).map_err(|problems| fail(&problems))?;
    let loaded = load(&options);
    let Some(project) = loaded.value else { return Err(fail(&loaded.diagnostics)) };
    // As in dbt, here `--state` names the results to start from; what the run itself compares with or
    // defers to is its own.
    let folder = global.state.state.as_ref().map(|folder| project.root.join(folder));
    let folder = folder.as_ref().unwrap_or(&project.target_path);
    let killed = read_journal(folder).map_err(|problem| fail(&[*problem]))?;
    let previous = match killed {
        Some(killed) => {
            report.note("the last run was killed: what it had not done is run");
            killed
        }
        None => read_previous_run(&folder.join("run_results.json"))
            .map_err(|problem| fail(&[*problem]))?,
    };
    let Some(command) = RunCommand::from_name(&previous.command) else {
        let message =
            format!("the last command was `{}`, which cannot be retried", previous.command);
        return Err(fail(&[Diagnostic::error("invalid-run-results", message)]));
    };
    if previous.unfinished.is_empty() {
        report.note("nothing to retry: the last run finished without failures");
        return Ok(ExitCode::Success);
    }
    // What is typed now goes before what was typed then.
    let text = |key: &str| previous.args.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |key: &str| previous.args.get(key).and_then(Value::as_bool).unwrap_or(false);
    let mut global = global.clone();
    if global.vars == "{}" {
        global.vars = text("vars").unwrap_or(global.vars);
    }
    global.target = global.target.or_else(|| text("target"));
    global.profile = global.profile.or_else(|| text("profile"));
    if global.warn_error_options.is_none() && global.switch(Switch::WarnError).is_none() {
        global.warn_error_options = text("warn_error_options");
    }
    global.take_over(&previous.args);
    let run_args = RunArgs {
        ingest: flag("ingest"),
        full_refresh: args.full_refresh || flag("full_refresh"),
        store_failures: flag("store_failures"),
        ..RunArgs::default()
    };
    let time = TimeArgs::of_run(&previous.args);
    let window = time.window().map_err(|problem| fail(&[problem]))?;
    let mut typed = previous.args.clone();
    typed.insert("full_refresh".to_owned(), run_args.full_refresh.into());
    let session = Session::open(&global, command.as_str(), typed)?;
    let (known, gone): (BTreeSet<_>, BTreeSet<_>) =
        previous.unfinished.into_iter().partition(|id| {
            session.manifest.nodes.contains_key(id) || session.manifest.unit_tests.contains_key(id)
        });
    for id in gone {
        session.report.note(&format!("`{id}` is no longer in the project"));
    }
    // Where none was built, the model starts again as it did then, from nothing if it did so.
    let mut earlier = previous.batches;
    earlier.retain(|_, batches| !batches.successful.is_empty());
    let batches = BatchOptions {
        window,
        sample: time.sample,
        until: previous.started_at.unwrap_or(session.started_at()),
        keeps_tables: command == RunCommand::Backfill,
        earlier,
        ..BatchOptions::of_run(session.started_at())
    };
    nodes::execute(session, command, &run_args, batches, known, handle)
}
