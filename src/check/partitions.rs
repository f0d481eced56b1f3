//! Whether queries of partitioned tables read only the partitions they need
//! (<https://cloud.google.com/bigquery/docs/querying-partitioned-tables>).

use super::typed::TypedProject;
use crate::{
    analysis::{Analysis, Predicate, Problem},
    diagnostic::{Diagnostic, Span},
    manifest::{Node, ResourceType, UniqueId},
};

/// What is wrong with how a query reads partitioned tables.
pub(super) fn problems(project: &TypedProject, analysis: &Analysis) -> Vec<Problem> {
    let mut found = Vec::new();
    for (number, read) in analysis.tables.iter().enumerate() {
        let Some(table) = &read.table else { continue };
        let Some(node) =
            project.manifest().nodes.get(&UniqueId::new(std::sync::Arc::clone(&table.id)))
        else {
            continue;
        };
        let Some(field) = partition_field(node) else { continue };
        let is_field = |predicate: &&Predicate| {
            let column = &analysis.inputs[predicate.column as usize];
            column.table == number as u32 && column.path.eq_ignore_ascii_case(&field)
        };
        let predicates: Vec<&Predicate> = analysis.predicates.iter().filter(is_field).collect();
        if predicates.iter().any(|one| one.wrapped_in.is_none() && one.with_constant) {
            continue;
        }
        if let Some(wrapped) = predicates.iter().find(|one| one.wrapped_in.is_some()) {
            let function = wrapped.wrapped_in.as_deref().unwrap_or_default();
            let message = format!(
                "`{field}` partitions `{}`, and `{function}` around it makes the query read every partition",
                node.name
            );
            let help = format!(
                "compare `{field}` itself with a constant, and move the computation to the other side"
            );
            found.push(Problem::at("partition-function", message, wrapped.span).help(help));
        } else if let Some(asked) = predicates.iter().find(|one| !one.with_constant) {
            let message = format!(
                "`{field}` partitions `{}`, and is compared with what is not known before the query runs: every partition is read",
                node.name
            );
            let help = "compare it with a constant: find it before, in the template or a script";
            found.push(Problem::at("partition-subquery", message, asked.span).help(help));
        } else if node.config.flag("require_partition_filter") == Some(true) {
            let message =
                format!("`{}` is read without a filter on `{field}`, which it requires", node.name);
            let help =
                format!("add a condition on `{field}`: BigQuery refuses the query without one");
            found.push(Problem::at("partition-filter-missing", message, read.span).help(help));
        }
    }
    found
}

/// The column that a model's table is partitioned by.
fn partition_field(node: &Node) -> Option<String> {
    if !matches!(node.config.materialized(), "table" | "incremental") {
        return None;
    }
    let by = node.config.get("partition_by")?;
    by.get("field").or(Some(by)).and_then(serde_json::Value::as_str).map(str::to_owned)
}

/// A MERGE into a partitioned table that reads all of it.
pub(super) fn merge(node: &Node) -> Option<Diagnostic> {
    let config = &node.config;
    let merges = node.resource_type == ResourceType::Model
        && config.materialized() == "incremental"
        && matches!(config.text("incremental_strategy"), None | Some("merge"))
        && config.get("unique_key").is_some();
    let field = partition_field(node).filter(|_| merges)?;
    let has_predicates =
        config.get("incremental_predicates").is_some() || config.get("predicates").is_some();
    // Where the column is a part of the key, the plan finds the partitions first.
    let keys = config.texts("unique_key").unwrap_or_default();
    if has_predicates || keys.iter().any(|key| key.eq_ignore_ascii_case(&field)) {
        return None;
    }
    let message =
        format!("the MERGE into `{}` reads every partition of it at each build", node.name);
    let help = format!(
        "bound it by `incremental_predicates` on `DBT_INTERNAL_DEST.{field}`, or use `insert_overwrite`"
    );
    let diagnostic = Diagnostic::warning("merge-scans-table", message);
    Some(diagnostic.at(Span::of_line(&node.source, first_line(node)), "").help(help))
}

/// The line that a node's code begins at.
fn first_line(node: &Node) -> u32 {
    node.source.line_column(node.code_range.start as u32).0
}
