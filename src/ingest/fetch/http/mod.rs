//! Payloads from servers: every endpoint of a feed, each with all its pages.

mod address;
mod attempt;
mod endpoint;
mod pages;
mod requester;

pub use address::{encoded, host_of};
pub use attempt::{Answer, Fault, once, words};
pub use endpoint::fetch;
