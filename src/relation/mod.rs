//! What lives in a warehouse, as plain values: relations, columns, result tables.

mod column;
mod details;
mod dialect;
mod pseudo_columns;
mod quoting;
mod relation_value;
mod table;

pub use column::Column;
pub use details::{PartitionLayout, PartitionState, RelationDetails};
pub use dialect::Dialect;
pub use pseudo_columns::{PARTITION_DATE, PARTITION_TIME, TABLE_SUFFIX, is_pseudo_column};
pub use quoting::Quoting;
pub use relation_value::{Relation, RelationKind};
pub use table::{Cell, Table};
