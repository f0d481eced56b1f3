//! What a table is created with, from a node's configuration
//! (<https://docs.getdbt.com/reference/resource-configs/bigquery-configs>).

use serde_json::Value;

use crate::{
    diagnostic::{Diagnostic, Span},
    manifest::Node,
    plan::{ContractColumn, PartitionBy, PlanInput, TableOptions, contract},
};

/// Partitioning, clustering, descriptions, labels and the contract of a node's table.
///
/// # Errors
/// Configuration that cannot be meant, and a broken contract.
pub(super) fn table_options(input: &PlanInput<'_>) -> Result<TableOptions, Vec<Diagnostic>> {
    let mut options = view_options(input)?;
    let node = input.node;
    options.partition_by = partition_by(node)?;
    options.cluster_by = node.config.texts("cluster_by").unwrap_or_default();
    if contract::is_enforced(node) {
        let columns = node.columns.values().filter_map(|column| {
            let not_null = column.constraints.iter().chain(&node.constraints).any(|constraint| {
                let of_column = |name: &Value| name.as_str() == Some(&column.name);
                let own = constraint.get("columns").and_then(Value::as_array);
                constraint.get("type").and_then(Value::as_str) == Some("not_null")
                    && own.is_none_or(|names| names.iter().any(of_column))
            });
            let data_type = column.data_type.clone()?;
            let column = crate::relation::Column { name: column.name.clone(), data_type };
            Some(ContractColumn { column, not_null })
        });
        options.contract = Some(columns.collect());
    }
    for name in ["require_partition_filter", "partition_expiration_days"] {
        if let Some(value) = node.config.get(name) {
            options.other.push((name.to_owned(), value.to_string()));
        }
    }
    if let Some(key) = node.config.text("kms_key_name") {
        options.other.push(("kms_key_name".to_owned(), format!("{key:?}")));
    }
    Ok(options)
}

/// Descriptions and labels of a view, its contract checked.
///
/// # Errors
/// A broken contract.
pub(in crate::plan) fn view_options(
    input: &PlanInput<'_>,
) -> Result<TableOptions, Vec<Diagnostic>> {
    let node = input.node;
    contract::check(input)?;
    let mut options = TableOptions::default();
    let persist = node.config.get("persist_docs");
    let keeps = |what: &str| {
        persist.and_then(|persist| persist.get(what)).and_then(Value::as_bool).unwrap_or(false)
    };
    if keeps("relation") && !node.description.is_empty() {
        options.description = Some(node.description.clone());
    }
    if keeps("columns") {
        let known = input.observed.query_columns.as_deref();
        for column in node.columns.values().filter(|column| !column.description.is_empty()) {
            // A description of a column that the query does not give is of no column.
            let exists = known.is_none_or(|known| {
                known.iter().any(|other| other.name.eq_ignore_ascii_case(&column.name))
            });
            if exists {
                let description = column.description.clone();
                options.column_descriptions.push((column.name.clone(), description));
            }
        }
    }
    if let Some(labels) = node.config.get("labels").and_then(Value::as_object) {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        options.labels = labels.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    }
    if let Some(hours) = node.config.get("hours_to_expiration") {
        let value = format!("timestamp_add(current_timestamp(), interval {hours} hour)");
        options.other.push(("expiration_timestamp".to_owned(), value));
    }
    Ok(options)
}

/// `partition_by` of a node.
///
/// # Errors
/// A shape that dbt does not know.
pub(super) fn partition_by(node: &Node) -> Result<Option<PartitionBy>, Vec<Diagnostic>> {
    let Some(value) = node.config.get("partition_by") else { return Ok(None) };
    let text = |key: &str, default: &str| {
        value.get(key).and_then(Value::as_str).unwrap_or(default).to_ascii_lowercase()
    };
    let flag = |key: &str| value.get(key).and_then(Value::as_bool).unwrap_or(false);
    let Some(field) = value.get("field").and_then(Value::as_str) else {
        return Err(wrong(node, "`partition_by` must be a mapping with `field`"));
    };
    let data_type = text("data_type", "date");
    if !["date", "timestamp", "datetime", "int64"].contains(&data_type.as_str()) {
        return Err(wrong(node, &format!("`partition_by` cannot be of type `{data_type}`")));
    }
    let granularity = text("granularity", "day");
    if !["hour", "day", "month", "year"].contains(&granularity.as_str()) {
        return Err(wrong(node, &format!("`partition_by` cannot be by `{granularity}`")));
    }
    let bound = |key: &str| value.get("range")?.get(key)?.as_i64();
    let range = bound("start").zip(bound("end")).zip(bound("interval"));
    let range = range.map(|((start, end), interval)| (start, end, interval));
    if data_type == "int64" && range.is_none() {
        let message = "`partition_by` of an int64 needs `range` with `start`, `end`, `interval`";
        return Err(wrong(node, message));
    }
    Ok(Some(PartitionBy {
        field: field.to_owned(),
        data_type,
        granularity,
        range,
        time_ingestion: flag("time_ingestion_partitioning"),
        copy_partitions: flag("copy_partitions"),
    }))
}

/// A mistake in a node's configuration, at its code.
pub(super) fn wrong(node: &Node, message: &str) -> Vec<Diagnostic> {
    vec![
        Diagnostic::error("invalid-config", format!("{message} (`{}`)", node.name))
            .at(place(node), ""),
    ]
}

/// Where a node's configuration is most likely to be found.
pub(super) fn place(node: &Node) -> Span {
    Span::of_line(&node.source, 1)
}
