//! How a relation is kept: what decides whether another may take its place.

use chrono::{DateTime, Utc};

/// The layout and definition of an existing relation
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#Table>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelationDetails {
    /// The partitioning, if any.
    pub partition: Option<PartitionLayout>,
    /// The clustering columns.
    pub cluster_by: Vec<String>,
    /// The query of a view or materialized view.
    pub query: Option<String>,
    /// Of a materialized view: whether the warehouse refreshes it by itself.
    pub enable_refresh: Option<bool>,
    /// Of a materialized view: milliseconds between refreshes.
    pub refresh_interval_ms: Option<u64>,
    /// Bytes that a scan of the whole relation reads, where the warehouse says.
    pub bytes: Option<u64>,
}

/// One partition of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionState {
    /// The table's name.
    pub table: String,
    /// The partition's time (`2024`, `202401`, `20240131`, `2024013105`).
    pub partition: String,
    /// When its rows changed last.
    pub modified: DateTime<Utc>,
}

/// Partitions of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartitionLayout {
    /// By time.
    Time {
        /// The column; none where it is the time of ingestion.
        field: Option<String>,
        /// `HOUR`, `DAY`, `MONTH` or `YEAR`.
        unit: String,
    },
    /// By ranges of integers.
    Range {
        /// The column.
        field: String,
        /// Where the first range starts.
        start: i64,
        /// Where the last ends.
        end: i64,
        /// The width of one.
        interval: i64,
    },
}

impl PartitionLayout {
    /// Whether two layouts are one: names of columns are compared without case.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Time { field, unit }, Self::Time { field: other_field, unit: other_unit }) => {
                let (one, two) = (field.as_deref(), other_field.as_deref());
                one.unwrap_or("").eq_ignore_ascii_case(two.unwrap_or(""))
                    && unit.eq_ignore_ascii_case(other_unit)
            }
            (
                Self::Range { field, start, end, interval },
                Self::Range { field: of, start: s, end: e, interval: i },
            ) => field.eq_ignore_ascii_case(of) && (start, end, interval) == (s, e, i),
            _ => false,
        }
    }
}
