//! Texts that are no node's own code, rendered in a node's place.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::{
    compiler::{Changes, Compiler},
    mapped::MappedText,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    jinja::Marks,
    manifest::Node,
};

impl Compiler {
    /// Renders text in a node's place and package: hooks, `sql_header`, `show --inline`.
    ///
    /// # Errors
    /// What the template did wrong, at its line in `file`.
    pub fn render_text(
        &self,
        node: &Arc<Node>,
        file: &Arc<SourceFile>,
        range: Range<usize>,
    ) -> Result<MappedText, Vec<Diagnostic>> {
        let changes = Changes::default();
        let host = self.node_host(Some(node), &changes);
        let scope = self.scope(node, &changes, &host, BTreeMap::new());
        let rendered = self.engine.render(file, range, &scope, Marks::Lines);
        let rendered = rendered.map_err(|error| vec![error.diagnostic])?;
        let text = MappedText::rendered(&rendered.text, &rendered.lines);
        Ok(self.inject_ephemeral(text, &host.ephemeral_models(), None)?.code)
    }

    /// The text of a file rendered as a node would see it.
    pub(super) fn render_part(
        &self,
        node: &Arc<Node>,
        changes: &Changes,
        file: &Arc<SourceFile>,
    ) -> Result<String, Diagnostic> {
        let host = self.node_host(Some(node), changes);
        let scope = self.scope(node, changes, &host, BTreeMap::new());
        let rendered = self.engine.render(file, 0..file.text().len(), &scope, Marks::None);
        rendered.map(|rendered| rendered.text).map_err(|error| error.diagnostic)
    }
}
