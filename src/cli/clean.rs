//! `elt clean`.

use std::path::{Path, PathBuf};

use super::{
    global_args::GlobalArgs,
    session::{load_options, report},
};
use crate::{
    diagnostic::Diagnostic,
    project::{Connection, Project, load},
    run::ExitCode,
};

/// What tells that a folder is another tool's: a repository, a folder that cargo builds in, a
/// Python environment. A dbt project often shares its folder with such a tool.
const MARKS_OF_OTHERS: [&str; 4] = [".git", ".rustc_info.json", "CACHEDIR.TAG", "pyvenv.cfg"];

/// Deletes the folders in `clean-targets`: as in dbt, whole, but never anything outside of the
/// project, its sources, or what another tool has built.
///
/// # Errors
/// The exit code, where the project cannot be read or a target must not be deleted.
pub fn run(global: &GlobalArgs) -> Result<ExitCode, ExitCode> {
    let report = report(global, "clean");
    let fail = |diagnostics: &[Diagnostic]| {
        report.diagnostics(diagnostics);
        ExitCode::Usage
    };
    let options = load_options(global).map_err(|problems| fail(&problems))?;
    let loaded = load(&options);
    let Some(project) = loaded.value else { return Err(fail(&loaded.diagnostics)) };
    let config = &project.root_package().config;
    let protected: Vec<&String> = [
        &config.model_paths,
        &config.seed_paths,
        &config.test_paths,
        &config.macro_paths,
        &config.snapshot_paths,
        &config.analysis_paths,
    ]
    .into_iter()
    .flatten()
    .collect();
    let root = std::fs::canonicalize(&project.root).unwrap_or_else(|_| project.root.clone());
    let mut problems = Vec::new();
    let mut folders = Vec::new();
    for target in &config.clean_targets {
        let Ok(folder) = std::fs::canonicalize(root.join(target)) else { continue };
        let source = protected.iter().any(|path| {
            std::fs::canonicalize(root.join(path)).is_ok_and(|source| source.starts_with(&folder))
        });
        if folder == root || !folder.starts_with(&root) || source {
            problems.push(
                Diagnostic::error(
                    "unsafe-clean-target",
                    format!("`{target}` in clean-targets is not a folder of generated files inside the project"),
                )
                .help("remove it from `clean-targets`; nothing was deleted"),
            );
        } else if let Some(mark) = MARKS_OF_OTHERS.iter().find(|mark| folder.join(mark).exists()) {
            problems.push(
                Diagnostic::error(
                    "unsafe-clean-target",
                    format!("`{target}` in clean-targets holds what another tool has made (`{target}/{mark}`)"),
                )
                .help("name what elt writes, for instance `target/compiled` and `target/run`, or give the project a folder of its own: `target-path`; nothing was deleted"),
            );
        } else {
            folders.push((target, folder));
        }
    }
    if !problems.is_empty() {
        return Err(fail(&problems));
    }
    let warehouse = warehouse(&project, &root);
    for (target, folder) in folders {
        let held = warehouse.as_ref().filter(|file| file.starts_with(&folder));
        match std::fs::remove_dir_all(&folder) {
            Ok(()) => match held {
                Some(file) => {
                    let file = file.strip_prefix(&root).unwrap_or(file).display();
                    report.note(&format!("deleted {target}, the warehouse {file} with it"));
                }
                None => report.note(&format!("deleted {target}")),
            },
            Err(error) => {
                let message = format!("`{target}` cannot be deleted: {error}");
                return Err(fail(&[Diagnostic::error("cannot-delete", message)]));
            }
        }
    }
    Ok(ExitCode::Success)
}

/// The file of the embedded engine, where there is one.
fn warehouse(project: &Project, root: &Path) -> Option<PathBuf> {
    let path = match &project.target.connection {
        Connection::Local(local) => &local.path,
        Connection::DuckDb(duckdb) => &duckdb.path,
        Connection::BigQuery(_) => return None,
    };
    std::fs::canonicalize(root.join(path)).ok()
}
