//! Unit tests.

use std::sync::Arc;

use crate::{
    diagnostic::{Diagnostic, SourceFile},
    project::{
        fields::{Fields, Unknown},
        spanned::Spanned,
        yaml::{Yaml, YamlValue},
    },
};

/// A unit test (<https://docs.getdbt.com/reference/resource-properties/unit-tests>).
#[derive(Clone, Debug)]
pub struct UnitTestProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `model`: the tested model's name.
    pub model: Spanned<String>,
    /// `versions`: the versions tested; nothing stands for all.
    pub versions: Option<UnitTestVersions>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `given`.
    pub given: Vec<GivenProperties>,
    /// `expect`.
    pub expect: FixtureProperties,
    /// `overrides.macros`, a mapping.
    pub override_macros: Option<Yaml>,
    /// `overrides.vars`, a mapping.
    pub override_vars: Option<Yaml>,
    /// `overrides.env_vars`, a mapping.
    pub override_env_vars: Option<Yaml>,
    /// `config`, a mapping (`meta`, `tags`, `enabled`).
    pub config: Option<Yaml>,
}

/// Which versions of a model a unit test is of.
#[derive(Clone, Debug)]
pub enum UnitTestVersions {
    /// Only these.
    Include(Vec<Spanned<String>>),
    /// All but these.
    Exclude(Vec<Spanned<String>>),
}

/// One input of a unit test.
#[derive(Clone, Debug)]
pub struct GivenProperties {
    /// `input`: `ref('…')`, `source('…', '…')` or `this`, as written.
    pub input: Spanned<String>,
    /// Its rows.
    pub fixture: FixtureProperties,
}

/// Rows, inline or in a fixture file.
#[derive(Clone, Debug)]
pub struct FixtureProperties {
    /// How the rows are written.
    pub format: FixtureFormat,
    /// `rows`: a list of mappings (`dict`), or text (`csv`, `sql`). Nothing with `fixture`; with
    /// neither, the input is empty.
    pub rows: Option<Yaml>,
    /// `fixture`: the name of a file in a `fixtures` folder of a test path, without its ending.
    pub fixture: Option<Spanned<String>>,
}

/// How the rows of a fixture are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixtureFormat {
    /// A list of mappings.
    Dict,
    /// CSV with a header.
    Csv,
    /// A query.
    Sql,
}

pub(super) fn read_unit_test(mut fields: Fields<'_>) -> Option<UnitTestProperties> {
    let source = fields.source().clone();
    let name = fields.required_text("name");
    let model = fields.required_text("model");
    let description = fields.scalar("description");
    let versions = read_versions(&mut fields, &source);
    let items = fields.list("given").unwrap_or_default();
    let mut given = Vec::with_capacity(items.len());
    for item in items {
        let Some(mut fields) = Fields::new(item, "an input", &source, fields.diagnostics()) else {
            continue;
        };
        let input = fields.required_text("input");
        let fixture = read_fixture(fields);
        given.extend(input.zip(fixture).map(|(input, fixture)| GivenProperties { input, fixture }));
    }
    let expect = match fields.take("expect") {
        Some(expect) => {
            Fields::new(expect, "`expect`", &source, fields.diagnostics()).and_then(read_fixture)
        }
        None => {
            fields.missing("expect");
            None
        }
    };
    let mut overrides = (None, None, None);
    if let Some(yaml) = fields.take("overrides")
        && let Some(mut fields) = Fields::new(yaml, "`overrides`", &source, fields.diagnostics())
    {
        overrides = (fields.map("macros"), fields.map("vars"), fields.map("env_vars"));
        fields.finish(Unknown::Refuse);
    }
    let config = fields.map("config");
    fields.take("static_analysis_off_reason");
    fields.finish_with(Unknown::Refuse, |key| {
        matches!(key, "tags" | "meta" | "enabled").then(|| format!("move `{key}` under `config`"))
    });
    Some(UnitTestProperties {
        name: name?,
        model: model?,
        versions,
        description,
        given,
        expect: expect?,
        override_macros: overrides.0,
        override_vars: overrides.1,
        override_env_vars: overrides.2,
        config,
    })
}

fn read_versions(fields: &mut Fields<'_>, source: &Arc<SourceFile>) -> Option<UnitTestVersions> {
    let yaml = fields.take("versions")?;
    let range = yaml.range;
    let mut fields = Fields::new(yaml, "`versions`", source, fields.diagnostics())?;
    let include = fields.texts("include", true);
    let exclude = fields.texts("exclude", true);
    if include.is_some() && exclude.is_some() {
        fields.diagnostics().push(
            Diagnostic::error(
                "unit-test-versions",
                "a unit test takes `include` or `exclude`, not both",
            )
            .at(range.span(source), ""),
        );
    }
    fields.finish(Unknown::Refuse);
    include.map(UnitTestVersions::Include).or(exclude.map(UnitTestVersions::Exclude))
}

fn read_fixture(mut fields: Fields<'_>) -> Option<FixtureProperties> {
    let source = fields.source().clone();
    let given = fields.word("format", &["dict", "csv", "sql"]);
    let format = match given.as_ref().map(|format| format.value.as_str()) {
        Some("csv") => FixtureFormat::Csv,
        Some("sql") => FixtureFormat::Sql,
        _ => FixtureFormat::Dict,
    };
    let rows = fields.take("rows");
    let fixture = fields.text("fixture");
    if let (Some(rows), Some(_)) = (&rows, &fixture) {
        fields.diagnostics().push(
            Diagnostic::error("fixture-twice", "both `rows` and `fixture` are given")
                .at(rows.span(&source), ""),
        );
    }
    if let Some(fixture) = fixture.as_ref().filter(|_| format == FixtureFormat::Dict) {
        fields.diagnostics().push(
            Diagnostic::error("fixture-format", "a fixture file is CSV or SQL")
                .at(fixture.span.clone(), "")
                .help("add `format: csv` or `format: sql`"),
        );
    }
    if let Some(rows) = &rows {
        check_rows(rows, format, &source, fields.diagnostics());
    }
    fields.finish(Unknown::Refuse);
    Some(FixtureProperties { format, rows, fixture })
}

fn check_rows(
    rows: &Yaml,
    format: FixtureFormat,
    source: &Arc<SourceFile>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (expected, help) = match (format, &rows.value) {
        (FixtureFormat::Dict, YamlValue::List(items)) => {
            for item in items.iter().filter(|item| !matches!(item.value, YamlValue::Map(_))) {
                let message = format!("a row must be a mapping, not {}", item.kind());
                diagnostics
                    .push(Diagnostic::error("wrong-type", message).at(item.span(source), ""));
            }
            return;
        }
        (FixtureFormat::Csv | FixtureFormat::Sql, YamlValue::String(_)) => return,
        (FixtureFormat::Dict, YamlValue::String(_)) => {
            ("a list of rows", Some("add `format: csv` or `format: sql` for rows written as text"))
        }
        (FixtureFormat::Dict, _) => ("a list of rows", None),
        (FixtureFormat::Csv, YamlValue::List(_)) | (FixtureFormat::Sql, YamlValue::List(_)) => {
            ("text", Some("remove `format` for rows written as mappings"))
        }
        _ => ("text", None),
    };
    let message = format!("`rows` must be {expected}, not {}", rows.kind());
    diagnostics.push(
        Diagnostic::error("wrong-type", message)
            .at(rows.span(source), "")
            .maybe_help(help.map(str::to_owned)),
    );
}
