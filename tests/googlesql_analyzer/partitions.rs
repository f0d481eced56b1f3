//! Partitions that are replaced, and those by ingestion time.

use serde_json::json;

use crate::{
    assert_right, merged,
    nodes::{Run, describe, runs},
    partitions,
};

#[test]
fn partitions_that_are_overwritten() {
    let mut cases = Vec::new();
    for partition in partitions().into_iter().skip(1) {
        let by = &partition["partition_by"];
        let literals = match by["data_type"].as_str().unwrap_or("date") {
            "date" => json!(["date '2024-01-01'", "date_sub(current_date(), interval 1 day)"]),
            "timestamp" => json!(["timestamp '2024-01-01 00:00:00+00'"]),
            "datetime" => json!(["datetime '2024-01-01 00:00:00'"]),
            _ => json!(["10", "20"]),
        };
        for (options, copied) in [
            (json!({}), false),
            (json!({ "partitions": literals }), false),
            (json!({}), true),
            (json!({ "partitions": literals }), true),
        ] {
            let mut partition = partition.clone();
            partition["partition_by"]["copy_partitions"] = copied.into();
            let base = json!({"materialized": "incremental",
                "incremental_strategy": "insert_overwrite"});
            let config = merged(&base, &[&partition, &options]);
            let run = Run::model(config.clone());
            cases.push(runs(&config.to_string(), &[run.clone(), run]));
        }
    }
    assert_right(&cases);
}

#[test]
fn partitions_by_ingestion_time() {
    let mut cases = Vec::new();
    for (field, data_type) in [("day", "date"), ("moment", "timestamp"), ("local", "datetime")] {
        for granularity in ["hour", "day", "month", "year"] {
            if (data_type, granularity) == ("date", "hour") {
                continue;
            }
            let literal = match data_type {
                "timestamp" => "timestamp '2024-01-01 00:00:00+00'",
                data_type => &format!("{data_type} '2024-01-01'"),
            };
            for options in [
                json!({"materialized": "table"}),
                json!({"incremental_strategy": "append"}),
                json!({"incremental_strategy": "append", "publish": "audited"}),
                json!({"unique_key": ["id", "name"]}),
                json!({"unique_key": "id", "require_partition_filter": true,
                    "on_schema_change": "sync_all_columns"}),
                json!({"incremental_strategy": "insert_overwrite"}),
                json!({"incremental_strategy": "insert_overwrite", "partitions": [literal]}),
                json!({"incremental_strategy": "insert_overwrite", "copy": true}),
                json!({"incremental_strategy": "insert_overwrite", "copy": true,
                    "partitions": [literal]}),
            ] {
                let by = json!({"field": field, "data_type": data_type, "granularity": granularity,
                    "time_ingestion_partitioning": true, "copy_partitions": options["copy"] == true});
                let base = json!({"materialized": "incremental", "cluster_by": "id",
                    "partition_by": by, "labels": {"team": "it"}, "hours_to_expiration": 12});
                let config = merged(&base, &[&options]);
                let run = Run::model(config.clone()).with(describe);
                let again = Run { full_refresh: true, ..run.clone() };
                cases.push(runs(&config.to_string(), &[run.clone(), run, again]));
            }
        }
    }
    assert_right(&cases);
}
