//! A project made ready: read, its macros loaded, its manifest and graph built.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{
    global_args::{GlobalArgs, LogFormatArg, LogLevelArg},
    open_adapter::{JobLimits, open_within},
    project_flags::ProjectFlags,
    state::State,
    switches::Switch,
    wish_to_stop::WishToStop,
};
use crate::{
    DBT_VERSION,
    adapter::{Adapter, bigquery::Tell},
    artifact::ArtifactMetadata,
    compile::JobNotes,
    diagnostic::{Diagnostic, WarnOptions},
    graph::{Graph, IndirectSelection, selector::Selectors},
    jinja::{Engine, Globals, Whither},
    manifest::{self, BuildInput, Invocation, Manifest},
    plan::Engine as PlanEngine,
    project::{Connection, Env, LoadOptions, Project, QueryComment, load, read_cli_vars},
    report::{ColorChoice, LogFile, LogFormat, Report, ReportOptions},
    run::{Event, ExitCode},
};

/// How long a database that another process holds is waited for before saying so: builds of a few
/// models pass unseen.
const PATIENCE_WITHOUT_A_WORD: Duration = Duration::from_secs(1);

/// What every command that reads the project starts from.
pub struct Session {
    /// The project.
    pub project: Project,
    /// Its macros.
    pub engine: Engine,
    /// Its nodes.
    pub manifest: Arc<Manifest>,
    /// Its graph.
    pub graph: Arc<Graph>,
    /// Where output goes.
    pub report: Report,
    /// This invocation.
    pub invocation: Invocation,
    /// The flags that hold: typed, of the environment, of the project.
    pub global: GlobalArgs,
    /// Which warnings fail or are not told.
    pub warnings: WarnOptions,
    /// The earlier runs it looks at.
    pub state: State,
    /// Whether the user wants to stop what templates have asked the warehouse.
    pub stop: WishToStop,
}

/// The reporter that the flags ask for.
pub fn report(global: &GlobalArgs, command: &str) -> Report {
    let format = |format| match format {
        LogFormatArg::Text => LogFormat::Text,
        LogFormatArg::Json => LogFormat::Json,
    };
    let tells_errors = |level| matches!(level, Some(LogLevelArg::Error | LogLevelArg::None));
    let quiet = global.is_on(Switch::Quiet) || tells_errors(global.log_level);
    let color = match global.switch(Switch::UseColors) {
        Some(true) => ColorChoice::Always,
        Some(false) => ColorChoice::Never,
        None => ColorChoice::Auto,
    };
    let mut options =
        ReportOptions::detect(format(global.log_format.unwrap_or_default()), color, quiet);
    options.print = global.switch(Switch::Print).unwrap_or(true);
    if let Some(width) = global.printer_width {
        options.width = usize::from(width);
    }
    let level = global.log_level_file.or(global.log_level);
    let log_path = global.log_path.as_ref().filter(|_| level != Some(LogLevelArg::None));
    options.log = log_path.map(|folder| {
        let format = format(global.log_format_file.or(global.log_format).unwrap_or_default());
        Arc::new(LogFile::new(project_dir(global).join(folder), format, tells_errors(level)))
    });
    options.junit.clone_from(&global.junit);
    options.command = command.to_owned();
    options.prices = global.prices.prices();
    options.scrubber = Env::from_process().scrubber();
    Report::new(options)
}

/// The options that the project is read with.
///
/// # Errors
/// What is wrong with `--vars`.
pub fn load_options(global: &GlobalArgs) -> Result<LoadOptions, Vec<Diagnostic>> {
    let working_dir = std::env::current_dir().map_err(|error| {
        vec![Diagnostic::error(
            "no-working-directory",
            format!("the current folder cannot be used: {error}"),
        )]
    })?;
    let vars = read_cli_vars(&global.vars);
    if vars.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(vars.diagnostics);
    }
    let project_dir = project_dir(global);
    Ok(LoadOptions {
        working_dir,
        profiles_dir: global.profiles_dir.clone(),
        profile: global.profile.clone(),
        target: global.target.clone(),
        threads: if global.is_on(Switch::SingleThreaded) {
            Some(1)
        } else {
            global.threads.map(usize::from)
        },
        vars: vars.value,
        target_path: global.target_path.clone(),
        version_check: global.switch(Switch::VersionCheck).unwrap_or(true),
        env: Env::from_process(),
        ..LoadOptions::new(project_dir)
    })
}

