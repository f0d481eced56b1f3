//! Columns and constraints as the manifest holds them.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{ColumnProperties, docs::Docs};
use crate::{
    diagnostic::Parsed,
    project::{
        Spanned, Yaml,
        properties::{self, ConstraintProperties},
    },
};

/// Declared columns by name, in order.
pub(super) fn build_columns<'p>(
    package: &Arc<str>,
    declared: impl IntoIterator<Item = &'p properties::ColumnProperties>,
    docs: &Docs<'_>,
) -> Parsed<IndexMap<String, ColumnProperties>> {
    let mut diagnostics = Vec::new();
    let mut columns = IndexMap::new();
    for column in declared {
        let (description, doc_blocks) =
            docs.describe(package, column.description.as_ref(), &mut diagnostics);
        let mut config = column.config.as_ref().map(Yaml::to_json_map).unwrap_or_default();
        let mut meta = column.meta.as_ref().map(Yaml::to_json_map).unwrap_or_default();
        if let Some(Value::Object(more)) = config.shift_remove("meta") {
            meta.extend(more);
        }
        let mut tags: Vec<String> = column.tags.iter().map(|tag| tag.value.clone()).collect();
        for tag in texts(config.shift_remove("tags")) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let extra: Map<String, Value> =
            column.extra.iter().map(|(key, yaml)| (key.clone(), yaml.to_json())).collect();
        let built = ColumnProperties {
            name: column.name.value.clone(),
            description,
            data_type: column.data_type.as_ref().map(|text| text.value.clone()),
            meta: meta.into(),
            tags,
            constraints: column.constraints.iter().map(|rule| constraint(rule, false)).collect(),
            quote: column.quote,
            config: config.into(),
            extra: extra.into(),
            doc_blocks,
        };
        columns.insert(column.name.value.clone(), built);
    }
    columns.shrink_to_fit();
    Parsed { value: columns, diagnostics }
}

/// Text or a list of texts.
pub(super) fn texts(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(items)) => items
            .into_iter()
            .filter_map(|item| match item {
                Value::String(text) => Some(text),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A constraint as dbt's manifest has it; model-level ones name columns.
pub(super) fn constraint(rule: &ConstraintProperties, of_model: bool) -> Value {
    let text = |value: &Option<Spanned<String>>| value.as_ref().map(|text| text.value.clone());
    let list = |values: &[Spanned<String>]| -> Vec<String> {
        values.iter().map(|text| text.value.clone()).collect()
    };
    let mut fields: Map<String, Value> = Map::new();
    fields.insert("type".to_owned(), json!(rule.kind.value));
    fields.insert("name".to_owned(), json!(text(&rule.name)));
    fields.insert("expression".to_owned(), json!(text(&rule.expression)));
    fields.insert("warn_unenforced".to_owned(), json!(rule.warn_unenforced));
    fields.insert("warn_unsupported".to_owned(), json!(rule.warn_unsupported));
    fields.insert("to".to_owned(), json!(text(&rule.to)));
    fields.insert("to_columns".to_owned(), json!(list(&rule.to_columns)));
    if of_model {
        fields.insert("columns".to_owned(), json!(list(&rule.columns)));
    }
    Value::Object(fields)
}
