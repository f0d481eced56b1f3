//! The files of a package: which there are, and reading them, each once and in parallel.

use std::{collections::BTreeMap, fs::File, io::Read, path::PathBuf, sync::Arc};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{
    discovery::{FileKind, FoundFile},
    properties::{PropertiesFile, read_properties},
    read_text::read_text,
    render::TextRenderer,
    unread::Unread,
    yaml_reader::read_yaml,
};
use crate::diagnostic::{Diagnostic, SourceFile};

/// A seed above this is not hashed: its path stands for its content in state comparisons, as in
/// dbt (`MAXIMUM_SEED_SIZE_MIB`).
const MAX_HASHED_SEED_BYTES: u64 = 1024 * 1024;
/// A header above this is not looked at: no table has so many columns.
const MAX_HEADER_BYTES: usize = 1024 * 1024;

/// Where a file is, in the three ways it is named. `/` separates in all of them.
#[derive(Clone, Debug)]
pub struct ProjectFilePath {
    /// Relative to the package's root: dbt's `original_file_path`.
    pub original_file_path: String,
    /// Relative to the resource folder it was found in (`models`, …): dbt's `path`.
    pub path: String,
    /// On this machine.
    pub absolute: PathBuf,
}

impl ProjectFilePath {
    /// The file's name without its ending.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The folders between the resource folder and the file.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let folders = self.path.rsplit_once('/').map_or("", |(folders, _)| folders);
        folders.split('/').filter(|folder| !folder.is_empty())
    }
}

/// A text file of a package. The path its source is shown with is relative to the root project.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// Where it is.
    pub path: ProjectFilePath,
    /// What it says.
    pub source: Arc<SourceFile>,
}

/// A CSV file, hashed but not kept.
#[derive(Clone, Debug)]
pub struct SeedFile {
    /// Where it is.
    pub path: ProjectFilePath,
    /// dbt's checksum name: `sha256`, or `path` for a large file.
    pub checksum_name: &'static str,
    /// The hash in hexadecimal, or the original file path for a large file.
    pub checksum: String,
    /// The text of the first row, as far as it is not absurdly long.
    pub header: String,
}

/// All files of a package, each list sorted by path.
#[derive(Clone, Debug, Default)]
pub struct PackageFiles {
    /// `.sql` under the model paths.
    pub models: Vec<TextFile>,
    /// `.csv` under the seed paths.
    pub seeds: Vec<SeedFile>,
    /// `.sql` under the snapshot paths.
    pub snapshots: Vec<TextFile>,
    /// `.sql` under the test paths, singular tests.
    pub tests: Vec<TextFile>,
    /// `.sql` in the `generic` folder of a test path.
    pub generic_tests: Vec<TextFile>,
    /// `.sql`, `.js` and `.py` under the function paths.
    pub functions: Vec<TextFile>,
    /// `.sql` under the analysis paths.
    pub analyses: Vec<TextFile>,
    /// `.sql` under the macro paths.
    pub macros: Vec<TextFile>,
    /// `.csv` and `.sql` in the `fixtures` folder of a test path.
    pub fixtures: Vec<TextFile>,
    /// `.md` under the docs paths.
    pub docs: Vec<TextFile>,
    /// `.yml` and `.yaml` under all paths.
    pub properties: Vec<PropertiesFile>,
    /// What could not be read, nodes of a file each aside.
    pub unread: Unread,
    /// The names of models, seeds and functions whose files could not be read.
    pub unread_nodes: Vec<String>,
}

enum Loaded {
    Text(FileKind, TextFile),
    Seed(SeedFile),
    Properties(Box<PropertiesFile>),
    /// A file that could not be read.
    Nothing(FileKind, ProjectFilePath),
}

