//! Warehouses behind one trait.

mod adapter_trait;
pub mod bigquery;
mod blocking;
mod cancel;
mod catalog_entry;
mod check;
pub mod duckdb;
mod error;
mod estimate;
mod outcome;
mod query_behind;

pub use adapter_trait::{Adapter, BoxFuture, OnText};
pub use blocking::BlockingWarehouse;
pub use cancel::Cancel;
pub use catalog_entry::{CatalogColumn, CatalogEntry, CatalogStat};
pub use check::Check;
pub use error::{AdapterError, AdapterErrorKind};
pub use estimate::{Bytes, PlanEstimate, StepEstimate};
pub use outcome::PlanOutcome;
pub use query_behind::query_behind;
