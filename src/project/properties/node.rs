//! What models, seeds, snapshots and analyses share, and the latter three.

use super::{
    column::{ColumnProperties, read_columns, read_data_tests},
    data_test::DataTest,
};
use crate::project::{
    fields::{Fields, Unknown},
    spanned::Spanned,
    yaml::Yaml,
};

/// A seed (<https://docs.getdbt.com/reference/seed-properties>).
#[derive(Clone, Debug)]
pub struct SeedProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `config`, a mapping (`column_types`, `delimiter`, `quote_columns`, …).
    pub config: Option<Yaml>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `tags` beside `config`.
    pub tags: Vec<Spanned<String>>,
    /// `docs` beside `config`, a mapping.
    pub docs: Option<Yaml>,
    /// `group` beside `config`.
    pub group: Option<Spanned<String>>,
    /// `columns`.
    pub columns: Vec<ColumnProperties>,
    /// `data_tests` (or `tests`).
    pub data_tests: Vec<DataTest>,
}

/// A snapshot (<https://docs.getdbt.com/reference/snapshot-properties>): described here, and with
/// `relation` also defined here.
#[derive(Clone, Debug)]
pub struct SnapshotProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `relation`: `ref('…')` or `source('…', '…')`, in the YAML form.
    pub relation: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `config`, a mapping (`unique_key`, `strategy`, …).
    pub config: Option<Yaml>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `tags` beside `config`.
    pub tags: Vec<Spanned<String>>,
    /// `docs` beside `config`, a mapping.
    pub docs: Option<Yaml>,
    /// `group` beside `config`.
    pub group: Option<Spanned<String>>,
    /// `columns`.
    pub columns: Vec<ColumnProperties>,
    /// `data_tests` (or `tests`).
    pub data_tests: Vec<DataTest>,
}

/// An analysis (<https://docs.getdbt.com/reference/analysis-properties>).
#[derive(Clone, Debug)]
pub struct AnalysisProperties {
    /// `name`.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `config`, a mapping.
    pub config: Option<Yaml>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `tags` beside `config`.
    pub tags: Vec<Spanned<String>>,
    /// `docs` beside `config`, a mapping.
    pub docs: Option<Yaml>,
    /// `group` beside `config`.
    pub group: Option<Spanned<String>>,
    /// `columns`.
    pub columns: Vec<ColumnProperties>,
}

/// A singular data test (<https://docs.getdbt.com/docs/build/data-tests#singular-data-tests>).
#[derive(Clone, Debug)]
pub struct DataTestProperties {
    /// `name`: the file's.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `config`, a mapping.
    pub config: Option<Yaml>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `docs` beside `config`, a mapping.
    pub docs: Option<Yaml>,
}

/// The keys that all of them have.
pub(super) struct NodeFields {
    pub name: Option<Spanned<String>>,
    pub description: Option<Spanned<String>>,
    pub config: Option<Yaml>,
    pub meta: Option<Yaml>,
    pub tags: Vec<Spanned<String>>,
    pub docs: Option<Yaml>,
    pub group: Option<Spanned<String>>,
    pub columns: Vec<ColumnProperties>,
    pub data_tests: Vec<DataTest>,
}

/// Reads the keys that all of them have.
pub(super) fn read_node_fields(fields: &mut Fields<'_>) -> NodeFields {
    NodeFields {
        name: fields.required_text("name"),
        description: fields.scalar("description"),
        config: fields.map("config"),
        meta: fields.map("meta"),
        tags: fields.texts("tags", true).unwrap_or_default(),
        docs: fields.map("docs"),
        group: fields.text("group"),
        columns: read_columns(fields),
        data_tests: read_data_tests(fields),
    }
}

pub(super) fn read_seed(mut fields: Fields<'_>) -> Option<SeedProperties> {
    let NodeFields { name, description, config, meta, tags, docs, group, columns, data_tests } =
        read_node_fields(&mut fields);
    fields.take("static_analysis_off_reason");
    fields.finish_with(Unknown::Warn, moved_to_config);
    let name = name?;
    Some(SeedProperties { name, description, config, meta, tags, docs, group, columns, data_tests })
}

pub(super) fn read_snapshot(mut fields: Fields<'_>) -> Option<SnapshotProperties> {
    let NodeFields { name, description, config, meta, tags, docs, group, columns, data_tests } =
        read_node_fields(&mut fields);
    let relation = fields.text("relation");
    fields.take("static_analysis_off_reason");
    fields.finish_with(Unknown::Warn, moved_to_config);
    Some(SnapshotProperties {
        name: name?,
        relation,
        description,
        config,
        meta,
        tags,
        docs,
        group,
        columns,
        data_tests,
    })
}

pub(super) fn read_analysis(mut fields: Fields<'_>) -> Option<AnalysisProperties> {
    let name = fields.required_text("name");
    let description = fields.scalar("description");
    let config = fields.map("config");
    let meta = fields.map("meta");
    let tags = fields.texts("tags", true).unwrap_or_default();
    let docs = fields.map("docs");
    let group = fields.text("group");
    let columns = read_columns(&mut fields);
    fields.take("static_analysis_off_reason");
    fields.finish_with(Unknown::Warn, moved_to_config);
    let name = name?;
    Some(AnalysisProperties { name, description, config, meta, tags, docs, group, columns })
}

pub(super) fn read_singular_test(mut fields: Fields<'_>) -> Option<DataTestProperties> {
    let name = fields.required_text("name");
    let description = fields.scalar("description");
    let config = fields.map("config");
    let meta = fields.map("meta");
    let docs = fields.map("docs");
    fields.take("static_analysis_off_reason");
    fields.finish_with(Unknown::Warn, moved_to_config);
    Some(DataTestProperties { name: name?, description, config, meta, docs })
}

/// Keys that are often written beside `config` and belong under it.
const CONFIG_KEYS: [&str; 38] = [
    "alias",
    "batch_size",
    "begin",
    "check_cols",
    "cluster_by",
    "column_types",
    "contract",
    "database",
    "dataset",
    "delimiter",
    "enabled",
    "event_time",
    "freshness",
    "full_refresh",
    "grants",
    "hard_deletes",
    "incremental_predicates",
    "incremental_strategy",
    "labels",
    "lookback",
    "materialized",
    "merge_exclude_columns",
    "merge_update_columns",
    "on_schema_change",
    "partition_by",
    "persist_docs",
    "post_hook",
    "pre_hook",
    "project",
    "quote_columns",
    "quoting",
    "require_partition_filter",
    "schema",
    "sql_header",
    "strategy",
    "target_schema",
    "unique_key",
    "updated_at",
];

/// The help for a config key that stands beside `config`.
pub(super) fn moved_to_config(key: &str) -> Option<String> {
    CONFIG_KEYS
        .contains(&key.replace('-', "_").as_str())
        .then(|| format!("move `{key}` under `config`"))
}
