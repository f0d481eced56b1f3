//! The config trees of `dbt_project.yml`: package, folders, name.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::Value;

use super::{
    ResourceType, config_check::ConfigChecker, config_merge::canonical_key, unrendered::raw_json,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    project::{ConfigTrees, ProjectFile, TextRange, Yaml, YamlValue},
};

/// A place in a tree: the configs set there and the places below.
#[derive(Debug, Default)]
pub(super) struct ConfigTree {
    own: Vec<(String, Value)>,
    /// Those of the configs that are templates, as written.
    templates: Vec<(String, Value)>,
    below: HashMap<String, ConfigTree>,
    range: TextRange,
    used: AtomicBool,
}

/// The configs of one place of a tree.
pub(super) struct Layer<'t> {
    /// All of them.
    pub own: &'t [(String, Value)],
    /// Those that are templates, as written.
    pub templates: &'t [(String, Value)],
}

impl ConfigTree {
    fn read(
        yaml: &Yaml,
        kind: ResourceType,
        source: &Arc<SourceFile>,
        checker: &ConfigChecker<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut tree = Self { range: yaml.range, ..Self::default() };
        for (key, value) in yaml.entries() {
            let is_place = !key.text.starts_with('+') && matches!(value.value, YamlValue::Map(_));
            if is_place {
                let mut below = Self::read(value, kind, source, checker, diagnostics);
                below.range = key.range;
                tree.below.insert(key.text.clone(), below);
                continue;
            }
            let name = canonical_key(&key.text, checker.dialect());
            let json = value.to_json();
            checker.check(kind, name, &json, || value.span(source), diagnostics);
            if let Some(raw) = raw_json(value, source) {
                tree.templates.push((name.to_owned(), raw));
            }
            tree.own.push((name.to_owned(), json));
        }
        tree
    }

    /// The configs that apply to an fqn, least specific first.
    pub fn layers<'t>(&'t self, fqn: &[String]) -> Vec<&'t [(String, Value)]> {
        let mut layers = vec![self.own.as_slice()];
        let mut place = self;
        place.used.store(true, Ordering::Relaxed);
        for part in fqn {
            let Some(below) = place.below.get(part) else { break };
            place = below;
            place.used.store(true, Ordering::Relaxed);
            layers.push(&place.own);
        }
        layers
    }

    /// Whether a value of the tree is a template.
    fn has_templates(&self) -> bool {
        !self.templates.is_empty() || self.below.values().any(Self::has_templates)
    }

    /// The configs of each layer, and those of them that are templates.
    pub fn templates<'t>(&'t self, fqn: &[String]) -> Vec<Layer<'t>> {
        let mut layers = vec![Layer { own: &self.own, templates: &self.templates }];
        let mut place = self;
        for part in fqn {
            let Some(below) = place.below.get(part) else { break };
            place = below;
            layers.push(Layer { own: &place.own, templates: &place.templates });
        }
        layers
    }

    fn unused(&self, path: &mut Vec<String>, found: &mut Vec<(String, TextRange)>) {
        if !self.used.load(Ordering::Relaxed) && !self.own.is_empty() {
            found.push((path.join("."), self.range));
        }
        let mut below: Vec<_> = self.below.iter().collect();
        below.sort_by_key(|(name, _)| *name);
        for (name, tree) in below {
            path.push(name.clone());
            tree.unused(path, found);
            path.pop();
        }
    }
}

/// The trees of one package.
#[derive(Debug)]
pub(super) struct PackageTrees {
    trees: Vec<(ResourceType, &'static str, ConfigTree)>,
    source: Arc<SourceFile>,
    has_templates: bool,
}

impl PackageTrees {
    pub fn read(
        file: &ProjectFile,
        checker: &ConfigChecker<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let ConfigTrees {
            models,
            seeds,
            snapshots,
            sources,
            data_tests,
            unit_tests,
            exposures,
            analyses,
            functions,
        } = &file.configs;
        let declared = [
            (ResourceType::Model, "models", models),
            (ResourceType::Seed, "seeds", seeds),
            (ResourceType::Snapshot, "snapshots", snapshots),
            (ResourceType::Source, "sources", sources),
            (ResourceType::Test, "data_tests", data_tests),
            (ResourceType::UnitTest, "unit_tests", unit_tests),
            (ResourceType::Exposure, "exposures", exposures),
            (ResourceType::Analysis, "analyses", analyses),
            (ResourceType::Function, "functions", functions),
        ];
        let trees: Vec<_> = declared
            .into_iter()
            .map(|(kind, key, yaml)| {
                let tree = yaml.as_ref().map_or_else(ConfigTree::default, |yaml| {
                    ConfigTree::read(yaml, kind, &file.source, checker, diagnostics)
                });
                (kind, key, tree)
            })
            .collect();
        let has_templates = trees.iter().any(|(_, _, tree)| tree.has_templates());
        Self { trees, source: Arc::clone(&file.source), has_templates }
    }

    /// Whether a value of a tree is a template.
    pub fn has_templates(&self) -> bool {
        self.has_templates
    }

    /// The tree that configures a kind of node. Analyses and hooks take that of models, as in dbt.
    pub fn of(&self, kind: ResourceType) -> &ConfigTree {
        let kind = match kind {
            ResourceType::Analysis | ResourceType::Operation => ResourceType::Model,
            kind => kind,
        };
        let found = self.trees.iter().find(|(known, _, _)| *known == kind);
        &found.unwrap_or(&self.trees[0]).2
    }

    /// Warns of places that no node is at, as dbt does.
    pub fn warn_unused(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut found = Vec::new();
        for (kind, key, tree) in &self.trees {
            if *kind != ResourceType::Analysis {
                tree.unused(&mut vec![(*key).to_owned()], &mut found);
            }
        }
        for (path, range) in found {
            let name = path.rsplit('.').next().unwrap_or_default();
            let mut diagnostic = Diagnostic::warning(
                "unused-config-path",
                format!("the configuration path `{path}` applies to no resource"),
            )
            .at(range.span(&self.source), "");
            if super::is_known_config(ResourceType::Model, name) {
                diagnostic = diagnostic
                    .help(format!("write `+{name}`: without `+`, a mapping is a folder's name"));
            }
            diagnostics.push(diagnostic);
        }
    }
}
