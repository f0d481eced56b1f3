//! A client of BigQuery's REST API (<https://cloud.google.com/bigquery/docs/reference/rest>): jobs that
//! never run twice and are never left running, datasets and tables, rows as result tables.
//!
//! It knows nothing of plans and projects. `http` sends requests, `auth` proves who asks, `resource` is
//! what the API says, `job` and `metadata` are what can be done.

mod access;
mod auth;
mod client;
mod connect;
mod error;
mod http;
mod job;
mod labels;
mod metadata;
mod position;
mod reason;
mod resource;
mod rows;
mod settings;
mod warehouse;

pub use access::GoogleAccess;
pub use client::BigQueryClient;
pub use error::{BigQueryError, BigQueryErrorKind, ErrorDetails};
pub use http::Tell;
pub use job::{
    ChildJob, CopyJob, CopyOperation, CsvFormat, Destination, DryRun, JobId, JobOptions,
    JobOutcome, LoadFormat, LoadJob, LoadSource, QueryJob, WriteDisposition,
};
pub use labels::{label_key, label_value};
pub use metadata::{NewDataset, Patch};
pub use resource::{
    DatasetId, DatasetInfo, DmlStatistics, Field, JobRef, JobStatistics, Partitioning, TableEntry,
    TableId, TableInfo,
};
pub use settings::ClientSettings;
pub use warehouse::{BigQueryAdapter, INVOCATION_LABEL};
