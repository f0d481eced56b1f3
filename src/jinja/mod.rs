//! The dbt dialect of Jinja on stock minijinja.

mod calls;

pub use calls::{RefCall, SourceCall};
