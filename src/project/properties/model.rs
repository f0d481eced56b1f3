//! Models and their versions.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use super::{
    column::{
        ColumnProperties, ConstraintProperties, is_include_exclude, read_column, read_constraints,
        read_data_tests,
    },
    data_test::DataTest,
    node::{NodeKeys, NodeProperties, moved_to_config, read_node},
};
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    project::{
        fields::{Fields, Unknown},
        spanned::Spanned,
        yaml::Yaml,
    },
};

/// A model (<https://docs.getdbt.com/reference/model-properties>).
#[derive(Clone, Debug)]
pub struct ModelProperties {
    /// What all nodes have.
    pub node: NodeProperties,
    /// `access` beside `config`: `private`, `protected` or `public`.
    pub access: Option<Spanned<String>>,
    /// `constraints`.
    pub constraints: Vec<ConstraintProperties>,
    /// `latest_version`, as text.
    pub latest_version: Option<Spanned<String>>,
    /// `versions`.
    pub versions: Vec<VersionProperties>,
    /// `deprecation_date`.
    pub deprecation_date: Option<Spanned<DateTime<FixedOffset>>>,
    /// `time_spine`, as written.
    pub time_spine: Option<Yaml>,
}

/// One version of a model (<https://docs.getdbt.com/reference/resource-properties/versions>).
#[derive(Clone, Debug)]
pub struct VersionProperties {
    /// `v`, as text.
    pub v: Spanned<String>,
    /// `defined_in`: the file's name without its ending.
    pub defined_in: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `access`.
    pub access: Option<Spanned<String>>,
    /// `config`, a mapping.
    pub config: Option<Yaml>,
    /// `docs`, a mapping.
    pub docs: Option<Yaml>,
    /// `columns`, where given.
    pub columns: Option<VersionColumns>,
    /// `data_tests` (or `tests`), where given: they replace the model's.
    pub data_tests: Option<Vec<DataTest>>,
    /// `constraints`.
    pub constraints: Vec<ConstraintProperties>,
    /// `deprecation_date`.
    pub deprecation_date: Option<Spanned<DateTime<FixedOffset>>>,
}

/// The columns of a version: some of the model's, and its own.
#[derive(Clone, Debug)]
pub struct VersionColumns {
    /// Which of the model's columns it has: nothing stands for all (`include: all`, `'*'`).
    pub include: Option<Vec<Spanned<String>>>,
    /// Which of those it has not.
    pub exclude: Vec<Spanned<String>>,
    /// Columns of its own, which replace the model's of the same name.
    pub own: Vec<ColumnProperties>,
}

/// What `access` can be.
pub(super) const ACCESS: [&str; 3] = ["private", "protected", "public"];

pub(super) fn read_model(mut fields: Fields<'_>) -> Option<ModelProperties> {
    let node = read_node(&mut fields, NodeKeys::Tests);
    let access = fields.word("access", &ACCESS);
    let constraints = read_constraints(&mut fields);
    let latest_version = fields.scalar("latest_version");
    let deprecation_date = fields.moment("deprecation_date");
    let time_spine = fields.map("time_spine");
    let versions = read_versions(&mut fields);
    for key in [
        "quote_columns",
        "identifier",
        "static_analysis_off_reason",
        "original_file_path",
        "yaml_key",
    ] {
        fields.take(key);
    }
    for key in
        ["semantic_model", "primary_entity", "agg_time_dimension", "metrics", "derived_semantics"]
    {
        super::file::semantic_layer_key(&mut fields, key);
    }
    let node = node?;
    check_versions(&node.name, latest_version.as_ref(), &versions, fields.diagnostics());
    fields.finish_with(Unknown::Warn, moved_to_config);
    Some(ModelProperties {
        node,
        access,
        constraints,
        latest_version,
        versions,
        deprecation_date,
        time_spine,
    })
}

