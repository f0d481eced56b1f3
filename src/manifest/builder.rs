//! What building a manifest shares between its nodes.

use std::sync::Arc;

use super::{
    NodeConfig, ResourceType,
    config_check::ConfigChecker,
    config_merge::{canonical_key, merge_key},
    config_tree::PackageTrees,
    docs::Docs,
    names::NameGenerator,
    patches::Patch,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span},
    jinja::{ConfigCall, Engine, Globals},
    project::{Project, Yaml},
    relation::{Dialect, Quoting},
};

/// Shared by all threads, never changed once made.
pub(super) struct Builder<'b> {
    pub project: &'b Project,
    pub engine: &'b Engine,
    pub globals: Arc<Globals>,
    pub dialect: Dialect,
    pub quoting: Quoting,
    pub checker: ConfigChecker<'b>,
    /// One for each package, in the project's order.
    pub trees: Vec<PackageTrees>,
    pub docs: Docs<'b>,
    pub names: NameGenerator<'b>,
}

/// The layers of a node's configuration besides the trees.
#[derive(Default)]
pub(super) struct OwnConfig<'c> {
    pub patch: Option<&'c Patch<'c>>,
    /// `config()` calls, in order.
    pub calls: &'c [ConfigCall],
    /// The file and the range the calls are written in.
    pub code: Option<(&'c Arc<SourceFile>, std::ops::Range<usize>)>,
}

impl Builder<'_> {
    /// The configuration of a node: package's tree, properties, `config()` calls, and the root
    /// project's tree over a package's node (`docs/config-precedence.md`).
    pub fn node_config(
        &self,
        kind: ResourceType,
        package: usize,
        fqn: &[String],
        own: &OwnConfig<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> NodeConfig {
        let mut config = NodeConfig::default();
        let apply_tree = |config: &mut NodeConfig, package: usize| {
            for layer in self.trees[package].of(kind).layers(fqn) {
                for (key, value) in layer {
                    merge_key(&mut config.0, key, value);
                }
            }
        };
        apply_tree(&mut config, package);
        if let Some(patch) = own.patch {
            self.apply_patch(&mut config, kind, patch, diagnostics);
        }
        for call in own.calls {
            for (key, value) in call {
                let name = canonical_key(key, self.dialect);
                let span = || match &own.code {
                    Some((file, range)) => config_call_span(file, range.clone(), key),
                    None => unreachable!("only code has config calls"),
                };
                self.checker.check(kind, name, value, span, diagnostics);
                merge_key(&mut config.0, name, value);
            }
        }
        if package != 0 {
            apply_tree(&mut config, 0);
        }
        config
    }

    fn apply_patch(
        &self,
        config: &mut NodeConfig,
        kind: ResourceType,
        patch: &Patch<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        self.apply_yaml(config, kind, patch.config, patch, diagnostics);
        let twice = |key: &str| {
            patch.config.and_then(|yaml| yaml.entries().iter().find(|(known, _)| known.text == key))
        };
        let beside = [("meta", patch.meta), ("docs", patch.docs)];
        for (key, value) in beside {
            let Some(value) = value else { continue };
            match twice(key) {
                Some((known, _)) => {
                    let known = known.span(&patch.file.source);
                    diagnostics.push(key_twice(key, value.span(&patch.file.source), known));
                }
                None => merge_key(&mut config.0, key, &value.to_json()),
            }
        }
        for (key, value) in [("group", patch.group), ("access", patch.access)] {
            let Some(value) = value else { continue };
            match twice(key) {
                Some((known, _)) => diagnostics.push(key_twice(
                    key,
                    value.span.clone(),
                    known.span(&patch.file.source),
                )),
                None => merge_key(&mut config.0, key, &value.value.clone().into()),
            }
        }
        for tag in patch.tags {
            merge_key(&mut config.0, "tags", &tag.value.clone().into());
        }
        let version = patch.version.as_ref().and_then(|version| version.properties.config.as_ref());
        self.apply_yaml(config, kind, version, patch, diagnostics);
    }

    fn apply_yaml(
        &self,
        config: &mut NodeConfig,
        kind: ResourceType,
        yaml: Option<&Yaml>,
        patch: &Patch<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (key, value) in yaml.map(Yaml::entries).unwrap_or_default() {
            let name = canonical_key(&key.text, self.dialect);
            let json = value.to_json();
            let span = || value.span(&patch.file.source);
            self.checker.check(kind, name, &json, span, diagnostics);
            merge_key(&mut config.0, name, &json);
        }
    }
}

fn key_twice(key: &str, beside: Span, under: Span) -> Diagnostic {
    Diagnostic::error("key-twice", format!("`{key}` is given under `config` and beside it"))
        .at(beside, "")
        .at(under, "also here")
        .help("keep the one under `config`")
}

/// Where a `config()` call sets a key: the key's first use as a keyword after `config`, else the
/// call, else the code's first line.
pub(super) fn config_call_span(
    file: &Arc<SourceFile>,
    range: std::ops::Range<usize>,
    key: &str,
) -> Span {
    let text = file.text().get(range.clone()).unwrap_or_default();
    let call = text.find("config").unwrap_or(0);
    for name in [key.to_owned(), key.replace('_', "-")] {
        let mut from = call;
        while let Some(at) = text[from..].find(&name).map(|at| from + at) {
            let after = text[at + name.len()..].trim_start_matches(['"', '\'']).trim_start();
            let before = text[..at].chars().next_back();
            let is_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            if !is_word && after.starts_with(['=', ':']) {
                let start = range.start + at;
                return Span::new(file, start..start + name.len());
            }
            from = at + name.len();
        }
    }
    Span::of_line(file, file.line_column((range.start + call) as u32).0)
}
