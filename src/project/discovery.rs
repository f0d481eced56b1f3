//! Which files a package has.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::{ignore_file::IgnoreFile, project_file::ProjectFile};
use crate::diagnostic::Diagnostic;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FileKind {
    Model,
    PythonModel,
    Seed,
    Snapshot,
    Function,
    Analysis,
    SingularTest,
    GenericTest,
    Macro,
    Fixture,
    Docs,
    Properties,
}

/// A file found, with every use it has and its path relative to that use's folder.
pub(super) struct FoundFile {
    pub absolute: PathBuf,
    pub kinds: Vec<(FileKind, String)>,
}

/// Folders nested deeper than this are not entered: a project has no use for them, and a symbolic
/// link that grows while it is followed has.
const MAX_FOLDER_DEPTH: usize = 64;

/// Files with their paths relative to the package's root.
type Found = Vec<(String, FoundFile)>;

/// What a folder of the project is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Folder {
    Models,
    Seeds,
    Snapshots,
    Analyses,
    Tests,
    Macros,
    Docs,
    Functions,
}

/// Finds the files of a package, keyed by their path relative to its root.
pub(super) fn discover(
    root: &Path,
    config: &ProjectFile,
    ignore: &IgnoreFile,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<String, FoundFile> {
    let mut folders: BTreeMap<String, Vec<Folder>> = BTreeMap::new();
    let all = [
        (Folder::Models, &config.model_paths),
        (Folder::Seeds, &config.seed_paths),
        (Folder::Snapshots, &config.snapshot_paths),
        (Folder::Analyses, &config.analysis_paths),
        (Folder::Tests, &config.test_paths),
        (Folder::Macros, &config.macro_paths),
        (Folder::Functions, &config.function_paths),
    ];
    for (folder, paths) in all {
        for path in paths {
            folders.entry(normal(path)).or_default().push(folder);
        }
    }
    let docs = config.docs_paths.as_ref().map(|paths| paths.iter().map(|path| normal(path)));
    match docs {
        Some(docs) => docs.for_each(|path| folders.entry(path).or_default().push(Folder::Docs)),
        None => folders.values_mut().for_each(|uses| uses.push(Folder::Docs)),
    }
    let skipped = [root.join(&config.packages_install_path), root.join(&config.target_path)];
    let walks: Vec<(Found, Vec<Diagnostic>)> = folders
        .par_iter()
        .map(|(folder, uses)| {
            let mut walk = Walk { folder, uses, ignore, diagnostics: Vec::new() };
            let found = walk.run(root, &skipped);
            (found, walk.diagnostics)
        })
        .collect();
    let mut files: BTreeMap<String, FoundFile> = BTreeMap::new();
    for (found, more) in walks {
        diagnostics.extend(more);
        for (original, file) in found {
            match files.get_mut(&original) {
                // Folders may lie in each other: one file, each use once.
                Some(known) => {
                    for (kind, path) in file.kinds {
                        if !known.kinds.iter().any(|(known, _)| *known == kind) {
                            known.kinds.push((kind, path));
                        }
                    }
                }
                None => {
                    files.insert(original, file);
                }
            }
        }
    }
    files
}

/// A path as written in `dbt_project.yml`, with `/` and without `./` and a closing slash.
fn normal(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if path == "." { String::new() } else { path.to_owned() }
}

struct Walk<'w> {
    folder: &'w str,
    uses: &'w [Folder],
    ignore: &'w IgnoreFile,
    diagnostics: Vec<Diagnostic>,
}

impl Walk<'_> {
    fn run(&mut self, root: &Path, skipped: &[PathBuf]) -> Found {
        let start = root.join(self.folder);
        if !start.is_dir() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let entries = WalkDir::new(&start)
            .follow_links(true)
            .max_depth(MAX_FOLDER_DEPTH)
            .into_iter()
            .filter_entry(|entry| {
                !entry.file_type().is_dir()
                    || (entry.file_name() != ".git"
                        && !skipped.iter().any(|path| path == entry.path()))
            });
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.cannot_follow(&error);
                    continue;
                }
            };
            if !entry.file_type().is_file() {
                continue;
            }
            let Some(in_folder) = entry.path().strip_prefix(&start).ok().and_then(Path::to_str)
            else {
                self.diagnostics.push(Diagnostic::warning(
                    "file-name",
                    format!("`{}` is left out: its name is not UTF-8", entry.path().display()),
                ));
                continue;
            };
            let in_folder = in_folder.replace(std::path::MAIN_SEPARATOR, "/");
            let original = match self.folder {
                "" => in_folder.clone(),
                folder => format!("{folder}/{in_folder}"),
            };
            let kinds = self.kinds(&in_folder);
            if kinds.is_empty() || self.ignore.is_ignored(&original) {
                continue;
            }
            let kinds = kinds.into_iter().map(|kind| (kind, in_folder.clone())).collect();
            found.push((original, FoundFile { absolute: entry.into_path(), kinds }));
        }
        found
    }

    fn cannot_follow(&mut self, error: &walkdir::Error) {
        let path = error.path().map(|path| path.display().to_string()).unwrap_or_default();
        let diagnostic = if error.loop_ancestor().is_some() {
            Diagnostic::warning(
                "symlink-loop",
                format!("`{path}` is left out: the link leads back to a folder it lies in"),
            )
        } else {
            Diagnostic::error("unreadable-file", format!("`{path}` cannot be read: {error}"))
        };
        self.diagnostics.push(diagnostic);
    }

    fn kinds(&self, in_folder: &str) -> Vec<FileKind> {
        let name = in_folder.rsplit('/').next().unwrap_or(in_folder);
        // Editors leave such files behind; dbt skips them too.
        if name.starts_with(['.', '#', '~']) {
            return Vec::new();
        }
        let Some((_, ending)) = name.rsplit_once('.') else { return Vec::new() };
        let ending = ending.to_ascii_lowercase();
        let mut kinds = Vec::new();
        for folder in self.uses {
            let first = in_folder.split_once('/').map_or("", |(first, _)| first);
            let kind = match (folder, ending.as_str()) {
                (Folder::Docs, "md") => FileKind::Docs,
                (Folder::Docs, _) => continue,
                (_, "yml" | "yaml") => FileKind::Properties,
                (Folder::Models, "sql") => FileKind::Model,
                (Folder::Models, "py") => FileKind::PythonModel,
                (Folder::Functions, "sql" | "js" | "py") => FileKind::Function,
                (Folder::Seeds, "csv") => FileKind::Seed,
                (Folder::Snapshots, "sql") => FileKind::Snapshot,
                (Folder::Analyses, "sql") => FileKind::Analysis,
                (Folder::Macros, "sql") => FileKind::Macro,
                (Folder::Tests, "sql") if first == "generic" => FileKind::GenericTest,
                (Folder::Tests, "sql" | "csv") if first == "fixtures" => FileKind::Fixture,
                (Folder::Tests, "sql") => FileKind::SingularTest,
                _ => continue,
            };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }
}
