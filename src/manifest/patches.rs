//! What properties files say about nodes, found by the node's name.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, FixedOffset};

use super::ResourceType;
use crate::{
    diagnostic::{Diagnostic, Span, did_you_mean},
    project::{
        Package, Project, PropertiesFile, Spanned, Yaml,
        properties::{
            ColumnProperties, ConstraintProperties, DataTest, FunctionProperties, ModelProperties,
            NodeProperties, VersionProperties,
        },
    },
};

/// Properties of one node (of one version of a versioned model).
pub(super) struct Patch<'p> {
    /// The package whose file says it.
    pub package: Arc<str>,
    pub file: &'p PropertiesFile,
    pub name: &'p Spanned<String>,
    pub description: Option<&'p Spanned<String>>,
    pub config: Option<&'p Yaml>,
    pub meta: Option<&'p Yaml>,
    pub tags: &'p [Spanned<String>],
    pub docs: Option<&'p Yaml>,
    pub group: Option<&'p Spanned<String>>,
    pub access: Option<&'p Spanned<String>>,
    pub columns: Vec<&'p ColumnProperties>,
    pub data_tests: Vec<&'p DataTest>,
    pub constraints: &'p [ConstraintProperties],
    pub version: Option<VersionPatch<'p>>,
    pub deprecation_date: Option<&'p Spanned<DateTime<FixedOffset>>>,
    pub time_spine: Option<&'p Yaml>,
    pub relation: Option<&'p Spanned<String>>,
    pub function: Option<&'p FunctionProperties>,
    /// The section of the file (`models`, …).
    pub section: &'static str,
    used: AtomicBool,
}

/// What is one version's own.
pub(super) struct VersionPatch<'p> {
    pub properties: &'p VersionProperties,
    pub latest: String,
}

impl Patch<'_> {
    /// Where the node's name is written.
    pub fn span(&self) -> Span {
        match &self.version {
            Some(version) => version.properties.v.span.clone(),
            None => self.name.span.clone(),
        }
    }

    /// `<package>://<file>`.
    pub fn patch_path(&self) -> String {
        format!("{}://{}", self.package, self.file.path.original_file_path)
    }
}

type Key = (ResourceType, Arc<str>, String);

/// All patches. Models are found by the name of their file.
#[derive(Default)]
pub(super) struct Patches<'p> {
    all: Vec<Patch<'p>>,
    by_key: HashMap<Key, usize>,
    by_name: HashMap<(ResourceType, String), Vec<usize>>,
}

impl<'p> Patches<'p> {
    pub fn read(project: &'p Project, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut patches = Self::default();
        for package in &project.packages {
            let stems: HashSet<&str> =
                package.files.models.iter().map(|file| file.path.stem()).collect();
            let name = &package.name;
            for file in &package.files.properties {
                for model in &file.models {
                    patches.add_model(name, file, model, &stems, diagnostics);
                }
                for seed in &file.seeds {
                    let patch = of_node(name, file, seed, "seeds");
                    patches.add(ResourceType::Seed, &seed.name.value, patch, diagnostics);
                }
                for snapshot in &file.snapshots {
                    let relation = snapshot.relation.as_ref();
                    let node = of_node(name, file, &snapshot.node, "snapshots");
                    let patch = Patch { relation, ..node };
                    let stem = &snapshot.node.name.value;
                    patches.add(ResourceType::Snapshot, stem, patch, diagnostics);
                }
                for analysis in &file.analyses {
                    let patch = of_node(name, file, analysis, "analyses");
                    patches.add(ResourceType::Analysis, &analysis.name.value, patch, diagnostics);
                }
                for function in &file.functions {
                    let node = of_node(name, file, &function.node, "functions");
                    let patch = Patch { function: Some(function), ..node };
                    let stem = &function.node.name.value;
                    patches.add(ResourceType::Function, stem, patch, diagnostics);
                }
                for test in &file.data_tests {
                    let patch = of_node(name, file, test, "data_tests");
                    patches.add(ResourceType::Test, &test.name.value, patch, diagnostics);
                }
            }
        }
        patches
    }

