//! `publish`: how a model's new rows come to its readers.

use serde_json::Value;

use super::{Node, ResourceType, check_together::place_of};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    relation::{Relation, RelationKind},
};

/// The ways, as they are written.
const WAYS: [&str; 2] = ["audited", "direct"];

/// What the name of a table ends with while it is not published.
const SUFFIX: &str = "__unpublished";
/// BigQuery's longest table name
/// (<https://cloud.google.com/bigquery/docs/tables#table_naming>).
const MAX_NAME_CHARS: usize = 1024;

/// The table that an audited node is built as, beside the published one: where a rejected one stays
/// until the next build.
pub fn unpublished(relation: &Relation) -> Relation {
    let kept = MAX_NAME_CHARS - SUFFIX.len();
    let name: String = relation.identifier.chars().take(kept).collect();
    let beside = relation.with_identifier(format!("{name}{SUFFIX}"));
    Relation { kind: Some(RelationKind::Table), ..beside }
}

/// Whether a model is published only when its data tests pass on the new rows: `publish: audited`
/// under `config` or, where the project is to open in dbt without a warning, under `config.meta`.
pub fn is_audited(node: &Node) -> bool {
    written(node).and_then(Value::as_str) == Some("audited")
}

fn written(node: &Node) -> Option<&Value> {
    let of_meta = || node.config.meta().and_then(|meta| meta.get("publish"));
    node.config.get("publish").or_else(of_meta)
}

/// Reports what cannot be meant.
pub(super) fn check(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let Some(written) = written(node) else { return };
    let is_known = written.as_str().is_some_and(|way| WAYS.contains(&way));
    let key = if node.config.get("publish").is_some() { "publish" } else { "meta" };
    let mut report = |message: String, help: String| {
        let diagnostic = Diagnostic::error("publish-config", message);
        diagnostics.push(diagnostic.at(place_of(node, key), "").help(help));
    };
    if !is_known {
        let text = written.as_str().map_or_else(|| written.to_string(), str::to_owned);
        let hint = did_you_mean(&text, WAYS).map(|hint| format!("{hint}; ")).unwrap_or_default();
        report(
            format!("`publish` of `{}` cannot be `{text}`", node.name),
            format!("{hint}use one of `{}`", WAYS.join("`, `")),
        );
        return;
    }
    let kind = match node.resource_type {
        ResourceType::Model => node.config.materialized(),
        other => other.as_str(),
    };
    let has_rows_of_its_own =
        matches!((node.resource_type, kind), (ResourceType::Model, "table" | "incremental"));
    if is_audited(node) && !has_rows_of_its_own {
        report(
            format!("`{}` is a {kind}, which cannot be published by `audited`", node.name),
            "only tables and incremental models are built beside their old rows".to_owned(),
        );
    }
}
