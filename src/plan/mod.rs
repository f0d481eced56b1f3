//! Materializations as plans: steps as plain data, made from what exists, given as data.

mod snapshot_columns;
mod step;

pub use snapshot_columns::SnapshotColumns;
pub use step::{ContractColumn, PartitionBy, Plan, RowSource, Step, TableOptions};
