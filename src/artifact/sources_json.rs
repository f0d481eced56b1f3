//! `sources.json` (dbt's schema v3): how fresh sources are
//! (<https://docs.getdbt.com/reference/artifacts/sources-json>).

use serde_json::{Value, json};

use super::{ArtifactMetadata, metadata::timestamp};
use crate::run::{SourceFreshness, Status};

/// The artifact.
pub fn sources_json(
    metadata: &ArtifactMetadata,
    checked: &[SourceFreshness],
    elapsed_secs: f64,
) -> Value {
    json!({
        "metadata": metadata.to_json("sources/v3"),
        "results": checked.iter().map(result_json).collect::<Vec<_>>(),
        "elapsed_time": elapsed_secs,
    })
}

fn result_json(checked: &SourceFreshness) -> Value {
    let result = &checked.result;
    let id = result.node.unique_id.as_str();
    let Some(freshness) = &checked.freshness else {
        return json!({ "unique_id": id, "error": result.message, "status": "runtime error" });
    };
    let status = match result.status {
        Status::Pass => "pass",
        Status::Warn => "warn",
        _ => "error",
    };
    let timing: Vec<Value> = result
        .execute
        .iter()
        .map(|(started, completed)| {
            json!({
                "name": "execute",
                "started_at": timestamp(*started),
                "completed_at": timestamp(*completed),
            })
        })
        .collect();
    json!({
        "unique_id": id,
        "max_loaded_at": timestamp(freshness.max_loaded_at),
        "snapshotted_at": timestamp(freshness.snapshotted_at),
        "max_loaded_at_time_ago_in_s": freshness.age_secs(),
        "status": status,
        "criteria": checked.criteria.to_json(),
        "adapter_response": result.response,
        "timing": timing,
        "thread_id": format!("Thread-{}", result.thread),
        "execution_time": result.elapsed_secs,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::Arc;

    use chrono::DateTime;

    use super::*;
    use crate::{
        artifact::schema_check::assert_valid,
        manifest::{ResourceType, UniqueId},
        run::{Age, Criteria, Freshness, NodeLabel, NodeResult},
    };

    #[test]
    fn the_file_has_dbts_shape() {
        let time = |secs: i64| DateTime::from_timestamp(1_700_000_000 + secs, 0).unwrap();
        let metadata = ArtifactMetadata {
            dbt_version: "1.12.0".to_owned(),
            generated_at: time(0),
            invocation_id: "0b6a".to_owned(),
            invocation_started_at: time(0),
            env: serde_json::Map::new(),
        };
        let checked = |status, freshness| SourceFreshness {
            result: Arc::new(NodeResult {
                execute: Some((time(0), time(1))),
                message: Some("words".to_owned()),
                ..NodeResult::new(
                    NodeLabel {
                        unique_id: UniqueId::new("source.p.s.t"),
                        resource_type: ResourceType::Source,
                        materialization: "freshness".to_owned(),
                        display: "s.t".to_owned(),
                        path: "models/a.yml".to_owned(),
                    },
                    status,
                )
            }),
            criteria: Criteria {
                warn_after: Some(Age { count: 1, period: "hour" }),
                error_after: None,
                filter: Some("x = 1".to_owned()),
            },
            freshness,
        };
        let known = Freshness { max_loaded_at: time(-60), snapshotted_at: time(0) };
        let all = [
            checked(Status::Warn, Some(known.clone())),
            checked(Status::Fail, Some(known)),
            checked(Status::Error, None),
        ];
        let value = sources_json(&metadata, &all, 0.5);
        assert_valid("sources-v3.json", &value);
        assert_eq!(value["results"][0]["max_loaded_at_time_ago_in_s"], 60.0);
        assert_eq!(value["results"][1]["status"], "error");
        assert_eq!(value["results"][2]["status"], "runtime error");
    }
}