    fn add(
        &mut self,
        kind: ResourceType,
        stem: &str,
        patch: Patch<'p>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let key = (kind, Arc::clone(&patch.package), stem.to_owned());
        if let Some(first) = self.by_key.get(&key) {
            diagnostics.push(
                Diagnostic::error(
                    "duplicate-properties",
                    format!("the properties of {kind} `{}` are given twice", patch.name.value),
                )
                .at(patch.span(), "again here")
                .at(self.all[*first].span(), "first here")
                .help("remove one of them"),
            );
            return;
        }
        self.by_name.entry((kind, stem.to_owned())).or_default().push(self.all.len());
        self.by_key.insert(key, self.all.len());
        self.all.push(patch);
    }

    fn add_model(
        &mut self,
        package: &Arc<str>,
        file: &'p PropertiesFile,
        model: &'p ModelProperties,
        stems: &HashSet<&str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let name = &model.node.name.value;
        if model.versions.is_empty() {
            let patch = of_model(package, file, model, None);
            self.add(ResourceType::Model, name, patch, diagnostics);
            return;
        }
        let latest = match &model.latest_version {
            Some(latest) => latest.value.clone(),
            None => newest(model.versions.iter().map(|version| version.v.value.as_str())),
        };
        for properties in &model.versions {
            let v = &properties.v.value;
            let mut stem = match &properties.defined_in {
                Some(file) => file.value.clone(),
                None => format!("{name}_v{v}"),
            };
            // The latest version may live in a file without a suffix.
            if !stems.contains(stem.as_str()) && *v == latest && stems.contains(name.as_str()) {
                stem.clone_from(name);
            }
            let version = VersionPatch { properties, latest: latest.clone() };
            let patch = of_model(package, file, model, Some(version));
            self.add(ResourceType::Model, &stem, patch, diagnostics);
        }
    }

    /// The patch of a node: its package's own, else the only one any package has.
    pub fn find(&self, kind: ResourceType, package: &Arc<str>, stem: &str) -> Option<&Patch<'p>> {
        let own = self.by_key.get(&(kind, Arc::clone(package), stem.to_owned()));
        let found =
            own.or_else(|| match self.by_name.get(&(kind, stem.to_owned()))?.as_slice() {
                [one] => Some(one),
                _ => None,
            })?;
        let patch = &self.all[*found];
        patch.used.store(true, Ordering::Relaxed);
        Some(patch)
    }

    /// Every patch with the kind and the name its node is found by.
    pub fn snapshots_in_yaml(&self) -> impl Iterator<Item = &Patch<'p>> {
        self.all.iter().filter(|patch| patch.relation.is_some())
    }

    /// Warns of properties without a node, as dbt does.
    pub fn warn_unused(&self, project: &Project, diagnostics: &mut Vec<Diagnostic>) {
        for ((kind, _, stem), at) in &self.by_key {
            let patch = &self.all[*at];
            if patch.used.load(Ordering::Relaxed) {
                continue;
            }
            let package = project.package(&patch.package);
            if package.is_some_and(|package| package.files.unread_nodes.contains(stem)) {
                continue;
            }
            let known = package.map(|package| names(*kind, package)).unwrap_or_default();
            let expected = match &patch.version {
                Some(_) => format!("no file `{stem}.sql` holds this version of the model"),
                None => format!("no {kind} is named `{}`", patch.name.value),
            };
            diagnostics.push(
                Diagnostic::warning("properties-without-node", expected)
                    .at(patch.span(), "these properties apply to nothing")
                    .maybe_help(did_you_mean(stem, known)),
            );
        }
    }
}

