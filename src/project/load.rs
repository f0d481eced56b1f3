//! Reading a whole project.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;

use super::{
    discovery::discover,
    environment::Env,
    files::read_files,
    ignore_file::IgnoreFile,
    package::{Package, Project},
    packages::{FoundPackage, find_packages},
    profiles::{ProfileRequest, read_target},
    project_file::{PROJECT_FILE_NAME, ProjectFile, read_project_file},
    read_text::read_text,
    render::{RenderContext, TextRenderer, has_template},
    target::Target,
    unread::Unread,
    vars::Vars,
    yaml::{Yaml, YamlFile},
    yaml_reader::read_yaml,
};
use crate::diagnostic::{Diagnostic, Parsed, SourceFile, did_you_mean};

/// What decides how a project is read.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The folder of `dbt_project.yml` (`--project-dir`).
    pub project_dir: PathBuf,
    /// The folder the command was called in: `profiles.yml` is looked for there.
    pub working_dir: PathBuf,
    /// `--profiles-dir`.
    pub profiles_dir: Option<PathBuf>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--target`.
    pub target: Option<String>,
    /// `--threads`.
    pub threads: Option<usize>,
    /// `--vars`.
    pub vars: Vars,
    /// `--target-path`.
    pub target_path: Option<String>,
    /// Whether `require-dbt-version` is checked (`--no-version-check` turns it off).
    pub version_check: bool,
    /// The environment.
    pub env: Env,
}

impl LoadOptions {
    /// The project at `project_dir`, with nothing asked for and an empty environment.
    pub fn new(project_dir: impl Into<PathBuf>) -> Self {
        let project_dir = project_dir.into();
        Self {
            working_dir: project_dir.clone(),
            project_dir,
            profiles_dir: None,
            profile: None,
            target: None,
            threads: None,
            vars: Vars::default(),
            target_path: None,
            version_check: true,
            env: Env::default(),
        }
    }
}

/// Reads a project with all its packages. There is no project where `dbt_project.yml` or `vars.yml`
/// cannot be read; anything else that is wrong is told, and the rest is read on.
pub fn load(options: &LoadOptions) -> Parsed<Option<Project>> {
    let mut diagnostics = Vec::new();
    let root = std::path::absolute(&options.project_dir);
    let options = LoadOptions {
        project_dir: root.unwrap_or_else(|_| options.project_dir.clone()),
        ..options.clone()
    };
    let value = load_project(&options, &mut diagnostics);
    scrub(&options.env, &mut diagnostics);
    // In the order of the files and of their lines; what has no place comes first.
    diagnostics.sort_by(|a, b| place(a).cmp(&place(b)));
    Parsed { value, diagnostics }
}

fn place(diagnostic: &Diagnostic) -> Option<(&str, u32)> {
    diagnostic.labels.first().map(|label| (label.span.file.path(), label.span.start))
}

fn load_project(options: &LoadOptions, diagnostics: &mut Vec<Diagnostic>) -> Option<Project> {
    let root = &options.project_dir;
    let file = read_root_file(root, diagnostics)?;
    let cli_vars = options.vars.clone();
    let with_secrets = TextRenderer::new(RenderContext {
        env: options.env.clone(),
        secrets: true,
        vars: cli_vars.clone(),
        target: None,
        project_name: None,
    });
    let target = choose_target(options, &file, &with_secrets, diagnostics);
    let renderer = TextRenderer::new(RenderContext {
        env: options.env.clone(),
        secrets: false,
        vars: cli_vars,
        target: Some(Value::Object(target.context())),
        project_name: None,
    });
    let mut config = read_project_file(file, &renderer, options.version_check, diagnostics)?;
    if let Some(path) = options.target_path.as_deref().or(options.env.get("DBT_TARGET_PATH")) {
        // `clean` empties the folder that is used.
        for clean in config.clean_targets.iter_mut().filter(|clean| **clean == config.target_path) {
            path.clone_into(clean);
        }
        path.clone_into(&mut config.target_path);
    }
    read_vars_file(root, &mut config, diagnostics)?;
    let target_path = root.join(&config.target_path);
    let errors = |found: &[Diagnostic]| found.iter().filter(|one| one.is_error()).count();
    let before = errors(diagnostics);
    let found = find_packages(root, &config.packages_install_path, &with_secrets, diagnostics);
    let mut unread = Unread { packages: errors(diagnostics) > before, ..Unread::default() };
    let root_vars = config.vars.clone();
    let reader = PackageReader { options, target: &target, root_vars: &root_vars };
    let mut packages = vec![reader.read(root.clone(), "", config, diagnostics)];
    for package in found {
        let is_installed = package.declared.is_none();
        let mut more = Vec::new();
        match reader.read_found(package, &renderer, &packages, &mut more) {
            Some(package) => packages.push(package),
            None => unread.packages |= errors(&more) > 0,
        }
        // Nobody mends an installed package: only what stops the run is told.
        more.retain(|diagnostic| diagnostic.is_error() || !is_installed);
        diagnostics.append(&mut more);
    }
    let unread = packages.iter().fold(unread, |all, package| all.and(package.files.unread));
    let selectors = read_optional(root, "selectors.yml", &renderer, diagnostics);
    Some(Project {
        root: root.clone(),
        packages,
        target,
        selectors,
        target_path,
        env: options.env.clone(),
        cli_vars: options.vars.clone(),
        unread,
    })
}

fn read_root_file(root: &Path, diagnostics: &mut Vec<Diagnostic>) -> Option<YamlFile> {
    let path = root.join(PROJECT_FILE_NAME);
    if !path.is_file() {
        let names = std::fs::read_dir(root).into_iter().flatten().flatten();
        let names: Vec<String> =
            names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        let near = names.iter().map(String::as_str).filter(|name| name.contains("project"));
        diagnostics.push(
            Diagnostic::error("no-project", format!("`{}` holds no `{PROJECT_FILE_NAME}`", root.display()))
                .maybe_help(did_you_mean(PROJECT_FILE_NAME, near))
                .help("run this in a project's folder, name one with `--project-dir`, or start one with `elt init`"),
        );
        return None;
    }
    read_file(&path, PROJECT_FILE_NAME, diagnostics)
}

/// The tree of a YAML file, or nothing where it is none.
fn read_file(path: &Path, shown: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<YamlFile> {
    let source: Arc<SourceFile> = match read_text(path, shown) {
        Ok(source) => source,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return None;
        }
    };
    let file = read_yaml(source);
    let failed = file.diagnostics.iter().any(Diagnostic::is_error);
    diagnostics.extend(file.diagnostics);
    (!failed).then_some(file.value)
}

fn choose_target(
    options: &LoadOptions,
    file: &YamlFile,
    renderer: &TextRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> Target {
    let text = |key: &str| file.root.get(key).and_then(Yaml::scalar_text);
    let mut profile = None;
    if let (Some(name), Some(yaml)) = (text("profile"), file.root.get("profile")) {
        let span = yaml.span(&file.source);
        let name = match has_template(&name) {
            false => Some(name),
            true => match renderer.render(&name) {
                Ok(value) => value.as_str().map(str::to_owned),
                // Rendering the whole file tells it again, at the same place.
                Err(_) => None,
            },
        };
        profile = name.map(|name| (name, span));
    }
    let project_name = text("name").unwrap_or_default();
    let request = ProfileRequest { project_name: &project_name, profile };
    read_target(options, &request, renderer, diagnostics)
}

/// `vars.yml` holds what `vars` in `dbt_project.yml` would; both at once are refused, as in dbt.
/// Nothing where it cannot be read: what else is wrong could be due to that.
fn read_vars_file(
    root: &Path,
    config: &mut ProjectFile,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<()> {
    let path = root.join("vars.yml");
    if !path.is_file() {
        return Some(());
    }
    let file = read_file(&path, "vars.yml", diagnostics)?;
    let Some(vars) = file.root.get("vars") else { return Some(()) };
    if !config.vars.entries().is_empty() {
        diagnostics.push(
            Diagnostic::error(
                "vars-twice",
                "`vars` are given in `vars.yml` and in `dbt_project.yml`",
            )
            .at(config.vars.span(&config.source), "")
            .at(vars.span(&file.source), "also here")
            .help("keep one of them"),
        );
        return Some(());
    }
    config.vars = vars.clone();
    Some(())
}

fn read_optional(
    root: &Path,
    name: &str,
    renderer: &TextRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<YamlFile> {
    let path = root.join(name);
    if !path.is_file() {
        return None;
    }
    let mut file = read_file(&path, name, diagnostics)?;
    renderer.render_tree(&mut file.root, &["description"], &file.source, diagnostics);
    Some(file)
}

struct PackageReader<'r> {
    options: &'r LoadOptions,
    target: &'r Target,
    root_vars: &'r Yaml,
}

impl PackageReader<'_> {
    fn read_found(
        &self,
        found: FoundPackage,
        renderer: &TextRenderer,
        known: &[Package],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Package> {
        let shown = found.root.strip_prefix(&self.options.project_dir).unwrap_or(&found.root);
        let shown = format!("{}/", shown.display());
        let path = found.root.join(PROJECT_FILE_NAME);
        let file = read_file(&path, &format!("{shown}{PROJECT_FILE_NAME}"), diagnostics)?;
        let config = read_project_file(file, renderer, self.options.version_check, diagnostics)?;
        if let Some(other) = known.iter().find(|other| *other.name == config.name.value) {
            // An installed copy of a local package is the same package.
            if found.declared.is_some() || other.root == self.options.project_dir {
                diagnostics.push(
                    Diagnostic::error(
                        "duplicate-package",
                        format!("two packages are named `{}`", config.name.value),
                    )
                    .at(config.name.span.clone(), "again here")
                    .at(other.config.name.span.clone(), "first here"),
                );
            }
            return None;
        }
        Some(self.read(found.root, &shown, config, diagnostics))
    }

    fn read(
        &self,
        root: PathBuf,
        shown: &str,
        config: ProjectFile,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Package {
        let name: Arc<str> = config.name.value.as_str().into();
        let vars = Vars::of_package(&name, self.root_vars, &config.vars, &self.options.vars);
        let renderer = TextRenderer::new(RenderContext {
            env: self.options.env.clone(),
            secrets: false,
            vars: vars.clone(),
            target: Some(Value::Object(self.target.context())),
            project_name: Some(name.to_string()),
        });
        let ignore = IgnoreFile::read(&root, shown, diagnostics);
        let found = discover(&root, &config, &ignore, diagnostics);
        let files = read_files(found, shown, &renderer, diagnostics);
        Package { name, root, config, files, vars }
    }
}

/// Takes secrets out of what is told: a rendered value may have come into a message.
fn scrub(env: &Env, diagnostics: &mut [Diagnostic]) {
    let scrubber = env.scrubber();
    let clean = |text: &mut String| {
        if let std::borrow::Cow::Owned(scrubbed) = scrubber.scrub(text) {
            *text = scrubbed;
        }
    };
    for diagnostic in diagnostics {
        clean(&mut diagnostic.message);
        diagnostic.notes.iter_mut().for_each(clean);
        diagnostic.help.iter_mut().for_each(clean);
        diagnostic.labels.iter_mut().for_each(|label| clean(&mut label.message));
    }
}
