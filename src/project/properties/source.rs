//! Sources and their tables.

use super::{
    column::{ColumnProperties, read_columns, read_data_tests},
    data_test::DataTest,
};
use crate::{
    diagnostic::Diagnostic,
    project::{
        fields::{Fields, Unknown},
        spanned::Spanned,
        yaml::{Yaml, YamlValue},
    },
};

/// A source (<https://docs.getdbt.com/reference/source-properties>).
#[derive(Clone, Debug)]
pub struct SourceProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `database`, or `project` as BigQuery calls it.
    pub database: Option<Spanned<String>>,
    /// `schema`, or `dataset` as BigQuery calls it.
    pub schema: Option<Spanned<String>>,
    /// `loader`.
    pub loader: Option<Spanned<String>>,
    /// `overrides`: the package whose source of this name is changed.
    pub overrides: Option<Spanned<String>>,
    /// `quoting`, a mapping of `database`, `schema`, `identifier` to true or false.
    pub quoting: Option<Yaml>,
    /// `freshness` beside `config`: a mapping, or null, which turns it off.
    pub freshness: Option<Yaml>,
    /// `loaded_at_field` beside `config`; null turns it off.
    pub loaded_at_field: Option<Spanned<Option<String>>>,
    /// `loaded_at_query` beside `config`.
    pub loaded_at_query: Option<Spanned<String>>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `tags` beside `config`.
    pub tags: Vec<Spanned<String>>,
    /// `config`, a mapping.
    pub config: Option<Yaml>,
    /// `tables`.
    pub tables: Vec<SourceTableProperties>,
}

/// A table of a source.
#[derive(Clone, Debug)]
pub struct SourceTableProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `identifier`: the table's name in the warehouse, where it is not `name`.
    pub identifier: Option<Spanned<String>>,
    /// `loader`.
    pub loader: Option<Spanned<String>>,
    /// `quoting`, a mapping of `database`, `schema`, `identifier` to true or false.
    pub quoting: Option<Yaml>,
    /// `freshness` beside `config`: a mapping, or null, which turns it off.
    pub freshness: Option<Yaml>,
    /// `loaded_at_field` beside `config`; null turns it off.
    pub loaded_at_field: Option<Spanned<Option<String>>>,
    /// `loaded_at_query` beside `config`.
    pub loaded_at_query: Option<Spanned<String>>,
    /// `external`, as written.
    pub external: Option<Yaml>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `tags` beside `config`.
    pub tags: Vec<Spanned<String>>,
    /// `config`, a mapping; `config.meta.ingest` says how the table is filled.
    pub config: Option<Yaml>,
    /// `columns`.
    pub columns: Vec<ColumnProperties>,
    /// `data_tests` (or `tests`).
    pub data_tests: Vec<DataTest>,
}

pub(super) fn read_source(mut fields: Fields<'_>) -> Option<SourceProperties> {
    let source = fields.source().clone();
    let name = fields.required_text("name");
    let description = fields.scalar("description");
    let database = either(&mut fields, "database", "project");
    let schema = either(&mut fields, "schema", "dataset");
    let loader = fields.text("loader");
    let overrides = fields.text("overrides");
    let Common { quoting, freshness, loaded_at_field, loaded_at_query, meta, tags, config } =
        read_common(&mut fields);
    let items = fields.list("tables").unwrap_or_default();
    let diagnostics = fields.diagnostics();
    let mut tables: Vec<SourceTableProperties> = Vec::with_capacity(items.len());
    for item in items {
        if let Some(fields) = Fields::new(item, "a table of a source", &source, diagnostics) {
            tables.extend(read_table(fields));
        }
    }
    fields.take("catalog");
    fields.finish_with(Unknown::Refuse, moved_to_config);
    Some(SourceProperties {
        name: name?,
        description,
        database,
        schema,
        loader,
        overrides,
        quoting,
        freshness,
        loaded_at_field,
        loaded_at_query,
        meta,
        tags,
        config,
        tables,
    })
}

fn read_table(mut fields: Fields<'_>) -> Option<SourceTableProperties> {
    let name = fields.required_text("name");
    let description = fields.scalar("description");
    let identifier = fields.scalar("identifier");
    let loader = fields.text("loader");
    let external = fields.take("external");
    let Common { quoting, freshness, loaded_at_field, loaded_at_query, meta, tags, config } =
        read_common(&mut fields);
    let columns = read_columns(&mut fields);
    let data_tests = read_data_tests(&mut fields);
    for key in ["docs", "data_type"] {
        fields.take(key);
    }
    fields.finish_with(Unknown::Warn, moved_to_config);
    Some(SourceTableProperties {
        name: name?,
        description,
        identifier,
        loader,
        quoting,
        freshness,
        loaded_at_field,
        loaded_at_query,
        external,
        meta,
        tags,
        config,
        columns,
        data_tests,
    })
}

