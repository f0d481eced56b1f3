//! Payloads from servers: every endpoint of a feed, each with all its pages.

mod address;
mod attempt;
mod endpoint;
mod known_answers;
mod pages;
mod requester;

pub use address::{encoded, host_of};
pub use attempt::{Answer, Fault, once, words};
pub use endpoint::fetch;
pub use known_answers::KnownAnswers;
