//! `build`, `run`, `test`, `seed`, `snapshot`.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use super::{
    args::RunArgs,
    check::before_build,
    compile::write_manifest,
    global_args::GlobalArgs,
    ingest_first::{First, Landed, ingest_first, is_filled_by_a_feed},
    plan,
    refused::{batch_overrides, test_overrides},
    selection::selected,
    session::{Session, invocation_command},
    switches::Switch,
    time_args::TimeArgs,
};
use crate::{
    adapter::{Adapter, BlockingWarehouse, Cancel, bigquery::GoogleAccess},
    artifact::{
        CompiledEntry, Journal, read_journal, read_previous_run, run_results_json, write_json,
    },
    compile::{Compiler, CompilerOptions, Kept, LogSink, TargetFolder, target_path},
    ingest::{GoogleLookup, IngestRequest, MESSAGE_WINDOW_DAYS},
    manifest::{Exposure, Microbatch, ResourceType, UniqueId},
    plan::PlanOptions,
    project::Connection,
    report::Report,
    run::{
        BatchOptions, Event, EventSink, ExitCode, Job, Limits, NodeLabel, NodeResult, RunCommand,
        RunOptions, Status, preview_job, run_job, stop_on_signals,
    },
};

/// Runs a command over the selected nodes.
///
/// # Errors
/// The exit code, where nothing could be run.
pub fn run(
    global: &GlobalArgs,
    command: RunCommand,
    args: &RunArgs,
    time: &TimeArgs,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    let typed = typed(global, command, args, time);
    let session = Session::open(global, command.as_str(), typed)?;
    let ids = selected(session, &args.selection)?;
    let window = time.window().map_err(|problem| session.fail(&[problem]))?;
    let batches =
        BatchOptions { window, sample: time.sample, ..BatchOptions::of_run(session.started_at()) };
    let batches = left_behind(session, &ids, batches);
    execute(session, command, args, batches, ids, handle)
}

/// What the last run has left undone of the batches of models that this one builds: where this one
/// does not build them either, it says so.
pub fn left_behind(
    session: &Session,
    ids: &BTreeSet<UniqueId>,
    batches: BatchOptions,
) -> BatchOptions {
    let is_microbatch = |id: &UniqueId| {
        session.manifest.nodes.get(id).is_some_and(|node| Microbatch::is_strategy_of(node))
    };
    if !ids.iter().any(is_microbatch) {
        return batches;
    }
    // Whoever cannot read what it left does not retry it.
    let previous = match read_journal(&session.project.target_path) {
        Ok(Some(killed)) => Some(killed),
        _ => read_previous_run(&session.project.target_path.join("run_results.json")).ok(),
    };
    let left = previous.map(|previous| previous.batches).unwrap_or_default().into_iter();
    let left = left.map(|(id, batches)| (id, batches.failed)).collect();
    BatchOptions { left_behind: left, ..batches }
}

/// The job of a command over exactly these nodes.
///
/// # Errors
/// The exit code, where what is deferred to cannot be read.
pub fn job(
    session: &Session,
    command: RunCommand,
    args: &RunArgs,
    batches: BatchOptions,
    ids: BTreeSet<UniqueId>,
    adapter: Arc<dyn Adapter>,
    (handle, cancel): (&Handle, &Cancel),
) -> Result<Job<Compiler>, ExitCode> {
    let clone_from = match command {
        RunCommand::Clone => Some(Arc::new(session.cloned()?)),
        _ => None,
    };
    let deferral = session.deferral(&ids)?;
    let names: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let warehouse = BlockingWarehouse::new(Arc::clone(&adapter), handle.clone(), cancel.clone());
    let compiler = Compiler::new(CompilerOptions {
        manifest: Arc::clone(&session.manifest),
        engine: session.engine.clone(),
        globals: session.globals(names),
        warehouse: Some(Arc::new(warehouse)),
        log: log_sink(&session.report),
        deferral,
        warnings: session.warnings.clone(),
        sample: batches.sample,
        notes: session.job_notes(),
    });
    let mut limits = Limits::new(session.project.target.threads);
    limits.fail_fast = session.global.is_on(Switch::FailFast);
    Ok(Job {
        manifest: Arc::clone(&session.manifest),
        graph: Arc::clone(&session.graph),
        selected: ids,
        command,
        compile: Arc::new(compiler),
        adapter,
        options: RunOptions {
            plan: PlanOptions {
                full_refresh: args.full_refresh,
                empty: session.global.is_on(Switch::Empty),
                run_started_at: session.started_at(),
                engine: session.engine_kind(),
                staging_suffix: session.staging_suffix(),
            },
            store_failures: args.store_failures,
            warnings: session.warnings.clone(),
            target_path: session.project.target_path.clone(),
            shown_target: session.project.shown_target(),
            scrubber: session.project.scrubber(),
            batches,
            clone_from,
        },
        limits,
        target: session.target_name(),
    })
}

