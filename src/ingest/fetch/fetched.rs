//! The payloads of a feed, one after the other.

use super::Payload;

/// Payloads in the order in which they are to be landed.
pub struct Fetched {
    payloads: std::vec::IntoIter<Payload>,
}

impl Fetched {
    /// Those that are here already.
    pub fn of(payloads: Vec<Payload>) -> Self {
        Self { payloads: payloads.into_iter() }
    }

    /// The next payload, none behind the last. It may wait for it: only on a thread that may block.
    pub fn next_blocking(&mut self) -> Option<Result<Payload, String>> {
        self.payloads.next().map(Ok)
    }
}
