//! Every statement that a plan can produce is read by Google's own analyzer of GoogleSQL, with
//! BigQuery's language options: each materialization with each of its options, first build and
//! later ones.

mod analyzer;
mod clones;
mod example;
#[path = "../example_support/mod.rs"]
mod example_support;
mod functions;
mod landings;
#[path = "../node_support/mod.rs"]
mod node_support;
mod nodes;
mod partitions;
#[path = "../plans_on_bigquery/mod.rs"]
mod plans_on_bigquery;
mod steps;
#[path = "../test_tools/mod.rs"]
mod test_tools;

use analyzer::{Analyzer, Case, Verdict};
use elt::manifest::{Node, ResourceType};
use nodes::{Run, constrain, declare_fields, describe, runs};
use serde_json::{Value, json};

/// Has the cases read, and shows all that is wrong in them.
fn assert_right(cases: &[Case]) {
    let Some(analyzer) = Analyzer::get() else { return };
    let mut analyzer = analyzer.lock().expect("no test failed while it asked");
    let verdicts = analyzer.read(cases);
    let wrong = cases.iter().zip(&verdicts).filter_map(|(case, verdict)| match verdict {
        Verdict::Right(_) => None,
        Verdict::Wrong { error, sql, .. } => Some(format!("{}: {error}\n{sql}", case.name)),
    });
    let wrong: Vec<String> = wrong.collect();
    drop(analyzer);
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n\n")
    );
}

/// `base` with the keys of each of `more`.
fn merged(base: &Value, more: &[&Value]) -> Value {
    let mut all = base.clone();
    for object in more {
        for (key, value) in object.as_object().expect("an object") {
            all[key] = value.clone();
        }
    }
    all
}

/// `partition_by` in all its forms, the empty one first.
fn partitions() -> Vec<Value> {
    let mut all = vec![json!({})];
    let mut add = |by: Value| all.push(json!({ "partition_by": by }));
    for granularity in ["day", "month", "year"] {
        add(json!({"field": "day", "data_type": "date", "granularity": granularity}));
    }
    for granularity in ["hour", "day", "month", "year"] {
        add(json!({"field": "moment", "data_type": "timestamp", "granularity": granularity}));
        add(json!({"field": "local", "data_type": "datetime", "granularity": granularity}));
    }
    add(json!({"field": "id", "data_type": "int64",
        "range": {"start": 0, "end": 100, "interval": 10}}));
    add(json!({"field": "day"}));
    all
}

/// Everything a table or view can be told besides.
fn further_options() -> Vec<Value> {
    vec![
        json!({}),
        json!({"labels": {"team": "it's", "number": 1}, "hours_to_expiration": 12,
            "persist_docs": {"relation": true, "columns": true}}),
    ]
}

fn table_options() -> Vec<Value> {
    vec![
        json!({"cluster_by": "id"}),
        json!({"cluster_by": ["id", "name", "group"], "require_partition_filter": true,
            "partition_expiration_days": 30,
            "kms_key_name": "projects/p/locations/eu/keyRings/r/cryptoKeys/k"}),
    ]
}

