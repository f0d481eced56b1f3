//! `pre-hook` and `post-hook` of a node's config.

use serde_json::Value;

use crate::manifest::NodeConfig;

/// A hook as configured: a template and whether it belongs to the node's transaction
/// (<https://docs.getdbt.com/reference/resource-configs/pre-hook-post-hook>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The template.
    pub sql: String,
    /// Whether it runs in the transaction that builds the node (dbt's default).
    pub transaction: bool,
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookKind {
    /// Before the node is built.
    Pre,
    /// After.
    Post,
}

impl HookKind {
    /// The config key, as dbt spells it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Pre => "pre-hook",
            Self::Post => "post-hook",
        }
    }
}

/// The hooks of a kind, in order. Both spellings of the key count (`pre-hook`, `pre_hook`).
pub fn hooks(config: &NodeConfig, kind: HookKind) -> Vec<Hook> {
    let spelled = kind.key().replace('-', "_");
    let values = [config.get(kind.key()), config.get(&spelled)];
    values.into_iter().flatten().flat_map(read).collect()
}

fn read(value: &Value) -> Vec<Hook> {
    match value {
        Value::Array(many) => many.iter().flat_map(read).collect(),
        Value::String(text) => read_text(text),
        Value::Object(hook) => {
            let sql = hook.get("sql").and_then(Value::as_str).unwrap_or_default();
            let transaction = hook.get("transaction").and_then(Value::as_bool).unwrap_or(true);
            vec![Hook { sql: sql.to_owned(), transaction }]
        }
        _ => Vec::new(),
    }
}

/// A text is the template itself, or what the macros `before_begin()` and `after_commit()` give: a
/// JSON object.
fn read_text(text: &str) -> Vec<Hook> {
    if text.trim_start().starts_with('{')
        && let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(text)
        && value.get("sql").is_some()
    {
        return read(&value);
    }
    vec![Hook { sql: text.to_owned(), transaction: true }]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn found(config: Value) -> Vec<(String, bool)> {
        let config = NodeConfig(config.as_object().unwrap().clone());
        let hooks = hooks(&config, HookKind::Post);
        hooks.into_iter().map(|hook| (hook.sql, hook.transaction)).collect()
    }

    #[test]
    fn texts_lists_and_objects() {
        let config = serde_json::json!({
            "post-hook": ["select 1", {"sql": "vacuum", "transaction": false, "index": 1}],
            "post_hook": "{\"sql\": \"analyze\", \"transaction\": false}",
            "pre-hook": "not this one",
        });
        let wanted = [("select 1", true), ("vacuum", false), ("analyze", false)];
        assert_eq!(found(config), wanted.map(|(sql, inside)| (sql.to_owned(), inside)));
    }

    #[test]
    fn a_template_that_begins_with_braces_is_a_template() {
        let config = serde_json::json!({"post-hook": "{{ grant(this) }}"});
        assert_eq!(found(config), [("{{ grant(this) }}".to_owned(), true)]);
    }
}
