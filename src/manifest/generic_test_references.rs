//! What generic tests read and call.

use std::sync::Arc;

use minijinja::Value as JinjaValue;
use serde_json::Value;

use super::{
    GenericTest, Node,
    builder::Builder,
    call_text::{Reference, parse_reference},
    generic_test_code::test_call,
    generic_tests::Tested,
    python_text::python_str,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    jinja::{ConfigCall, INTERNAL_PACKAGE, MacroInfo, Marks, RefCall, SourceCall},
};

/// The macro behind the built-in tests' `model` argument.
const WHERE_MACRO: &str = "macro.dbt.get_where_subquery";

impl Builder<'_> {
    /// What the test reads and calls. The built-in tests are known; others are rendered, which gives
    /// the `config()` calls of their blocks.
    pub(super) fn test_references(
        &self,
        tested: &Tested<'_>,
        generic: &GenericTest,
        info: &Arc<MacroInfo>,
        node: &mut Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<ConfigCall> {
        let span = node.properties.clone();
        let add = |node: &mut Node, reference: Reference| match reference {
            Reference::Ref { package, name, version } => {
                node.refs.push(RefCall { package, name, version, span: span.clone() });
            }
            Reference::Source { source, table } => {
                node.sources.push(SourceCall { source, table, span: span.clone() });
            }
        };
        let internal = &*info.package == INTERNAL_PACKAGE;
        match generic.name.as_str() {
            "unique" | "not_null" if internal => {
                node.depends_on_macros.push(info.unique_id.to_string());
                add(node, tested.call.clone());
                return Vec::new();
            }
            "accepted_values" | "relationships" if internal => {
                let to = generic.arguments.get("to").and_then(Value::as_str);
                let target = to.and_then(parse_reference);
                let is_literal = |value: &Value| !python_str(value).contains("{{");
                let others = generic.arguments.iter().filter(|(key, _)| *key != "model");
                if to.is_some() == target.is_some()
                    && others.map(|(_, value)| value).all(is_literal)
                {
                    node.depends_on_macros =
                        vec![WHERE_MACRO.to_owned(), info.unique_id.to_string()];
                    if let Some(target) = target {
                        add(node, target);
                    }
                    add(node, tested.call.clone());
                    return Vec::new();
                }
            }
            _ => {}
        }
        let template = test_call(generic);
        let file = SourceFile::new(tested.file.source.path(), template);
        let id = node.unique_id.as_str();
        let scope = self.parse_scope(&node.package, id, &node.name, JinjaValue::from(()));
        let range = 0..file.text().len();
        let captured = match self.engine.render(&file, range, &scope, Marks::None) {
            Ok(rendered) => rendered.captured,
            Err(error) => {
                let mut found = error.diagnostic;
                // The generated call is no file of the user's: say it at the test.
                if let Some(span) = &span {
                    found.labels.retain(|label| !Arc::ptr_eq(&label.span.file, &file));
                    found = found.at(span.clone(), "in this test");
                    found.labels.rotate_right(1);
                }
                diagnostics.push(found);
                error.captured
            }
        };
        node.refs = captured.refs;
        node.sources = captured.sources;
        node.functions = captured.functions;
        node.depends_on_macros = captured.macros.iter().map(ToString::to_string).collect();
        for call in &mut node.refs {
            call.span.clone_from(&span);
        }
        for call in &mut node.sources {
            call.span.clone_from(&span);
        }
        for call in &mut node.functions {
            call.span.clone_from(&span);
        }
        if !node.depends_on_macros.iter().any(|id| *id == *info.unique_id) {
            node.depends_on_macros.push(info.unique_id.to_string());
        }
        captured.configs
    }
}
