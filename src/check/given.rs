//! What nodes give: which of them have a query that is read, and what their tables hold.

use std::sync::Arc;

use super::tables::{snapshot_columns, table_of};
use crate::{
    analysis::{Analysis, Table, TableColumn, Type},
    manifest::{FunctionLanguage, Node, ResourceType},
    plan::is_enforced,
    relation::Dialect,
};

/// What a node's table holds.
pub(super) fn given_table(node: &Node, analysis: Option<&Analysis>) -> Option<Table> {
    if !matches!(node.resource_type, ResourceType::Model | ResourceType::Snapshot) {
        return None;
    }
    // Without a contract the types that properties say are words: nothing keeps the table to them.
    let is_kept = is_enforced(node);
    let declared = |name: &str| {
        if !is_kept {
            return None;
        }
        let column = node.columns.values().find(|column| column.name.eq_ignore_ascii_case(name))?;
        Some(Type::parse(column.data_type.as_deref()?))
    };
    let mut columns = Vec::new();
    let mut is_complete = false;
    if let Some(analysis) = analysis {
        is_complete = analysis.is_complete;
        for column in &analysis.columns {
            let kind = match column.kind.is_known() {
                true => column.kind.clone(),
                // What the query does not tell, its declaration may.
                false => declared(&column.name).unwrap_or_else(|| column.kind.clone()),
            };
            columns.push(TableColumn { name: Arc::clone(&column.name), kind });
        }
    }
    if !is_complete {
        for column in node.columns.values().filter(|column| !column.name.contains('.')) {
            if !columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
                let kind = declared(&column.name).unwrap_or_default();
                columns.push(TableColumn { name: Arc::from(column.name.as_str()), kind });
            }
        }
    }
    if let Some(field) = ingestion_column(node) {
        columns.retain(|column| !column.name.eq_ignore_ascii_case(field));
    }
    if node.resource_type == ResourceType::Snapshot {
        let own = snapshot_columns(node, &columns);
        columns.extend(own);
    }
    // A query may name none of its columns; BigQuery gives those a name of its own.
    for (at, column) in columns.iter_mut().filter(|column| column.name.is_empty()).enumerate() {
        column.name = Arc::from(format!("f{at}_"));
    }
    Some(table_of(node, columns, is_complete))
}

/// The column that is not in the table, where that is partitioned by ingestion time: the pseudo
/// columns stand for it.
fn ingestion_column(node: &Node) -> Option<&str> {
    let by = node.config.get("partition_by")?;
    let is_so = by.get("time_ingestion_partitioning").and_then(serde_json::Value::as_bool)?;
    let makes_a_table = matches!(node.config.materialized(), "table" | "incremental");
    by.get("field")?.as_str().filter(|_| is_so && makes_a_table)
}

/// Whether a node's SQL is GoogleSQL, and a query. A copy's only names what is copied.
pub fn is_read(node: &Node) -> bool {
    node.relation.dialect == Dialect::GoogleSql
        && node.config.materialized() != "copy"
        && matches!(
            node.resource_type,
            ResourceType::Model
                | ResourceType::Snapshot
                | ResourceType::Test
                | ResourceType::Analysis
        )
        || is_expression(node)
}

/// Whether a node is a function whose body is an expression.
pub fn is_expression(node: &Node) -> bool {
    let function = node.function.as_ref();
    node.relation.dialect == Dialect::GoogleSql
        && function.is_some_and(|function| function.language == FunctionLanguage::Sql)
        && matches!(node.config.text("type"), None | Some("scalar" | "aggregate"))
}
