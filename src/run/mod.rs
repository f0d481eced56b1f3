//! The scheduler and its events.

mod event;

pub use event::{Event, NodeLabel, NodeResult, Status};
