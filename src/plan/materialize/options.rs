//! What a table is created with, from a node's configuration
//! (<https://docs.getdbt.com/reference/resource-configs/bigquery-configs>).

use serde_json::Value;

use crate::{
    diagnostic::{Diagnostic, Span},
    manifest::Node,
    plan::{
        ContractColumn, Engine, PartitionBy, PlanInput, TableOptions, contract,
        contract_columns::promised,
    },
    relation::Column,
};

/// Partitioning, clustering, descriptions, labels and the contract of a node's table.
///
/// # Errors
/// Configuration that cannot be meant, and a broken contract.
pub(in crate::plan) fn table_options(
    input: &PlanInput<'_>,
) -> Result<TableOptions, Vec<Diagnostic>> {
    let mut options = view_options(input)?;
    let node = input.node;
    options.partition_by = partition_by(node)?;
    options.cluster_by = node.config.texts("cluster_by").unwrap_or_default();
    if contract::is_enforced(node) {
        let columns = promised(node).into_iter().map(|promised| ContractColumn {
            definition: promised.definition(),
            not_null: promised.not_null,
            column: Column { data_type: promised.data_type(), name: promised.name },
        });
        options.contract = Some(columns.collect());
    }
    options.constraints = match input.options.engine {
        Engine::BigQuery => declared_constraints(node)?,
        Engine::Embedded => Vec::new(),
    };
    if let Some(value) = node.config.flag("enable_change_history") {
        options.other.push(("enable_change_history".to_owned(), value.to_string()));
    }
    // As in dbt-bigquery, a table without partitions asks for none.
    if let Some(value) = node.config.flag("require_partition_filter")
        && options.partition_by.is_some()
    {
        options.other.push(("require_partition_filter".to_owned(), value.to_string()));
    }
    if let Some(days) = node.config.get("partition_expiration_days") {
        let days = days.as_f64().or_else(|| days.as_str()?.trim().parse().ok());
        let message = "`partition_expiration_days` must be a number";
        let days = days.ok_or_else(|| wrong(node, message))?;
        options.other.push(("partition_expiration_days".to_owned(), days.to_string()));
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
            let base = column.name.split('.').next().unwrap_or_default();
            let exists = known.is_none_or(|known| {
                known.iter().any(|other| other.name.eq_ignore_ascii_case(base))
            });
            // The embedded engine describes no fields of a STRUCT.
            let is_field = base.len() < column.name.len();
            let exists = exists && !(is_field && input.options.engine == Engine::Embedded);
            if exists {
                let description = column.description.clone();
                options.column_descriptions.push((column.name.clone(), description));
            }
        }
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let Some(labels) = node.config.get("labels").and_then(Value::as_object) {
        options.labels = labels.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    }
    if node.config.flag("labels_from_meta") == Some(true) {
        let meta = node.config.get("meta").and_then(Value::as_object).into_iter().flatten();
        for (name, value) in meta.filter(|(_, value)| !value.is_object() && !value.is_array()) {
            if !options.labels.iter().any(|(known, _)| known == name) {
                options.labels.push((name.clone(), text(value)));
            }
        }
    }
    for column in node.columns.values() {
        let given = column.config.get("policy_tags").or_else(|| column.extra.get("policy_tags"));
        let tags = given.and_then(Value::as_array).into_iter().flatten();
        let tags: Vec<String> = tags.filter_map(Value::as_str).map(str::to_owned).collect();
        if !tags.is_empty() {
            options.policy_tags.push((column.name.clone(), tags));
        }
    }
    if let Some(hours) = node.config.get("hours_to_expiration") {
        let hours = hours.as_i64().or_else(|| hours.as_str()?.trim().parse().ok());
        let hours =
            hours.ok_or_else(|| wrong(node, "`hours_to_expiration` must be a whole number"))?;
        let value = format!("timestamp_add(current_timestamp(), interval {hours} hour)");
        options.other.push(("expiration_timestamp".to_owned(), value));
    }
    options.other.extend(kms_key(node));
    if let Some(tags) = node.config.get("resource_tags").and_then(Value::as_object)
        && !tags.is_empty()
    {
        let pairs = tags
            .iter()
            .map(|(name, value)| format!("({}, {})", google_text(name), google_text(&text(value))));
        let value = format!("[{}]", pairs.collect::<Vec<_>>().join(", "));
        options.other.push(("tags".to_owned(), value));
    }
    Ok(options)
}