/// The folder of the project: the one that is typed, or as in dbt the nearest one, upwards from the
/// working folder, that holds a project.
fn project_dir(global: &GlobalArgs) -> PathBuf {
    let nearest = || {
        let folder = std::env::current_dir().unwrap_or_default();
        let holds = |folder: &&Path| folder.join("dbt_project.yml").is_file();
        folder.ancestors().find(holds).unwrap_or(&folder).to_owned()
    };
    global.project_dir.clone().unwrap_or_else(nearest)
}

impl Session {
    /// Reads the project. Everything wrong with it is printed.
    ///
    /// The session lives as long as the process: to take a large manifest apart at the end costs
    /// as much as to read a tenth of the project.
    ///
    /// # Errors
    /// The exit code, where something is wrong.
    pub fn open(
        global: &GlobalArgs,
        command: &str,
        args: Map<String, Value>,
    ) -> Result<&'static Self, ExitCode> {
        let report = report(global, command);
        let fail = |diagnostics: &[Diagnostic]| {
            report.diagnostics(diagnostics);
            ExitCode::Usage
        };
        let options = load_options(global).map_err(|problems| fail(&problems))?;
        let loaded = load(&options);
        let mut diagnostics = loaded.diagnostics;
        let Some(project) = loaded.value else { return Err(fail(&diagnostics)) };
        let (project_flags, problems) = ProjectFlags::read(&project);
        diagnostics.extend(problems);
        // Read again by the selection, with its own mode; what is wrong is said here, by every command.
        if let Some(file) = &project.selectors {
            diagnostics.extend(Selectors::read(file, IndirectSelection::Eager).diagnostics);
        }
        let (warnings, problems) = project_flags.warnings(global);
        diagnostics.extend(problems);
        let global = project_flags.complete(global);
        let report = self::report(&global, command);
        let state = State::new(&global, &project);
        diagnostics.extend(state.problem(&project.target_path));
        let fail = |diagnostics: &[Diagnostic]| {
            report.diagnostics(diagnostics);
            ExitCode::Usage
        };
        let engine = manifest::engine(&project);
        diagnostics.extend(engine.diagnostics);
        let full_refresh = args.get("full_refresh").and_then(Value::as_bool).unwrap_or(false);
        let invocation = Invocation {
            id: uuid::Uuid::new_v4().to_string(),
            started_at: Utc::now(),
            flags: flags(command, &global, &args),
            args,
            full_refresh,
            selected_resources: Vec::new(),
        };
        let globals = Arc::new(manifest::globals(&project, invocation.clone()));
        let input = BuildInput { project: &project, engine: &engine.value, globals };
        let built = manifest::build(&input);
        diagnostics.extend(built.diagnostics);
        let graph = match Graph::build(&built.value) {
            Ok(graph) => Some(graph),
            Err(problems) => {
                diagnostics.extend(problems);
                None
            }
        };
        warnings.apply(&mut diagnostics);
        let wrong = diagnostics.iter().any(Diagnostic::is_error);
        match graph {
            Some(graph) if !wrong => {
                report.diagnostics(&diagnostics);
                Ok(Box::leak(Box::new(Self {
                    project,
                    engine: engine.value,
                    manifest: Arc::new(built.value),
                    graph: Arc::new(graph),
                    report,
                    invocation,
                    global,
                    warnings,
                    state,
                    stop: WishToStop::default(),
                })))
            }
            _ => Err(fail(&diagnostics)),
        }
    }

    /// What templates see everywhere, the selection included.
    pub fn globals(&self, selected: Vec<String>) -> Arc<Globals> {
        let invocation = Invocation { selected_resources: selected, ..self.invocation.clone() };
        Arc::new(manifest::globals(&self.project, invocation))
    }

    /// The warehouse of the target.
    ///
    /// # Errors
    /// Why it cannot be opened, printed; the exit code.
    pub fn adapter(&self) -> Result<Arc<dyn Adapter>, ExitCode> {
        self.open_adapter(false)
    }

    /// The warehouse, for a process that writes for long, a little at a time.
    ///
    /// # Errors
    /// Why it cannot be opened, printed; the exit code.
    pub fn steady_adapter(&self) -> Result<Arc<dyn Adapter>, ExitCode> {
        self.open_adapter(true)
    }

    fn open_adapter(&self, is_written_steadily: bool) -> Result<Arc<dyn Adapter>, ExitCode> {
        let limits = JobLimits {
            invocation: Some(self.invocation.id.as_str()),
            max_bytes: self.global.prices.max_bytes,
            tell: Some(&self.tell()),
            is_written_steadily,
        };
        let opened = match open_within(&self.project, &limits, Some(PATIENCE_WITHOUT_A_WORD)) {
            Err(problem) if problem.code == "database-locked" => {
                let held = problem.message.split("; waited").next().unwrap_or_default();
                self.report.note(&format!("waiting: {held}"));
                open_within(&self.project, &limits, None)
            }
            opened => opened,
        };
        opened.map_err(|problem| self.fail(&[problem]))
    }

    /// What the warehouse has to say to people.
    pub fn tell(&self) -> Tell {
        let sink = self.report.sink();
        Tell::new(move |text| {
            sink(Event::Log { message: text.to_owned(), whither: Whither::People });
        })
    }

    /// Whether `manifest.json`, `run_results.json` and `sources.json` are written.
    pub fn writes_json(&self) -> bool {
        self.global.switch(Switch::WriteJson).unwrap_or(true)
    }

    /// Prints what is wrong.
    pub fn fail(&self, diagnostics: &[Diagnostic]) -> ExitCode {
        self.report.diagnostics(diagnostics);
        self.unless_stopped(ExitCode::Usage)
    }

    /// What a failure is called: that of what the user stopped is no failure.
    pub fn unless_stopped(&self, code: ExitCode) -> ExitCode {
        match self.stop.is_raised() {
            true => ExitCode::Interrupted,
            false => code,
        }
    }

    /// The head of every artifact.
    pub fn metadata(&self) -> ArtifactMetadata {
        let env = self.project.env.names().filter(|name| name.starts_with("DBT_ENV_CUSTOM_ENV_"));
        let env = env.filter_map(|name| {
            let key = name.trim_start_matches("DBT_ENV_CUSTOM_ENV_").to_owned();
            Some((key, Value::from(self.project.env.get(name)?)))
        });
        ArtifactMetadata {
            dbt_version: DBT_VERSION.to_owned(),
            generated_at: Utc::now(),
            invocation_id: self.invocation.id.clone(),
            invocation_started_at: self.invocation.started_at,
            env: env.collect(),
        }
    }

    /// When the invocation started.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.invocation.started_at
    }

    /// What plans are carried out by.
    pub fn engine_kind(&self) -> PlanEngine {
        match self.project.target.connection {
            Connection::BigQuery(_) => PlanEngine::BigQuery,
            _ => PlanEngine::Embedded,
        }
    }

    /// What the warehouse is told of each job; the embedded engine has none.
    pub fn job_notes(&self) -> Option<JobNotes> {
        let written = self.project.root_package().config.query_comment.as_ref();
        let target_name = self.project.target.target_name.clone();
        let notes = JobNotes { comment: QueryComment::of(written), target_name };
        (self.engine_kind() == PlanEngine::BigQuery).then_some(notes)
    }

    /// What the names of this run's staging tables end with. The embedded engine's are its
    /// transaction's own.
    pub fn staging_suffix(&self) -> String {
        match self.project.target.connection {
            Connection::BigQuery(_) => format!("_{}", &self.invocation.id[..8]),
            _ => String::new(),
        }
    }

    /// `profile.target`, as shown.
    pub fn target_name(&self) -> String {
        let target = &self.project.target;
        format!("{}.{}", target.profile_name, target.target_name)
    }
}

