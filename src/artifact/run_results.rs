//! `run_results.json` (dbt's schema v6), written and read back for `elt retry`
//! (<https://docs.getdbt.com/reference/artifacts/run-results-json>).

use std::{collections::HashMap, path::Path, sync::Arc};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::{ArtifactMetadata, metadata::timestamp};
use crate::{
    diagnostic::Diagnostic,
    manifest::{ResourceType, TimeSpan, UniqueId},
    run::{BatchResults, Cost, NodeResult, Prices, Status},
};

/// Where `args` says what the whole run processed and cost: dbt's schema is closed, and has no other
/// place for what it does not know.
const TOTAL: &str = "elt_total";

/// The artifact. `args` holds the flags of the command, `which` among them: what `elt retry`
/// starts from. On a warehouse that bills they come with what the run cost in all, [`TOTAL`].
pub fn run_results_json(
    metadata: &ArtifactMetadata,
    args: &Map<String, Value>,
    results: &[Arc<NodeResult>],
    elapsed_secs: f64,
    prices: &Prices,
) -> Value {
    // As in dbt, ephemeral models leave no result.
    let ran = results.iter().filter(|result| result.node.materialization != "ephemeral");
    let total = Cost::total(results.iter().map(Arc::as_ref));
    let results: Vec<Value> = ran.map(|result| result_json(result, prices)).collect();
    let mut args = args.clone();
    if let Some(total) = total {
        args.insert(TOTAL.to_owned(), total_json(&total, prices));
    }
    json!({
        "metadata": metadata.to_json("run-results/v6"),
        "results": results,
        "elapsed_time": elapsed_secs,
        "args": args,
    })
}

fn total_json(total: &Cost, prices: &Prices) -> Value {
    json!({
        "bytes_processed": total.bytes_processed,
        "bytes_billed": total.bytes_billed,
        "slot_ms": total.slot_ms,
        "cache_hits": total.cache_hits,
        "cost": prices.money(total),
    })
}

fn result_json(result: &NodeResult, prices: &Prices) -> Value {
    let mut response = result.response.clone();
    if let Some(cost) = Cost::of(result) {
        response.insert("cost".to_owned(), prices.money(&cost).into());
    }

    let timing: Vec<Value> = [("compile", result.compile), ("execute", result.execute)]
        .into_iter()
        .filter_map(|(name, times)| {
            let (started, completed) = times?;
            Some(json!({
                "name": name,
                "started_at": timestamp(started),
                "completed_at": timestamp(completed),
            }))
        })
        .collect();
    // Seeds are loaded, not compiled.
    let compiled = match result.node.resource_type {
        ResourceType::Seed | ResourceType::Exposure => Value::Null,
        _ => result.compiled_code.is_some().into(),
    };
    let message = result
        .message
        .clone()
        .or_else(|| result.diagnostics.first().map(|diagnostic| diagnostic.message.clone()));
    json!({
        "status": result.status.as_str(),
        "timing": timing,
        "thread_id": format!("Thread-{}", result.thread),
        "execution_time": result.elapsed_secs,
        "adapter_response": response,
        "message": message,
        "failures": result.failures,
        "unique_id": result.node.unique_id.as_str(),
        "compiled": compiled,
        "compiled_code": result.compiled_code.as_deref(),
        "relation_name": result.relation_name,
        "batch_results": result.batches.as_ref().map(batches_json),
        "overload_results": null,
    })
}

/// dbt's `batch_results`.
fn batches_json(batches: &BatchResults) -> Value {
    json!({ "successful": spans_json(&batches.successful), "failed": spans_json(&batches.failed) })
}

/// Spans of time as pairs of start and end.
pub(super) fn spans_json(spans: &[TimeSpan]) -> Vec<Value> {
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, false);
    spans.iter().map(|span| json!([text(span.start), text(span.end)])).collect()
}

/// Spans of time from such pairs; what is no pair of times is left out.
pub(super) fn read_spans(pairs: Option<&Value>) -> Vec<TimeSpan> {
    let time = |value: &Value| {
        let time = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
        Some(time.with_timezone(&Utc))
    };
    let span =
        |pair: &Value| Some(TimeSpan { start: time(pair.get(0)?)?, end: time(pair.get(1)?)? });
    pairs.and_then(Value::as_array).into_iter().flatten().filter_map(span).collect()
}

/// What the last run was and what it left undone.
#[derive(Clone, Debug)]
pub struct PreviousRun {
    /// The command (`build`, `run`, …).
    pub command: String,
    /// Its flags as written in `args`.
    pub args: Map<String, Value>,
    /// The nodes that failed or were skipped, in the order of the file. Hooks are left out: they
    /// belong to every run.
    pub unfinished: Vec<UniqueId>,
    /// How the batches of its microbatch models ended, where some are left.
    pub batches: HashMap<UniqueId, BatchResults>,
    /// When it started, where it says.
    pub started_at: Option<DateTime<Utc>>,
    /// Its id, where it was killed.
    pub invocation: Option<String>,
}

/// Statuses that `elt retry` runs again, as dbt does.
const RETRYABLE: [Status; 3] = [Status::Error, Status::Fail, Status::Skipped];

