//! Which text of the user's a failed step is of.

use std::path::PathBuf;

use super::Failure;
use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    compile::MappedText,
    diagnostic::Span,
    manifest::{Node, ResourceType},
    plan::{Step, csv::CsvError, seed_mistake},
    run::blame,
};

/// The text that a step was made from.
pub(super) struct Guilty<'a> {
    /// The node.
    pub node: &'a Node,
    /// The text.
    pub code: &'a MappedText,
    /// The file that the node's own code is compiled to; none where the text is a hook's.
    pub compiled: Option<PathBuf>,
}

impl Guilty<'_> {
    /// Says an error of a step at the user's line. The step's text may wrap the user's in lines of
    /// its own: those before it are taken off.
    pub fn blame(&self, error: &AdapterError, step: Option<&Step>) -> Failure {
        if error.kind == AdapterErrorKind::Cancelled {
            return Failure::of_adapter(error);
        }
        let mut error = error.clone();
        if let (Some(Step::LoadSeed { .. }), Some((line, column))) = (step, error.position) {
            // The place is one of the file.
            let message = error.message.clone();
            return seed_mistake(self.node, &CsvError { message, line, column }).into();
        }
        let text = match step {
            Some(Step::Header { sql } | Step::Query { sql } | Step::Statement { sql }) => Some(sql),
            Some(Step::CreateTable { query, .. } | Step::CreateView { query, .. }) => Some(query),
            Some(Step::CreateFunction { function, .. }) => Some(&function.body),
            _ => None,
        };
        let own = self.code.text();
        if let (Some(text), Some((line, column))) = (text, error.position)
            && let Some(at) = text.find(own.trim())
        {
            let newlines = |text: &str| text.matches('\n').count() as u32;
            let blank = newlines(&own[..own.len() - own.trim_start().len()]);
            let line = (line + blank).saturating_sub(newlines(&text[..at]));
            error.position = Some((line.max(1), column));
        }
        let mut diagnostic = blame(&error, self.code);
        if let Some(file) = self.compiled.as_ref().filter(|_| !own.is_empty()) {
            diagnostic = diagnostic.note(format!("compiled code: {}", file.display()));
        }
        if diagnostic.labels.is_empty() && self.node.resource_type != ResourceType::Seed {
            diagnostic = diagnostic.at(Span::of_line(&self.node.source, 1), "");
        } else if diagnostic.labels.is_empty() {
            let (name, file) = (&self.node.name, &self.node.original_file_path);
            diagnostic = diagnostic.note(format!("in `{name}` ({file})"));
        }
        diagnostic.into()
    }
}