/// The key that a node's tables are encrypted by, as an option.
pub(super) fn kms_key(node: &Node) -> Option<(String, String)> {
    let key = node.config.text("kms_key_name")?;
    Some(("kms_key_name".to_owned(), google_text(key)))
}

/// A materialized view's: its layout, and when BigQuery refreshes it.
///
/// # Errors
/// Configuration that cannot be meant.
pub(super) fn materialized_view_options(
    input: &PlanInput<'_>,
) -> Result<TableOptions, Vec<Diagnostic>> {
    let mut options = view_options(input)?;
    let node = input.node;
    options.partition_by = partition_by(node)?;
    options.cluster_by = node.config.texts("cluster_by").unwrap_or_default();
    for key in ["enable_refresh", "allow_non_incremental_definition"] {
        if let Some(value) = node.config.flag(key) {
            options.other.push((key.to_owned(), value.to_string()));
        }
    }
    if let Some(minutes) = node.config.get("refresh_interval_minutes") {
        let message = "`refresh_interval_minutes` must be a number";
        let minutes = minutes.as_f64().ok_or_else(|| wrong(node, message))?;
        options.other.push(("refresh_interval_minutes".to_owned(), minutes.to_string()));
    }
    if let Some(staleness) = node.config.text("max_staleness") {
        // An interval literal, written as such or as the text in it.
        let is_literal = staleness.trim_start().to_ascii_lowercase().starts_with("interval");
        let value = match is_literal {
            true => staleness.to_owned(),
            false => format!("interval {} day to second", google_text(staleness)),
        };
        options.other.push(("max_staleness".to_owned(), value));
    }
    Ok(options)
}

fn google_text(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{text}\"")
}

/// Primary and foreign keys, which BigQuery keeps for its optimizer and does not enforce
/// (<https://docs.getdbt.com/reference/resource-properties/constraints>).
///
/// # Errors
/// A foreign key without what it refers to.
fn declared_constraints(node: &Node) -> Result<Vec<String>, Vec<Diagnostic>> {
    if !contract::is_enforced(node) {
        return Ok(Vec::new());
    }
    let of_columns = node.columns.values().flat_map(|column| {
        column.constraints.iter().map(move |constraint| (vec![column.name.clone()], constraint))
    });
    let of_table = node.constraints.iter().map(|constraint| {
        let names = constraint.get("columns").and_then(Value::as_array).into_iter().flatten();
        (names.filter_map(Value::as_str).map(str::to_owned).collect(), constraint)
    });
    let mut all = Vec::new();
    for (columns, constraint) in of_table.chain(of_columns) {
        let text = |key: &str| constraint.get(key).and_then(Value::as_str);
        let quoted = |names: &[String]| {
            let names: Vec<String> =
                names.iter().map(|name| node.relation.dialect.quote(name)).collect();
            names.join(", ")
        };
        let columns = quoted(&columns);
        match text("type") {
            Some("primary_key") => all.push(format!("primary key ({columns}) not enforced")),
            Some("foreign_key") => {
                let target = match (text("expression"), text("to")) {
                    (Some(expression), _) => expression.to_owned(),
                    (None, Some(to)) => {
                        let names = constraint.get("to_columns").and_then(Value::as_array);
                        let names: Vec<String> = names
                            .into_iter()
                            .flatten()
                            .filter_map(|name| name.as_str().map(str::to_owned))
                            .collect();
                        format!("{to} ({})", quoted(&names))
                    }
                    (None, None) => {
                        let message = "a foreign key needs `to` and `to_columns`, or `expression`";
                        return Err(wrong(node, message));
                    }
                };
                all.push(format!("foreign key ({columns}) references {target} not enforced"));
            }
            _ => {}
        }
    }
    Ok(all)
}

/// `partition_by` of a node.
///
/// # Errors
/// A shape that dbt does not know.
pub fn partition_by(node: &Node) -> Result<Option<PartitionBy>, Vec<Diagnostic>> {
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
