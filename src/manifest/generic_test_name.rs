//! The names and ids of generic tests, letter by letter dbt's, so that state, selections and
//! artifacts made by either tool fit the other.

use md5::{Digest, Md5};
use serde_json::{Map, Value};

use super::python_text::{python_str, write_text_repr};

/// From this length on a name is cut and hashed, as dbt does for the file and the alias.
const LONG_NAME: usize = 64;
/// What remains of a cut name before its hash.
const KEPT_OF_LONG_NAME: usize = 30;
/// How much of the hash goes into the unique id.
const ID_HASH_LENGTH: usize = 10;

/// A name for the file and the alias, and the whole name for the unique id.
#[derive(Debug, PartialEq)]
pub struct TestNames {
    /// At most [`LONG_NAME`] letters, or cut and hashed.
    pub short: String,
    /// The whole name.
    pub full: String,
}

/// The names of a test: its kind (`unique`, `source_unique`, `pkg_kind`), its target and the values
/// of its arguments by name.
pub fn test_names(kind: &str, target: &str, arguments: &Map<String, Value>) -> TestNames {
    let mut names: Vec<&String> = arguments.keys().filter(|name| *name != "model").collect();
    names.sort_unstable();
    let mut full = format!("{kind}_{target}_");
    let mut first = true;
    let mut add = |value: &Value| {
        if !first {
            full.push_str("__");
        }
        first = false;
        push_clean(&mut full, &python_str(value));
    };
    for name in names {
        match &arguments[name] {
            Value::Object(map) => map.values().for_each(&mut add),
            Value::Array(items) => items.iter().for_each(&mut add),
            one => add(one),
        }
    }
    let short = if full.chars().count() >= LONG_NAME {
        let identifier = format!("{kind}_{target}");
        let kept: String = identifier.chars().take(KEPT_OF_LONG_NAME).collect();
        format!("{kept}_{}", md5_hex(&full))
    } else {
        full.clone()
    };
    TestNames { short, full }
}

/// Runs of anything but ASCII letters, digits and `_` become one `_`.
fn push_clean(out: &mut String, text: &str) {
    let mut in_run = false;
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || character == '_' {
            out.push(character);
            in_run = false;
        } else if !in_run {
            out.push('_');
            in_run = true;
        }
    }
}

/// The suffix of a test's unique id: over its name and Python's text of its metadata, every value
/// as text and every mapping sorted.
pub fn test_hash(
    name: &str,
    namespace: Option<&str>,
    test: &str,
    arguments: &Map<String, Value>,
) -> String {
    let mut text = String::with_capacity(name.len() + 160);
    text.push_str(name);
    text.push_str("{'kwargs': ");
    push_hashable_map(&mut text, arguments);
    text.push_str(", 'name': ");
    write_text_repr(&mut text, test);
    text.push_str(", 'namespace': ");
    write_text_repr(&mut text, namespace.unwrap_or("None"));
    text.push('}');
    let hash = md5_hex(&text);
    hash[hash.len() - ID_HASH_LENGTH..].to_owned()
}

fn push_hashable_map(out: &mut String, map: &Map<String, Value>) {
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    out.push('{');
    for (at, (key, value)) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write_text_repr(out, key);
        out.push_str(": ");
        push_hashable(out, value);
    }
    out.push('}');
}

fn push_hashable(out: &mut String, value: &Value) {
    match value {
        Value::Object(map) => push_hashable_map(out, map),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                push_hashable(out, item);
            }
            out.push(']');
        }
        other => write_text_repr(out, &python_str(other)),
    }
}

/// MD5 as hexadecimal text.
pub fn md5_hex(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

/// Bytes as hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)] as char);
        out.push(DIGITS[usize::from(byte & 15)] as char);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    // Names and hashes of dbt's own starter and example projects.
    #[test]
    fn ids_are_dbts() {
        let args = arguments(json!({
            "column_name": "id",
            "model": "{{ get_where_subquery(ref('my_first_dbt_model')) }}",
        }));
        let names = test_names("unique", "my_first_dbt_model", &args);
        assert_eq!(names.full, "unique_my_first_dbt_model_id");
        assert_eq!(test_hash(&names.full, None, "unique", &args), "16e066b321");
        let names = test_names("not_null", "my_first_dbt_model", &args);
        assert_eq!(test_hash(&names.full, None, "not_null", &args), "5fb22c2710");
    }

    #[test]
    fn a_long_name_is_cut_and_hashed() {
        let args = arguments(json!({
            "values": ["placed", "shipped", "completed", "return_pending", "returned"],
            "column_name": "status",
            "model": "{{ get_where_subquery(ref('orders')) }}",
        }));
        let names = test_names("accepted_values", "orders", &args);
        assert_eq!(
            names.full,
            "accepted_values_orders_status__placed__shipped__completed__return_pending__returned"
        );
        assert_eq!(names.short, "accepted_values_orders_1ce6ab157c285f7cd2ac656013faf758");
        assert_eq!(test_hash(&names.full, None, "accepted_values", &args), "be6b5b5ec3");
    }

    #[test]
    fn values_are_cleaned() {
        let args = arguments(json!({"column_name": "a", "field": "id", "to": "ref('x')"}));
        let names = test_names("relationships", "m", &args);
        assert_eq!(names.full, "relationships_m_a__id__ref_x_");
    }
}
