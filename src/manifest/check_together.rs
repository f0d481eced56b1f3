//! Configurations that need each other: snapshots, contracts, microbatches, functions.

use super::{
    FunctionLanguage, Microbatch, Node, ResourceType, builder::config_call_span,
    lookup::is_referable, publish,
};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};

/// The strategies of snapshots.
const STRATEGIES: [&str; 2] = ["timestamp", "check"];
/// What `on_schema_change` may be where a contract says which columns there are.
const CONTRACT_CHANGES: [&str; 2] = ["append_new_columns", "fail"];

/// Reports what a node's configuration lacks or contradicts.
pub(super) fn check_together(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let is_function = node.resource_type == ResourceType::Function;
    if !node.config.enabled() || !(is_referable(node) || is_function) {
        return;
    }
    match node.resource_type {
        ResourceType::Snapshot => {
            check_snapshot(node, diagnostics);
            publish::check(node, diagnostics);
        }
        ResourceType::Seed => publish::check(node, diagnostics),
        ResourceType::Model => {
            check_contract(node, diagnostics);
            publish::check(node, diagnostics);
            if Microbatch::is_strategy_of(node) {
                diagnostics.extend(Microbatch::of(node).err().into_iter().flatten());
            }
        }
        ResourceType::Function => check_volatility(node, diagnostics),
        _ => {}
    }
}

/// BigQuery takes a volatility of functions in JavaScript only, and there two of dbt's three
/// (<https://docs.getdbt.com/reference/resource-configs/volatility>).
fn check_volatility(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let Some(volatility) = node.config.text("volatility") else { return };
    let language = node.function.as_ref().map(|function| function.language).unwrap_or_default();
    let is_kept = language == FunctionLanguage::JavaScript && volatility != "stable";
    if !is_kept {
        let message = format!(
            "`volatility: {volatility}` of `{}` does nothing: BigQuery has none of a function in {}",
            node.name,
            language.shown()
        );
        let message = match language {
            FunctionLanguage::JavaScript => {
                format!(
                    "`volatility: {volatility}` of `{}` does nothing: BigQuery has `deterministic` and `non-deterministic`",
                    node.name
                )
            }
            _ => message,
        };
        let warning = Diagnostic::warning("config-without-effect", message);
        diagnostics.push(warning.at(place_of(node, "volatility"), ""));
    }
}

/// <https://docs.getdbt.com/reference/snapshot-configs>
fn check_snapshot(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let config = &node.config;
    let name = &node.name;
    let mut report = |key: &str, message: String, help: &str| {
        let diagnostic = Diagnostic::error("snapshot-config", message);
        diagnostics.push(diagnostic.at(place_of(node, key), "").help(help));
    };
    let keys = config.texts("unique_key").unwrap_or_default();
    if keys.is_empty() {
        report(
            "unique_key",
            format!("the snapshot `{name}` has no `unique_key`"),
            "name the column, or the columns, that tell one record from another: `unique_key: id`",
        );
    }
    let columns = config.texts("check_cols").unwrap_or_default();
    match config.text("strategy") {
        None => report(
            "strategy",
            format!("the snapshot `{name}` has no `strategy`"),
            "use `timestamp` with `updated_at`, or `check` with `check_cols`",
        ),
        Some("timestamp") => {
            if config.text("updated_at").is_none() {
                report(
                    "strategy",
                    format!(
                        "the snapshot `{name}` has the strategy `timestamp` and no `updated_at`"
                    ),
                    "name the column that tells when a record was changed: `updated_at: changed_at`",
                );
            }
            if !columns.is_empty() {
                report(
                    "check_cols",
                    format!("the snapshot `{name}` has the strategy `timestamp` and `check_cols`"),
                    "leave `check_cols` out, or use the strategy `check`",
                );
            }
        }
        Some("check") => {
            let is_text = config.get("check_cols").is_some_and(serde_json::Value::is_string);
            if columns.is_empty() {
                report(
                    "strategy",
                    format!("the snapshot `{name}` has the strategy `check` and no `check_cols`"),
                    "list the columns to compare, or write `check_cols: all`",
                );
            } else if is_text && columns != ["all"] {
                report(
                    "check_cols",
                    format!("`check_cols` of `{name}` is neither `all` nor a list"),
                    "write a list: `check_cols: [status]`",
                );
            }
        }
        Some(other) => {
            let hint = did_you_mean(other, STRATEGIES);
            let hint = hint.unwrap_or_else(|| "use `timestamp` or `check`".to_owned());
            let message = format!("the snapshot strategy `{other}` does not exist");
            report("strategy", message, &hint);
        }
    }
    if config.0.get("materialized").is_some_and(|kind| kind.as_str() != Some("snapshot")) {
        report(
            "materialized",
            format!("the snapshot `{name}` is materialized as something else"),
            "leave `materialized` out: a snapshot is a snapshot",
        );
    }
}

/// <https://docs.getdbt.com/reference/resource-configs/contract>
fn check_contract(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let contract = node.config.get("contract");
    let is_enforced = contract
        .and_then(|contract| contract.get("enforced"))
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(false);
    if !is_enforced {
        return;
    }
    let name = &node.name;
    if node.columns.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                "contract-columns",
                format!("the contract of `{name}` is enforced and names no columns"),
            )
            .at(place_of(node, "contract"), "")
            .help("list every column of the model under `columns` with its `data_type`"),
        );
    }
    // Fields of structs (`st.a`) make up the type of the column they are in, or are described by it.
    let is_below = |name: &str, parent: &str| {
        name.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.'))
    };
    let is_untyped = |name: &str, kind: Option<&str>| {
        kind.is_none_or(|kind| kind.trim().is_empty())
            && !node.columns.values().any(|other| {
                let is_whole = other.data_type.as_ref().is_some_and(|kind| kind.contains('<'));
                is_below(&other.name, name) || is_whole && is_below(name, &other.name)
            })
    };
    let untyped: Vec<String> = node
        .columns
        .values()
        .filter(|column| is_untyped(&column.name, column.data_type.as_deref()))
        .map(|column| format!("`{}`", column.name))
        .collect();
    if !untyped.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                "contract-columns",
                format!(
                    "the contract of `{name}` is enforced and gives no `data_type` for {}",
                    untyped.join(", ")
                ),
            )
            .at(place_of(node, "contract"), "")
            .help("give each of them its `data_type`"),
        );
    }
    let change = node.config.text("on_schema_change").unwrap_or("ignore");
    if node.config.materialized() == "incremental" && !CONTRACT_CHANGES.contains(&change) {
        diagnostics.push(
            Diagnostic::error(
                "contract-schema-change",
                format!(
                    "`{name}` is incremental with an enforced contract, and its `on_schema_change` is `{change}`"
                ),
            )
            .at(place_of(node, "on_schema_change"), "")
            .help("set `on_schema_change` to `append_new_columns` or `fail`"),
        );
    }
}

/// Where a key of a node's configuration is written, else where the node's properties are, else its
/// code.
pub(super) fn place_of(node: &Node, key: &str) -> Span {
    let span = config_call_span(&node.source, node.code_range.clone(), key);
    let text = span.file.text().get(span.start as usize..span.end as usize);
    let is_written = text.is_some_and(|text| text.replace('-', "_") == key);
    match (&node.properties, is_written) {
        (Some(properties), false) => properties.clone(),
        _ => span,
    }
}
