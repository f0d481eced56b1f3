//! Whether a warehouse can be worked with: what `elt debug` tells.

use super::AdapterError;

/// One thing that was tried.
#[derive(Clone, Debug)]
pub struct Check {
    /// What was tried (`credentials`, `dataset`).
    pub what: &'static str,
    /// What was found, or what is wrong and what to do.
    pub found: Result<String, AdapterError>,
}