/// Reads `run_results.json`.
///
/// # Errors
/// When there is none, or it is not a run of a command that can be run again.
pub fn read_previous_run(path: &Path) -> Result<PreviousRun, Box<Diagnostic>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Diagnostic::error("no-previous-run", format!("cannot read `{shown}`: {error}"))
            .help("there is nothing to retry before a `build`, `run`, `test`, `seed` or `snapshot`")
    })?;
    let broken = |what: &str| {
        Diagnostic::error("invalid-run-results", format!("`{shown}` {what}"))
            .help("run the command itself again")
    };
    let value: Value =
        serde_json::from_str(&text).map_err(|error| broken(&format!("is not JSON: {error}")))?;
    let mut args = value.get("args").and_then(Value::as_object).cloned().unwrap_or_default();
    // What that run cost is none of this one's flags.
    args.shift_remove(TOTAL);
    let command = args
        .get("which")
        .and_then(Value::as_str)
        .ok_or_else(|| broken("does not say which command wrote it"))?
        .to_owned();
    let results = value
        .get("results")
        .and_then(Value::as_array)
        .ok_or_else(|| broken("has no list of results"))?;
    let unfinished = results
        .iter()
        .filter_map(|result| {
            let status = result.get("status")?.as_str()?;
            let id = result.get("unique_id")?.as_str()?;
            let again = RETRYABLE.iter().any(|retryable| retryable.as_str() == status)
                || matches!(status, "runtime error" | "partial success");
            (again && !id.starts_with("operation.")).then(|| UniqueId::new(id))
        })
        .collect();
    let batches = results.iter().filter_map(|result| {
        let id = UniqueId::new(result.get("unique_id")?.as_str()?);
        let ended = result.get("batch_results").filter(|ended| !ended.is_null())?;
        let successful = read_spans(ended.get("successful"));
        let failed = read_spans(ended.get("failed"));
        (!failed.is_empty()).then_some((id, BatchResults { successful, failed }))
    });
    let batches = batches.collect();
    let metadata = value.get("metadata");
    let time = |key: &str| {
        let text = metadata?.get(key)?.as_str()?;
        DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc))
    };
    let started_at = time("invocation_started_at").or_else(|| time("generated_at"));
    Ok(PreviousRun { command, args, unfinished, batches, started_at, invocation: None })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::{artifact::schema_check::assert_valid, run::NodeLabel};

    fn result(id: &str, resource_type: ResourceType, status: Status) -> Arc<NodeResult> {
        let label = NodeLabel {
            unique_id: UniqueId::new(id),
            resource_type,
            materialization: "table".to_owned(),
            display: id.to_owned(),
            path: "models/a.sql".to_owned(),
        };
        let time = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        Arc::new(NodeResult {
            compile: Some((time, time)),
            execute: Some((time, time)),
            thread: 2,
            rows_affected: Some(3),
            compiled_code: Some("select 1".into()),
            relation_name: Some("`p`.`d`.`a`".to_owned()),
            ..NodeResult::new(label, status)
        })
    }

    fn metadata() -> ArtifactMetadata {
        let time = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        ArtifactMetadata {
            dbt_version: "1.12.0".to_owned(),
            generated_at: time,
            invocation_id: "0b6a".to_owned(),
            invocation_started_at: time,
            env: Map::new(),
        }
    }

    fn a_run() -> Vec<Arc<NodeResult>> {
        vec![
            result("operation.p.p-on-run-start-0", ResourceType::Operation, Status::Error),
            result("model.p.a", ResourceType::Model, Status::Success),
            result("model.p.b", ResourceType::Model, Status::Error),
            result("model.p.c", ResourceType::Model, Status::Skipped),
            result("model.p.d", ResourceType::Model, Status::NoOp),
            result("test.p.e.0", ResourceType::Test, Status::Fail),
            result("test.p.f.0", ResourceType::Test, Status::Warn),
        ]
    }

    fn args() -> Map<String, Value> {
        let args = json!({ "which": "build", "select": ["tag:store"], "vars": { "x": 1 } });
        args.as_object().unwrap().clone()
    }

    #[test]
    fn the_file_has_dbts_shape() {
        let value = run_results_json(&metadata(), &args(), &a_run(), 1.25, &Prices::default());
        assert_valid("run-results-v6.json", &value);
        insta::assert_json_snapshot!(value["results"][2]);
    }

    #[test]
    fn retry_takes_what_failed_and_what_was_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("target/run_results.json");
        let value = run_results_json(&metadata(), &args(), &a_run(), 1.25, &Prices::default());
        crate::artifact::write_atomically(&path, value.to_string().as_bytes()).unwrap();
        let previous = read_previous_run(&path).unwrap();
        assert_eq!(previous.command, "build");
        assert_eq!(previous.args["select"], json!(["tag:store"]));
        let ids: Vec<&str> = previous.unfinished.iter().map(UniqueId::as_str).collect();
        assert_eq!(ids, ["model.p.b", "model.p.c", "test.p.e.0"]);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_to_retry_is_said() {
        let error = read_previous_run(Path::new("nowhere/run_results.json")).unwrap_err();
        assert_eq!(error.code, "no-previous-run");
    }
}
