//! The project typed, for the commands that ask what its columns are.

use std::{collections::BTreeSet, sync::Arc};

use super::{known_columns::known_columns, session::Session};
use crate::{
    check::{CompileNode, Compiled, Known, TypedProject, declared_variables, is_read},
    compile::Compiler,
    diagnostic::{Diagnostic, did_you_mean},
    manifest::{ResourceType, UniqueId},
};

/// Compiles what can be typed among these nodes and what they read, and types it; the templates that
/// are wrong are told. The warehouse is asked what templates want to know of data.
pub fn typed_project(
    session: &Session,
    ids: &BTreeSet<UniqueId>,
    compiler: &Compiler,
) -> (TypedProject, Vec<Diagnostic>) {
    let mut wanted = with_what_they_read(session, ids);
    wanted.retain(|id| session.manifest.nodes.get(*id).is_some_and(|node| is_read(node)));
    let compile: &CompileNode<'_> = &|id, is_later, warehouse| {
        let compiled = compiler.compile_asking(id, is_later, warehouse)?;
        // What stands before a query may declare variables that it reads; where that cannot be read,
        // nothing is said of the query.
        let header = compiled.header.as_ref().map_or("", |header| header.text());
        let variables = declared_variables(header);
        Ok(variables.map(|variables| Compiled { code: compiled.code, variables }))
    };
    let known = Known {
        manifest: Arc::clone(&session.manifest),
        columns: known_columns(session),
        warehouse: compiler.warehouse().cloned(),
    };
    TypedProject::new(known, &wanted, compile)
}

fn with_what_they_read<'s>(
    session: &'s Session,
    ids: &'s BTreeSet<UniqueId>,
) -> BTreeSet<&'s UniqueId> {
    let mut all = BTreeSet::new();
    let mut open: Vec<&UniqueId> = ids.iter().collect();
    while let Some(id) = open.pop() {
        if all.insert(id)
            && let Some(node) = session.manifest.nodes.get(id)
        {
            open.extend(&node.depends_on_nodes);
        }
    }
    all
}

/// The node or source, and the column of it, that `model.column`, `source.table.column` or
/// `package.model.column` names; fields behind dots.
///
/// # Errors
/// What is not there, with what is near.
pub fn column_named(session: &Session, text: &str) -> Result<(UniqueId, String), Box<Diagnostic>> {
    let parts: Vec<&str> = text.split('.').collect();
    let manifest = &session.manifest;
    let is_table = |kind: ResourceType| {
        matches!(kind, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot)
    };
    let tables = || manifest.nodes.iter().filter(|(_, node)| is_table(node.resource_type));
    let found = match parts.as_slice() {
        [one, two, rest @ ..] if !rest.is_empty() => {
            let mut sources = manifest.sources.iter();
            let source =
                sources.find(|(_, source)| source.source_name == *one && source.name == *two);
            let source = source.map(|(id, _)| id);
            let packaged =
                || tables().find(|(_, node)| &*node.package == *one && node.name == *two);
            let of_two = source.or_else(|| packaged().map(|(id, _)| id));
            of_two.map(|id| (id.clone(), rest.join(".")))
        }
        _ => None,
    };
    let of_one = || {
        let (name, column) = text.split_once('.')?;
        let (id, _) = tables().find(|(_, node)| node.name == name)?;
        Some((id.clone(), column.to_owned()))
    };
    found.or_else(of_one).ok_or_else(|| {
        let message = format!("no model, seed, snapshot or source for the column `{text}`");
        let known = tables().map(|(_, node)| node.name.as_str());
        let near = did_you_mean(parts[0], known);
        let help = near
            .unwrap_or_else(|| "a column is `model.column`, or `source.table.column`".to_owned());
        Box::new(Diagnostic::error("unknown-column", message).help(help))
    })
}

/// Says it where a table that is known as a whole has not the column.
///
/// # Errors
/// What is not there, with what is near.
pub fn expect_column(
    project: &TypedProject,
    id: &UniqueId,
    column: &str,
) -> Result<(), Box<Diagnostic>> {
    let Some(table) = project.table(id).filter(|table| table.is_complete) else { return Ok(()) };
    let top = column.split('.').next().unwrap_or_default();
    if table.columns.iter().any(|known| known.name.eq_ignore_ascii_case(top)) {
        return Ok(());
    }
    let message = format!("{} has no column `{top}`", table.shown);
    let names: Vec<&str> = table.columns.iter().map(|known| &*known.name).collect();
    let help = did_you_mean(top, names.iter().copied());
    let help = help.unwrap_or_else(|| format!("it has {}", names.join(", ")));
    Err(Box::new(Diagnostic::error("unknown-column", message).help(help)))
}
