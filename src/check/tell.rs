//! What is wrong with the project's queries, at the user's lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    contract, partitions,
    strictness::Strictness,
    typed::{TypedNode, TypedProject},
};
use crate::{
    analysis::{Analysis, Problem},
    compile::MappedText,
    diagnostic::{Diagnostic, Severity, Span},
    jinja::INTERNAL_PACKAGE,
    manifest::{Node, UniqueId},
    sql::SqlError,
};

/// Advice: nothing is wrong with the query, but with what it costs or promises.
const ADVICE: [&str; 5] = [
    "partition-function",
    "partition-subquery",
    "merge-scans-table",
    "star-in-contract",
    "declared-column-missing",
];

/// Everything wrong with the selected nodes, in the order of files and lines. What is told at the same
/// place of several nodes, as of an ephemeral model, is told once.
pub fn problems(
    project: &TypedProject,
    selected: &BTreeSet<UniqueId>,
    default: Strictness,
    with_advice: bool,
) -> Vec<Diagnostic> {
    let mut found = of_nodes(project, &project.nodes, selected, default);
    if !with_advice {
        found.retain(|diagnostic| !ADVICE.contains(&diagnostic.code));
    }
    found
}

/// The same of nodes that may be typed with a change.
pub(super) fn of_nodes(
    project: &TypedProject,
    nodes: &BTreeMap<UniqueId, TypedNode>,
    selected: &BTreeSet<UniqueId>,
    default: Strictness,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for (id, typed) in nodes.iter().filter(|(id, _)| selected.contains(*id)) {
        let Some(node) = project.manifest().nodes.get(id) else { continue };
        let strictness = Strictness::of(&node.config, default);
        if strictness == Strictness::Off {
            continue;
        }
        for mut diagnostic in of_node(project, node, typed) {
            let is_mistake = !ADVICE.contains(&diagnostic.code);
            diagnostic.severity = match strictness {
                Strictness::Error if is_mistake => Severity::Error,
                _ => Severity::Warning,
            };
            let place = place_of(&diagnostic);
            if told.insert((place.clone(), diagnostic.code, diagnostic.message.clone())) {
                found.push((place, diagnostic));
            }
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

/// Where a diagnostic is shown: file, line, column.
pub(super) fn place_of(diagnostic: &Diagnostic) -> (String, u32, u32) {
    let label = diagnostic.labels.first();
    label.map_or_else(Default::default, |label| {
        let (line, column) = label.span.line_column();
        (label.span.file.path().to_owned(), line, column)
    })
}

/// Whether something is wrong with a node.
pub(super) fn has_problems(project: &TypedProject, id: &UniqueId) -> bool {
    let node = project.manifest().nodes.get(id).zip(project.nodes.get(id));
    node.is_some_and(|(node, typed)| !of_node(project, node, typed).is_empty())
}

fn of_node(project: &TypedProject, node: &Arc<Node>, typed: &TypedNode) -> Vec<Diagnostic> {
    let Some(code) = project.codes.get(&node.unique_id) else { return Vec::new() };
    let mut found = of_query(project, node, &code.first, &typed.first);
    if let (Some(text), Some(later)) = (&code.later, &typed.later) {
        found.extend(of_query(project, node, text, later));
    }
    if let Ok(analysis) = &typed.first {
        let at = |span: crate::sql::ast::Span| locate(node, &code.first, span);
        found.extend(contract::check(node, analysis, at));
    }
    found.extend(partitions::merge(node));
    found
}

fn of_query(
    project: &TypedProject,
    node: &Node,
    code: &MappedText,
    typed: &Result<Analysis, Vec<SqlError>>,
) -> Vec<Diagnostic> {
    match typed {
        Ok(analysis) => {
            let partitions = partitions::problems(project, analysis);
            let problems = analysis.problems.iter().chain(&partitions);
            problems.map(|problem| diagnostic(node, code, problem)).collect()
        }
        Err(errors) => errors
            .iter()
            .map(|error| {
                let span = crate::sql::ast::Span {
                    line: error.line,
                    column: error.column,
                    ..Default::default()
                };
                let problem = Problem::at(error.code, error.message.clone(), span);
                diagnostic(node, code, &problem.maybe_help(error.help.clone()))
            })
            .collect(),
    }
}

fn diagnostic(node: &Node, code: &MappedText, problem: &Problem) -> Diagnostic {
    let place = locate(node, code, problem.span);
    let mut diagnostic = Diagnostic::error(problem.code, problem.message.clone()).at(place, "");
    diagnostic.help.extend(problem.help.iter().cloned());
    diagnostic.notes.extend(problem.notes.iter().cloned());
    let macros = code.macros_at(problem.span.line.max(1), problem.span.column.max(1));
    let macros = macros.filter(|info| *info.package != *INTERNAL_PACKAGE);
    diagnostic.notes.extend(macros.map(|info| info.note()));
    diagnostic
}

/// The user's place of a place in the compiled SQL.
fn locate(node: &Node, code: &MappedText, span: crate::sql::ast::Span) -> Span {
    // A generic test has no text of its own: it is where it is declared.
    let declared = node.test.as_ref().and_then(|test| test.declared.clone());
    if node.generated_code.is_some()
        && let Some(declared) = declared
    {
        return declared;
    }
    code.locate(span.line.max(1), span.column.max(1))
        .unwrap_or_else(|| Span::of_line(&node.source, 1))
}
