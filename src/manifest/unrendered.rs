//! Configuration as it was written, where that is a template: what tells a changed configuration from
//! one that another environment or target gives
//! (<https://docs.getdbt.com/reference/node-selection/state-comparison-caveats>).

use std::ops::Range;

use serde_json::{Map, Value};

use super::{
    NodeConfig, ResourceType,
    builder::Builder,
    config_merge::{canonical_key, merge_key, written_key},
    patches::Patch,
};
use crate::{
    diagnostic::SourceFile,
    jinja::{ConfigCall, written_config},
    project::{Spanned, Yaml, YamlValue},
};

/// The configuration of a node's own file, as it is written.
pub(super) enum OwnCode<'c> {
    /// `config()` calls: what they gave, and the code they are in.
    Calls(&'c [ConfigCall], &'c SourceFile, Range<usize>),
    /// The arguments of a data test's `config`.
    Test(&'c ConfigCall),
}

impl Builder<'_> {
    /// A node's configuration as dbt keeps it unrendered: a stronger layer's value replaces that of
    /// a weaker one, whatever the key. Nothing where that is what `config` holds.
    pub fn unrendered(
        &self,
        kind: ResourceType,
        package: usize,
        fqn: &[String],
        own: (Option<&Patch<'_>>, OwnCode<'_>),
        config: &NodeConfig,
    ) -> Option<Map<String, Value>> {
        let mut written = self.unrendered_tree(kind, package, fqn);
        if let Some(patch) = own.0 {
            self.add_patch(&mut written, patch);
        }
        match own.1 {
            OwnCode::Calls([], ..) => {}
            OwnCode::Calls(calls, file, range) => {
                match written_config(file.text().get(range).unwrap_or_default()) {
                    Some(keywords) => written.extend(keywords.into_iter().map(|(key, value)| {
                        (written_key(&key, self.dialect).to_owned(), Value::String(value))
                    })),
                    // As in dbt, what cannot be read is what it gave.
                    None => {
                        let mut all = Map::new();
                        for (key, value) in calls.iter().flatten() {
                            merge_key(&mut all, canonical_key(key, self.dialect), value);
                        }
                        written.extend(all);
                    }
                }
            }
            OwnCode::Test(call) => {
                written.extend(call.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
        }
        if package != 0 {
            written.extend(self.unrendered_tree(kind, 0, fqn));
        }
        (written != config.0).then_some(written)
    }

    /// What the trees of a project say of a node, as it is written.
    pub fn unrendered_tree(
        &self,
        kind: ResourceType,
        package: usize,
        fqn: &[String],
    ) -> Map<String, Value> {
        self.trees[package].of(kind).written(fqn).flatten().cloned().collect()
    }

    fn add_patch(&self, written: &mut Map<String, Value>, patch: &Patch<'_>) {
        let version = patch.version.as_ref().and_then(|one| one.properties.config.as_ref());
        for config in [patch.config, version].into_iter().flatten() {
            for (key, value) in config.entries() {
                let raw = raw_or_rendered(value, &patch.file.source);
                let key = written_key(&key.text, self.dialect).to_owned();
                written.insert(key, joined(value.to_json(), raw));
            }
        }
        for (key, value) in [("meta", patch.meta), ("docs", patch.docs)] {
            written.extend(value.map(|value| (key.to_owned(), value.to_json())));
        }
        for (key, value) in [("group", patch.group), ("access", patch.access)] {
            written.extend(value.map(|value| (key.to_owned(), Value::from(value.value.as_str()))));
        }
        if !patch.tags.is_empty() {
            let tags = patch.tags.iter().map(|tag| Value::from(tag.value.as_str())).collect();
            written.insert("tags".to_owned(), tags);
        }
    }
}

/// A value of a properties file as dbt keeps it: what is written laid over what it gave, which puts
/// lists one behind the other.
fn joined(rendered: Value, raw: Value) -> Value {
    match (rendered, raw) {
        (Value::Array(rendered), Value::Array(raw)) => raw.into_iter().chain(rendered).collect(),
        (Value::Object(mut rendered), Value::Object(raw)) => {
            for (key, value) in raw {
                let value = match rendered.remove(&key) {
                    Some(known) => joined(known, value),
                    None => value,
                };
                rendered.insert(key, value);
            }
            Value::Object(rendered)
        }
        (_, raw) => raw,
    }
}

/// A YAML value with its templates as they are written; nothing where it holds none.
pub(super) fn raw_json(value: &Yaml, source: &SourceFile) -> Option<Value> {
    let range = value.range.start as usize..value.range.end as usize;
    let text = source.text().get(range)?;
    if !text.contains("{{") && !text.contains("{%") {
        return None;
    }
    Some(match &value.value {
        YamlValue::Map(_) => Value::Object(
            value
                .entries()
                .iter()
                .map(|(key, value)| (key.text.clone(), raw_or_rendered(value, source)))
                .collect(),
        ),
        YamlValue::List(_) => {
            Value::Array(value.items().iter().map(|value| raw_or_rendered(value, source)).collect())
        }
        _ => Value::String(unquoted(text).to_owned()),
    })
}

fn raw_or_rendered(value: &Yaml, source: &SourceFile) -> Value {
    raw_json(value, source).unwrap_or_else(|| value.to_json())
}

/// A text of a properties file with its templates as they are written.
pub(super) fn written_text(text: &Spanned<String>) -> String {
    let range = text.span.start as usize..text.span.end as usize;
    match text.span.file.text().get(range) {
        Some(raw) if raw.contains("{{") => unquoted(raw).to_owned(),
        _ => text.value.clone(),
    }
}

fn unquoted(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}
