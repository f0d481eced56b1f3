//! Warehouses behind one trait.

mod adapter_trait;
mod cancel;
mod error;
mod outcome;

pub use adapter_trait::{Adapter, BoxFuture};
pub use cancel::Cancel;
pub use error::{AdapterError, AdapterErrorKind};
pub use outcome::PlanOutcome;
