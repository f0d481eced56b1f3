//! The names of a snapshot's own columns.

use crate::manifest::NodeConfig;

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

impl SnapshotColumns {
    /// Those of a snapshot with this configuration.
    pub fn of(config: &NodeConfig) -> Self {
        let own = config.get("snapshot_meta_column_names");
        let name = |default: &str| {
            let text = own.and_then(|own| own.get(default)).and_then(serde_json::Value::as_str);
            text.unwrap_or(default).to_owned()
        };
        Self {
            scd_id: name("dbt_scd_id"),
            updated_at: name("dbt_updated_at"),
            valid_from: name("dbt_valid_from"),
            valid_to: name("dbt_valid_to"),
            is_deleted: name("dbt_is_deleted"),
            valid_to_current: config.text("dbt_valid_to_current").map(str::to_owned),
        }
    }
}
