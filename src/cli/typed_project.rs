//! The project typed, for the commands that ask what its columns are.

use std::{collections::BTreeSet, sync::Arc};

use rayon::prelude::*;

use super::{known_columns::known_columns, session::Session};
use crate::{
    analysis::Type,
    check::{CompileNode, Compiled, Known, ScriptCode, TypedProject, is_expression, is_read},
    compile::{Compiler, MappedText, Names},
    diagnostic::{Diagnostic, did_you_mean},
    jinja::list::List,
    manifest::{HookText, Node, ResourceType, UniqueId},
    relation::Dialect,
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
        let (code, header) = (compiled.code, compiled.header);
        Ok(Some(match session.manifest.nodes.get(id).filter(|node| is_expression(node)) {
            Some(function) => as_query(function, &code),
            None => Compiled { code, variables: Vec::new(), header },
        }))
    };
    let known = Known {
        manifest: Arc::clone(&session.manifest),
        columns: known_columns(session),
        warehouse: compiler.warehouse().cloned(),
    };
    let (mut project, problems) = TypedProject::new(known, &wanted, compile);
    project.type_scripts(scripts_of(session, ids, compiler), ids);
    (project, problems)
}

/// The body of a function as a query, which sees its arguments.
fn as_query(node: &Node, body: &MappedText) -> Compiled {
    let mut code = MappedText::default();
    code.push("select (\n");
    code.push_mapped(body);
    code.push("\n)");
    let arguments = node.function.iter().flat_map(|function| &function.arguments);
    let variables =
        arguments.map(|argument| (argument.name.clone(), Type::parse(&argument.data_type)));
    Compiled { code, variables: variables.collect(), header: None }
}

/// The hooks of these nodes, and of the run, where there are any.
fn scripts_of(session: &Session, ids: &BTreeSet<UniqueId>, compiler: &Compiler) -> Vec<ScriptCode> {
    let is_script = |node: &Arc<Node>| {
        let is_hook_of_run = node.resource_type == ResourceType::Operation;
        node.relation.dialect == Dialect::GoogleSql
            && (is_hook_of_run || (ids.contains(&node.unique_id) && !node.details.hooks.is_empty()))
    };
    let nodes = session.manifest.nodes.values().filter(|node| is_script(node));
    let nodes: Vec<&Arc<Node>> = nodes.collect();
    let none = || List::value(Vec::new());
    let names = ["results", "schemas", "database_schemas"];
    let names: Names = names.into_iter().map(|name| (name.to_owned(), none())).collect();
    let scripts = nodes.par_iter().flat_map_iter(|node| {
        let texts: Vec<Option<MappedText>> = match node.resource_type {
            ResourceType::Operation => vec![compiler.look_at_operation(node, &names)],
            _ => {
                let hooks = node.details.hooks.iter();
                let look = |hook: &HookText| {
                    compiler.look_at(node, &hook.file, hook.range.clone(), &Names::new())
                };
                hooks.map(look).collect()
            }
        };
        let id = &node.unique_id;
        texts.into_iter().flatten().map(|text| ScriptCode { node: id.clone(), text })
    });
    scripts.collect()
}

fn with_what_they_read<'s>(
    session: &'s Session,
    ids: &'s BTreeSet<UniqueId>,
) -> BTreeSet<&'s UniqueId> {
    let mut all = BTreeSet::new();
    let mut open: Vec<&UniqueId> = ids.iter().collect();
    while let Some(id) = open.pop() {
        if all.insert(id) {
            let (nodes, tests) = (&session.manifest.nodes, &session.manifest.unit_tests);
            open.extend(nodes.get(id).iter().flat_map(|node| &node.depends_on_nodes));
            open.extend(tests.get(id).iter().flat_map(|test| &test.depends_on_nodes));
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