/// Runs a command over exactly these nodes.
///
/// # Errors
/// The exit code, where nothing could be run.
pub fn execute(
    session: &Session,
    command: RunCommand,
    args: &RunArgs,
    batches: BatchOptions,
    mut ids: BTreeSet<UniqueId>,
    handle: &Handle,
) -> Result<ExitCode, ExitCode> {
    test_overrides(session, command, &ids).map_err(|problem| session.fail(&[problem]))?;
    batch_overrides(session, &ids).map_err(|problem| session.fail(&[problem]))?;
    let checked = ids.clone();
    let kept = match command {
        RunCommand::Build | RunCommand::Run => before_build(session, &ids)?,
        _ => Kept::default(),
    };
    let adapter = session.adapter()?;
    let cancel = Cancel::default();
    if let Err(error) = stop_on_signals(&cancel) {
        session.report.note(&format!("Ctrl-C will not stop cleanly: {error}"));
    }
    if !args.dry_run {
        stop_what_was_left(session, &adapter, handle);
    }
    let sink = session.report.sink();
    let first = match command {
        _ if args.ingest => Some(First::All),
        RunCommand::Build if !args.dry_run => Some(First::MissingFiles),
        _ => None,
    };
    let landed = match first {
        Some(first) => {
            ingest_first(session, (command, first), &mut ids, &adapter, &cancel, handle)?
        }
        None => Landed::default(),
    };
    let warehouse = Arc::clone(&adapter);
    let job = job(session, command, args, batches, ids, adapter, (handle, &cancel))?;
    // Feeds that failed leave nodes out, which templates may ask for.
    if job.selected == checked {
        job.compile.keep(kept);
    }
    if args.dry_run {
        let previews = handle.block_on(preview_job(&job, false, sink));
        return Ok(plan::show(session, &previews, false));
    }
    plan::within_limit(session, &job, handle)?;
    let journal = journal(session, &landed, &job.selected);
    let exposures: Vec<UniqueId> = match command {
        RunCommand::Build => job.selected.iter().filter(is_exposure).cloned().collect(),
        _ => Vec::new(),
    };
    let outcome = handle.block_on(run_job(job, cancel, noting(&journal, sink)));
    if !args.ingest
        && let Some(table) = is_filled_by_a_feed(session, &outcome.results)
    {
        let told =
            "is filled by a feed: `elt ingest` lands it, and `elt build --ingest` before it builds";
        session.report.note(&format!("{table} {told}"));
    }
    // What a node left behind that did not stop in time.
    handle.block_on(warehouse.stop_all());
    // Nodes below a feed that failed are for `elt retry` too.
    let mut all = landed.skipped;
    all.extend(outcome.results.iter().cloned());
    let exposed = exposures.iter().filter_map(|id| session.manifest.exposures.get(id));
    let exposed: Vec<_> = exposed.map(|exposure| exposure_result(exposure, &all)).collect();
    all.extend(exposed);
    let (args, prices) = (&session.invocation.args, session.global.prices.prices());
    let results = run_results_json(&session.metadata(), args, &all, outcome.elapsed_secs, &prices);
    if session.writes_json() {
        let path = session.project.target_path.join("run_results.json");
        match write_json(&path, results, &session.project.scrubber()) {
            Err(error) => {
                session.report.note(&format!("run_results.json cannot be written: {error}"));
            }
            Ok(()) => end(journal),
        }
    } else {
        end(journal);
    }
    let compiled = outcome.results.iter().filter_map(|result| {
        let id = &result.node.unique_id;
        let is_seed = result.node.resource_type == ResourceType::Seed;
        let code = match &result.compiled_code {
            Some(code) => Arc::clone(code),
            None if is_seed && result.execute.is_some() => Arc::from(""),
            None => return None,
        };
        let has_run = session.manifest.nodes.get(id).is_some_and(|node| {
            let path = target_path(TargetFolder::Run, node.as_ref());
            // Hooks of a run are written as compiled only.
            node.resource_type != ResourceType::Operation
                && result.execute.is_some()
                && session.project.target_path.join(path).exists()
        });
        let entry = CompiledEntry { code, extra_ctes: result.extra_ctes.clone(), has_run };
        Some((id.clone(), entry))
    });
    write_manifest(session, compiled.collect())?;
    let failed = landed.feeds.iter().any(|result| result.status.is_failure());
    let ingest_code = if failed { ExitCode::NodeFailure } else { ExitCode::Success };
    Ok(outcome.exit_code().worst(ingest_code))
}

