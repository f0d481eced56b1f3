//! Where hooks of nodes are written: in the node's own code, its properties, or a `dbt_project.yml`.

use std::{ops::Range, sync::Arc};

use super::{builder::Builder, node_build::NodeSpec};
use crate::{
    diagnostic::{SourceFile, Span},
    project::{Yaml, YamlValue},
};

/// A hook's template.
#[derive(Clone, Debug)]
pub struct HookText {
    /// The file it is a part of; an excerpt of one where it is written in YAML.
    pub file: Arc<SourceFile>,
    /// The part.
    pub range: Range<usize>,
}

impl HookText {
    /// The template.
    pub fn text(&self) -> &str {
        self.file.text().get(self.range.clone()).unwrap_or_default()
    }
}

impl Builder<'_> {
    /// Where a node's hook is written. One that is put together by a template is known by what it
    /// is of.
    pub(super) fn hook_text(&self, spec: &NodeSpec<'_>, key: &str, sql: &str) -> HookText {
        let code = spec.source.text().get(spec.code_range.clone()).unwrap_or_default();
        let mut own = code.match_indices(sql);
        if spec.generated_code.is_none()
            && let (Some((at, _)), None) = (own.next(), own.next())
            && !sql.is_empty()
        {
            let start = spec.code_range.start + at;
            return HookText { file: Arc::clone(&spec.source), range: start..start + sql.len() };
        }
        let span = self.hook_span(spec, sql);
        let file = match span {
            Some(span) => SourceFile::excerpt(&span, sql),
            None => SourceFile::new(format!("{key} of {}", spec.source.path()), sql),
        };
        HookText { file, range: 0..sql.len() }
    }

    fn hook_span(&self, spec: &NodeSpec<'_>, sql: &str) -> Option<Span> {
        if let Some(patch) = spec.patch {
            let version = patch.version.as_ref();
            let version = version.and_then(|version| version.properties.config.as_ref());
            let mut configs = version.into_iter().chain(patch.config);
            if let Some(found) = configs.find_map(|yaml| text_of(yaml, sql)) {
                return Some(found.span(&patch.file.source));
            }
        }
        let packages = &self.project.packages;
        [&packages[spec.package], &packages[0]].into_iter().find_map(|package| {
            let trees = &package.config.configs;
            let trees = [&trees.models, &trees.seeds, &trees.snapshots];
            let found = trees.into_iter().flatten().find_map(|yaml| text_of(yaml, sql))?;
            Some(found.span(&package.config.source))
        })
    }
}

/// The first text below a value that is exactly this one.
fn text_of<'y>(yaml: &'y Yaml, text: &str) -> Option<&'y Yaml> {
    match &yaml.value {
        YamlValue::String(found) => (found == text).then_some(yaml),
        YamlValue::List(items) => items.iter().find_map(|item| text_of(item, text)),
        YamlValue::Map(entries) => entries.iter().find_map(|(_, value)| text_of(value, text)),
        _ => None,
    }
}
