//! `elt clean`.

use super::{
    args::GlobalArgs,
    session::{load_options, report},
};
use crate::{diagnostic::Diagnostic, project::load, run::ExitCode};

/// Deletes the folders in `clean-targets`, never anything outside the project or its sources.
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
        } else {
            folders.push((target, folder));
        }
    }
    if !problems.is_empty() {
        return Err(fail(&problems));
    }
    for (target, folder) in folders {
        match std::fs::remove_dir_all(&folder) {
            Ok(()) => report.note(&format!("deleted {target}")),
            Err(error) => {
                let message = format!("`{target}` cannot be deleted: {error}");
                return Err(fail(&[Diagnostic::error("cannot-delete", message)]));
            }
        }
    }
    Ok(ExitCode::Success)
}
