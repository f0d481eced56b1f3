//! `elt docs lineage --column`, and its column-lineage facets.

use std::collections::BTreeSet;

use tokio::runtime::Handle;

use super::{
    args::LineageArg,
    column_args::ColumnArgs,
    compile::compiler,
    session::Session,
    typed_project::{column_named, expect_column, typed_project},
};
use crate::{
    check::{ColumnEdge, ColumnGraph, ColumnId, Direction, TypedProject},
    diagnostic::Diagnostic,
    docs::{
        ColumnLineage, column_lineage_dot, column_lineage_json, column_lineage_mermaid,
        column_lineage_openlineage,
    },
    manifest::UniqueId,
    project::Connection,
    run::ExitCode,
};

/// The lineage of a column, or of all columns of the selected nodes.
///
/// # Errors
/// The exit code, where the column is not there or a template is wrong.
pub fn column_lineage(
    session: &Session,
    selected: &BTreeSet<UniqueId>,
    args: &ColumnArgs,
    format: LineageArg,
    handle: &Handle,
) -> Result<String, ExitCode> {
    let project = whole_project(session, handle)?;
    let graph = ColumnGraph::of(&project);
    let mut start = None;
    let mut edges: Vec<ColumnEdge> = Vec::new();
    match &args.column {
        Some(text) => {
            let column = column_of(session, &project, text)?;
            let both = args.upstream == args.downstream;
            if both || args.upstream {
                edges.extend(graph.walk(&column, Direction::Upstream));
            }
            if both || args.downstream {
                edges.extend(graph.walk(&column, Direction::Downstream));
            }
            start = Some(column);
        }
        None => edges.extend(selected.iter().flat_map(|id| graph.of_node(id))),
    }
    edges.retain(|edge| !args.direct || edge.how.is_direct());
    let lineage = ColumnLineage::of(&project, start, edges);
    Ok(match format {
        LineageArg::Json => column_lineage_json(&lineage),
        LineageArg::Dot => column_lineage_dot(&lineage),
        LineageArg::Mermaid => column_lineage_mermaid(&lineage),
        LineageArg::Openlineage => {
            let namespace = match session.project.target.connection {
                Connection::BigQuery(_) => "bigquery",
                _ => "duckdb",
            };
            column_lineage_openlineage(&lineage, namespace)
        }
    })
}

/// The column that is named.
///
/// # Errors
/// The exit code, where it is not there.
pub fn column_of(
    session: &Session,
    project: &TypedProject,
    text: &str,
) -> Result<ColumnId, ExitCode> {
    let fail = |problem: Box<Diagnostic>| session.fail(&[*problem]);
    let (node, column) = column_named(session, text).map_err(fail)?;
    expect_column(project, &node, &column).map_err(fail)?;
    Ok(ColumnId { node, column })
}

/// All nodes typed.
///
/// # Errors
/// The exit code, where a template is wrong.
pub fn whole_project(session: &Session, handle: &Handle) -> Result<TypedProject, ExitCode> {
    let all: BTreeSet<UniqueId> = session.manifest.nodes.keys().cloned().collect();
    let compiler = compiler(session, &all, handle)?;
    let (project, problems) = typed_project(session, &all, &compiler);
    match problems.iter().any(Diagnostic::is_error) {
        true => Err(session.fail(&problems)),
        false => Ok(project),
    }
}
