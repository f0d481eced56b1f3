//! BigQuery as a warehouse: plans as jobs and changes of metadata.

mod access;
mod apply;
mod bigquery_adapter;
mod catalog;
mod checks;
mod columns;
mod estimate;
mod inline;
mod land;
mod names;
mod partition_times;
mod partitions;
mod publish;
mod schema;
mod spool;
mod tally;

pub use bigquery_adapter::{BigQueryAdapter, INVOCATION_LABEL};

use crate::adapter::{AdapterError, AdapterErrorKind};

/// An error of ours.
fn failed(code: &'static str, message: String) -> AdapterError {
    AdapterError {
        kind: AdapterErrorKind::Warehouse,
        code,
        message,
        position: None,
        step: None,
        help: None,
    }
}
