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
        self.globals.quoting
    }
}
