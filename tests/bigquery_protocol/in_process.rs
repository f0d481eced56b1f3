//! Builds of a project in this process, on an adapter whose client does not wait long.

use std::{path::Path, sync::Arc};

use elt::{
    adapter::{Adapter, BlockingWarehouse, Cancel},
    compile::{Compiler, CompilerOptions, JobNotes},
    diagnostic::{Diagnostic, render_terminal},
    graph::Graph,
    jinja::{Engine, Globals},
    manifest::{BuildInput, Invocation, Manifest, build, engine, globals, parse_utc},
    plan::PlanOptions,
    project::{LoadOptions, QueryComment, load},
    run::{BatchOptions, Job, Limits, RunCommand, RunOptions, RunOutcome, run_job},
};

/// A project that was read.
pub struct Parsed {
    manifest: Arc<Manifest>,
    graph: Arc<Graph>,
    engine: Engine,
    globals: Arc<Globals>,
    /// When its builds begin.
    started_at: chrono::DateTime<chrono::Utc>,
}

fn fail_with(diagnostics: &[Diagnostic]) -> ! {
    let all: Vec<String> = diagnostics.iter().map(|each| render_terminal(each, false)).collect();
    panic!("{}", all.join("\n\n"))
}

impl Parsed {
    /// Reads the project of a folder.
    pub fn read(folder: &Path, started_at: &str) -> Self {
        let started_at = parse_utc(started_at).expect("a time");
        let loaded = load(&LoadOptions::new(folder));
        let Some(project) = loaded.value else { fail_with(&loaded.diagnostics) };
        let engine = engine(&project);
        let invocation = Invocation {
            id: "00000000-0000-0000-0000-000000000000".to_owned(),
            started_at,
            flags: Default::default(),
            args: Default::default(),
            full_refresh: false,
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
        Self { manifest, graph, engine: engine.value, globals, started_at }
    }

    /// Its nodes and sources.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Builds all of it with a warehouse, `threads` nodes at a time.
    pub async fn build(
        &self,
        adapter: Arc<dyn Adapter>,
        target: &Path,
        threads: usize,
    ) -> RunOutcome {
        let cancel = Cancel::default();
        let handle = tokio::runtime::Handle::current();
        let warehouse = BlockingWarehouse::new(Arc::clone(&adapter), handle, cancel.clone());
        let compiler = Compiler::new(CompilerOptions {
            manifest: Arc::clone(&self.manifest),
            engine: self.engine.clone(),
            globals: Arc::clone(&self.globals),
            warehouse: Some(Arc::new(warehouse)),
            sample: None,
            log: Arc::new(|_, _| {}),
            deferral: None,
            warnings: Default::default(),
            notes: Some(JobNotes { comment: QueryComment::of(None), target_name: "it".to_owned() }),
        });
        let options = RunOptions {
            plan: PlanOptions {
                full_refresh: false,
                empty: false,
                run_started_at: self.started_at,
                engine: elt::plan::Engine::BigQuery,
                staging_suffix: "_1a2b3c4d".to_owned(),
            },
            store_failures: false,
            warnings: Default::default(),
            target_path: target.to_owned(),
            shown_target: "target".to_owned(),
            scrubber: Default::default(),
            clone_from: Default::default(),
            batches: BatchOptions::of_run(self.started_at),
        };
        let nodes = self.manifest.nodes.keys();
        let job = Job {
            manifest: Arc::clone(&self.manifest),
            graph: Arc::clone(&self.graph),
            selected: nodes.chain(self.manifest.unit_tests.keys()).cloned().collect(),
            command: RunCommand::Build,
            compile: Arc::new(compiler),
            adapter,
            options,
            limits: Limits::new(threads),
            target: "shop.it".to_owned(),
        };
        run_job(job, cancel, Arc::new(|_| {})).await
    }
}
