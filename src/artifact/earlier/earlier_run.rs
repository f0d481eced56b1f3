//! The artifacts of an earlier run, read when a selector first asks.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use serde_json::Value;

use super::changes::Changes;
use crate::{
    artifact::{ArtifactMetadata, ManifestExtras, manifest_json},
    diagnostic::{Diagnostic, did_you_mean},
    graph::selector::{Method, PreviousState, refusal},
    manifest::{Manifest, UniqueId},
    project::Scrubber,
};

/// The statuses of nodes in `run_results.json`.
const STATUSES: [&str; 9] = [
    "success",
    "error",
    "fail",
    "warn",
    "skipped",
    "pass",
    "no-op",
    "partial success",
    "runtime error",
];

/// Where earlier artifacts are.
pub struct EarlierRun {
    state: Option<PathBuf>,
    target: PathBuf,
    metadata: ArtifactMetadata,
    scrubber: Scrubber,
    changes: OnceLock<Result<Changes, Diagnostic>>,
}

impl EarlierRun {
    /// The artifacts in the folder of `--state`. Without one, results are those of the last run,
    /// which are in the target folder.
    pub fn new(
        state: Option<PathBuf>,
        target: PathBuf,
        metadata: ArtifactMetadata,
        scrubber: Scrubber,
    ) -> Self {
        Self { state, target, metadata, scrubber, changes: OnceLock::new() }
    }

    fn results(&self, value: &str) -> Result<BTreeSet<UniqueId>, Diagnostic> {
        if !STATUSES.contains(&value) {
            return Err(Diagnostic::error("invalid-selector", format!("no status `{value}`"))
                .maybe_help(did_you_mean(value, STATUSES))
                .help(format!("the statuses are {}", STATUSES.join(", "))));
        }
        let folder = self.state.as_ref().unwrap_or(&self.target);
        let results = entries(&folder.join("run_results.json"))?;
        let matching = results.into_iter().filter(|(_, result)| result["status"] == value);
        Ok(matching.map(|(id, _)| id).collect())
    }

    /// dbt's `source_status:fresher`: the sources that have newer rows than they had then.
    fn source_status(&self, value: &str) -> Result<BTreeSet<UniqueId>, Diagnostic> {
        if value != "fresher" {
            return Err(Diagnostic::error(
                "invalid-selector",
                format!("no source status `{value}`"),
            )
            .help("the status is `fresher`"));
        }
        let Some(state) = &self.state else { return Err(refusal(Method::SourceStatus)) };
        let loaded = |path: &Path| -> Result<BTreeMap<UniqueId, String>, Diagnostic> {
            let moment = |(id, result): (UniqueId, Value)| {
                Some((id, result.get("max_loaded_at")?.as_str()?.to_owned()))
            };
            Ok(entries(path)?.into_iter().filter_map(moment).collect())
        };
        let then = loaded(&state.join("sources.json"))?;
        let now = loaded(&self.target.join("sources.json"))?;
        let fresher = |id: &UniqueId, at: &str| then.get(id).is_none_or(|before| later(at, before));
        Ok(now.into_iter().filter(|(id, at)| fresher(id, at)).map(|(id, _)| id).collect())
    }

    /// What is not as it was in the state: the parts of each node that changed, or `new`.
    ///
    /// # Errors
    /// Where there is no state, or it cannot be read.
    pub fn differences(
        &self,
        manifest: &Manifest,
    ) -> Result<BTreeMap<UniqueId, Vec<&'static str>>, Diagnostic> {
        Ok(self.changes(manifest)?.differences())
    }

    fn changes(&self, manifest: &Manifest) -> Result<&Changes, Diagnostic> {
        let Some(state) = &self.state else { return Err(refusal(Method::State)) };
        let changes = self.changes.get_or_init(|| {
            let before = read_artifact(&state.join("manifest.json"))?;
            let mut text = Vec::new();
            let extras = ManifestExtras::default();
            manifest_json(&mut text, manifest, &self.metadata, &extras, &self.scrubber)
                .map_err(|error| Diagnostic::error("internal-error", error.to_string()))?;
            let now = serde_json::from_slice(&text)
                .map_err(|error| Diagnostic::error("internal-error", error.to_string()))?;
            Ok(Changes::between(before, now))
        });
        changes.as_ref().map_err(Clone::clone)
    }
}

impl PreviousState for EarlierRun {
    fn search(
        &self,
        manifest: &Manifest,
        method: Method,
        value: &str,
    ) -> Result<BTreeSet<UniqueId>, Box<Diagnostic>> {
        match method {
            Method::Result => self.results(value),
            Method::SourceStatus => self.source_status(value),
            _ => self.changes(manifest).and_then(|changes| changes.select(value)),
        }
        .map_err(Box::new)
    }
}

/// Whether a moment is after another; as text where one is no moment.
fn later(at: &str, before: &str) -> bool {
    use chrono::DateTime;
    match (DateTime::parse_from_rfc3339(at), DateTime::parse_from_rfc3339(before)) {
        (Ok(at), Ok(before)) => at > before,
        _ => at > before,
    }
}

/// The `results` of an artifact by unique id.
fn entries(path: &Path) -> Result<Vec<(UniqueId, Value)>, Diagnostic> {
    let mut value: Value = read_artifact(path)?;
    let Some(Value::Array(results)) = value.get_mut("results").map(Value::take) else {
        return Err(Diagnostic::error(
            "invalid-state",
            format!("`{}` has no list of results", path.display()),
        )
        .help("run the command that writes it again"));
    };
    let entry = |result: Value| Some((UniqueId::new(result.get("unique_id")?.as_str()?), result));
    Ok(results.into_iter().filter_map(entry).collect())
}

/// Reads an artifact that was kept.
pub(super) fn read_artifact<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Diagnostic> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Diagnostic::error("no-previous-state", format!("cannot read `{shown}`: {error}"))
            .help("name the folder that an earlier run's artifacts were copied to: `--state DIR`")
    })?;
    serde_json::from_str(&text).map_err(|error| {
        Diagnostic::error("invalid-state", format!("`{shown}` cannot be read: {error}"))
            .help("run the command that writes it again")
    })
}
