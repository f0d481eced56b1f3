//! What the properties of all nodes share, and seeds, snapshots, analyses and singular tests.

use super::{
    column::{ColumnProperties, read_columns, read_data_tests},
    data_test::DataTest,
};
use crate::project::{
    fields::{Fields, Unknown},
    spanned::Spanned,
    yaml::Yaml,
};

/// What the properties of all nodes tell: of a seed
/// (<https://docs.getdbt.com/reference/seed-properties>), an analysis
/// (<https://docs.getdbt.com/reference/analysis-properties>) and a singular data test
/// (<https://docs.getdbt.com/docs/build/data-tests#singular-data-tests>) all that they tell.
#[derive(Clone, Debug)]
pub struct NodeProperties {
    /// `name`; of functions and singular tests, the file's.
    pub name: Spanned<String>,
    /// `description`, with its `{{ doc() }}` calls.
    pub description: Option<Spanned<String>>,
    /// `config`, a mapping; hooks in it are as written.
    pub config: Option<Yaml>,
    /// `meta` beside `config`, a mapping.
    pub meta: Option<Yaml>,
    /// `docs` beside `config`, a mapping (`show`, `node_color`).
    pub docs: Option<Yaml>,
    /// `tags` beside `config`.
    pub tags: Vec<Spanned<String>>,
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
    /// What all nodes have.
    pub node: NodeProperties,
    /// `relation`: `ref('…')` or `source('…', '…')`, in the YAML form.
    pub relation: Option<Spanned<String>>,
}

/// Which keys a kind of node has: each kind those of the kinds before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NodeKeys {
    /// Those of singular data tests.
    Described,
    /// `tags` and `group`, too: functions.
    Grouped,
    /// `columns`, too: analyses.
    Columns,
    /// `data_tests`, too: models, seeds and snapshots.
    Tests,
}

/// Reads the keys of a node; none where it has no name.
pub(super) fn read_node(fields: &mut Fields<'_>, keys: NodeKeys) -> Option<NodeProperties> {
    let name = fields.required_text("name");
    let (description, config) = (fields.scalar("description"), fields.map("config"));
    let (meta, docs) = (fields.map("meta"), fields.map("docs"));
    let is_grouped = keys >= NodeKeys::Grouped;
    let tags = if is_grouped { fields.texts("tags", true).unwrap_or_default() } else { Vec::new() };
    let group = if is_grouped { fields.text("group") } else { None };
    let columns = if keys >= NodeKeys::Columns { read_columns(fields) } else { Vec::new() };
    let data_tests = if keys >= NodeKeys::Tests { read_data_tests(fields) } else { Vec::new() };
    // What else is wrong is told of a node without a name, too.
    let name = name?;
    Some(NodeProperties { name, description, config, meta, docs, tags, group, columns, data_tests })
}

/// Reads a node that has the keys of all nodes only.
fn read_plain(mut fields: Fields<'_>, keys: NodeKeys) -> Option<NodeProperties> {
    let node = read_node(&mut fields, keys);
    fields.take("static_analysis_off_reason");
    fields.finish_with(Unknown::Warn, moved_to_config);
    node
}

pub(super) fn read_seed(fields: Fields<'_>) -> Option<NodeProperties> {
    read_plain(fields, NodeKeys::Tests)
}

pub(super) fn read_analysis(fields: Fields<'_>) -> Option<NodeProperties> {
    read_plain(fields, NodeKeys::Columns)
}

pub(super) fn read_singular_test(fields: Fields<'_>) -> Option<NodeProperties> {
    read_plain(fields, NodeKeys::Described)
}

pub(super) fn read_snapshot(mut fields: Fields<'_>) -> Option<SnapshotProperties> {
    let relation = fields.text("relation");
    let node = read_plain(fields, NodeKeys::Tests)?;
    Some(SnapshotProperties { node, relation })
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
