//! What a run leaves below the target folder for the user to read.

use std::path::{Path, PathBuf};

use super::{Compile, Failure, NodeRunner};
use crate::{
    compile::{TargetFolder, batch_path, target_path, write_target_file},
    diagnostic::Diagnostic,
    manifest::{Batch, Node, UnitTest},
};

impl<C: Compile> NodeRunner<C> {
    /// Writes a node's compiled SQL, or that of one of its batches; gives the path as shown.
    pub(super) fn write_compiled(
        &self,
        node: &Node,
        batch: Option<&Batch>,
        sql: &str,
    ) -> Result<PathBuf, Failure> {
        self.write(path_of(TargetFolder::Compiled, node, batch), sql)
    }

    /// Writes a unit test's compiled SQL.
    pub(super) fn write_compiled_test(
        &self,
        test: &UnitTest,
        sql: &str,
    ) -> Result<PathBuf, Failure> {
        self.write(target_path(TargetFolder::Compiled, test), sql)
    }

    /// Writes the statements that are run.
    pub(super) fn write_run_file(
        &self,
        node: &Node,
        batch: Option<&Batch>,
        statements: &str,
    ) -> Result<PathBuf, Failure> {
        self.write(path_of(TargetFolder::Run, node, batch), statements)
    }

    /// The file of a node's compiled SQL, as it is shown.
    pub(super) fn compiled_file(&self, node: &Node, batch: Option<&Batch>) -> PathBuf {
        Path::new(&self.options.shown_target).join(path_of(TargetFolder::Compiled, node, batch))
    }

    fn write(&self, below: PathBuf, text: &str) -> Result<PathBuf, Failure> {
        let target = &self.options.target_path;
        write_target_file(&target.join(&below), &self.options.scrubber.scrub(text)).map_err(
            |error| {
                let message = format!("cannot write `{}`: {error}", target.join(&below).display());
                Failure::from(Diagnostic::error("cannot-write-target", message))
            },
        )?;
        Ok(Path::new(&self.options.shown_target).join(below))
    }
}

fn path_of(folder: TargetFolder, node: &Node, batch: Option<&Batch>) -> PathBuf {
    match batch {
        Some(batch) => batch_path(folder, node, batch),
        None => target_path(folder, node),
    }
}
