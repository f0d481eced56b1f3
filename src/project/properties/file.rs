//! One properties file.

use std::sync::Arc;

use super::{
    ExposureProperties, FunctionProperties, GroupProperties, MacroProperties, ModelProperties,
    NodeProperties, SnapshotProperties, SourceProperties, UnitTestProperties,
    exposure::{read_exposure, read_group},
    function::read_function,
    macros::read_macro,
    model::read_model,
    node::{read_analysis, read_seed, read_singular_test, read_snapshot},
    source::read_source,
    unit_test::read_unit_test,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile, did_you_mean},
    project::{
        fields::{Fields, Unknown},
        files::ProjectFilePath,
        render::TextRenderer,
        yaml::{Yaml, YamlFile, YamlValue},
    },
};

/// What one properties file says. Texts are rendered as dbt renders them: all but descriptions,
/// tests, hooks and `loaded_at_query`, which are rendered where they are used.
#[derive(Clone, Debug)]
pub struct PropertiesFile {
    /// Where the file is.
    pub path: ProjectFilePath,
    /// The file.
    pub source: Arc<SourceFile>,
    /// `models`.
    pub models: Vec<ModelProperties>,
    /// `seeds`.
    pub seeds: Vec<NodeProperties>,
    /// `snapshots`.
    pub snapshots: Vec<SnapshotProperties>,
    /// `sources`.
    pub sources: Vec<SourceProperties>,
    /// `macros`.
    pub macros: Vec<MacroProperties>,
    /// `analyses`.
    pub analyses: Vec<NodeProperties>,
    /// `functions`.
    pub functions: Vec<FunctionProperties>,
    /// `exposures`.
    pub exposures: Vec<ExposureProperties>,
    /// `groups`.
    pub groups: Vec<GroupProperties>,
    /// `unit_tests`.
    pub unit_tests: Vec<UnitTestProperties>,
    /// `data_tests`: singular tests described.
    pub data_tests: Vec<NodeProperties>,
    /// Whether every entry could be read.
    pub is_whole: bool,
    /// Whether every source could be read without an error.
    pub has_all_tables: bool,
}

/// Keys whose texts are rendered later.
const RENDERED_LATE: [&str; 8] = [
    "description",
    "tests",
    "data_tests",
    "loaded_at_query",
    "pre_hook",
    "post_hook",
    "pre-hook",
    "post-hook",
];
/// What a properties file holds.
const SECTIONS: [&str; 12] = [
    "version",
    "models",
    "seeds",
    "snapshots",
    "sources",
    "macros",
    "analyses",
    "functions",
    "exposures",
    "groups",
    "unit_tests",
    "data_tests",
];
/// What a properties file may hold that is ignored, with what it is.
const IGNORED: [(&str, &str); 3] = [
    ("semantic_models", "the semantic layer"),
    ("metrics", "the semantic layer"),
    ("saved_queries", "the semantic layer"),
];

