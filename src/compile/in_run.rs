//! What only a run renders: hooks, operations, materializations written as macros.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use minijinja::Value;

use super::{Compiler, MappedText, compiler::Changes};
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    jinja::{MacroInfo, MacroKind, Marks, objects::relation_of},
    manifest::Node,
    relation::Relation,
};

/// Names that a template sees before all others.
pub type Names = BTreeMap<String, Value>;

impl Compiler {
    /// Renders a part of a file in a node's place, with more names than a model sees.
    ///
    /// # Errors
    /// What the template did wrong, at its line in `file`.
    pub fn render_in_run(
        &self,
        node: &Arc<Node>,
        file: &Arc<SourceFile>,
        range: Range<usize>,
        is_incremental: bool,
        names: Names,
    ) -> Result<MappedText, Vec<Diagnostic>> {
        let changes = Changes { is_incremental, ..Changes::default() };
        let host = self.node_host(&changes);
        let scope = self.scope(node, &changes, &host, names);
        let rendered = self.engine.render(file, range, &scope, Marks::Lines);
        let rendered = rendered.map_err(|error| vec![error.diagnostic])?;
        let text = MappedText::rendered(&rendered.text, &rendered.lines);
        Ok(self.inject_ephemeral(text, &host.ephemeral_models())?.0)
    }

    /// The macro of a materialization that the user or a package wrote: as in dbt one for the
    /// adapter goes before one for all, and the root project before packages.
    pub fn find_materialization(&self, name: &str) -> Option<Arc<MacroInfo>> {
        let adapter = self.globals.dialect.adapter_type();
        [adapter, "default"].into_iter().find_map(|adapter| {
            let wanted = format!("materialization_{name}_{adapter}");
            let fits = |info: &&Arc<MacroInfo>| {
                info.kind == MacroKind::Materialization && info.name == wanted
            };
            let found = || self.engine.macros().iter().filter(fits);
            let root = found().find(|info| info.package == self.manifest.project_name);
            root.or_else(|| found().next()).cloned()
        })
    }

    /// Runs the macro of a materialization; its statements go to the warehouse as it is rendered.
    /// Gives the relations it says it made.
    ///
    /// # Errors
    /// What it or the warehouse refused, at the line of the macro.
    pub fn materialize(
        &self,
        node: &Arc<Node>,
        info: &Arc<MacroInfo>,
        is_incremental: bool,
        names: Names,
    ) -> Result<Vec<Relation>, Vec<Diagnostic>> {
        let changes = Changes { is_incremental, ..Changes::default() };
        let host = self.node_host(&changes);
        let scope = self.scope(node, &changes, &host, names);
        let called = self.engine.call_macro(info, &[], Vec::new(), &scope);
        let (value, _) = called.map_err(|error| vec![error.diagnostic])?;
        let relations = value.get_attr("relations").ok();
        let relations = relations.and_then(|list| list.try_iter().ok().map(Vec::from_iter));
        Ok(relations.unwrap_or_default().iter().filter_map(relation_of).collect())
    }
}
