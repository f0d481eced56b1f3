//! Requests: sent, judged, and sent again where that helps.

mod answer;
mod pace;
mod patience;
mod request;
mod transport;

pub(super) use answer::Answer;
pub(super) use pace::{Gate, TableUpdates};
pub use patience::Tell;
pub(super) use request::{Address, Request, Urgency};
pub(super) use transport::{Fault, Stop, Transport, http_client, once};
