//! Packages: declared in `packages.yml` or `dependencies.yml`, read from their own folder
//! (`local:`) or from where they were installed
//! (<https://docs.getdbt.com/docs/build/packages>).

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{
    fields::{Fields, Unknown},
    project_file::PROJECT_FILE_NAME,
    read_text::read_text,
    render::TextRenderer,
    spanned::Spanned,
    yaml::TextRange,
    yaml_reader::read_yaml,
};
use crate::diagnostic::{Diagnostic, Span};

/// Packages of one project at most: a `local:` chain that leads back to itself ends anyway, this
/// bounds one that does not.
const MAX_PACKAGES: usize = 500;

/// Where a package is, and where it was asked for.
pub(super) struct FoundPackage {
    pub root: PathBuf,
    pub declared: Option<Span>,
}

/// One entry of `packages`.
enum Declared {
    Local(Spanned<String>),
    /// By the folder it is installed in, as far as its name tells.
    Installed {
        folder: String,
        span: Span,
    },
}

/// The folders of all packages the root project uses, in the order they are read: local ones, then
/// the installed ones by name.
pub(super) fn find_packages(
    root: &Path,
    install_path: &str,
    renderer: &TextRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<FoundPackage> {
    let mut packages: Vec<FoundPackage> = Vec::new();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::from([canonical(root)]);
    let mut missing: Vec<(String, Span)> = Vec::new();
    let mut waiting = vec![root.to_path_buf()];
    let installed = installed_folders(&root.join(install_path));
    let mut wanted_installed = 0;
    while let Some(project) = waiting.pop() {
        let is_root = project == root;
        for declared in read_declared(&project, root, renderer, diagnostics) {
            match declared {
                Declared::Local(path) => {
                    // dbt reads the paths of packages from the root project, as those of its own.
                    let places = [root, &project].map(|base| base.join(&path.value));
                    let found = places.iter().find(|at| at.join(PROJECT_FILE_NAME).is_file());
                    let folder = found.unwrap_or(&places[0]).clone();
                    if found.is_none() {
                        diagnostics.push(
                            Diagnostic::error(
                                "missing-package",
                                format!("`{}` holds no `{PROJECT_FILE_NAME}`", path.value),
                            )
                            .at(path.span.clone(), "")
                            .help("the path of a local package is relative to the project's root"),
                        );
                    } else if seen.insert(canonical(&folder)) && packages.len() < MAX_PACKAGES {
                        packages.push(FoundPackage {
                            root: folder.clone(),
                            declared: Some(path.span.clone()),
                        });
                        waiting.push(folder);
                    }
                }
                Declared::Installed { folder, span } if is_root => {
                    wanted_installed += 1;
                    if !installed.iter().any(|path| path.ends_with(&folder)) {
                        missing.push((folder, span));
                    }
                }
                Declared::Installed { .. } => {}
            }
        }
    }
    // A package may be installed under a name that its address does not tell.
    if installed.len() < wanted_installed {
        for (folder, span) in missing {
            diagnostics.push(
                Diagnostic::error(
                    "missing-package",
                    format!("the package `{folder}` is not installed"),
                )
                .at(span, "")
                .help(format!("run `dbt deps`, or copy the package to `{install_path}/{folder}`")),
            );
        }
    }
    for folder in installed.into_iter().take(MAX_PACKAGES) {
        if seen.insert(canonical(&folder)) {
            packages.push(FoundPackage { root: folder, declared: None });
        }
    }
    packages
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

fn installed_folders(install_path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(install_path).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.join(PROJECT_FILE_NAME).is_file())
        .collect();
    folders.sort();
    folders
}

/// The entries of `packages.yml`, or of `dependencies.yml`, which is not rendered (as in dbt).
fn read_declared(
    project: &Path,
    root: &Path,
    renderer: &TextRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Declared> {
    let mut declared = Vec::new();
    let mut first: Option<Span> = None;
    for (name, what, is_rendered) in [
        ("packages.yml", "`packages.yml`", true),
        ("dependencies.yml", "`dependencies.yml`", false),
    ] {
        let path = project.join(name);
        if !path.is_file() {
            continue;
        }
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let file = match read_text(&path, &shown) {
            Ok(source) => read_yaml(source),
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                continue;
            }
        };
        diagnostics.extend(file.diagnostics);
        let (source, mut tree) = (file.value.source, file.value.root);
        if tree.is_null() {
            continue;
        }
        if is_rendered {
            renderer.render_tree(&mut tree, &[], &source, diagnostics);
        }
        let Some(mut fields) = Fields::new(tree, what, &source, diagnostics) else {
            continue;
        };
        if fields.has("packages") {
            let span = fields.span();
            match &first {
                Some(first) => fields.diagnostics().push(
                    Diagnostic::error("packages-twice", "`packages` are given in two files")
                        .at(span, "")
                        .at(first.clone(), "also here")
                        .help("keep one of `packages.yml` and `dependencies.yml`"),
                ),
                None => first = Some(span),
            }
        }
        for item in fields.list("packages").unwrap_or_default() {
            let key = item
                .entries()
                .first()
                .map(|(key, value)| TextRange { start: key.range.start, end: value.range.end });
            let span = key.unwrap_or(item.range).span(&source);
            if let Some(fields) = Fields::new(item, "a package", &source, fields.diagnostics()) {
                declared.extend(read_entry(fields, span));
            }
        }
        if let Some(projects) = fields.list("projects").filter(|projects| !projects.is_empty()) {
            let span = projects[0].span(&source);
            fields.diagnostics().push(
                Diagnostic::warning(
                    "not-supported",
                    "`projects` are ignored: other projects' models cannot be read",
                )
                .at(span, "")
                .help("declare the tables as sources"),
            );
        }
        fields.take("sha1_hash");
        fields.finish(Unknown::Refuse);
    }
    declared
}

fn read_entry(mut fields: Fields<'_>, span: Span) -> Option<Declared> {
    let local = fields.text("local");
    let hub = fields.text("package");
    let git = fields.text("git").or(fields.text("private"));
    let tarball = fields.text("tarball");
    let name = fields.text("name");
    let subdirectory = fields.text("subdirectory");
    for key in [
        "version",
        "revision",
        "warn-unpinned",
        "warn_unpinned",
        "install_prerelease",
        "provider",
        "unrendered",
    ] {
        fields.take(key);
    }
    if local.is_none() && hub.is_none() && git.is_none() && tarball.is_none() {
        let place = fields.span();
        fields.diagnostics().push(
            Diagnostic::error(
                "missing-key",
                "a package has one of `package`, `git`, `local`, `tarball`",
            )
            .at(place, ""),
        );
    }
    fields.finish(Unknown::Warn);
    if let Some(local) = local {
        return Some(Declared::Local(local));
    }
    let last = |address: &str| {
        let last = address.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or(address);
        last.trim_end_matches(".git").to_owned()
    };
    let folder = match (name, subdirectory, hub.or(git).or(tarball)) {
        (Some(name), _, _) => name.value,
        (None, Some(folder), Some(_)) => last(&folder.value),
        (None, None, Some(address)) => last(&address.value),
        (None, _, None) => return None,
    };
    Some(Declared::Installed { folder, span })
}
