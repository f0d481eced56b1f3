//! Configurations that are kept and do nothing on the embedded engine, and would mislead whoever
//! relies on them. `docs/config-keys.md` tells what becomes of every key.

use serde_json::Value;

use super::{Manifest, Node, ResourceType, check_together::place_of};
use crate::{diagnostic::Diagnostic, project::Connection};

/// What a key promises and the embedded engine does not keep.
struct Promise {
    key: &'static str,
    /// Why it does nothing here.
    reason: &'static str,
}

const PROMISES: [Promise; 11] = [
    Promise { key: "grants", reason: "the embedded engine knows no users" },
    Promise { key: "policy_tags", reason: "the embedded engine hides no columns" },
    Promise { key: "data_policies", reason: "the embedded engine hides no columns" },
    Promise { key: "kms_key_name", reason: "the embedded engine encrypts nothing" },
    Promise {
        key: "require_partition_filter",
        reason: "the embedded engine answers without a filter",
    },
    Promise {
        key: "enable_change_history",
        reason: "the embedded engine keeps no history of changes",
    },
    Promise { key: "hours_to_expiration", reason: "the embedded engine drops no tables by itself" },
    Promise {
        key: "partition_expiration_days",
        reason: "the embedded engine drops no partitions by itself",
    },
    Promise { key: "enable_refresh", reason: "only a build brings a materialized view up to date" },
    Promise {
        key: "refresh_interval_minutes",
        reason: "only a build brings a materialized view up to date",
    },
    Promise { key: "max_staleness", reason: "only a build brings a materialized view up to date" },
];

/// Warns once for each key that some node sets in vain.
pub(super) fn warn_without_effect(
    manifest: &Manifest,
    connection: &Connection,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if matches!(connection, Connection::BigQuery(_)) {
        return;
    }
    let mut found: [(usize, Option<&Node>); PROMISES.len()] = [(0, None); PROMISES.len()];
    for node in manifest.nodes.values() {
        if !matches!(
            node.resource_type,
            ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot
        ) {
            continue;
        }
        for (promise, (count, first)) in PROMISES.iter().zip(&mut found) {
            if sets(node, promise.key) {
                *count += 1;
                first.get_or_insert(node);
            }
        }
    }
    for (promise, (count, first)) in PROMISES.iter().zip(found) {
        let Some(first) = first else { continue };
        let key = promise.key;
        let more = match count {
            1 => String::new(),
            _ => format!(", and {} more", count - 1),
        };
        diagnostics.push(
            Diagnostic::warning(
                "config-without-effect",
                format!("`{key}` of `{}`{more} does nothing here: {}", first.name, promise.reason),
            )
            .at(place_of(first, key), ""),
        );
    }
}

/// Whether a node, or one of its columns, sets a key to something.
fn sets(node: &Node, key: &str) -> bool {
    let is_something = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        _ => true,
    };
    node.config.0.get(key).is_some_and(is_something)
        || matches!(key, "policy_tags" | "data_policies")
            && node.columns.values().any(|column| {
                let given = column.config.get(key).or_else(|| column.extra.get(key));
                given.is_some_and(is_something)
            })
}
