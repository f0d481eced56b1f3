//! `elt` transforms data in medallion layers (bronze, silver, gold) on BigQuery or an embedded
//! DuckDB. `ARCHITECTURE.md` is the map of this crate.

pub mod adapter;
pub mod analysis;
pub mod artifact;
pub mod backoff;
pub mod check;
pub mod cli;
pub mod compile;
pub mod diagnostic;
pub mod docs;
pub mod graph;
pub mod ingest;
pub mod jinja;
pub mod manifest;
pub mod plan;
pub mod project;
pub mod relation;
pub mod report;
pub mod run;
pub mod secret;
pub mod sql;

/// The version of dbt whose project format and artifacts are spoken: what templates see as
/// `dbt_version`.
pub const DBT_VERSION: &str = "1.12.0";
