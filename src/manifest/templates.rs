//! What templates of a project are rendered with: its macros and what is the same everywhere.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::{
    diagnostic::Parsed,
    jinja::{Dispatch, Engine, EngineOptions, Globals, MacroFile, convert::from_json},
    project::Project,
    relation::Quoting,
};

/// What one invocation adds to the project.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// A UUID.
    pub id: String,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// `flags` (`WHICH`, `FULL_REFRESH`, …).
    pub flags: Map<String, Value>,
    /// `invocation_args_dict`.
    pub args: Map<String, Value>,
    /// Whether `--full-refresh` was given.
    pub full_refresh: bool,
    /// Unique ids of what is selected, once known.
    pub selected_resources: Vec<String>,
}

/// The engine with the macros of all packages.
pub fn engine(project: &Project) -> Parsed<Engine> {
    let files: Vec<MacroFile> = project
        .packages
        .iter()
        .flat_map(|package| {
            let files = package.files.macros.iter().chain(&package.files.generic_tests);
            files.map(|file| MacroFile {
                package: Arc::clone(&package.name),
                source: Arc::clone(&file.source),
            })
        })
        .collect();
    let root = project.root_package();
    Engine::new(
        &files,
        EngineOptions {
            root_package: Arc::clone(&root.name),
            adapter_type: project.target.adapter_type,
            dispatch: root
                .config
                .dispatch
                .iter()
                .map(|entry| Dispatch {
                    macro_namespace: entry.macro_namespace.clone(),
                    search_order: entry.search_order.clone(),
                })
                .collect(),
        },
    )
}

/// The root project's quoting over the adapter's default, which quotes everything.
fn quoting(project: &Project) -> Quoting {
    let mut quoting = Quoting::default();
    if let Some(declared) = &project.root_package().config.quoting {
        let flag = |names: &[&str]| {
            names.iter().find_map(|name| declared.get(name).and_then(|yaml| yaml.as_bool()))
        };
        quoting.database = flag(&["database", "project"]).unwrap_or(quoting.database);
        quoting.schema = flag(&["schema", "dataset"]).unwrap_or(quoting.schema);
        quoting.identifier = flag(&["identifier"]).unwrap_or(quoting.identifier);
    }
    quoting
}

/// What templates see everywhere in this invocation.
pub fn globals(project: &Project, invocation: Invocation) -> Globals {
    let target = &project.target;
    let env = project.env.clone();
    // dbt's options tell what they are the options of, too.
    let mut invocation_args = invocation.args;
    for (name, flag) in [("which", "WHICH"), ("invocation_command", "INVOCATION_COMMAND")] {
        if let Some(value) = invocation.flags.get(flag) {
            invocation_args.entry(name).or_insert_with(|| value.clone());
        }
    }
    Globals {
        target: from_json(&Value::Object(target.context())),
        schema: target.schema.clone(),
        database: Some(target.database.clone()).filter(|name| !name.is_empty()),
        dialect: target.dialect,
        quoting: quoting(project),
        cli_vars: project.cli_vars.clone(),
        package_vars: project
            .packages
            .iter()
            .map(|package| (Arc::clone(&package.name), package.vars.clone()))
            .collect(),
        env: Arc::new(move |name| env.get(name).map(str::to_owned)),
        invocation_id: invocation.id,
        run_started_at: invocation.started_at,
        flags: from_json(&Value::Object(invocation.flags)),
        full_refresh: invocation.full_refresh,
        project_name: Arc::clone(&project.root_package().name),
        selected_resources: invocation.selected_resources,
        invocation_args: from_json(&Value::Object(invocation_args)),
    }
}