#[test]
fn a_wrong_statement_is_found() {
    let Some(analyzer) = Analyzer::get() else { return };
    let case = |statement: &str| Case {
        name: statement.to_owned(),
        given: vec![nodes::source()],
        statements: vec!["select 1 as a".to_owned(), statement.to_owned()],
    };
    let m = nodes::relation("m");
    let source = nodes::relation("source");
    let statements = [
        format!("create or replace table {m} partition by `name` as select * from {source}"),
        format!("create table {m} options (descripton = 'x') as select 1 as a"),
        format!("create table {m} options (description = 1) as select 1 as a"),
        format!("create table {m} as select 1, 2"),
        format!("create table {m} as select * from {source} where nam = 'x'"),
        format!("create view {source} as select 1 as a"),
        format!("create or replace view {source} as select 1 as a"),
        format!("alter table {source} add column a INT64, drop column name, add colum b INT64"),
        format!("alter table {m} add column a INT64"),
        format!("declare p array<string>; delete from {source} where `day` in unnest(p)"),
        format!(
            "merge into {source} as d using (select 1 as id) as s on d.nam = s.id when matched then delete"
        ),
        format!("insert into {source} (`id`, `price`) select `id`, `name` from {source}"),
        "drop view if exists `a`.`b`.`c`; drop tabel `a`.`b`.`c`".to_owned(),
        "select 'it's'".to_owned(),
    ];
    let cases: Vec<Case> = statements.iter().map(|statement| case(statement)).collect();
    let told = analyzer.lock().expect("no test failed while it asked").read(&cases);
    let told = cases.iter().zip(told).map(|(case, verdict)| match verdict {
        Verdict::Right(kinds) => format!("{}\n  right: {kinds:?}", case.name),
        Verdict::Wrong { statement, error, .. } => {
            format!("{}\n  {statement}: {error}", case.name)
        }
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

/// The plans that are snapshotted, with what they say exists.
#[test]
fn the_golden_plans() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/plans_on_bigquery");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the cases")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let cases = files.iter().filter_map(|path| {
        let text = std::fs::read_to_string(path).expect("a readable case");
        let case: Value = serde_json::from_str(&text).expect("JSON");
        let plan = plans_on_bigquery::planned(&case).ok()?;
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let given = plans_on_bigquery::given(&case);
        Some(Case { name, given, statements: nodes::statements(&plan) })
    });
    assert_right(&cases.collect::<Vec<_>>());
}

#[test]
fn views_and_tables_replace_each_other() {
    let kinds = ["view", "table", "table", "view", "view", "incremental", "incremental", "view"];
    let of = |options: &Value| {
        kinds.map(|kind| {
            Run::model(merged(&json!({"materialized": kind}), &[options])).with(describe)
        })
    };
    let cases =
        further_options().into_iter().map(|options| runs(&options.to_string(), &of(&options)));
    assert_right(&cases.collect::<Vec<_>>());
}

#[test]
fn tables_with_every_partitioning_and_option() {
    let mut cases = Vec::new();
    for kind in ["table", "incremental"] {
        for partition in partitions() {
            for options in further_options().iter().chain(&table_options()) {
                let config = merged(&json!({"materialized": kind}), &[&partition, options]);
                cases.push(runs(&config.to_string(), &[Run::model(config).with(describe)]));
            }
        }
    }
    assert_right(&cases);
}

#[test]
fn tables_under_a_contract() {
    let mut cases = Vec::new();
    for kind in ["view", "table", "incremental"] {
        for partition in partitions() {
            for options in further_options() {
                for (what, change) in [
                    ("plain", describe as fn(&mut Node)),
                    ("constrained", constrain),
                    ("by fields", declare_fields),
                ] {
                    let contract = json!({"materialized": kind, "contract": {"enforced": true}});
                    let config = merged(&contract, &[&partition, &options]);
                    let name = format!("{what} {config}");
                    let run = Run::model(config).with(change);
                    cases.push(runs(&name, &[run.clone(), run]));
                }
            }
        }
    }
    assert_right(&cases);
}

#[test]
fn layouts_that_change() {
    let mut cases = Vec::new();
    for kind in ["table", "incremental", "materialized_view"] {
        for partition in partitions() {
            let first = json!({"materialized": kind, "cluster_by": "id"});
            let second = merged(&json!({"materialized": kind}), &[&partition]);
            let name = format!("{first} {second}");
            let run =
                |config: Value| Run { full_refresh: true, ..Run::model(config).with(describe) };
            cases.push(runs(&name, &[run(first.clone()), run(second), run(first)]));
        }
    }
    assert_right(&cases);
}

#[test]
fn materialized_views() {
    let options = [
        json!({}),
        json!({"enable_refresh": true, "refresh_interval_minutes": 60.5,
            "max_staleness": "0 4:0:0", "cluster_by": ["id"], "labels": {"a": "b"},
            "hours_to_expiration": 12, "persist_docs": {"relation": true, "columns": true}}),
        json!({"enable_refresh": false, "max_staleness": "interval \"4:0:0\" hour to second",
            "allow_non_incremental_definition": true, "partition_by": {"field": "day"},
            "kms_key_name": "projects/p/locations/eu/keyRings/r/cryptoKeys/k"}),
    ];
    let mut cases = Vec::new();
    for options in options {
        for other in ["materialized_view", "view", "table", "incremental"] {
            let config = merged(&json!({"materialized": "materialized_view"}), &[&options]);
            let run = Run::model(config.clone()).with(describe);
            let changed = Run { sql: format!("{} where id > 1", run.sql), ..run.clone() };
            let other = Run::model(json!({"materialized": other})).with(describe);
            let all = [run.clone(), run.clone(), changed, other.clone(), run, other];
            cases.push(runs(&format!("{config} {}", all[3].config), &all));
        }
    }
    assert_right(&cases);
}

#[test]
fn grants_and_tags() {
    let cases = ["view", "table", "incremental", "materialized_view"].map(|kind| {
        let mut config = json!({"materialized": kind, "labels_from_meta": true,
            "meta": {"owner": "ann's"}, "resource_tags": {"123/env": "prod"},
            "grants": {"roles/bigquery.dataViewer": ["user:ann@example.com", "group:x@example.com"],
                "roles/bigquery.dataEditor": "serviceAccount:x@p.iam.gserviceaccount.com"}});
        if kind == "view" {
            config["grant_access_to"] = json!([{"project": "other-project", "dataset": "raw"}]);
        }
        let run = Run::model(config.clone()).with(describe);
        runs(&config.to_string(), &[run.clone(), run])
    });
    assert_right(&cases);
}

#[test]
fn incremental_models_by_every_strategy() {
    let keys = [
        json!({}),
        json!({"unique_key": "id"}),
        json!({"unique_key": ["group", "day", "moment", "local"]}),
    ];
    let further = [
        json!({}),
        json!({"incremental_predicates": ["DBT_INTERNAL_DEST.`day` > date '2024-01-01'",
            "DBT_INTERNAL_DEST.id in (1, 2)"]}),
        json!({"merge_update_columns": ["name", "order"]}),
        json!({"merge_exclude_columns": ["moment", "group"]}),
    ];
    let mut cases = Vec::new();
    for strategy in ["merge", "append", "delete+insert"] {
        for key in &keys {
            if strategy == "delete+insert" && key == &json!({}) {
                continue;
            }
            for partition in partitions() {
                for options in &further {
                    let base = json!({"materialized": "incremental",
                        "incremental_strategy": strategy});
                    let config = merged(&base, &[key, &partition, options]);
                    let run = Run::model(config.clone());
                    let whole = Run { full_refresh: true, ..run.clone() };
                    cases.push(runs(&config.to_string(), &[run.clone(), run.clone(), whole, run]));
                }
            }
        }
    }
    assert_right(&cases);
}

#[test]
fn batches_of_every_size_by_times_of_every_type() {
    let mut cases = Vec::new();
    for partition in partitions().into_iter().skip(1) {
        let Some(size) = partition["partition_by"]["granularity"].as_str() else { continue };
        for event_time in ["day", "moment", "local", "name"] {
            for copied in [false, true] {
                let mut partition = partition.clone();
                partition["partition_by"]["copy_partitions"] = copied.into();
                let base = json!({"materialized": "incremental",
                    "incremental_strategy": "microbatch", "event_time": event_time,
                    "begin": "2024-01-01", "batch_size": size});
                let config = merged(&base, &[&partition]);
                let run = Run::model(config.clone());
                cases.push(runs(&config.to_string(), &[run.clone(), run]));
            }
        }
    }
    assert_eq!(cases.len(), 88);
    assert_right(&cases);
}

#[test]
fn audited_tables() {
    let mut cases = Vec::new();
    for kind in ["table", "incremental"] {
        for partition in partitions() {
            for options in further_options() {
                let base = json!({"materialized": kind, "publish": "audited",
                    "on_schema_change": "append_new_columns", "grants": {"roles/bigquery.dataViewer": ["user:a@example.com"]}});
                let config = merged(&base, &[&partition, &options]);
                let run = Run::model(config.clone());
                let view = Run::model(json!({"materialized": "view"}));
                cases.push(runs(&config.to_string(), &[view, run.clone(), run.clone(), run]));
            }
        }
    }
    assert_right(&cases);
}

#[test]
fn changes_of_the_columns() {
    let first = [("id", "INT64"), ("name", "STRING"), ("day", "DATE"), ("count", "INT64")];
    let later = [
        ("id", "INT64"),
        ("name", "STRING"),
        ("day", "DATE"),
        ("count", "INT64"),
        ("order", "STRUCT<number INT64, lines ARRAY<STRUCT<sku STRING, count INT64>>>"),
        ("tags", "ARRAY<STRING>"),
    ];
    let wider = [("id", "INT64"), ("name", "STRING"), ("day", "DATE"), ("count", "NUMERIC")];
    let gone = [("id", "INT64"), ("day", "DATE")];
    let mut cases = Vec::new();
    for setting in ["ignore", "append_new_columns", "sync_all_columns"] {
        for strategy in ["merge", "append", "delete+insert", "insert_overwrite"] {
            let config = json!({"materialized": "incremental", "incremental_strategy": strategy,
                "on_schema_change": setting, "unique_key": "id", "partition_by": {"field": "day"},
                "persist_docs": {"relation": true, "columns": true}});
            let run = Run::model(config).with(describe);
            let mut all = vec![
                run.clone().of("select id, name, day, 1 as count", &first),
                run.clone().of("select id, name, day, 2 as count, `order`, tags", &later),
            ];
            if setting == "sync_all_columns" {
                all.push(run.clone().of("select id, name, day, numeric '1.5' as count", &wider));
                all.push(run.of("select id, day", &gone));
            }
            cases.push(runs(&format!("{setting} {strategy}"), &all));
        }
    }
    assert_right(&cases);
}

#[test]
fn structs_that_get_further_fields() {
    let first = [("id", "INT64"), ("a", "STRUCT<x INT64>"), ("b", "ARRAY<STRUCT<x INT64>>")];
    let later = [
        ("id", "INT64"),
        ("a", "STRUCT<x INT64, y STRING>"),
        ("b", "ARRAY<STRUCT<x INT64, z DATE>>"),
        ("c", "DATE"),
    ];
    let mut cases = Vec::new();
    for setting in ["append_new_columns", "sync_all_columns"] {
        for strategy in ["merge", "append", "delete+insert"] {
            let config = json!({"materialized": "incremental", "incremental_strategy": strategy,
                "on_schema_change": setting, "unique_key": "id"});
            let run = Run::model(config);
            let all = [
                run.clone().of("select id, struct(1 as x) as a, [struct(1 as x)] as b", &first),
                run.of(
                    "select id, struct(1 as x, '' as y) as a, [struct(1 as x, day as z)] as b, \
                     day as c",
                    &later,
                ),
            ];
            cases.push(runs(&format!("{setting} {strategy}"), &all));
        }
    }
    assert_right(&cases);
}

#[test]
fn snapshots_in_every_form() {
    let strategies = [
        json!({"strategy": "timestamp", "updated_at": "moment"}),
        json!({"strategy": "timestamp", "updated_at": "day"}),
        json!({"strategy": "timestamp", "updated_at": "local"}),
        json!({"strategy": "timestamp", "updated_at": "timestamp(`local`)"}),
        json!({"strategy": "check", "check_cols": "all"}),
        json!({"strategy": "check", "check_cols": ["name", "group"]}),
        json!({"strategy": "check", "check_cols": ["name"], "updated_at": "moment"}),
    ];
    let names = [
        json!({}),
        json!({"snapshot_meta_column_names": {"dbt_valid_to": "ended", "dbt_valid_from": "from",
            "dbt_scd_id": "version", "dbt_updated_at": "changed", "dbt_is_deleted": "gone"}}),
    ];
    let comparable: Vec<(&str, &str)> =
        nodes::COLUMNS.into_iter().filter(|(name, _)| !["tags", "order"].contains(name)).collect();
    let mut cases = Vec::new();
    for strategy in &strategies {
        for hard_deletes in ["ignore", "invalidate", "new_record"] {
            for names in &names {
                for key in [json!("id"), json!(["id", "`group`"]), json!("concat(name, '-')")] {
                    for current in [false, true] {
                        let base = json!({"materialized": "snapshot", "unique_key": key,
                            "hard_deletes": hard_deletes});
                        let mut config = merged(&base, &[strategy, names]);
                        if current {
                            config["dbt_valid_to_current"] = match config["updated_at"].as_str() {
                                Some("day") => json!("date '9999-12-31'"),
                                Some("local") => json!("datetime '9999-12-31 00:00:00'"),
                                _ => json!("timestamp '9999-12-31 00:00:00'"),
                            };
                        }
                        let run = Run::snapshot(config.clone());
                        let few = "select * except (tags, `order`)";
                        let run = match config["check_cols"] == "all" {
                            true => run.of(few, &comparable),
                            false => run,
                        };
                        let more = Run { sql: run.sql.clone(), ..run.clone() };
                        cases.push(runs(&config.to_string(), &[run.clone(), run, more]));
                    }
                }
            }
        }
    }
    assert_right(&cases);
}

#[test]
fn seeds_of_every_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("m.csv");
    let text = "id,name,day,at,local,price,group,select,é\n\
        1,a,2024-01-31,2024-01-31 10:00:00,2024-01-31T10:00:00,1.5,true,x,y\n";
    std::fs::write(&file, text).expect("written");
    let types = [
        json!({}),
        json!({"column_types": {"id": "string", "price": "numeric(10, 2)", "local": "datetime",
            "at": "timestamp", "select": "string(10)", "group": "bool"}}),
    ];
    let mut cases = Vec::new();
    for types in types {
        for options in further_options() {
            let config = merged(&json!({"materialized": "seed"}), &[&types, &options]);
            let mut run = Run { kind: ResourceType::Seed, ..Run::model(config.clone()) };
            run.sql = String::new();
            run.columns = Vec::new();
            cases.push(nodes::seed_runs(&config.to_string(), &[run.clone(), run], &file));
        }
    }
    assert_right(&cases);
}
