//! BigQuery's resources as the REST API writes them
//! (<https://cloud.google.com/bigquery/docs/reference/rest>), read leniently: what is not known is
//! passed over, and what is left out has a default.

mod dataset;
mod ids;
mod job;
mod number;
mod schema;
mod statistics;
mod table;

pub use dataset::DatasetInfo;
pub(super) use dataset::{DatasetPage, read_dataset};
pub use ids::{DatasetId, JobRef, TableId};
pub(super) use job::Job;
pub use schema::Field;
pub(super) use schema::Schema;
pub use statistics::{DmlStatistics, JobStatistics};
pub use table::{Partitioning, TableEntry, TableInfo};
pub(super) use table::{TablePage, read_table};
