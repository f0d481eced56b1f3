//! What changed between two snapshots of an API that tells only how things are: created, modified,
//! deleted.

mod detector;
mod event;
mod rules;
mod state_hash;

pub use detector::{Detector, Known, Refusal};
pub use event::{Change, ChangeEvent};
pub use rules::ChangeRules;