struct Common {
    quoting: Option<Yaml>,
    freshness: Option<Yaml>,
    loaded_at_field: Option<Spanned<Option<String>>>,
    loaded_at_query: Option<Spanned<String>>,
    meta: Option<Yaml>,
    tags: Vec<Spanned<String>>,
    config: Option<Yaml>,
}

fn read_common(fields: &mut Fields<'_>) -> Common {
    let source = fields.source().clone();
    let quoting = fields.map("quoting");
    if let Some(quoting) = &quoting {
        check_quoting(quoting, fields);
    }
    let freshness = fields.take_even_null("freshness");
    if let Some(freshness) = &freshness {
        check_freshness(freshness, fields);
    }
    let loaded_at_field = fields.take_even_null("loaded_at_field").map(|yaml| {
        let text = yaml.scalar_text();
        if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
            fields.diagnostics().push(
                Diagnostic::error("empty-value", "`loaded_at_field` is empty")
                    .at(yaml.span(&source), "")
                    .help("name a column or an expression, or write `null`"),
            );
        }
        Spanned::new(text, yaml.span(&source))
    });
    let loaded_at_query = fields.text("loaded_at_query");
    let meta = fields.map("meta");
    let tags = fields.texts("tags", true).unwrap_or_default();
    let config = fields.map("config");
    if let Some(freshness) = config.as_ref().and_then(|config| config.get("freshness")) {
        check_freshness(freshness, fields);
    }
    Common { quoting, freshness, loaded_at_field, loaded_at_query, meta, tags, config }
}

fn either(
    fields: &mut Fields<'_>,
    key: &'static str,
    alias: &'static str,
) -> Option<Spanned<String>> {
    let value = fields.scalar(key);
    let aliased = fields.scalar(alias);
    if let (Some(_), Some(aliased)) = (&value, &aliased) {
        let message = format!("`{key}` and `{alias}` are the same, and both are given");
        fields
            .diagnostics()
            .push(Diagnostic::error("key-twice", message).at(aliased.span.clone(), ""));
    }
    value.or(aliased)
}

fn check_quoting(quoting: &Yaml, fields: &mut Fields<'_>) {
    let source = fields.source().clone();
    let Some(mut fields) = Fields::new(quoting.clone(), "`quoting`", &source, fields.diagnostics())
    else {
        return;
    };
    for key in ["database", "schema", "identifier", "project", "dataset", "snowflake_ignore_case"] {
        fields.flag(key);
    }
    fields.finish(Unknown::Refuse);
}

/// `warn_after` and `error_after` with `count` and `period`, and `filter`
/// (<https://docs.getdbt.com/reference/resource-properties/freshness>).
fn check_freshness(freshness: &Yaml, fields: &mut Fields<'_>) {
    if freshness.is_null() {
        return;
    }
    let source = fields.source().clone();
    let Some(mut fields) =
        Fields::new(freshness.clone(), "`freshness`", &source, fields.diagnostics())
    else {
        return;
    };
    for (key, what) in [("warn_after", "`warn_after`"), ("error_after", "`error_after`")] {
        let Some(rule) = fields.take(key) else { continue };
        let Some(mut rule) = Fields::new(rule, what, &source, fields.diagnostics()) else {
            continue;
        };
        let count = rule.has("count");
        let period = rule.has("period");
        if !count && period {
            rule.missing("count");
        }
        if count && !period {
            rule.missing("period");
        }
        let templated =
            rule.take("count").filter(|count| !matches!(count.value, YamlValue::Int(_)));
        if let Some(count) = templated {
            let message =
                format!("`count` of `{key}` must be a whole number, not {}", count.kind());
            rule.diagnostics()
                .push(Diagnostic::error("wrong-type", message).at(count.span(&source), ""));
        }
        rule.word("period", &["minute", "hour", "day"]);
        rule.finish(Unknown::Refuse);
    }
    fields.text("filter");
    fields.finish(Unknown::Refuse);
}

/// The help for keys that belong to a table, or under `config`.
fn moved_to_config(key: &str) -> Option<String> {
    match key {
        "enabled" | "event_time" => Some(format!("move `{key}` under `config`")),
        "columns" | "identifier" | "tests" | "data_tests" => {
            Some(format!("move `{key}` to a table under `tables`"))
        }
        "ingest" => Some("move `ingest` under `config.meta` of a table".to_owned()),
        _ => None,
    }
}
