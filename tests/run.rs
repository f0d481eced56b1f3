//! Whole runs on the embedded engine: a project in a folder goes in, results and tables come out.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use elt::{
    adapter::{
        Adapter, BlockingWarehouse, Cancel,
        duckdb::{DuckDbAdapter, DuckDbOptions},
    },
    compile::{Compiler, CompilerOptions},
    diagnostic::{Diagnostic, render_terminal},
    graph::Graph,
    manifest::{BuildInput, Invocation, Manifest, build, engine, globals},
    plan::PlanOptions,
    project::{LoadOptions, load},
    report::{TableFormat, render_table},
    run::{
        BatchOptions, Event, EventSink, ExitCode, Job, Limits, RunCommand, RunOptions, RunOutcome,
        run_job,
    },
};

/// A project opened for runs.
struct Opened {
    manifest: Arc<Manifest>,
    graph: Arc<Graph>,
    compiler: Arc<Compiler>,
    adapter: Arc<dyn Adapter>,
    runtime: tokio::runtime::Runtime,
    cancel: Cancel,
    options: RunOptions,
    logs: Arc<Mutex<Vec<String>>>,
}

fn fail_with(diagnostics: &[Diagnostic]) -> ! {
    let all: Vec<String> = diagnostics.iter().map(|each| render_terminal(each, false)).collect();
    panic!("{}", all.join("\n\n"))
}

fn open(folder: &Path, flags: serde_json::Value) -> Opened {
    let loaded = load(&LoadOptions::new(folder));
    let Some(project) = loaded.value else { fail_with(&loaded.diagnostics) };
    let engine = engine(&project);
    let full_refresh = flags["FULL_REFRESH"] == true;
    let invocation = Invocation {
        id: "00000000-0000-0000-0000-000000000000".to_owned(),
        started_at: Default::default(),
        flags: flags.as_object().unwrap().clone(),
        args: Default::default(),
        full_refresh,
        selected_resources: Vec::new(),
    };
    let globals = Arc::new(globals(&project, invocation));
    let input =
        BuildInput { project: &project, engine: &engine.value, globals: Arc::clone(&globals) };
    let built = build(&input);
    if built.diagnostics.iter().any(Diagnostic::is_error) {
        fail_with(&built.diagnostics);
    }
    let manifest = Arc::new(built.value);
    let graph = Arc::new(Graph::build(&manifest).unwrap_or_else(|found| fail_with(&found)));
    let target = DuckDbOptions::of_target(&project.target).unwrap();
    let adapter: Arc<dyn Adapter> = Arc::new(DuckDbAdapter::open(target).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let cancel = Cancel::default();
    let warehouse =
        BlockingWarehouse::new(Arc::clone(&adapter), runtime.handle().clone(), cancel.clone());
    let logs: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&logs);
    let compiler = Arc::new(Compiler::new(CompilerOptions {
        manifest: Arc::clone(&manifest),
        engine: engine.value.clone(),
        globals,
        warehouse: Some(Arc::new(warehouse)),
        sample: None,
        log: Arc::new(move |line, _| sink.lock().unwrap().push(line.to_owned())),
        deferral: None,
        warnings: Default::default(),
        notes: None,
    }));
    let options = RunOptions {
        plan: PlanOptions {
            full_refresh,
            empty: false,
            run_started_at: Default::default(),
            engine: Default::default(),
            staging_suffix: String::new(),
        },
        store_failures: false,
        warnings: Default::default(),
        target_path: folder.join("target"),
        shown_target: "target".to_owned(),
        scrubber: Default::default(),
        batches: BatchOptions::of_run(Default::default()),
        clone_from: None,
    };
    Opened { manifest, graph, compiler, adapter, runtime, cancel, options, logs }
}