/// The names that a package's files give nodes of a kind.
fn names(kind: ResourceType, package: &Package) -> Vec<&str> {
    let files = &package.files;
    match kind {
        ResourceType::Model => files.models.iter().map(|file| file.path.stem()).collect(),
        ResourceType::Seed => files.seeds.iter().map(|file| file.path.stem()).collect(),
        ResourceType::Snapshot => files.snapshots.iter().map(|file| file.path.stem()).collect(),
        ResourceType::Function => files.functions.iter().map(|file| file.path.stem()).collect(),
        ResourceType::Analysis => files.analyses.iter().map(|file| file.path.stem()).collect(),
        ResourceType::Test => files.tests.iter().map(|file| file.path.stem()).collect(),
        _ => Vec::new(),
    }
}

/// The greatest version: numbers by size, anything else by text.
pub(super) fn newest<'v>(versions: impl Iterator<Item = &'v str>) -> String {
    let all: Vec<&str> = versions.collect();
    let numbers: Option<Vec<f64>> = all.iter().map(|text| text.parse().ok()).collect();
    let newest = match numbers {
        Some(numbers) => {
            numbers.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(at, _)| all[at])
        }
        None => all.iter().max().copied(),
    };
    newest.unwrap_or_default().to_owned()
}

fn of_model<'p>(
    package: &Arc<str>,
    file: &'p PropertiesFile,
    model: &'p ModelProperties,
    version: Option<VersionPatch<'p>>,
) -> Patch<'p> {
    let own = version.as_ref().map(|version| version.properties);
    let node = of_node(package, file, &model.node, "models");
    let tests = own.and_then(|own| own.data_tests.as_ref());
    let constraints = match own {
        Some(own) if !own.constraints.is_empty() => &own.constraints,
        _ => &model.constraints,
    };
    Patch {
        description: own.and_then(|own| own.description.as_ref()).or(node.description),
        docs: own.and_then(|own| own.docs.as_ref()).or(node.docs),
        access: own.and_then(|own| own.access.as_ref()).or(model.access.as_ref()),
        columns: version_columns(model, own),
        data_tests: tests.unwrap_or(&model.node.data_tests).iter().collect(),
        constraints,
        deprecation_date: match own {
            Some(own) => own.deprecation_date.as_ref(),
            None => model.deprecation_date.as_ref(),
        },
        time_spine: model.time_spine.as_ref(),
        version,
        ..node
    }
}

/// The model's columns as the version includes them, then its own, which replace those of the
/// same name (<https://docs.getdbt.com/reference/resource-properties/versions#include>).
fn version_columns<'p>(
    model: &'p ModelProperties,
    version: Option<&'p VersionProperties>,
) -> Vec<&'p ColumnProperties> {
    let Some(columns) = version.and_then(|version| version.columns.as_ref()) else {
        return model.node.columns.iter().collect();
    };
    let named = |list: &[Spanned<String>], column: &ColumnProperties| {
        list.iter().any(|name| name.value == column.name.value)
    };
    let has_own = |column: &ColumnProperties| {
        columns.own.iter().any(|own| own.name.value == column.name.value)
    };
    let inherited = model.node.columns.iter().filter(|column| {
        columns.include.as_ref().is_none_or(|include| named(include, column))
            && !named(&columns.exclude, column)
            && !has_own(column)
    });
    inherited.chain(&columns.own).collect()
}

/// What the properties of a node tell, whatever it is.
fn of_node<'p>(
    package: &Arc<str>,
    file: &'p PropertiesFile,
    node: &'p NodeProperties,
    section: &'static str,
) -> Patch<'p> {
    Patch {
        package: Arc::clone(package),
        file,
        name: &node.name,
        description: node.description.as_ref(),
        config: node.config.as_ref(),
        meta: node.meta.as_ref(),
        tags: &node.tags,
        docs: node.docs.as_ref(),
        group: node.group.as_ref(),
        access: None,
        columns: node.columns.iter().collect(),
        data_tests: node.data_tests.iter().collect(),
        constraints: &[],
        version: None,
        deprecation_date: None,
        time_spine: None,
        relation: None,
        function: None,
        section,
        used: AtomicBool::new(false),
    }
}
