//! Tables and views (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tables>).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Field, TableId, number, schema::Schema};
use crate::relation::{Column, RelationKind};

/// A table or view with what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct TableInfo {
    /// Its name.
    pub id: TableId,
    /// What it is; none for what relations cannot be (`SNAPSHOT`).
    pub kind: Option<RelationKind>,
    /// As the API calls it: `TABLE`, `VIEW`, `MATERIALIZED_VIEW`, `EXTERNAL`, `SNAPSHOT`.
    pub table_type: String,
    /// Its columns.
    pub fields: Vec<Field>,
    /// Its description.
    pub description: Option<String>,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// Rows, without those in the streaming buffer.
    pub rows: Option<i64>,
    /// Logical bytes, without those in the streaming buffer.
    pub bytes: Option<i64>,
    /// How it is partitioned.
    pub partitioning: Option<Partitioning>,
    /// The columns it is clustered by.
    pub clustering: Vec<String>,
    /// Whether queries must filter by the partition column.
    pub require_partition_filter: bool,
    /// When it expires, in milliseconds since 1970.
    pub expiration_ms: Option<i64>,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: Option<i64>,
    /// When it was changed last, in milliseconds since 1970.
    pub modified_ms: Option<i64>,
    /// Where it is.
    pub location: Option<String>,
    /// What changes with each change: given to an update, it says what was seen.
    pub etag: Option<String>,
    /// The query of a view or materialized view.
    pub query: Option<String>,
    /// Everything as the API writes it.
    pub resource: Map<String, Value>,
}

/// How a table is partitioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Partitioning {
    /// By time.
    Time {
        /// `HOUR`, `DAY`, `MONTH` or `YEAR`.
        granularity: String,
        /// The column; none for the time of ingestion.
        field: Option<String>,
        /// How long partitions are kept.
        expiration_ms: Option<i64>,
    },
    /// By ranges of integers.
    Range {
        /// The column.
        field: String,
        /// Where the first range begins.
        start: i64,
        /// Where the last one ends.
        end: i64,
        /// How wide they are.
        interval: i64,
    },
}

impl TableInfo {
    /// Its columns, with types as GoogleSQL writes them.
    pub fn columns(&self) -> Vec<Column> {
        self.fields.iter().map(Field::column).collect()
    }
}

/// One line of a dataset's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableEntry {
    /// Its name.
    pub id: TableId,
    /// What it is; none for what relations cannot be.
    pub kind: Option<RelationKind>,
    /// As the API calls it.
    pub table_type: String,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// When it was created, in milliseconds since 1970.
    pub created_ms: Option<i64>,
}

/// What a type of table is as a relation.
fn kind(table_type: &str) -> Option<RelationKind> {
    match table_type {
        "TABLE" | "SNAPSHOT" | "CLONE" => Some(RelationKind::Table),
        "VIEW" => Some(RelationKind::View),
        "MATERIALIZED_VIEW" => Some(RelationKind::MaterializedView),
        "EXTERNAL" => Some(RelationKind::External),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    table_reference: TableId,
    #[serde(default, rename = "type")]
    table_type: String,
    #[serde(default)]
    schema: Schema,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    labels: Map<String, Value>,
    #[serde(default, deserialize_with = "number::read")]
    num_rows: Option<i64>,
    #[serde(default, deserialize_with = "number::read")]
    num_bytes: Option<i64>,
    #[serde(default)]
    time_partitioning: Option<TimePartitioning>,
    #[serde(default)]
    range_partitioning: Option<RangePartitioning>,
    #[serde(default)]
    clustering: Clustering,
    #[serde(default)]
    require_partition_filter: bool,
    #[serde(default, deserialize_with = "number::read")]
    expiration_time: Option<i64>,
    #[serde(default, deserialize_with = "number::read")]
    creation_time: Option<i64>,
    #[serde(default, deserialize_with = "number::read")]
    last_modified_time: Option<i64>,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    view: View,
    #[serde(default)]
    materialized_view: View,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimePartitioning {
    #[serde(default, rename = "type")]
    granularity: String,
    #[serde(default)]
    field: Option<String>,
    #[serde(default, deserialize_with = "number::read")]
    expiration_ms: Option<i64>,
    #[serde(default)]
    require_partition_filter: bool,
}

#[derive(Deserialize)]
struct RangePartitioning {
    #[serde(default)]
    field: String,
    #[serde(default)]
    range: Range,
}

#[derive(Default, Deserialize)]
struct Range {
    #[serde(default, deserialize_with = "number::read")]
    start: Option<i64>,
    #[serde(default, deserialize_with = "number::read")]
    end: Option<i64>,
    #[serde(default, deserialize_with = "number::read")]
    interval: Option<i64>,
}

#[derive(Default, Deserialize)]
struct Clustering {
    #[serde(default)]
    fields: Vec<String>,
}

#[derive(Default, Deserialize)]
struct View {
    #[serde(default)]
    query: Option<String>,
}

/// Reads a table; `resource` is without nulls.
pub(in crate::adapter::bigquery) fn read_table(
    resource: Map<String, Value>,
) -> Result<TableInfo, serde_json::Error> {
    let wire: Wire = serde_json::from_value(Value::Object(resource.clone()))?;
    let filter_of_partitioning =
        wire.time_partitioning.as_ref().is_some_and(|time| time.require_partition_filter);
    let time = wire.time_partitioning.map(|time| Partitioning::Time {
        granularity: if time.granularity.is_empty() { "DAY".into() } else { time.granularity },
        field: time.field,
        expiration_ms: time.expiration_ms,
    });
    let range = wire.range_partitioning.map(|by| Partitioning::Range {
        field: by.field,
        start: by.range.start.unwrap_or(0),
        end: by.range.end.unwrap_or(0),
        interval: by.range.interval.unwrap_or(0),
    });
    Ok(TableInfo {
        id: wire.table_reference,
        kind: kind(&wire.table_type),
        table_type: wire.table_type,
        fields: wire.schema.fields,
        description: wire.description,
        labels: labels(wire.labels),
        rows: wire.num_rows,
        bytes: wire.num_bytes,
        partitioning: time.or(range),
        clustering: wire.clustering.fields,
        require_partition_filter: wire.require_partition_filter || filter_of_partitioning,
        expiration_ms: wire.expiration_time,
        created_ms: wire.creation_time,
        modified_ms: wire.last_modified_time,
        location: wire.location,
        etag: wire.etag,
        query: wire.view.query.or(wire.materialized_view.query),
        resource,
    })
}

/// A page of `tables.list`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::adapter::bigquery) struct TablePage {
    tables: Vec<Line>,
    pub(in crate::adapter::bigquery) next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    table_reference: TableId,
    #[serde(default, rename = "type")]
    table_type: String,
    #[serde(default)]
    labels: Map<String, Value>,
    #[serde(default, deserialize_with = "number::read")]
    creation_time: Option<i64>,
}

impl TablePage {
    pub(in crate::adapter::bigquery) fn entries(self) -> impl Iterator<Item = TableEntry> {
        self.tables.into_iter().map(|line| TableEntry {
            id: line.table_reference,
            kind: kind(&line.table_type),
            table_type: line.table_type,
            labels: labels(line.labels),
            created_ms: line.creation_time,
        })
    }
}

pub(super) fn labels(map: Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    map.into_iter().map(|(key, value)| (key, text(value))).collect()
}
