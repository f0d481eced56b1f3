//! What earlier runs left behind, as selectors ask for it.

use std::collections::BTreeSet;

use super::spec::Method;
use crate::{
    diagnostic::Diagnostic,
    manifest::{Manifest, UniqueId},
};

/// Answers `state:`, `result:` and `source_status:`.
pub trait PreviousState: Send + Sync {
    /// The ids that `method:value` selects, or what is wrong with asking.
    fn search(
        &self,
        manifest: &Manifest,
        method: Method,
        value: &str,
    ) -> Result<BTreeSet<UniqueId>, Box<Diagnostic>>;
}

/// What is said where no earlier state was given.
pub fn refusal(method: Method) -> Diagnostic {
    let (what, help) = match method {
        Method::Result => {
            ("the results of an earlier run", "name the folder of its artifacts: `--state DIR`")
        }
        Method::SourceStatus => (
            "the freshness results of an earlier run",
            "name the folder of its artifacts: `--state DIR`",
        ),
        _ => ("the manifest of an earlier run", "name the folder of its artifacts: `--state DIR`"),
    };
    Diagnostic::error(
        "no-previous-state",
        format!("`{}:` compares with {what}, and none is given", method.as_str()),
    )
    .help(help)
}
