//! Columns of tables partitioned by ingestion time that `*` leaves out
//! (<https://cloud.google.com/bigquery/docs/querying-partitioned-tables#query_an_ingestion-time_partitioned_table>).

/// When a row's partition begins.
pub const PARTITION_TIME: &str = "_PARTITIONTIME";
/// The day of that.
pub const PARTITION_DATE: &str = "_PARTITIONDATE";
/// What a table's name has behind the prefix of a wildcard.
pub const TABLE_SUFFIX: &str = "_TABLE_SUFFIX";

/// Whether a column of a table is one that `*` leaves out. BigQuery has no other columns of such names
/// (<https://cloud.google.com/bigquery/docs/schemas#column_names>).
pub fn is_pseudo_column(name: &str) -> bool {
    [PARTITION_TIME, PARTITION_DATE, TABLE_SUFFIX]
        .iter()
        .any(|pseudo| pseudo.eq_ignore_ascii_case(name))
}
