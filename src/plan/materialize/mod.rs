//! One file per materialization: from what exists to steps.

mod clone;
pub(super) mod copy;
pub(super) mod data_test;
pub(super) mod function;
pub(super) mod grants;
pub(super) mod incremental;
pub(super) mod ingestion;
pub(super) mod materialized_view;
mod options;
pub(super) mod seed;
pub(super) mod snapshot;
mod snapshot_sql;
mod staging;
pub(super) mod table;
pub(super) mod view;

pub use clone::plan_clone;
pub use data_test::plan_data_test;
pub use options::partition_by;
pub(super) use options::{table_options, view_options};
pub use seed::seed_mistake;
pub(super) use staging::{encrypt, staging};
