//! Test events of the five feeds: seeded, at a rate, with as many late, doubled and broken ones as
//! wanted. For demonstrations and load.

mod broken;
mod events;
mod random;
mod send;
mod shapes;

pub use broken::{KINDS as BROKEN_KINDS, broken};
pub use events::{EventOptions, Events, Generated};
pub use random::Random;
pub use send::{Destination, SendOptions, Sent, send};
pub use shapes::FEEDS;
