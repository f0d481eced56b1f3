//! Columns and constraints.

use super::data_test::{DataTest, read_tests};
use crate::{
    diagnostic::Diagnostic,
    project::{
        fields::{Fields, Unknown},
        spanned::Spanned,
        yaml::{Yaml, YamlValue},
    },
};

/// One column (<https://docs.getdbt.com/reference/resource-properties/columns>).
#[derive(Clone, Debug)]
pub struct ColumnProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `description`, with its `{{ doc() }}` calls.
    pub description: Option<Spanned<String>>,
    /// `data_type`.
    pub data_type: Option<Spanned<String>>,
    /// `quote`.
    pub quote: Option<bool>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `tags` beside `config`.
    pub tags: Vec<Spanned<String>>,
    /// `config`, a mapping (`meta`, `tags`, …).
    pub config: Option<Yaml>,
    /// `policy_tags`, `time_zone` and other keys an adapter or a package reads, as written.
    pub extra: Vec<(String, Yaml)>,
    /// `constraints`.
    pub constraints: Vec<ConstraintProperties>,
    /// `data_tests` (or `tests`).
    pub data_tests: Vec<DataTest>,
}

/// A constraint of a model or a column
/// (<https://docs.getdbt.com/reference/resource-properties/constraints>).
#[derive(Clone, Debug)]
pub struct ConstraintProperties {
    /// `not_null`, `unique`, `primary_key`, `foreign_key`, `check` or `custom`.
    pub kind: Spanned<String>,
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `expression`.
    pub expression: Option<Spanned<String>>,
    /// `columns`, at model level.
    pub columns: Vec<Spanned<String>>,
    /// `to`: the model a foreign key names, `ref('…')`.
    pub to: Option<Spanned<String>>,
    /// `to_columns`.
    pub to_columns: Vec<Spanned<String>>,
    /// `warn_unenforced`, by default true.
    pub warn_unenforced: bool,
    /// `warn_unsupported`, by default true.
    pub warn_unsupported: bool,
}

/// Keys of a column that are kept without being read here.
const KEPT_KEYS: [&str; 8] = [
    "policy_tags",
    "classifiers",
    "column_mask",
    "databricks_tags",
    "time_zone",
    "docs",
    "granularity",
    "dimension",
];
/// What a constraint can be.
const CONSTRAINT_KINDS: [&str; 6] =
    ["not_null", "unique", "primary_key", "foreign_key", "check", "custom"];

/// Reads a list of columns, each name once.
pub(super) fn read_columns(fields: &mut Fields<'_>) -> Vec<ColumnProperties> {
    let source = fields.source().clone();
    let items = fields.list("columns").unwrap_or_default();
    let diagnostics = fields.diagnostics();
    let mut columns: Vec<ColumnProperties> = Vec::with_capacity(items.len());
    for item in items {
        if let Some(fields) = Fields::new(item, "a column", &source, diagnostics) {
            columns.extend(read_column(fields));
        }
    }
    columns
}

pub(super) fn read_column(mut fields: Fields<'_>) -> Option<ColumnProperties> {
    let name = fields.required_text("name");
    let description = fields.scalar("description");
    let data_type = fields.text("data_type");
    let quote = fields.flag("quote").map(|flag| flag.value);
    let meta = fields.map("meta");
    let tags = fields.texts("tags", true).unwrap_or_default();
    let config = fields.map("config");
    let constraints = read_constraints(&mut fields);
    let data_tests = read_data_tests(&mut fields);
    let mut extra = Vec::new();
    for key in KEPT_KEYS {
        if let Some(value) = fields.take(key) {
            extra.push((key.to_owned(), value));
        }
    }
    // `entity` belongs to the semantic layer, which is said once for the file.
    fields.take("entity");
    fields.finish(Unknown::Warn);
    Some(ColumnProperties {
        name: name?,
        description,
        data_type,
        quote,
        meta,
        tags,
        config,
        extra,
        constraints,
        data_tests,
    })
}

/// Reads `data_tests`, or `tests` as older dbt called it; both at once are refused.
pub(super) fn read_data_tests(fields: &mut Fields<'_>) -> Vec<DataTest> {
    let source = fields.source().clone();
    if fields.has("tests") && fields.has("data_tests") {
        let span = fields.span();
        fields.diagnostics().push(
            Diagnostic::error("tests-twice", "both `tests` and `data_tests` are given")
                .at(span, "")
                .help("move all of them under `data_tests`"),
        );
    }
    let mut items = fields.list("data_tests").unwrap_or_default();
    items.extend(fields.list("tests").unwrap_or_default());
    read_tests(items, &source, fields.diagnostics())
}

/// Reads `constraints`.
pub(super) fn read_constraints(fields: &mut Fields<'_>) -> Vec<ConstraintProperties> {
    let source = fields.source().clone();
    let items = fields.list("constraints").unwrap_or_default();
    let diagnostics = fields.diagnostics();
    let mut constraints = Vec::with_capacity(items.len());
    for item in items {
        let Some(mut fields) = Fields::new(item, "a constraint", &source, diagnostics) else {
            continue;
        };
        if !fields.has("type") {
            fields.missing("type");
        }
        let kind = fields.word("type", &CONSTRAINT_KINDS);
        let name = fields.text("name");
        let expression = fields.scalar("expression");
        let columns = fields.texts("columns", false).unwrap_or_default();
        let to = fields.text("to");
        let to_columns = fields.texts("to_columns", false).unwrap_or_default();
        let warn_unenforced = fields.flag("warn_unenforced").is_none_or(|flag| flag.value);
        let warn_unsupported = fields.flag("warn_unsupported").is_none_or(|flag| flag.value);
        fields.finish(Unknown::Warn);
        let Some(kind) = kind else { continue };
        constraints.push(ConstraintProperties {
            kind,
            name,
            expression,
            columns,
            to,
            to_columns,
            warn_unenforced,
            warn_unsupported,
        });
    }
    constraints
}

/// Whether an item of a version's columns is `include`/`exclude` rather than a column.
pub(super) fn is_include_exclude(item: &Yaml) -> bool {
    matches!(&item.value, YamlValue::Map(entries)
        if entries.iter().any(|(key, _)| matches!(key.text.as_str(), "include" | "exclude")))
}
