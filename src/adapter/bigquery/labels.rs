//! Labels, as BigQuery takes them: "Label keys and values can be no longer than 63 characters, can only
//! contain lowercase letters, numeric characters, underscores and dashes"
//! (<https://cloud.google.com/bigquery/docs/labels-intro#requirements>).

/// Characters of a key or a value.
const MAX_CHARS: usize = 63;
/// Labels of one resource.
const MAX_LABELS: usize = 64;

/// A value as dbt makes labels: lower case, `_` for what is not allowed, cut.
pub fn label_value(text: &str) -> String {
    let allowed = |c: char| match c {
        'a'..='z' | '0'..='9' | '_' | '-' => c,
        _ => '_',
    };
    text.trim().to_lowercase().chars().map(allowed).take(MAX_CHARS).collect()
}

/// A key: as a value, and it begins with a letter. None where nothing is left of it.
pub fn label_key(text: &str) -> Option<String> {
    let key = label_value(text);
    let from = key.find(|c: char| c.is_ascii_lowercase())?;
    Some(key[from..].to_owned())
}

/// Labels for a job: the last of a key counts, and there are at most 64.
pub(super) fn job_labels<'a>(
    labels: impl IntoIterator<Item = &'a (String, String)>,
) -> serde_json::Map<String, serde_json::Value> {
    let mut map = serde_json::Map::new();
    for (key, value) in labels {
        let Some(key) = label_key(key) else { continue };
        if map.len() < MAX_LABELS || map.contains_key(&key) {
            map.insert(key, label_value(value).into());
        }
    }
    map
}

/// Labels as the connection property `query_label` takes them: the statements of a script, which are
/// jobs of their own, have not the script's labels, but those of the property
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/ConnectionProperty>, and for the form
/// <https://cloud.google.com/bigquery/docs/reference/system-variables>).
pub(super) fn query_label(labels: &serde_json::Map<String, serde_json::Value>) -> String {
    let label = |(key, value): (&String, &serde_json::Value)| {
        format!("{key}:{}", value.as_str().unwrap_or_default())
    };
    labels.iter().map(label).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_hold_what_is_allowed() {
        assert_eq!(label_value(" Gold.Orders/2024 Ä "), "gold_orders_2024__");
        assert_eq!(label_value(&"x".repeat(80)).len(), 63);
        assert_eq!(label_key("1_Node"), Some("node".to_owned()));
        assert_eq!(label_key("__"), None);
        let given = [("a", "1"), ("A", "2"), ("1", "x")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        let labels = serde_json::Value::Object(job_labels(&given)).to_string();
        assert_eq!(labels, r#"{"a":"2"}"#);
        let given = [("Node", "model.a"), ("run", "1")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(query_label(&job_labels(&given)), "node:model_a,run:1");
    }
}
