//! Names with spaces, which dbt refuses
//! (<https://docs.getdbt.com/reference/global-configs/behavior-changes>).

use std::collections::BTreeSet;

use super::{Manifest, check::place};
use crate::{
    diagnostic::{Diagnostic, Severity, Span},
    project::Project,
};

/// Refuses names of nodes with spaces, and warns of those of sources; the project's flags may turn
/// both round.
pub(super) fn check_spaces(
    manifest: &Manifest,
    project: &Project,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let strict = |flag: &str, default: bool| match project.behaviour(flag).unwrap_or(default) {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let mut report = |what: String, span: Span, severity: Severity| {
        let message = format!("the name of {what} has spaces in it");
        let diagnostic = Diagnostic::error("name-with-spaces", message).at(span, "");
        diagnostics.push(Diagnostic { severity, ..diagnostic }.help("write `_` in their place"));
    };
    let of_nodes = strict("require_resource_names_without_spaces", true);
    for node in manifest.nodes.values().filter(|node| node.name.contains(' ')) {
        // A test is named after what it tests.
        let tested = node.test.as_ref().and_then(|test| test.attached_node.as_ref());
        let is_of_tested = tested.is_some_and(|id| id.as_str().contains(' '));
        if !is_of_tested {
            report(format!("{} `{}`", node.resource_type, node.name), place(node), of_nodes);
        }
    }
    let of_sources = strict("require_source_and_semantic_model_names_without_spaces", false);
    let mut told = BTreeSet::new();
    for source in manifest.sources.values().filter(|source| source.source_name.contains(' ')) {
        if told.insert(&source.source_name) {
            let what = format!("source `{}`", source.source_name);
            report(what, source.source_declared.clone(), of_sources);
        }
    }
}
