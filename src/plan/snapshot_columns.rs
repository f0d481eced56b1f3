//! The names of a snapshot's own columns.

/// The names, after `snapshot_meta_column_names`
/// (<https://docs.getdbt.com/reference/resource-configs/snapshot_meta_column_names>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotColumns {
    /// `dbt_scd_id`.
    pub scd_id: String,
    /// `dbt_updated_at`.
    pub updated_at: String,
    /// `dbt_valid_from`.
    pub valid_from: String,
    /// `dbt_valid_to`.
    pub valid_to: String,
    /// `dbt_is_deleted`.
    pub is_deleted: String,
    /// `dbt_valid_to_current`: what stands for "still valid" instead of NULL, as SQL.
    pub valid_to_current: Option<String>,
}
