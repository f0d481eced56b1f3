//! What is wrong with the project's queries, at the user's lines.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    contract, partitions,
    strictness::Strictness,
    typed::{NodeCode, ScriptCode, Typed, TypedNode, TypedProject, TypedScript},
};
use crate::{
    analysis::{Analysis, Problem, Type, goes_for},
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
    let mut found = of_nodes(project, &project.typed, selected, default);
    if !with_advice {
        found.retain(|diagnostic| !ADVICE.contains(&diagnostic.code));
    }
    found
}

/// The same of nodes that may be typed with a change.
pub(super) fn of_nodes(
    project: &TypedProject,
    typed: &Typed,
    selected: &BTreeSet<UniqueId>,
    default: Strictness,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let wanted = |id: &UniqueId| {
        let node = project.manifest().nodes.get(id).filter(|_| selected.contains(id))?;
        let strictness = Strictness::of(&node.config, default);
        (strictness != Strictness::Off).then_some((node, strictness))
    };
    for (id, typed) in &typed.nodes {
        let Some((node, strictness)) = wanted(id) else { continue };
        found.extend(weighed(of_node(project, node, typed), strictness));
    }
    for (script, typed) in project.script_codes.iter().zip(&typed.scripts) {
        let Some((node, strictness)) = wanted(&script.node) else { continue };
        found.extend(weighed(of_script(project, node, script, typed), strictness));
    }
    in_order(found)
}

/// Diagnostics as heavy as is configured.
pub(super) fn weighed(mut found: Vec<Diagnostic>, strictness: Strictness) -> Vec<Diagnostic> {
    for diagnostic in &mut found {
        let is_mistake = !ADVICE.contains(&diagnostic.code);
        diagnostic.severity = match strictness {
            Strictness::Error if is_mistake => Severity::Error,
            _ => Severity::Warning,
        };
    }
    found
}

/// Diagnostics in the order of files and lines; the same at the same place once.
pub fn in_order(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut told = BTreeSet::new();
    let mut placed: Vec<_> = found.into_iter().map(|one| (place_of(&one), one)).collect();
    placed.retain(|(place, one)| told.insert((place.clone(), one.code, one.message.clone())));
    placed.sort_by(|one, other| one.0.cmp(&other.0));
    placed.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

fn of_script(
    project: &TypedProject,
    node: &Node,
    script: &ScriptCode,
    typed: &TypedScript,
) -> Vec<Diagnostic> {
    let parts = match typed {
        Ok(parts) => parts,
        Err(errors) => return of_query(project, node, &script.text, &Err(errors.clone())),
    };
    parts.iter().flat_map(|part| of_analysis(project, node, &script.text, part)).collect()
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
    let node = project.manifest().nodes.get(id).zip(project.nodes().get(id));
    node.is_some_and(|(node, typed)| !of_node(project, node, typed).is_empty())
}

fn of_node(project: &TypedProject, node: &Arc<Node>, typed: &TypedNode) -> Vec<Diagnostic> {
    let Some(code) = project.codes.get(&node.unique_id) else { return Vec::new() };
    let mut found = of_query(project, node, &code.first, &typed.first);
    if let (Some(text), Some(later)) = (&code.later, &typed.later) {
        found.extend(of_query(project, node, text, later));
    }
    if let Ok(analysis) = &typed.first {
        found.extend(returned(node, code, analysis));
        let at = |span: crate::sql::ast::Span| locate(node, &code.first, span);
        found.extend(contract::check(node, analysis, at));
    }
    found.extend(partitions::merge(node));
    found
}

/// A function's body against what it says it returns.
fn returned(node: &Node, code: &NodeCode, analysis: &Analysis) -> Option<Diagnostic> {
    let wanted = Type::parse(&node.function.as_ref()?.returns);
    let [given] = analysis.columns.as_slice() else { return None };
    if goes_for(&given.kind, &wanted) {
        return None;
    }
    let message = format!("`{}` returns {wanted}, and its body is {}", node.name, given.kind);
    let help = format!("cast it: `CAST(… AS {wanted})`, or change `returns`");
    // Behind the words that make a query of it.
    let span = crate::sql::ast::Span { line: 2, column: 1, ..Default::default() };
    Some(diagnostic(node, &code.first, &Problem::at("wrong-types", message, span).help(help)))
}

fn of_query(
    project: &TypedProject,
    node: &Node,
    code: &MappedText,
    typed: &Result<Analysis, Vec<SqlError>>,
) -> Vec<Diagnostic> {
    match typed {
        Ok(analysis) => of_analysis(project, node, code, analysis),
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

fn of_analysis(
    project: &TypedProject,
    node: &Node,
    code: &MappedText,
    analysis: &Analysis,
) -> Vec<Diagnostic> {
    let partitions = partitions::problems(project, analysis);
    let problems = analysis.problems.iter().chain(&partitions);
    problems.map(|problem| diagnostic(node, code, problem)).collect()
}

pub(super) fn diagnostic(node: &Node, code: &MappedText, problem: &Problem) -> Diagnostic {
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