/// Reads what discovery found. `shown_prefix` goes before the path of each file as shown to the
/// user: empty for the root project.
pub(super) fn read_files(
    found: BTreeMap<String, FoundFile>,
    shown_prefix: &str,
    renderer: &TextRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> PackageFiles {
    let found: Vec<(String, FoundFile)> = found.into_iter().collect();
    let loaded: Vec<(Vec<Loaded>, Vec<Diagnostic>)> = found
        .into_par_iter()
        .map(|(original, file)| {
            let mut diagnostics = Vec::new();
            let shown = format!("{shown_prefix}{original}");
            let loaded = load_file(original, file, &shown, renderer, &mut diagnostics);
            (loaded, diagnostics)
        })
        .collect();
    let mut files = PackageFiles::default();
    for (loaded, more) in loaded {
        diagnostics.extend(more);
        for file in loaded {
            files.add(file);
        }
    }
    files
}

impl PackageFiles {
    fn add(&mut self, file: Loaded) {
        match file {
            Loaded::Seed(seed) => self.seeds.push(seed),
            Loaded::Properties(properties) => {
                self.unread.properties |= !properties.is_whole;
                self.unread.sources |= !properties.has_all_tables;
                self.properties.push(*properties);
            }
            Loaded::Nothing(kind, path) => self.add_unread(kind, &path),
            Loaded::Text(kind, file) => match kind {
                FileKind::Model => self.models.push(file),
                FileKind::Snapshot => self.snapshots.push(file),
                FileKind::Function => self.functions.push(file),
                FileKind::Analysis => self.analyses.push(file),
                FileKind::SingularTest => self.tests.push(file),
                FileKind::GenericTest => self.generic_tests.push(file),
                FileKind::Macro => self.macros.push(file),
                FileKind::Fixture => self.fixtures.push(file),
                FileKind::Docs => self.docs.push(file),
                FileKind::PythonModel | FileKind::Seed | FileKind::Properties => {}
            },
        }
    }

    fn add_unread(&mut self, kind: FileKind, path: &ProjectFilePath) {
        match kind {
            FileKind::Model | FileKind::PythonModel | FileKind::Seed | FileKind::Function => {
                self.unread_nodes.push(path.stem().to_owned())
            }
            FileKind::Snapshot => self.unread.snapshots = true,
            FileKind::Macro | FileKind::GenericTest => self.unread.macros = true,
            FileKind::Docs => self.unread.docs = true,
            FileKind::Properties => self.unread.properties = true,
            FileKind::Fixture => self.unread.fixtures = true,
            FileKind::Analysis | FileKind::SingularTest => {}
        }
    }
}

fn load_file(
    original: String,
    file: FoundFile,
    shown: &str,
    renderer: &TextRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Loaded> {
    let path = |in_folder: &str| ProjectFilePath {
        original_file_path: original.clone(),
        path: in_folder.to_owned(),
        absolute: file.absolute.clone(),
    };
    let mut loaded = Vec::with_capacity(file.kinds.len());
    let mut source: Option<Arc<SourceFile>> = None;
    for (kind, in_folder) in &file.kinds {
        if *kind == FileKind::PythonModel {
            diagnostics.push(
                Diagnostic::error(
                    "python-model",
                    format!("`{shown}` is a Python model; models are SQL here"),
                )
                .help("write it in SQL, or name it in `.dbtignore`"),
            );
            loaded.push(Loaded::Nothing(*kind, path(in_folder)));
            continue;
        }
        if *kind == FileKind::Seed {
            match read_seed(path(in_folder), shown) {
                Ok(seed) => loaded.push(Loaded::Seed(seed)),
                Err(diagnostic) => {
                    diagnostics.push(diagnostic);
                    loaded.push(Loaded::Nothing(*kind, path(in_folder)));
                }
            }
            continue;
        }
        let source = match &source {
            Some(source) => Arc::clone(source),
            None => match read_text(&file.absolute, shown) {
                Ok(read) => Arc::clone(source.insert(read)),
                Err(diagnostic) => {
                    diagnostics.push(diagnostic);
                    let rest = file.kinds.iter().filter(|(kind, _)| *kind != FileKind::Seed);
                    let rest = rest.map(|(kind, path_in)| Loaded::Nothing(*kind, path(path_in)));
                    loaded.extend(rest);
                    return loaded;
                }
            },
        };
        if *kind == FileKind::Properties {
            let yaml = read_yaml(source);
            if yaml.diagnostics.iter().any(Diagnostic::is_error) {
                loaded.push(Loaded::Nothing(*kind, path(in_folder)));
            }
            diagnostics.extend(yaml.diagnostics);
            let properties = read_properties(path(in_folder), yaml.value, renderer, diagnostics);
            loaded.push(Loaded::Properties(Box::new(properties)));
        } else {
            loaded.push(Loaded::Text(*kind, TextFile { path: path(in_folder), source }));
        }
    }
    loaded
}

fn read_seed(path: ProjectFilePath, shown: &str) -> Result<SeedFile, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::error("unreadable-file", format!("`{shown}` cannot be read: {error}"))
    };
    let size = std::fs::metadata(&path.absolute).map_err(failed)?.len();
    if size > MAX_HASHED_SEED_BYTES {
        let checksum = path.original_file_path.clone();
        let mut start = Vec::new();
        let opened = File::open(&path.absolute).map_err(failed)?;
        opened.take(MAX_HEADER_BYTES as u64).read_to_end(&mut start).map_err(failed)?;
        let header = first_row(&String::from_utf8_lossy(&start));
        return Ok(SeedFile { path, checksum_name: "path", checksum, header });
    }
    let Ok(text) = String::from_utf8(std::fs::read(&path.absolute).map_err(failed)?) else {
        // Reading it as text says where it is wrong.
        return Err(read_text(&path.absolute, shown)
            .err()
            .unwrap_or_else(|| Diagnostic::error("not-utf8", format!("`{shown}` is not UTF-8"))));
    };
    let (checksum, header) = (hash(&text), first_row(&text));
    Ok(SeedFile { path, checksum_name: "sha256", checksum, header })
}

/// The first row of a CSV text: up to the first line end outside quotes.
fn first_row(text: &str) -> String {
    let mut in_quotes = false;
    let end = text.bytes().take(MAX_HEADER_BYTES).position(|byte| {
        in_quotes ^= byte == b'"';
        byte == b'\n' && !in_quotes
    });
    let start = text.strip_prefix('\u{feff}').map_or(0, |_| '\u{feff}'.len_utf8());
    text.get(start..end.unwrap_or(text.len().min(MAX_HEADER_BYTES))).unwrap_or_default().to_owned()
}

/// The hash of a seed's text as dbt takes it: line ends unified, blanks at both ends dropped.
fn hash(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let digest = Sha256::digest(unified.trim().as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
