//! What a model gives against what its properties promise.

use crate::{
    analysis::{Analysis, OutputColumn, Type, declared_type, shown_type},
    diagnostic::{Diagnostic, Span, did_you_mean},
    manifest::{Node, ResourceType},
    plan::{is_enforced, promised_columns},
    sql::ast,
};

/// What differs from the contract, or from the columns that are described.
pub(super) fn check(
    node: &Node,
    analysis: &Analysis,
    at: impl Fn(ast::Span) -> Span,
) -> Vec<Diagnostic> {
    if node.resource_type != ResourceType::Model {
        return Vec::new();
    }
    match is_enforced(node) {
        true => contract(node, analysis, at),
        false => described(node, analysis),
    }
}

fn contract(node: &Node, analysis: &Analysis, at: impl Fn(ast::Span) -> Span) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let promised = promised_columns(node);
    let name = &node.name;
    for (column, promise) in &promised {
        let (wanted, wrong) = declared_type(promise);
        if let Some(wrong) = wrong {
            let message = format!("the contract of `{name}` says of `{column}` what no type is");
            found.push(Diagnostic::error("contract", message).at(place(node), "").note(wrong));
        }
        match find(analysis, column) {
            None if analysis.is_complete => {
                let message =
                    format!("`{name}` does not give `{column}`, which its contract promises");
                let near = did_you_mean(column, analysis.columns.iter().map(|given| &*given.name));
                found.push(
                    Diagnostic::error("contract", message).at(place(node), "").maybe_help(near),
                );
            }
            None => {}
            Some(given) if is_same(&given.kind, &wanted) => {}
            Some(given) => {
                let wanted = shown_type(promise);
                let message =
                    format!("`{column}` is {}, the contract of `{name}` says {wanted}", given.kind);
                let help = format!("cast it: `CAST(… AS {wanted})`, or change the contract");
                found
                    .push(Diagnostic::error("contract", message).at(at(given.span), "").help(help));
            }
        }
    }
    for (span, columns) in unpromised(analysis, &promised) {
        let is = if columns.len() == 1 { "is" } else { "are" };
        let message = format!("{} {is} not in the contract of `{name}`", columns.join(", "));
        let help = "promise it in the properties, or leave it out";
        found.push(Diagnostic::error("contract", message).at(at(span), "").help(help));
    }
    if let Some(star) = analysis.stars.first() {
        let message = format!("`*` in `{name}`, which has a contract");
        let help = "list the columns: a column that is added upstream would break the contract";
        found.push(Diagnostic::warning("star-in-contract", message).at(at(*star), "").help(help));
    }
    found
}

/// The columns that are not promised, by where they are written: a star gives several.
fn unpromised(analysis: &Analysis, promised: &[(String, String)]) -> Vec<(ast::Span, Vec<String>)> {
    let mut found: Vec<(ast::Span, Vec<String>)> = Vec::new();
    for given in &analysis.columns {
        let is_it = |(column, _): &(String, String)| column.eq_ignore_ascii_case(&given.name);
        if promised.iter().any(is_it) || given.name.is_empty() {
            continue;
        }
        let name = format!("`{}`", given.name);
        match found.iter_mut().find(|(span, _)| *span == given.span) {
            Some((_, names)) => names.push(name),
            None => found.push((given.span, vec![name])),
        }
    }
    found
}

/// Columns that are described and not given.
fn described(node: &Node, analysis: &Analysis) -> Vec<Diagnostic> {
    if !analysis.is_complete {
        return Vec::new();
    }
    let mut found = Vec::new();
    for column in node.columns.values() {
        let top = column.name.split('.').next().unwrap_or_default();
        if find(analysis, top).is_none() {
            let message =
                format!("`{}` does not give `{top}`, which its properties describe", node.name);
            let near = did_you_mean(top, analysis.columns.iter().map(|given| &*given.name));
            let diagnostic = Diagnostic::warning("declared-column-missing", message);
            found.push(diagnostic.at(place(node), "").maybe_help(near));
        }
    }
    found
}

fn find<'a>(analysis: &'a Analysis, name: &str) -> Option<&'a OutputColumn> {
    analysis.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

fn place(node: &Node) -> Span {
    node.properties.clone().unwrap_or_else(|| Span::of_line(&node.source, 1))
}

/// Whether a type is the promised one, names of fields too; what is not known is.
fn is_same(given: &Type, wanted: &Type) -> bool {
    match (given, wanted) {
        (Type::Unknown, _) | (_, Type::Unknown) => true,
        (Type::Array(given), Type::Array(wanted)) | (Type::Range(given), Type::Range(wanted)) => {
            is_same(given, wanted)
        }
        (Type::Struct(given), Type::Struct(wanted)) => {
            given.len() == wanted.len()
                && given.iter().zip(wanted.iter()).all(|(given, wanted)| {
                    given.name.eq_ignore_ascii_case(&wanted.name)
                        && is_same(&given.kind, &wanted.kind)
                })
        }
        (given, wanted) => given == wanted,
    }
}
