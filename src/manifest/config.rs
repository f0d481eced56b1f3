//! A node's merged configuration.

use serde_json::{Map, Value};

/// The configuration of one node after merging by dbt's precedence, as the user's keys and values.
///
/// Values were checked for type when merged, so the accessors return the default where a key is
/// absent. Custom keys are kept, as dbt keeps them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeConfig(pub Map<String, Value>);

impl NodeConfig {
    /// The raw value of a key; JSON null counts as absent.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// A text value.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// A boolean value.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.get(key).and_then(Value::as_bool)
    }

    /// A whole number.
    pub fn integer(&self, key: &str) -> Option<i64> {
        self.get(key).and_then(Value::as_i64)
    }

    /// A list of texts; a single text counts as a list of one.
    pub fn texts(&self, key: &str) -> Option<Vec<String>> {
        match self.get(key)? {
            Value::String(one) => Some(vec![one.clone()]),
            Value::Array(many) => {
                Some(many.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
            }
            _ => None,
        }
    }

    /// How the node is built (`view`, `table`, `incremental`, …).
    pub fn materialized(&self) -> &str {
        self.text("materialized").unwrap_or("view")
    }

    /// Whether the node takes part at all.
    pub fn enabled(&self) -> bool {
        self.flag("enabled").unwrap_or(true)
    }

    /// The node's tags.
    pub fn tags(&self) -> Vec<String> {
        self.texts("tags").unwrap_or_default()
    }

    /// The node's `meta`.
    pub fn meta(&self) -> Option<&Map<String, Value>> {
        self.get("meta").and_then(Value::as_object)
    }
}
