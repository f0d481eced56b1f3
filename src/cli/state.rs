//! What `--state`, `--defer` and their like mean for a project.

use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
};

use super::{global_args::GlobalArgs, session::Session, switches::Switch};
use crate::{
    artifact::deferred_relations, compile::Deferral, diagnostic::Diagnostic, manifest::UniqueId,
    project::Project, relation::Relation, run::ExitCode,
};

/// The earlier runs that a command looks at.
#[derive(Clone, Debug)]
pub struct State {
    /// The folder of `--state`.
    pub folder: Option<PathBuf>,
    deferred: Option<PathBuf>,
    is_deferring: bool,
    favors_state: bool,
}

impl State {
    /// What was typed, with folders relative to the project.
    pub fn new(global: &GlobalArgs, project: &Project) -> Self {
        let args = &global.state;
        let folder = args.state.as_ref().map(|folder| project.root.join(folder));
        let deferred = args.defer_state.as_ref().map(|folder| project.root.join(folder));
        Self {
            deferred: deferred.or_else(|| folder.clone()),
            folder,
            is_deferring: global.is_on(Switch::Defer),
            favors_state: global.is_on(Switch::FavorState),
        }
    }

    /// As in dbt, a state that the run itself writes over is warned of.
    pub fn problem(&self, target: &Path) -> Option<Diagnostic> {
        let same = |folder: &Path| match (folder.canonicalize(), target.canonicalize()) {
            (Ok(folder), Ok(target)) => folder == target,
            _ => folder == target,
        };
        let folder = self.folder.iter().chain(&self.deferred).find(|folder| same(folder))?;
        let message = format!("`{}` is the target folder, which runs write over", folder.display());
        Some(
            Diagnostic::warning("state-is-target", message)
                .help("copy the artifacts of the run to compare with to a folder of their own"),
        )
    }
}

impl Session {
    /// The relations of the earlier run that `elt clone` copies.
    ///
    /// # Errors
    /// Why there are none, printed; the exit code.
    pub fn cloned(&self) -> Result<HashMap<UniqueId, Relation>, ExitCode> {
        let Some(folder) = &self.state.folder else {
            let problem =
                Diagnostic::error("no-state", "`elt clone` needs an earlier run's artifacts");
            return Err(self.fail(&[problem.help("name their folder: `--state DIR`")]));
        };
        deferred_relations(folder, &self.manifest).map_err(|problem| self.fail(&[problem]))
    }

    /// Where references lead under `--defer`; nothing without it.
    ///
    /// # Errors
    /// Why there is no state to defer to, printed; the exit code.
    pub fn deferral(&self, selected: &BTreeSet<UniqueId>) -> Result<Option<Deferral>, ExitCode> {
        if !self.state.is_deferring {
            return Ok(None);
        }
        let Some(folder) = &self.state.deferred else {
            let problem =
                Diagnostic::error("no-state", "`--defer` needs an earlier run's artifacts");
            let help = "name their folder: `--state DIR` or `--defer-state DIR`";
            return Err(self.fail(&[problem.help(help)]));
        };
        let relations = deferred_relations(folder, &self.manifest);
        let relations = relations.map_err(|problem| self.fail(&[problem]))?;
        Ok(Some(Deferral::new(relations, self.state.favors_state, selected.clone())))
    }
}