/// A run that was killed may have left jobs running, which would write into what this one builds.
fn stop_what_was_left(session: &Session, adapter: &Arc<dyn Adapter>, handle: &Handle) {
    // Whoever cannot read what it left, or finds it going on, leaves it alone.
    let Ok(Some(killed)) = read_journal(&session.project.target_path) else { return };
    let Some(invocation) = killed.invocation else { return };
    match handle.block_on(adapter.stop_left_by(&invocation)) {
        Ok(0) => {}
        Ok(count) => {
            let jobs = if count == 1 { "job" } else { "jobs" };
            let told = format!("stopped {count} {jobs} of an earlier run that was killed");
            session.report.note(&told);
        }
        Err(error) => {
            let told = format!(
                "jobs of an earlier run that was killed may be running still: {}",
                error.message
            );
            session.report.note(&told);
        }
    }
}

/// Notes of the run while it goes on, for `elt retry` should it be killed.
fn journal(
    session: &Session,
    landed: &Landed,
    selected: &BTreeSet<UniqueId>,
) -> Option<Arc<Journal>> {
    let mut all = selected.clone();
    all.extend(landed.skipped.iter().map(|result| result.node.unique_id.clone()));
    let started = Journal::start(
        &session.project.target_path,
        (&session.invocation.id, &session.invocation.args),
        session.started_at(),
        &all,
        session.project.scrubber(),
    );
    match started {
        Ok(journal) => journal.map(Arc::new),
        Err(error) => {
            let told =
                format!("should this run be killed, `elt retry` will not know of it: {error}");
            session.report.note(&told);
            None
        }
    }
}

fn noting(journal: &Option<Arc<Journal>>, sink: EventSink) -> EventSink {
    let Some(journal) = journal.clone() else { return sink };
    Arc::new(move |event| {
        journal.note(&event);
        sink(event);
    })
}

fn end(journal: Option<Arc<Journal>>) {
    // A node that did not stop in time may hold another handle still; the file goes all the same.
    if let Some(journal) = journal {
        journal.end();
    }
}

/// Takes what templates log.
pub fn log_sink(report: &Report) -> LogSink {
    let sink = report.sink();
    Arc::new(move |message, whither| {
        sink(Event::Log { message: message.to_owned(), whither });
    })
}

