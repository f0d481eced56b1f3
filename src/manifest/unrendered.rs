//! Configuration as it was written, where that is a template: what tells a changed configuration from
//! one that another environment or target gives
//! (<https://docs.getdbt.com/reference/node-selection/state-comparison-caveats>).

use serde_json::{Map, Value};

use super::{
    ResourceType,
    builder::{Builder, OwnConfig, config_call_span},
    config_merge::canonical_key,
};
use crate::{
    diagnostic::SourceFile,
    project::{Spanned, Yaml, YamlValue},
};

/// Keys whose value was computed, with the expression that did it.
pub(super) type Unrendered = Vec<(String, Value)>;

impl Builder<'_> {
    /// The computed keys of a node's configuration, the strongest layer's expression for each.
    pub fn unrendered(
        &self,
        kind: ResourceType,
        package: usize,
        fqn: &[String],
        own: &OwnConfig<'_>,
    ) -> Unrendered {
        let mut found = Unrendered::new();
        let add_tree = |found: &mut Unrendered, package: usize| {
            let trees = &self.trees[package];
            if trees.has_templates() {
                for layer in trees.of(kind).templates(fqn) {
                    let keys = layer.own.iter().map(|(key, _)| key.as_str());
                    replace(found, keys, layer.templates);
                }
            }
        };
        add_tree(&mut found, package);
        if let Some(patch) = own.patch {
            let version = patch.version.as_ref().and_then(|one| one.properties.config.as_ref());
            for config in [patch.config, version].into_iter().flatten() {
                let templates: Vec<(String, Value)> = config
                    .entries()
                    .iter()
                    .filter_map(|(key, value)| {
                        let raw = raw_json(value, &patch.file.source)?;
                        Some((canonical_key(&key.text, self.dialect).to_owned(), raw))
                    })
                    .collect();
                let keys = config.entries().iter();
                let keys = keys.map(|(key, _)| canonical_key(&key.text, self.dialect));
                replace(&mut found, keys, &templates);
            }
        }
        let Some((file, range)) = &own.code else { return found };
        for key in own.calls.iter().flat_map(Map::keys) {
            let name = canonical_key(key, self.dialect);
            let span = config_call_span(file, range.clone(), key);
            let written = expression(file.text().get(span.end as usize..range.end));
            let template = written.map(|text| (name.to_owned(), Value::String(text)));
            replace(&mut found, [name].into_iter(), template.as_slice());
        }
        if package != 0 {
            add_tree(&mut found, 0);
        }
        found
    }
}

/// A stronger layer sets `keys`; `templates` are those of them that it computes.
fn replace<'k>(
    found: &mut Unrendered,
    keys: impl Iterator<Item = &'k str>,
    templates: &[(String, Value)],
) {
    if !found.is_empty() {
        for key in keys {
            found.retain(|(known, _)| known != key);
        }
    }
    found.extend_from_slice(templates);
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

/// The expression after a key of a `config()` call, blanks made one; nothing for a plain literal.
fn expression(after_key: Option<&str>) -> Option<String> {
    let after = after_key?.trim_start_matches(['"', '\'']).trim_start();
    let text = after.strip_prefix(['=', ':'])?;
    let mut depth = 0usize;
    let mut quote = None;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}' | ',') if depth == 0 => {
                end = at;
                break;
            }
            (None, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    let text = text[..end].split_whitespace().collect::<Vec<_>>().join(" ");
    let quoted = |quote: char| {
        let inside = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        inside.is_some_and(|inside| !inside.contains(quote))
    };
    let word = text.to_ascii_lowercase();
    let is_plain = quoted('\'')
        || quoted('"')
        || matches!(word.as_str(), "true" | "false" | "none" | "")
        || text.parse::<f64>().is_ok();
    (!is_plain).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_kept_and_a_literal_is_not() {
        let of = |text: &str| expression(Some(text));
        assert_eq!(of("='table', x=1)"), None);
        assert_eq!(of("=true)"), None);
        assert_eq!(of("=['a', 'b'], x=1)").as_deref(), Some("['a', 'b']"));
        assert_eq!(
            of(" = 'view' if\n  target.name == 'ci' else 'table')").as_deref(),
            Some("'view' if target.name == 'ci' else 'table'")
        );
        assert_eq!(of("=var('a)b', ''))").as_deref(), Some("var('a)b', '')"));
        assert_eq!(of("\": {'field': 'day'} }").as_deref(), Some("{'field': 'day'}"));
    }
}
