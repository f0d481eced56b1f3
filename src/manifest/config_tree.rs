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
    ResourceType,
    config_check::ConfigChecker,
    config_merge::{canonical_key, written_key},
    unrendered::raw_json,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    project::{ConfigTrees, ProjectFile, TextRange, Yaml, YamlValue},
};

/// A place in a tree: the configs set there and the places below.
#[derive(Debug, Default)]
pub(super) struct ConfigTree {
    own: Vec<(String, Value)>,
    /// The same as they are written, where that is something else.
    written: Option<Vec<(String, Value)>>,
    below: HashMap<String, ConfigTree>,
    range: TextRange,
    used: AtomicBool,
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
        let (mut written, mut differs) = (Vec::new(), false);
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
            let raw = raw_json(value, source);
            let shown = written_key(&key.text, checker.dialect());
            differs |= raw.is_some() || shown != name;
            written.push((shown.to_owned(), raw.unwrap_or_else(|| json.clone())));
            tree.own.push((name.to_owned(), json));
        }
        tree.written = differs.then_some(written);
        tree
    }

    /// The configs that apply to an fqn, least specific first.
    pub fn layers<'t>(&'t self, fqn: &'t [String]) -> impl Iterator<Item = &'t [(String, Value)]> {
        let own = |place: &'t Self| {
            place.used.store(true, Ordering::Relaxed);
            place.own.as_slice()
        };
        self.places(fqn).map(own)
    }

    /// The same as they are written.
    pub fn written<'t>(&'t self, fqn: &'t [String]) -> impl Iterator<Item = &'t [(String, Value)]> {
        self.places(fqn).map(|place| place.written.as_deref().unwrap_or(&place.own))
    }

    fn places<'t>(&'t self, fqn: &'t [String]) -> impl Iterator<Item = &'t Self> {
        let below = fqn.iter().scan(self, |place, part| {
            *place = place.below.get(part)?;
            Some(*place)
        });
        std::iter::once(self).chain(below)
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
        Self { trees, source: Arc::clone(&file.source) }
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
