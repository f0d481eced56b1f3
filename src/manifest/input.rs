//! What a manifest is made of.

use std::sync::Arc;

use crate::{
    jinja::{Engine, Globals},
    project::Project,
    relation::Quoting,
};

/// Everything a manifest is made of.
pub struct BuildInput<'a> {
    /// The project with its packages, the root project first.
    pub project: &'a Project,
    /// The macros of all packages.
    pub engine: &'a Engine,
    /// What templates see everywhere.
    pub globals: Arc<Globals>,
}

impl BuildInput<'_> {
    /// The root project's quoting over the adapter's default, which quotes everything.
    pub(super) fn quoting(&self) -> Quoting {
        let mut quoting = Quoting::default();
        if let Some(declared) = &self.project.root_package().config.quoting {
            let flag = |names: &[&str]| {
                names.iter().find_map(|name| declared.get(name).and_then(|yaml| yaml.as_bool()))
            };
            quoting.database = flag(&["database", "project"]).unwrap_or(quoting.database);
            quoting.schema = flag(&["schema", "dataset"]).unwrap_or(quoting.schema);
            quoting.identifier = flag(&["identifier"]).unwrap_or(quoting.identifier);
        }
        quoting
    }
}
