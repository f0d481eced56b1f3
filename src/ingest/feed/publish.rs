//! Where landed rows are told of: `publish`.

use serde_json::{Map, Value};

use super::reader::Reader;
use crate::diagnostic::did_you_mean;

/// Where landed rows are published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// `projects/<project>/topics/<name>`.
    pub topic: String,
}

/// Reads `publish`.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Option<Publish>> {
    let Some(value) = map.get("publish") else { return Some(None) };
    let help = "write `publish: {topic: projects/<project>/topics/<name>}`".to_owned();
    let Some(publish) = value.as_object() else {
        reader.problem("publish", "`publish` must be a mapping with a `topic`", Some(help));
        return None;
    };
    for key in publish.keys().filter(|key| *key != "topic") {
        let message = format!("unknown key `{key}` in `publish`");
        reader.problem(key, &message, did_you_mean(key, ["topic"]));
    }
    let topic = publish.get("topic").and_then(Value::as_str).unwrap_or_default();
    let parts: Vec<&str> = topic.split('/').collect();
    let named = matches!(parts[..], ["projects", project, "topics", name]
        if !project.is_empty() && !name.is_empty());
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~+%:".contains(c);
    if !named || !topic.chars().all(plain) {
        reader.problem("topic", &format!("`{topic}` is no topic"), Some(help));
        return None;
    }
    Some(Some(Publish { topic: topic.to_owned() }))
}
