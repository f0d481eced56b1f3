//! What only a run renders: hooks, operations, materializations written as macros.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use minijinja::Value;

use super::{Compiler, MappedText, Turn, compiler::Changes, host::NodeHost};
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span},
    jinja::{MacroInfo, MacroKind, Marks, objects::relation_of},
    manifest::Node,
    relation::Relation,
};

/// The template of a hook of the run.
pub fn operation_text(operation: &Node) -> (Arc<SourceFile>, Range<usize>) {
    match &operation.generated_code {
        Some(code) => {
            let written = Span::new(&operation.source, operation.code_range.clone());
            let file = SourceFile::excerpt(&written, code.as_ref());
            (file, 0..code.len())
        }
        None => (Arc::clone(&operation.source), operation.code_range.clone()),
    }
}

/// Names that a template sees before all others.
pub type Names = BTreeMap<String, Value>;

/// What a rendering in a run knows besides its node.
#[derive(Clone, Debug, Default)]
pub struct InRun {
    /// Which of the times that the node is built.
    pub turn: Turn,
    /// More names.
    pub names: Names,
}

impl Compiler {
    /// Renders a part of a file in a node's place.
    ///
    /// # Errors
    /// What the template did wrong, at its line in `file`.
    pub fn render_in_run(
        &self,
        node: &Arc<Node>,
        file: &Arc<SourceFile>,
        range: Range<usize>,
        given: InRun,
    ) -> Result<MappedText, Vec<Diagnostic>> {
        let rendered = self.render_with(node, file, range, given, false)?;
        Ok(rendered.expect("only a refused question leaves no text"))
    }

    /// Renders like [`Compiler::render_in_run`] where the template asks the warehouse nothing;
    /// nothing where it does. So no question is asked twice or too early.
    ///
    /// # Errors
    /// What the template did wrong, at its line in `file`.
    pub fn render_unless_asking(
        &self,
        node: &Arc<Node>,
        file: &Arc<SourceFile>,
        range: Range<usize>,
        given: InRun,
    ) -> Result<Option<MappedText>, Vec<Diagnostic>> {
        self.render_with(node, file, range, given, true)
    }

    /// A hook of the run, only to look at it.
    pub fn look_at_operation(&self, operation: &Arc<Node>, names: &Names) -> Option<MappedText> {
        let (file, range) = operation_text(operation);
        self.look_at(operation, &file, range, names)
    }

    /// Renders what a run would, only to look at it: nothing is asked, nothing logged, and the place
    /// of every word is kept where that can be. Nothing where the template asks the warehouse, or is
    /// wrong: the run says that.
    pub fn look_at(
        &self,
        node: &Arc<Node>,
        file: &Arc<SourceFile>,
        range: Range<usize>,
        names: &Names,
    ) -> Option<MappedText> {
        let changes = Changes { marks: Some(Marks::Lines), ..Changes::default() };
        let render = |marks: Marks| {
            let host = self.node_host(Some(node), &changes);
            let scope = self.scope(node, &changes, &host, names.clone());
            let rendered = self.engine.render(file, range.clone(), &scope, marks).ok()?;
            let text = MappedText::rendered(&rendered.text, &rendered.lines);
            let text = text.with_pieces(rendered.pieces);
            let text = self.inject_ephemeral(text, &host.ephemeral_models(), None).ok()?.code;
            (!host.was_asked()).then_some(text)
        };
        let text = render(Marks::Lines)?;
        let closely =
            [true, false].into_iter().filter_map(|macros| render(Marks::Words { macros }));
        let closely = closely.into_iter().find(|one| one.text() == text.text());
        Some(closely.unwrap_or(text))
    }

    fn render_with(
        &self,
        node: &Arc<Node>,
        file: &Arc<SourceFile>,
        range: Range<usize>,
        given: InRun,
        refuse: bool,
    ) -> Result<Option<MappedText>, Vec<Diagnostic>> {
        let changes = Changes { turn: given.turn, ..Changes::default() };
        let host = NodeHost::new(Arc::clone(&self.host), None);
        let host = host.noting(Arc::clone(&self.notes), Some(Arc::clone(node)));
        let host = host.reading_in(node, given.turn.batch.as_ref());
        let host = Arc::new(if refuse { host.refusing() } else { host });
        let scope = self.scope(node, &changes, &host, given.names);
        let rendered = self.engine.render(file, range, &scope, Marks::Lines);
        if host.was_asked() {
            return Ok(None);
        }
        let rendered = rendered.map_err(|error| vec![error.diagnostic])?;
        let text = MappedText::rendered(&rendered.text, &rendered.lines);
        Ok(Some(self.inject_ephemeral(text, &host.ephemeral_models(), None)?.code))
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
        let changes = Changes { turn: Turn::whole(is_incremental), ..Changes::default() };
        let host = self.node_host(Some(node), &changes);
        let scope = self.scope(node, &changes, &host, names);
        let called = self.engine.call_macro(info, &[], Vec::new(), &scope);
        let (value, _) = called.map_err(|error| vec![error.diagnostic])?;
        let relations = value.get_attr("relations").ok();
        let relations = relations.and_then(|list| list.try_iter().ok().map(Vec::from_iter));
        Ok(relations.unwrap_or_default().iter().filter_map(relation_of).collect())
    }
}
