//! The configuration that dbt gives every node of a kind: keys in dbt's order with their defaults.
//!
//! Source: the config classes that dbt's manifest schema (v12) describes.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{NodeConfig, ResourceType};

/// Keys every node and test has.
const SHARED: &[(&str, &str)] = &[
    ("enabled", "true"),
    ("alias", "null"),
    ("schema", "null"),
    ("database", "null"),
    ("tags", "[]"),
    ("meta", "{}"),
    ("group", "null"),
    ("static_analysis", "null"),
];

/// Keys of everything that is not a test.
const NODE: &[(&str, &str)] = &[
    ("materialized", "\"view\""),
    ("incremental_strategy", "null"),
    ("batch_size", "null"),
    ("lookback", "1"),
    ("begin", "null"),
    ("persist_docs", "{}"),
    ("post-hook", "[]"),
    ("pre-hook", "[]"),
    ("quoting", "{}"),
    ("column_types", "{}"),
    ("full_refresh", "null"),
    ("unique_key", "null"),
    ("on_schema_change", "\"ignore\""),
    ("on_configuration_change", "\"apply\""),
    ("grants", "{}"),
    ("packages", "[]"),
    ("docs", "{\"show\":true,\"node_color\":null}"),
    ("contract", "{\"enforced\":false,\"alias_types\":true}"),
    ("event_time", "null"),
    ("concurrent_batches", "null"),
];

const MODEL: &[(&str, &str)] = &[
    ("access", "\"protected\""),
    ("freshness", "null"),
    ("on_error", "null"),
    ("latest_version_pointer", "{\"enabled\":null,\"alias\":null}"),
];

const SEED: &[(&str, &str)] =
    &[("materialized", "\"seed\""), ("delimiter", "\",\""), ("quote_columns", "null")];

const SNAPSHOT: &[(&str, &str)] = &[
    ("materialized", "\"snapshot\""),
    ("strategy", "null"),
    ("target_schema", "null"),
    ("target_database", "null"),
    ("updated_at", "null"),
    ("check_cols", "null"),
    (
        "snapshot_meta_column_names",
        "{\"dbt_valid_to\":null,\"dbt_valid_from\":null,\"dbt_scd_id\":null,\
         \"dbt_updated_at\":null,\"dbt_is_deleted\":null}",
    ),
    ("dbt_valid_to_current", "null"),
];

const TEST: &[(&str, &str)] = &[
    ("schema", "\"dbt_test__audit\""),
    ("materialized", "\"test\""),
    ("severity", "\"ERROR\""),
    ("store_failures", "null"),
    ("store_failures_as", "null"),
    ("sql_header", "null"),
    ("where", "null"),
    ("limit", "null"),
    ("fail_calc", "\"count(*)\""),
    ("warn_if", "\"!= 0\""),
    ("error_if", "\"!= 0\""),
];

const SOURCE: &[(&str, &str)] = &[
    ("enabled", "true"),
    ("event_time", "null"),
    (
        "freshness",
        "{\"warn_after\":{\"count\":null,\"period\":null},\
         \"error_after\":{\"count\":null,\"period\":null},\"filter\":null}",
    ),
    ("loaded_at_field", "null"),
    ("loaded_at_query", "null"),
    ("meta", "{}"),
    ("tags", "[]"),
    ("static_analysis", "null"),
];

const UNIT_TEST: &[(&str, &str)] =
    &[("tags", "[]"), ("meta", "{}"), ("enabled", "true"), ("static_analysis", "null")];

const FUNCTION: &[(&str, &str)] = &[
    ("materialized", "\"function\""),
    ("type", "\"scalar\""),
    ("volatility", "null"),
    ("runtime_version", "null"),
    ("entry_point", "null"),
    ("snowflake", "{\"quote_args\":true}"),
];

const EXPOSURE: &[(&str, &str)] = &[("enabled", "true"), ("tags", "[]"), ("meta", "{}")];

/// The tables of a kind; a key of a later one replaces the default of an earlier one.
fn tables(kind: ResourceType) -> &'static [&'static [(&'static str, &'static str)]] {
    match kind {
        ResourceType::Model => &[SHARED, NODE, MODEL],
        ResourceType::Seed => &[SHARED, NODE, SEED],
        ResourceType::Snapshot => &[SHARED, NODE, SNAPSHOT],
        ResourceType::Test => &[SHARED, TEST],
        ResourceType::Analysis | ResourceType::Operation => &[SHARED, NODE],
        ResourceType::Source => &[SOURCE],
        ResourceType::UnitTest => &[UNIT_TEST],
        ResourceType::Exposure => &[EXPOSURE],
        ResourceType::Function => &[SHARED, NODE, FUNCTION],
    }
}

/// The keys of a kind in dbt's order, each with its default as JSON text.
pub fn config_defaults(kind: ResourceType) -> impl Iterator<Item = (&'static str, &'static str)> {
    static MERGED: [LazyLock<Defaults>; 10] = [
        LazyLock::new(|| merged(ResourceType::Model)),
        LazyLock::new(|| merged(ResourceType::Seed)),
        LazyLock::new(|| merged(ResourceType::Snapshot)),
        LazyLock::new(|| merged(ResourceType::Test)),
        LazyLock::new(|| merged(ResourceType::UnitTest)),
        LazyLock::new(|| merged(ResourceType::Analysis)),
        LazyLock::new(|| merged(ResourceType::Operation)),
        LazyLock::new(|| merged(ResourceType::Source)),
        LazyLock::new(|| merged(ResourceType::Exposure)),
        LazyLock::new(|| merged(ResourceType::Function)),
    ];
    // In the order of the type's variants.
    MERGED[kind as usize].iter().copied()
}

/// Every node is written with them: looked up once a kind.
type Defaults = Vec<(&'static str, &'static str)>;

fn merged(kind: ResourceType) -> Defaults {
    let mut merged = Defaults::new();
    for (key, default) in tables(kind).iter().flat_map(|table| table.iter()) {
        match merged.iter_mut().find(|(known, _)| known == key) {
            Some(entry) => entry.1 = default,
            None => merged.push((key, default)),
        }
    }
    merged
}

/// Whether dbt knows the key on this kind of node; other keys are the user's own.
pub fn is_known_config(kind: ResourceType, key: &str) -> bool {
    tables(kind).iter().any(|table| table.iter().any(|(known, _)| *known == key))
}

impl NodeConfig {
    /// The configuration as templates see it: dbt's defaults where the user set nothing.
    pub fn with_defaults(&self, kind: ResourceType) -> Map<String, Value> {
        let mut full: Map<String, Value> = config_defaults(kind)
            .map(|(key, text)| {
                let value = self.0.get(key).cloned();
                let value =
                    value.unwrap_or_else(|| serde_json::from_str(text).unwrap_or(Value::Null));
                (key.to_owned(), value)
            })
            .collect();
        for (key, value) in &self.0 {
            if !full.contains_key(key) {
                full.insert(key.clone(), value.clone());
            }
        }
        full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kinds_own_default_wins_and_each_key_comes_once() {
        let seed: Vec<_> = config_defaults(ResourceType::Seed).collect();
        assert_eq!(seed.iter().filter(|(key, _)| *key == "materialized").count(), 1);
        assert!(seed.contains(&("materialized", "\"seed\"")));
        let test: Vec<_> = config_defaults(ResourceType::Test).collect();
        assert!(test.contains(&("schema", "\"dbt_test__audit\"")));
        for (key, text) in seed.iter().chain(&test) {
            assert!(serde_json::from_str::<Value>(text).is_ok(), "{key}");
        }
    }
}