impl Opened {
    fn run(&self, command: RunCommand, events: EventSink) -> RunOutcome {
        let nodes = self.manifest.nodes.keys();
        let selected = nodes.chain(self.manifest.unit_tests.keys()).cloned().collect();
        let job = Job {
            manifest: Arc::clone(&self.manifest),
            graph: Arc::clone(&self.graph),
            selected,
            command,
            compile: Arc::clone(&self.compiler),
            adapter: Arc::clone(&self.adapter),
            options: self.options.clone(),
            limits: Limits::new(4),
            target: "test".to_owned(),
        };
        self.runtime.block_on(run_job(job, self.cancel.clone(), events))
    }
}

/// Copies a case's project, so that nothing is written into the repository.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

fn case(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/run");
    copy(&cases.join(name), folder.path());
    folder
}

/// One line per result, by name: nodes run in parallel.
fn story(outcome: &RunOutcome) -> String {
    let mut lines: Vec<String> = outcome
        .results
        .iter()
        .map(|result| {
            let mut line = format!(
                "{} ({}): {}",
                result.node.display,
                result.node.materialization,
                result.status.as_str()
            );
            if let Some(rows) = result.rows_affected {
                line.push_str(&format!(", {rows} rows"));
            }
            if let Some(failures) = result.failures {
                line.push_str(&format!(", {failures} failures"));
            }
            if let Some(message) = &result.message {
                line.push_str(&format!("; {message}"));
            }
            line
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

/// What the user reads of the diagnostics, in the order of the story.
fn shown(outcome: &RunOutcome) -> String {
    let mut results: Vec<_> = outcome.results.iter().collect();
    results.sort_by_key(|result| result.node.display.clone());
    let diagnostics = results.iter().flat_map(|result| &result.diagnostics);
    let all: Vec<String> = diagnostics.map(|each| render_terminal(each, false)).collect();
    all.join("\n\n")
}

impl Opened {
    fn rows(&self, sql: &str) -> String {
        let table = self.runtime.block_on(self.adapter.query(sql, None, &self.cancel)).unwrap();
        render_table(&table, TableFormat::Csv)
    }
}

#[test]
fn a_build_and_the_next_one() {
    let folder = case("medallion");
    let opened = open(folder.path(), serde_json::json!({}));
    let first = opened.run(RunCommand::Build, Arc::new(|_| {}));
    insta::assert_snapshot!("first_build", story(&first));
    insta::assert_snapshot!("first_build_diagnostics", shown(&first));
    let tables = [
        "select * from shop_silver.by_customer order by 1",
        "select * from shop_silver.hooked order by 1",
        "select * from shop_silver.events order by 1",
        "select * from audit.runs",
    ];
    let rows: Vec<String> =
        tables.iter().map(|sql| format!("{sql}\n{}", opened.rows(sql))).collect();
    insta::assert_snapshot!("first_build_rows", rows.join("\n\n"));
    insta::assert_snapshot!("first_build_logs", opened.logs.lock().unwrap().join("\n"));
    let second = opened.run(RunCommand::Build, Arc::new(|_| {}));
    insta::assert_snapshot!("second_build", story(&second));
    insta::assert_snapshot!("second_build_events", opened.rows(tables[2]));
}

#[test]
fn an_interrupt_stops_the_engine_and_leaves_the_old_table() {
    let folder = case("slow");
    let opened = open(folder.path(), serde_json::json!({}));
    let old = "create table main.endless as select 42 as n";
    opened.runtime.block_on(opened.adapter.query(old, None, &opened.cancel)).unwrap();
    let cancel = opened.cancel.clone();
    let events: EventSink = Arc::new(move |event| {
        if matches!(event, Event::NodeStarted { .. }) {
            let cancel = cancel.clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(300));
                cancel.cancel();
            });
        }
    });
    let outcome = opened.run(RunCommand::Build, events);
    assert_eq!(
        story(&outcome),
        "main.after (table): skipped; skipped because main.endless was interrupted\n\
         main.endless (table): error; interrupted"
    );
    assert_eq!(outcome.exit_code(), ExitCode::Interrupted);
    let fresh = Cancel::default();
    let sql = "select * from main.endless";
    let table = opened.runtime.block_on(opened.adapter.query(sql, None, &fresh)).unwrap();
    assert_eq!(render_table(&table, TableFormat::Csv), "n\n42");
}
