//! What a project is made of.

use std::{path::PathBuf, sync::Arc};

use serde_json::Value;

use super::{
    environment::{Env, Scrubber},
    files::PackageFiles,
    project_file::ProjectFile,
    render::{RenderContext, TextRenderer},
    target::Target,
    unread::Unread,
    vars::Vars,
    yaml::YamlFile,
};

/// A project: the root package, the packages it uses, and where it runs.
#[derive(Clone, Debug)]
pub struct Project {
    /// The root folder, absolute.
    pub root: PathBuf,
    /// The root package first, then the others.
    pub packages: Vec<Package>,
    /// Where it runs.
    pub target: Target,
    /// `selectors.yml`, where there is one.
    pub selectors: Option<YamlFile>,
    /// Where compiled code and artifacts go, absolute.
    pub target_path: PathBuf,
    /// The environment.
    pub env: Env,
    /// `--vars`.
    pub cli_vars: Vars,
    /// What could not be read.
    pub unread: Unread,
}

/// A package: a folder with a `dbt_project.yml`.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name.
    pub name: Arc<str>,
    /// Its root folder, absolute.
    pub root: PathBuf,
    /// Its `dbt_project.yml`.
    pub config: ProjectFile,
    /// Its files.
    pub files: PackageFiles,
    /// What `var()` finds in it.
    pub vars: Vars,
}

impl Project {
    /// The root package.
    pub fn root_package(&self) -> &Package {
        &self.packages[0]
    }

    /// The target folder as it is shown: relative to the root, where it is inside, as in dbt.
    pub fn shown_target(&self) -> String {
        let path = self.target_path.strip_prefix(&self.root).unwrap_or(&self.target_path);
        path.to_string_lossy().into_owned()
    }

    /// A flag of behaviour among the root project's `flags`.
    pub fn behaviour(&self, name: &str) -> Option<bool> {
        self.root_package().config.flags.as_ref()?.get(name)?.as_bool()
    }

    /// The package of a name.
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| &*package.name == name)
    }

    /// A renderer for YAML texts of a package: `env_var`, `var`, `target`, `project_name`.
    pub fn renderer(&self, package: &Package) -> TextRenderer {
        TextRenderer::new(RenderContext {
            env: self.env.clone(),
            secrets: false,
            vars: package.vars.clone(),
            target: Some(Value::Object(self.target.context())),
            project_name: Some(package.name.to_string()),
        })
    }

    /// What replaces secrets in text.
    pub fn scrubber(&self) -> Scrubber {
        self.env.scrubber()
    }
}
