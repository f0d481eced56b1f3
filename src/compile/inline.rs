//! Text and macros outside any node: `--inline`, `run-operation`.

use std::{collections::BTreeMap, sync::Arc};

use minijinja::Value;

use super::{
    Compiler, MappedText,
    compiler::{Changes, root_scope},
    host::NodeHost,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    jinja::{MacroInfo, Marks, Scope},
};

impl Compiler {
    /// A text as the root project sees it, ephemeral models injected.
    ///
    /// # Errors
    /// What the template did wrong.
    pub fn compile_inline(&self, file: &Arc<SourceFile>) -> Result<MappedText, Vec<Diagnostic>> {
        let host = self.node_host(None, &Changes::default());
        let scope = self.root_scope(&host, file.path());
        let rendered = self.engine.render(file, 0..file.text().len(), &scope, Marks::Lines);
        let rendered = rendered.map_err(|error| vec![error.diagnostic])?;
        let text = MappedText::rendered(&rendered.text, &rendered.lines);
        Ok(self.inject_ephemeral(text, &host.ephemeral_models(), None)?.code)
    }

    /// Calls a macro as the root project does.
    ///
    /// # Errors
    /// What went wrong, at the macro's line.
    pub fn run_macro(
        &self,
        info: &Arc<MacroInfo>,
        named: Vec<(String, Value)>,
    ) -> Result<Value, Box<Diagnostic>> {
        let host = self.node_host(None, &Changes::default());
        let scope = self.root_scope(&host, &info.name);
        let called = self.engine.call_macro(info, &[], named, &scope);
        called.map(|(value, _)| value).map_err(|error| Box::new(error.diagnostic))
    }

    fn root_scope(&self, host: &Arc<NodeHost>, name: &str) -> Arc<Scope> {
        root_scope(&self.globals, host, name, BTreeMap::new())
    }
}
