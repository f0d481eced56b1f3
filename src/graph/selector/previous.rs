//! What earlier runs left behind, as selectors ask for it.

use std::collections::{BTreeMap, BTreeSet};

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

/// The statuses of an earlier run's results: answers `result:` and refuses the others.
#[derive(Clone, Debug, Default)]
pub struct PreviousResults(pub BTreeMap<UniqueId, String>);

impl PreviousState for PreviousResults {
    fn search(
        &self,
        _manifest: &Manifest,
        method: Method,
        value: &str,
    ) -> Result<BTreeSet<UniqueId>, Box<Diagnostic>> {
        if method != Method::Result {
            return Err(Box::new(refusal(method)));
        }
        let matching = self.0.iter().filter(|(_, status)| *status == value);
        Ok(matching.map(|(id, _)| id.clone()).collect())
    }
}

/// What is said where no earlier state was given.
pub fn refusal(method: Method) -> Diagnostic {
    let (what, help) = match method {
        Method::Result => {
            ("the results of an earlier run", "use `elt retry` to run again what failed")
        }
        Method::SourceStatus => (
            "the freshness results of an earlier run",
            "select the sources themselves: `source:name+`",
        ),
        _ => ("the manifest of an earlier run", "select by name, tag or path instead"),
    };
    Diagnostic::error(
        "no-previous-state",
        format!("`{}:` compares with {what}, and none is given", method.as_str()),
    )
    .help(help)
}