/// The command as it was typed.
pub fn invocation_command() -> String {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    std::iter::once("elt".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// What templates see as `flags`, under both spellings of their names.
fn flags(command: &str, global: &GlobalArgs, args: &Map<String, Value>) -> Map<String, Value> {
    let arg = |name: &str| args.get(name).and_then(Value::as_bool).unwrap_or(false);
    let mut flags = Map::new();
    let log_format = if global.log_format == Some(LogFormatArg::Json) { "json" } else { "text" };
    let all = [
        ("WHICH", json!(command)),
        ("FULL_REFRESH", json!(arg("full_refresh"))),
        ("STORE_FAILURES", json!(arg("store_failures"))),
        ("LOG_FORMAT", json!(log_format)),
        ("TARGET", json!(global.target)),
        ("PROFILE", json!(global.profile)),
        ("STATE", json!(global.state.state)),
        ("DEFER_STATE", json!(global.state.defer_state)),
        ("INVOCATION_COMMAND", json!(invocation_command())),
    ];
    let switches = Switch::ALL.into_iter().map(|switch| {
        let is_on = global.switch(switch).unwrap_or(switch.is_on_by_default());
        (switch.name(), json!(is_on))
    });
    for (name, value) in all.into_iter().chain(switches) {
        let name = name.replace('-', "_");
        flags.insert(name.to_uppercase(), value.clone());
        flags.insert(name.to_lowercase(), value);
    }
    flags
}
