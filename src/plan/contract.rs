//! Model contracts: the columns a model promises against those its query gives
//! (<https://docs.getdbt.com/reference/resource-configs/contract>).

use serde_json::Value;

use super::{
    Engine, PlanInput,
    contract_columns::{is_field, promised},
};
use crate::{
    diagnostic::{Diagnostic, Span},
    manifest::Node,
    sql::Type,
};

/// Whether the node's contract is enforced.
pub fn is_enforced(node: &Node) -> bool {
    let contract = node.config.get("contract");
    contract.and_then(|value| value.get("enforced")).and_then(Value::as_bool).unwrap_or(false)
}

/// The columns that a node's contract promises, with their types as declared; a type is empty where
/// none is declared.
pub fn promised_columns(node: &Node) -> Vec<(String, String)> {
    let promised = promised(node).into_iter();
    promised.map(|column| (column.name.clone(), column.data_type())).collect()
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
    let promised = promised(node);
    for promised in &promised {
        let wanted = promised.data_type();
        match given.iter().find(|column| column.name.eq_ignore_ascii_case(&promised.name)) {
            None => differences.push(format!("`{}` ({wanted}) is missing", promised.name)),
            Some(column) if !is_same(&column.data_type, &wanted) => differences.push(format!(
                "`{}` is {}, the contract says {wanted}",
                promised.name, column.data_type
            )),
            Some(column) if promised.is_whole() => {
                let given = Type::parse(&column.data_type).unwrap_or_default();
                differences.extend(promised.differences(&promised.name, &given));
            }
            Some(_) => {}
        }
    }
    for column in given {
        if !promised.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
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
pub fn unenforced_constraints(node: &Node, engine: Engine) -> Vec<String> {
    if !is_enforced(node) {
        return Vec::new();
    }
    let of_columns = node.columns.values().flat_map(|column| {
        column.constraints.iter().map(move |constraint| (Some(column.name.as_str()), constraint))
    });
    let all = node.constraints.iter().map(|constraint| (None, constraint)).chain(of_columns);
    let is_field = |name: &str| is_field(node, name);
    let is_view = node.config.materialized() == "view";
    all.filter_map(|(column, constraint)| {
        let silenced = ["warn_unenforced", "warn_unsupported"]
            .iter()
            .any(|key| constraint.get(*key) == Some(&Value::Bool(false)));
        let kind = constraint.get("type").and_then(Value::as_str).unwrap_or_default();
        let test = match kind {
            "not_null" if is_view => "the data test `not_null`",
            // BigQuery refuses NULL in fields of structs too.
            "not_null" if engine == Engine::Embedded && column.is_some_and(&is_field) => {
                "the data test `not_null`"
            }
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

/// Whether two names mean one type: without lengths and digits, in any case.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let folded = |text: &str| Type::parse(&text.to_ascii_lowercase()).ok();
    base(one) == base(other)
        || folded(one).is_some_and(|one| folded(other).is_some_and(|other| one == other))
}

/// A type without its parameters, its synonyms made one.
fn base(data_type: &str) -> String {
    let upper = data_type.trim().to_ascii_uppercase();
    // What is in angle brackets has parameters of its own.
    let base = match upper.contains('<') {
        true => upper.clone(),
        false => upper.split('(').next().unwrap_or_default().trim().to_owned(),
    };
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
