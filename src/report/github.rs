//! GitHub Actions annotations: the line in the review shows the error.

use crate::{
    diagnostic::{Diagnostic, Severity, render_github},
    run::{NodeResult, Status},
};

/// The workflow commands for a node that did not end well; none for the others.
pub(super) fn annotations(result: &NodeResult) -> Vec<String> {
    let severity = match result.status {
        Status::Fail | Status::Error | Status::PartialSuccess => Severity::Error,
        Status::Warn => Severity::Warning,
        _ => return Vec::new(),
    };
    if result.diagnostics.is_empty() {
        let message = result.message.clone().unwrap_or_else(|| result.status.as_str().to_owned());
        let message = format!("{}: {message}", result.node.display);
        let diagnostic = Diagnostic { severity, ..Diagnostic::error("node-failed", message) };
        return vec![render_github(&diagnostic)];
    }
    result.diagnostics.iter().map(render_github).collect()
}
