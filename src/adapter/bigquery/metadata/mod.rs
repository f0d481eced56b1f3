//! Datasets and tables: read, listed, created, changed, deleted.

mod datasets;
mod patch;
mod policies;
mod tables;

pub use datasets::NewDataset;
pub use patch::Patch;
