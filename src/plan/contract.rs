//! Model contracts: the columns a model promises against those its query gives
//! (<https://docs.getdbt.com/reference/resource-configs/contract>).

use serde_json::Value;

use super::PlanInput;
use crate::{
    diagnostic::{Diagnostic, Span},
    manifest::Node,
};

/// Whether the node's contract is enforced.
pub fn is_enforced(node: &Node) -> bool {
    let contract = node.config.get("contract");
    contract.and_then(|value| value.get("enforced")).and_then(Value::as_bool).unwrap_or(false)
}

/// Compares the promised columns with the query's.
///
/// # Errors
/// All columns that differ, in one diagnostic.
pub(super) fn check(input: &PlanInput<'_>) -> Result<(), Vec<Diagnostic>> {
    let (node, Some(given)) = (input.node, &input.observed.query_columns) else { return Ok(()) };
    if !is_enforced(node) {
        return Ok(());
    }
    let mut differences = Vec::new();
    for promised in node.columns.values() {
        let wanted = promised.data_type.as_deref().unwrap_or_default();
        match given.iter().find(|column| column.name.eq_ignore_ascii_case(&promised.name)) {
            None => differences.push(format!("`{}` ({wanted}) is missing", promised.name)),
            Some(column) if base(&column.data_type) != base(wanted) => differences.push(format!(
                "`{}` is {}, the contract says {wanted}",
                promised.name, column.data_type
            )),
            Some(_) => {}
        }
    }
    for column in given {
        if !node.columns.values().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
            differences
                .push(format!("`{}` ({}) is not in the contract", column.name, column.data_type));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    let place = node.properties.clone().unwrap_or_else(|| Span::of_line(&node.source, 1));
    let mut diagnostic = Diagnostic::error(
        "contract",
        format!("`{}` does not give the columns that its contract promises", node.name),
    )
    .at(place, "");
    for difference in differences {
        diagnostic = diagnostic.note(difference);
    }
    Err(vec![diagnostic.help("change the query or the contract")])
}

/// What a contract's constraints promise and nothing enforces, a sentence each: BigQuery and the
/// embedded engine refuse NULL and no more
/// (<https://docs.getdbt.com/reference/resource-properties/constraints>). `warn_unenforced` and
/// `warn_unsupported` silence them, as in dbt.
pub fn unenforced_constraints(node: &Node) -> Vec<String> {
    if !is_enforced(node) {
        return Vec::new();
    }
    let of_columns = node.columns.values().flat_map(|column| {
        column.constraints.iter().map(move |constraint| (Some(column.name.as_str()), constraint))
    });
    let all = node.constraints.iter().map(|constraint| (None, constraint)).chain(of_columns);
    let is_view = node.config.materialized() == "view";
    all.filter_map(|(column, constraint)| {
        let silenced = ["warn_unenforced", "warn_unsupported"]
            .iter()
            .any(|key| constraint.get(*key) == Some(&Value::Bool(false)));
        let kind = constraint.get("type").and_then(Value::as_str).unwrap_or_default();
        let test = match kind {
            "not_null" if is_view => "the data test `not_null`",
            "not_null" => return None,
            "primary_key" => "the data tests `unique` and `not_null`",
            "unique" => "the data test `unique`",
            "foreign_key" => "the data test `relationships`",
            _ => "a data test of its own",
        };
        let name = column.map_or(node.name.clone(), |column| format!("{}.{column}", node.name));
        let text =
            format!("nothing enforces the constraint `{kind}` of `{name}`: check it with {test}");
        (!silenced).then_some(text)
    })
    .collect()
}

/// A type without its parameters, its synonyms made one.
fn base(data_type: &str) -> String {
    let upper = data_type.trim().to_ascii_uppercase();
    let base = upper.split('(').next().unwrap_or_default().trim().to_owned();
    match base.as_str() {
        "INT" | "INTEGER" | "BIGINT" | "SMALLINT" | "TINYINT" | "BYTEINT" => "INT64".to_owned(),
        "FLOAT" | "DOUBLE" | "REAL" => "FLOAT64".to_owned(),
        "BOOLEAN" => "BOOL".to_owned(),
        "DECIMAL" => "NUMERIC".to_owned(),
        "BIGDECIMAL" => "BIGNUMERIC".to_owned(),
        "TEXT" | "VARCHAR" | "CHAR" => "STRING".to_owned(),
        _ => upper.replace(' ', ""),
    }
}