/// Takes the tree of a properties file apart.
pub(in crate::project) fn read_properties(
    path: ProjectFilePath,
    file: YamlFile,
    renderer: &TextRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> PropertiesFile {
    let YamlFile { source, mut root } = file;
    let mut properties = PropertiesFile {
        path,
        source: Arc::clone(&source),
        models: Vec::new(),
        seeds: Vec::new(),
        snapshots: Vec::new(),
        sources: Vec::new(),
        macros: Vec::new(),
        analyses: Vec::new(),
        functions: Vec::new(),
        exposures: Vec::new(),
        groups: Vec::new(),
        unit_tests: Vec::new(),
        data_tests: Vec::new(),
        is_whole: true,
        has_all_tables: true,
    };
    if root.is_null() {
        return properties;
    }
    render(&mut root, renderer, &source, diagnostics);
    let Some(mut fields) = Fields::new(root, "a properties file", &source, diagnostics) else {
        properties.is_whole = false;
        return properties;
    };
    check_version(&mut fields);
    let mut is_whole = true;
    let whole = &mut is_whole;
    properties.models = entries(&mut fields, "models", "a model", read_model, whole);
    properties.seeds = entries(&mut fields, "seeds", "a seed", read_seed, whole);
    properties.snapshots = entries(&mut fields, "snapshots", "a snapshot", read_snapshot, whole);
    let errors = |fields: &mut Fields<'_>| {
        fields.diagnostics().iter().filter(|diagnostic| diagnostic.is_error()).count()
    };
    let before = errors(&mut fields);
    properties.sources = entries(&mut fields, "sources", "a source", read_source, whole);
    properties.has_all_tables = errors(&mut fields) == before;
    properties.macros = entries(&mut fields, "macros", "a macro", read_macro, whole);
    properties.analyses = entries(&mut fields, "analyses", "an analysis", read_analysis, whole);
    properties.functions = entries(&mut fields, "functions", "a function", read_function, whole);
    properties.exposures = entries(&mut fields, "exposures", "an exposure", read_exposure, whole);
    properties.groups = entries(&mut fields, "groups", "a group", read_group, whole);
    properties.unit_tests =
        entries(&mut fields, "unit_tests", "a unit test", read_unit_test, whole);
    for key in ["data_tests", "tests"] {
        let tests = entries(&mut fields, key, "a data test", read_singular_test, whole);
        properties.data_tests.extend(tests);
    }
    properties.is_whole = is_whole;
    for (key, what) in IGNORED {
        ignored(&mut fields, key, what);
    }
    // A place for YAML anchors, without a meaning of its own.
    fields.take("anchors");
    fields.finish_as("unknown-section", Unknown::Warn, |key| {
        let near = did_you_mean(key, SECTIONS);
        near.or_else(|| Some("it is ignored; `anchors` is the place for YAML anchors".to_owned()))
    });
    properties
}

/// Renders what stands below each entry.
fn render(
    root: &mut Yaml,
    renderer: &TextRenderer,
    source: &Arc<SourceFile>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let YamlValue::Map(sections) = &mut root.value else { return };
    for (key, section) in sections {
        if IGNORED.iter().any(|(known, _)| *known == key.text) {
            continue;
        }
        if let YamlValue::List(items) = &mut section.value {
            for item in items {
                renderer.render_tree(item, &RENDERED_LATE, source, diagnostics);
            }
        }
    }
}

/// `version` is optional, and 2 (<https://docs.getdbt.com/reference/project-configs/config-version>).
fn check_version(fields: &mut Fields<'_>) {
    let source = fields.source().clone();
    let Some(version) = fields.take("version") else { return };
    let is_two = match &version.value {
        YamlValue::Int(number) => *number == 2,
        YamlValue::Float(number) => *number == 2.0,
        YamlValue::String(text) => text == "2",
        _ => false,
    };
    if !is_two {
        fields.diagnostics().push(
            Diagnostic::error("properties-version", "the version of a properties file is 2")
                .at(version.span(&source), "")
                .help("write `version: 2`, or remove the line"),
        );
    }
}

/// The entries of a section; `is_whole` tells whether all could be read.
fn entries<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    what: &'static str,
    read: fn(Fields<'_>) -> Option<T>,
    is_whole: &mut bool,
) -> Vec<T> {
    let source = fields.source().clone();
    let is_given = fields.has(key);
    let items = match fields.list(key) {
        Some(items) => items,
        None => {
            *is_whole &= !is_given;
            Vec::new()
        }
    };
    let diagnostics = fields.diagnostics();
    let count = items.len();
    let read: Vec<T> = items
        .into_iter()
        .filter_map(|item| Fields::new(item, what, &source, diagnostics).and_then(read))
        .collect();
    *is_whole &= read.len() == count;
    read
}

fn ignored(fields: &mut Fields<'_>, key: &'static str, what: &str) {
    let source = fields.source().clone();
    let Some((key, section)) = fields.take_entry(key) else { return };
    if section.items().is_empty() {
        return;
    }
    fields.diagnostics().push(
        Diagnostic::warning(
            "not-supported",
            format!("`{}` is ignored: {what} is not supported", key.text),
        )
        .at(key.span(&source), "")
        .help("the rest of the project works without it"),
    );
}

/// A model's key that belongs to the semantic layer.
pub(super) fn semantic_layer_key(fields: &mut Fields<'_>, key: &'static str) {
    let source = fields.source().clone();
    let Some((key, _)) = fields.take_entry(key) else { return };
    fields.diagnostics().push(
        Diagnostic::warning(
            "not-supported",
            format!("`{}` is ignored: the semantic layer is not supported", key.text),
        )
        .at(key.span(&source), "")
        .help("the rest of the project works without it"),
    );
}