fn read_versions(fields: &mut Fields<'_>) -> Vec<VersionProperties> {
    let source = fields.source().clone();
    let items = fields.list("versions").unwrap_or_default();
    let diagnostics = fields.diagnostics();
    let mut versions = Vec::with_capacity(items.len());
    for item in items {
        if let Some(fields) = Fields::new(item, "a version", &source, diagnostics) {
            versions.extend(read_version(fields, &source));
        }
    }
    versions
}

fn read_version(mut fields: Fields<'_>, source: &Arc<SourceFile>) -> Option<VersionProperties> {
    let v = fields.required_text("v");
    let defined_in = fields.text("defined_in");
    let description = fields.scalar("description");
    let access = fields.word("access", &ACCESS);
    let config = fields.map("config");
    let docs = fields.map("docs");
    let columns = fields
        .list("columns")
        .map(|items| read_version_columns(items, source, fields.diagnostics()));
    let has_tests = fields.has("data_tests") || fields.has("tests");
    let data_tests = read_data_tests(&mut fields);
    let constraints = read_constraints(&mut fields);
    let deprecation_date = fields.moment("deprecation_date");
    fields.finish_with(Unknown::Refuse, |key| match key {
        "meta" | "tags" | "group" => Some(format!("move `{key}` under `config`")),
        _ => moved_to_config(key),
    });
    Some(VersionProperties {
        v: v?,
        defined_in,
        description,
        access,
        config,
        docs,
        columns,
        data_tests: has_tests.then_some(data_tests),
        constraints,
        deprecation_date,
    })
}

fn read_version_columns(
    items: Vec<Yaml>,
    source: &Arc<SourceFile>,
    diagnostics: &mut Vec<Diagnostic>,
) -> VersionColumns {
    let mut columns = VersionColumns { include: None, exclude: Vec::new(), own: Vec::new() };
    let mut seen_selection = false;
    for item in items {
        let selects = is_include_exclude(&item);
        let range = item.range;
        let Some(mut fields) = Fields::new(item, "a column of a version", source, diagnostics)
        else {
            continue;
        };
        if !selects {
            columns.own.extend(read_column(fields));
            continue;
        }
        if seen_selection {
            fields.diagnostics().push(
                Diagnostic::error(
                    "version-columns",
                    "a version takes one `include`/`exclude` at most",
                )
                .at(range.span(source), ""),
            );
        }
        seen_selection = true;
        columns.include = read_include(&mut fields);
        columns.exclude = fields.texts("exclude", true).unwrap_or_default();
        fields.finish(Unknown::Refuse);
    }
    columns
}

/// `all` and `'*'` stand for every column.
fn read_include(fields: &mut Fields<'_>) -> Option<Vec<Spanned<String>>> {
    let include = fields.texts("include", true)?;
    match include.as_slice() {
        [one] if matches!(one.value.as_str(), "all" | "*") => None,
        _ => Some(include),
    }
}

fn check_versions(
    name: &Spanned<String>,
    latest: Option<&Spanned<String>>,
    versions: &[VersionProperties],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (at, version) in versions.iter().enumerate() {
        if let Some(first) = versions[..at].iter().find(|first| first.v.value == version.v.value) {
            diagnostics.push(
                Diagnostic::error(
                    "duplicate-version",
                    format!("model `{}` has version `{}` twice", name.value, version.v.value),
                )
                .at(version.v.span.clone(), "again here")
                .at(first.v.span.clone(), "first here"),
            );
        }
    }
    let Some(latest) = latest else { return };
    if !versions.iter().any(|version| version.v.value == latest.value) {
        let mut known: Vec<&str> =
            versions.iter().map(|version| version.v.value.as_str()).collect();
        known.dedup();
        let help = match known.as_slice() {
            [] => "list the model's `versions`, or remove `latest_version`".to_owned(),
            _ => format!("the versions are `{}`", known.join("`, `")),
        };
        diagnostics.push(
            Diagnostic::error(
                "unknown-version",
                format!("model `{}` has no version `{}`", name.value, latest.value),
            )
            .at(latest.span.clone(), "")
            .help(help),
        );
    }
}
