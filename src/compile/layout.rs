//! Where compiled SQL is written: dbt's layout of `target/`.

use std::{fs, io, path::Path, path::PathBuf};

use crate::manifest::{Batch, Node, ResourceType, UnitTest};

/// The two trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetFolder {
    /// What templates gave.
    Compiled,
    /// What was run.
    Run,
}

impl TargetFolder {
    /// The folder's name below `target/`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compiled => "compiled",
            Self::Run => "run",
        }
    }
}

/// What is written to a file of its own.
#[derive(Clone, Copy)]
pub enum Written<'a> {
    /// A node.
    Node(&'a Node),
    /// A unit test.
    UnitTest(&'a UnitTest),
}

impl<'a> From<&'a Node> for Written<'a> {
    fn from(node: &'a Node) -> Self {
        Self::Node(node)
    }
}

impl<'a> From<&'a UnitTest> for Written<'a> {
    fn from(test: &'a UnitTest) -> Self {
        Self::UnitTest(test)
    }
}

/// The path below `target/`: `<compiled|run>/<package>/<the file>`, and where several nodes share a
/// file, a file for each in a folder of its name (`models/schema.yml/not_null_orders_id.sql`,
/// `snapshots/orders.sql/orders_snapshot.sql`, `models/schema.yml/models/a_unit_test.sql`).
pub fn target_path<'a>(folder: TargetFolder, what: impl Into<Written<'a>>) -> PathBuf {
    let what = what.into();
    let (package, file, own) = match what {
        // A file may hold several snapshots, one of them of its own name.
        Written::Node(node) if node.resource_type == ResourceType::Snapshot => {
            (&node.package, &node.original_file_path, format!("{}.sql", node.name))
        }
        Written::Node(node) => (&node.package, &node.original_file_path, node.path.clone()),
        Written::UnitTest(test) => {
            let file = &test.original_file_path;
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            (&test.package, file, format!("{folder}/{}.sql", test.name))
        }
    };
    let has_own_folder = match what {
        Written::Node(node) => node.resource_type == ResourceType::Snapshot,
        Written::UnitTest(_) => true,
    };
    let base = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut path = PathBuf::from(folder.as_str());
    path.push(package.as_ref());
    // Parts that would lead out of the folder are dropped.
    let mut push = |text: &str| {
        let parts = text.split(['/', '\\']);
        path.extend(parts.filter(|part| !matches!(*part, "" | "." | "..")));
    };
    push(file);
    if has_own_folder || base(file) != base(&own) {
        push(&own);
    }
    path
}

/// The path of one batch of a node: dbt's, in a folder of the node's name
/// (`models/daily/daily_2024-09-17.sql`).
pub fn batch_path(folder: TargetFolder, node: &Node, batch: &Batch) -> PathBuf {
    let path = target_path(folder, node);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    path.with_extension("").join(format!("{stem}_{}.sql", batch.name()))
}

/// Writes the text unless it is there already: beside the file first, then renamed, so that nobody
/// reads half of it.
///
/// # Errors
/// Whatever the file system says.
pub fn write_target_file(path: &Path, text: &str) -> io::Result<()> {
    let unchanged = fs::metadata(path).is_ok_and(|meta| meta.len() == text.len() as u64)
        && fs::read(path).is_ok_and(|old| old == text.as_bytes());
    if unchanged {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = folder.join(name);
    let written = match fs::write(&beside, text) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).and_then(|()| fs::write(&beside, text))
        }
        // What was a file is a folder now: the compiled SQL of another version.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            let older = folder.ancestors().find(|path| path.is_file());
            older.map_or(Ok(()), fs::remove_file)?;
            fs::create_dir_all(folder).and_then(|()| fs::write(&beside, text))
        }
        done => done,
    };
    let written = written.and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
