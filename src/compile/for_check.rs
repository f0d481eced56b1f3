//! What a check compiles: with answers that are known before anything is built, and with the place of
//! every word where something is wrong.

use std::sync::{Arc, MutexGuard, PoisonError};

use super::{
    compiler::{Changes, CompiledNode, Compiler, Kept},
    mapped::MappedText,
    refusal::RefusingWarehouse,
    turn::Turn,
};
use crate::{
    diagnostic::Diagnostic,
    jinja::{Marks, Warehouse},
    manifest::UniqueId,
};

impl Compiler {
    /// Compiles a node with another warehouse to answer what its template asks.
    ///
    /// # Errors
    /// What the template did wrong, at the user's line.
    pub fn compile_asking(
        &self,
        id: &UniqueId,
        is_incremental: bool,
        warehouse: Arc<dyn Warehouse>,
    ) -> Result<CompiledNode, Vec<Diagnostic>> {
        self.compile_changed(id, Turn::whole(is_incremental), Some(warehouse))
    }

    /// What it has compiled for a check that a build need not compile again.
    pub fn take_kept(&self) -> Kept {
        std::mem::take(&mut self.kept())
    }

    /// Takes what a check has compiled, each for the first time that it is asked for. Where other
    /// tables or rows are read than the check did, nothing of it is taken.
    pub fn keep(&self, kept: Kept) {
        if self.host.deferral.is_none() && self.host.sample.is_none() {
            *self.kept() = kept;
        }
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The SQL of a node with the place of each word, and the macros that it came out of, where `text`
    /// is the SQL. Nothing where its template does not give the same text so: where it asks the
    /// warehouse, or works on what macros have written.
    pub fn compile_closely(
        &self,
        id: &UniqueId,
        is_incremental: bool,
        text: &str,
    ) -> Option<MappedText> {
        let node = self.manifest.nodes.get(id)?;
        if node.generated_code.is_some() {
            return None;
        }
        let refusing: Arc<dyn Warehouse> = Arc::new(RefusingWarehouse::default());
        [true, false].into_iter().find_map(|macros| {
            let changes = Changes {
                turn: Turn::whole(is_incremental),
                marks: Some(Marks::Words { macros }),
                ..Changes::default()
            };
            let rendered = self.render(node, &changes).ok()?;
            let code = self
                .inject_ephemeral(rendered.text, &rendered.ephemeral, Some(&refusing))
                .ok()?
                .code;
            (code.text() == text).then_some(code)
        })
    }
}
