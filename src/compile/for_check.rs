//! What a check compiles: with answers that are known before anything is built, and with the place of
//! every word where something is wrong.

use std::sync::Arc;

use super::{
    compiler::{Changes, CompiledNode, Compiler},
    mapped::MappedText,
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
        [true, false].into_iter().find_map(|macros| {
            let changes = Changes {
                turn: Turn::whole(is_incremental),
                marks: Some(Marks::Words { macros }),
                ..Changes::default()
            };
            let rendered = self.render(node, &changes).ok()?;
            let (code, _) = self.inject_ephemeral(rendered.text, &rendered.ephemeral).ok()?;
            (code.text() == text).then_some(code)
        })
    }
}
