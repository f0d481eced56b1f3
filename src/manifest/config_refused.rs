//! Configurations that BigQuery would have kept and that are not supported there: refused by name, where
//! others would be built than the user asked for. `docs/config-keys.md` tells what becomes of every key.

use serde_json::Value;

use super::{Manifest, Node, ResourceType, check_together::place_of};
use crate::{diagnostic::Diagnostic, project::Connection};

/// What an Iceberg table is configured by
/// (<https://docs.getdbt.com/docs/mesh/iceberg/bigquery-iceberg-support>).
const ICEBERG: [&str; 6] = [
    "catalog_name",
    "table_format",
    "file_format",
    "storage_uri",
    "base_location_root",
    "base_location_subpath",
];

/// Reports what no table on BigQuery would get.
pub(super) fn check_refused(
    manifest: &Manifest,
    connection: &Connection,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !matches!(connection, Connection::BigQuery(_)) {
        return;
    }
    for node in manifest.nodes.values().filter(|node| makes_a_relation(node)) {
        if let Some(key) = ICEBERG.into_iter().find(|key| asks_for_iceberg(node, key)) {
            let message =
                format!("`{key}` of `{}`: Iceberg tables are not supported on BigQuery", node.name);
            let problem = Diagnostic::error("unsupported-config", message);
            let help = "leave it out: the table is one of BigQuery's own";
            diagnostics.push(problem.at(place_of(node, key), "").help(help));
        }
        let has_policies = node.columns.values().any(|column| {
            let given = column.config.get("data_policies");
            let given = given.or_else(|| column.extra.get("data_policies"));
            given.and_then(Value::as_array).is_some_and(|policies| !policies.is_empty())
        });
        if has_policies {
            let message =
                format!("`data_policies` of columns of `{}` are not supported", node.name);
            let problem = Diagnostic::error("unsupported-config", message);
            let help = "hide columns by `policy_tags`, or set the policies in a `post_hook`";
            diagnostics.push(problem.at(place_of(node, "data_policies"), "").help(help));
        }
    }
}

fn makes_a_relation(node: &Node) -> bool {
    use ResourceType::{Model, Seed, Snapshot};
    matches!(node.resource_type, Model | Seed | Snapshot) && node.config.enabled()
}

fn asks_for_iceberg(node: &Node, key: &str) -> bool {
    match node.config.text(key) {
        Some("default") if key == "table_format" || key == "file_format" => false,
        // dbt's name of the catalog that BigQuery has by itself.
        Some("info_schema") if key == "catalog_name" => false,
        value => value.is_some_and(|value| !value.trim().is_empty()),
    }
}