/// The credentials of the profile for Google's other services; without a profile of BigQuery those of
/// the machine and its user.
fn google_access(session: &Session) -> Arc<GoogleLookup> {
    let connection = match &session.project.target.connection {
        Connection::BigQuery(connection) => Some(connection.clone()),
        _ => None,
    };
    let (root, env) = (session.project.root.clone(), session.project.env.clone());
    Arc::new(move || {
        let scopes = ["https://www.googleapis.com/auth/cloud-platform".to_owned()];
        let access = GoogleAccess::of(connection.as_deref(), &scopes, &root, &env);
        access.map_err(|error| error.message.clone())
    })
}

/// What feeds are run with.
pub fn request(
    session: &Session,
    feeds: Vec<crate::ingest::Feed>,
    adapter: &Arc<dyn Adapter>,
) -> IngestRequest {
    let env = session.project.env.clone();
    let is_bigquery = session.engine_kind() == crate::plan::Engine::BigQuery;
    IngestRequest {
        feeds,
        root: session.project.root.clone(),
        adapter: Arc::clone(adapter),
        env: Arc::new(move |name| env.get(name).map(str::to_owned)),
        run_id: session.invocation.id.clone(),
        spool: session.project.target_path.join("ingest"),
        google: google_access(session),
        hosts: Arc::default(),
        at_once: session.project.target.threads,
        window_days: is_bigquery.then_some(MESSAGE_WINDOW_DAYS),
        warnings: session.warnings.clone(),
    }
}

/// The flags as `run_results.json` keeps them, for `elt retry`.
pub fn typed(
    global: &GlobalArgs,
    command: RunCommand,
    args: &RunArgs,
    time: &TimeArgs,
) -> Map<String, Value> {
    let mut typed = Map::new();
    for (key, value) in [
        ("which", json!(command.as_str())),
        ("invocation_command", json!(invocation_command())),
        ("select", json!(args.selection.select)),
        ("exclude", json!(args.selection.exclude)),
        ("selector", json!(args.selection.selector)),
        ("ingest", json!(args.ingest)),
        ("full_refresh", json!(args.full_refresh)),
        ("empty", json!(global.is_on(Switch::Empty))),
        ("fail_fast", json!(global.switch(Switch::FailFast))),
        ("store_failures", json!(args.store_failures)),
        ("vars", json!(global.vars)),
        ("target", json!(global.target)),
        ("profile", json!(global.profile)),
        ("threads", json!(global.threads)),
        ("warn_error", json!(global.switch(Switch::WarnError))),
        ("state", json!(global.state.state)),
        ("defer", json!(global.switch(Switch::Defer))),
        ("defer_state", json!(global.state.defer_state)),
        ("favor_state", json!(global.switch(Switch::FavorState))),
        ("warn_error_options", json!(global.warn_error_options)),
    ] {
        typed.insert(key.to_owned(), value);
    }
    typed.extend(time.typed().map(|(key, value)| (key.to_owned(), value)));
    typed
}

fn is_exposure(id: &&UniqueId) -> bool {
    id.as_str().starts_with("exposure.")
}

/// As in dbt, a build has a result of each exposure: nothing is done of it, and it is skipped where what
/// it reads was not built.
fn exposure_result(exposure: &Exposure, results: &[Arc<NodeResult>]) -> Arc<NodeResult> {
    let is_broken = |result: &Arc<NodeResult>| {
        let ended_badly = result.status.is_failure() || result.status == Status::Skipped;
        ended_badly && exposure.depends_on_nodes.contains(&result.node.unique_id)
    };
    let status = match results.iter().any(is_broken) {
        true => Status::Skipped,
        false => Status::NoOp,
    };
    let label = NodeLabel {
        unique_id: exposure.unique_id.clone(),
        resource_type: ResourceType::Exposure,
        materialization: "exposure".to_owned(),
        display: exposure.name.clone(),
        path: exposure.original_file_path.clone(),
    };
    Arc::new(NodeResult::new(label, status))
}
