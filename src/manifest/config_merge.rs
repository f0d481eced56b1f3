//! How a later layer of configuration changes an earlier one, key by key.
//! `docs/config-precedence.md` tells the layers and these rules.

use serde_json::{Map, Value, json};

use crate::relation::Dialect;

/// What a key does when it is set again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The later value replaces the earlier one.
    Replace,
    /// Lists are joined.
    Append,
    /// Mappings are merged, a later key over an earlier one.
    Update,
    /// Mappings of lists: a key with `+` before it is joined, others replaced.
    Grants,
}

fn rule(key: &str) -> Rule {
    match key {
        "tags" | "pre-hook" | "post-hook" | "packages" => Rule::Append,
        "meta"
        | "docs"
        | "quoting"
        | "column_types"
        | "contract"
        | "snapshot_meta_column_names"
        | "latest_version_pointer" => Rule::Update,
        "grants" => Rule::Grants,
        _ => Rule::Replace,
    }
}

/// The key as configurations are kept: hooks as `pre-hook`, BigQuery's own words as dbt's.
pub fn canonical_key(key: &str, dialect: Dialect) -> &str {
    let key = key.strip_prefix('+').unwrap_or(key).trim();
    match (key, dialect) {
        ("pre_hook", _) => "pre-hook",
        ("post_hook", _) => "post-hook",
        ("project", Dialect::GoogleSql) => "database",
        ("dataset", Dialect::GoogleSql) => "schema",
        ("target_project", Dialect::GoogleSql) => "target_database",
        ("target_dataset", Dialect::GoogleSql) => "target_schema",
        _ => key,
    }
}

/// The key as dbt keeps it in what is written: as [`canonical_key`], but hooks as they are spelled.
pub fn written_key(key: &str, dialect: Dialect) -> &str {
    let plain = key.strip_prefix('+').unwrap_or(key).trim();
    if matches!(plain, "pre_hook" | "post_hook") { plain } else { canonical_key(key, dialect) }
}

/// Sets `key` over what `config` holds, by the key's rule. Values were checked for type before.
pub fn merge_key(config: &mut Map<String, Value>, key: &str, value: &Value) {
    let value = normalized(key, value);
    let Some(old) = config.get_mut(key) else {
        config.insert(key.to_owned(), without_plus(key, value));
        return;
    };
    match rule(key) {
        Rule::Replace => *old = value,
        Rule::Append => {
            let more = listed(value);
            match old {
                Value::Array(items) => items.extend(more),
                _ => {
                    let mut items = listed(old.take());
                    items.extend(more);
                    *old = Value::Array(items);
                }
            }
        }
        Rule::Update => match (old, value) {
            (Value::Object(old), Value::Object(new)) => old.extend(new),
            (old, new) => *old = new,
        },
        Rule::Grants => merge_grants(old, value),
    }
}

/// Lists stay lists, anything else becomes a list of one.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

fn normalized(key: &str, value: &Value) -> Value {
    match key {
        "tags" | "packages" => Value::Array(listed(value.clone())),
        "pre-hook" | "post-hook" => {
            Value::Array(listed(value.clone()).into_iter().map(hook).collect())
        }
        // `static_analysis: off` is a boolean to YAML and a word to dbt.
        "static_analysis" => match value {
            Value::Bool(on) => json!(if *on { "on" } else { "off" }),
            other => other.clone(),
        },
        "latest_version_pointer" => match value {
            Value::Bool(enabled) => json!({ "enabled": enabled }),
            other => other.clone(),
        },
        _ => value.clone(),
    }
}

/// A hook as dbt keeps it: text, JSON text or a mapping become `sql`, `transaction`, `index`.
fn hook(value: Value) -> Value {
    let fields = match value {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(fields)) if fields.contains_key("sql") => fields,
            _ => return json!({ "sql": text, "transaction": true, "index": null }),
        },
        Value::Object(fields) => fields,
        other => return other,
    };
    json!({
        "sql": fields.get("sql").cloned().unwrap_or(Value::Null),
        "transaction": fields.get("transaction").cloned().unwrap_or(Value::Bool(true)),
        "index": fields.get("index").cloned().unwrap_or(Value::Null),
    })
}

fn merge_grants(old: &mut Value, new: Value) {
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return };
    for value in old.values_mut() {
        *value = Value::Array(listed(value.take()));
    }
    for (key, value) in new {
        let name = key.trim_start_matches('+');
        match old.get_mut(name) {
            Some(Value::Array(known)) if key.starts_with('+') => known.extend(listed(value)),
            _ => {
                old.insert(name.to_owned(), Value::Array(listed(value)));
            }
        }
    }
}

fn without_plus(key: &str, value: Value) -> Value {
    if rule(key) != Rule::Grants {
        return value;
    }
    let mut merged = json!({});
    merge_grants(&mut merged, value);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(key: &str, layers: &[Value]) -> Value {
        let mut config = Map::new();
        for layer in layers {
            merge_key(&mut config, key, layer);
        }
        config.remove(key).unwrap_or(Value::Null)
    }

    #[test]
    fn tags_are_joined() {
        assert_eq!(merged("tags", &[json!("a"), json!(["b", "c"])]), json!(["a", "b", "c"]));
    }

    #[test]
    fn meta_is_merged_by_key() {
        let layers = [json!({"a": 1, "b": {"x": 1}}), json!({"b": {"y": 2}})];
        assert_eq!(merged("meta", &layers), json!({"a": 1, "b": {"y": 2}}));
    }

    #[test]
    fn hooks_are_joined_and_written_out() {
        let layers = [json!("select 1"), json!([{"sql": "select 2", "transaction": false}])];
        assert_eq!(
            merged("pre-hook", &layers),
            json!([
                {"sql": "select 1", "transaction": true, "index": null},
                {"sql": "select 2", "transaction": false, "index": null},
            ])
        );
    }

    #[test]
    fn grants_are_replaced_unless_marked() {
        let layers =
            [json!({"select": "a", "insert": ["b"]}), json!({"+select": ["c"], "insert": "d"})];
        assert_eq!(merged("grants", &layers), json!({"select": ["a", "c"], "insert": ["d"]}));
    }

    #[test]
    fn other_keys_are_replaced() {
        assert_eq!(merged("partition_by", &[json!({"field": "a"}), json!({})]), json!({}));
        assert_eq!(merged("materialized", &[json!("view"), json!("table")]), json!("table"));
    }
}
