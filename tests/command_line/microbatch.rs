//! Microbatch models: which batches are built, what their templates see, what is left when some fail,
//! and how a later run takes that up.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::{Said, elt, project, write};

const DUCKDB: &str =
    "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: target/warehouse.duckdb}\n";
const EVENTS: &str = "{{ config(materialized='table', event_time='happened_at') }}\n";
const DAILY: &str = "materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', begin='2024-01-01', batch_size='day'";
const PARTITIONS: &str =
    ", partition_by={'field': 'happened_at', 'data_type': 'timestamp', 'granularity': 'day'}";
const FIVE_DAYS: [&str; 4] = ["--event-time-start", "2024-01-01", "--event-time-end", "2024-01-06"];

/// A row every six hours from the first to the fifth of January.
fn events(duckdb: bool) -> String {
    let rows = match duckdb {
        true => {
            "select i as id, timestamptz '2024-01-01' + i * interval 6 hour as happened_at from range(0, 20) as t(i)"
        }
        false => {
            "select id, timestamp_add(timestamp '2024-01-01', interval id * 6 hour) as happened_at from unnest(generate_array(0, 19)) as id"
        }
    };
    format!("{EVENTS}{rows}\n")
}

fn daily(duckdb: bool, more: &str, sql: &str) -> String {
    let partitions = if duckdb { "" } else { PARTITIONS };
    format!("{{{{ config({DAILY}{partitions}{more}) }}}}\n{sql}\n")
}

/// A project in one of the dialects: events, the days they are in, and what reads those.
fn shop(duckdb: bool, more: &str, sql: &str) -> TempDir {
    let folder = project(&[
        ("models/events.sql", &events(duckdb)),
        ("models/daily.sql", &daily(duckdb, more, sql)),
        ("models/below.sql", "select count(*) as n from {{ ref('daily') }}\n"),
    ]);
    if duckdb {
        write(folder.path(), "profiles.yml", DUCKDB);
        write(folder.path(), "dbt_project.yml", "name: shop\nversion: \"1.0.0\"\nprofile: shop\n");
    }
    folder
}

fn run(folder: &Path, args: &[&str]) -> Said {
    elt(folder, &[&["run"], args].concat())
}

fn shown(folder: &Path, sql: &str) -> String {
    let said = elt(folder, &["show", "--output", "csv", "--limit", "-1", "--inline", sql]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out.lines().skip(1).collect::<Vec<_>>().join(" ")
}

fn ids(folder: &Path) -> String {
    shown(folder, "select id from {{ ref('daily') }} order by id")
}

fn result(folder: &Path, id: &str) -> Value {
    let text = std::fs::read_to_string(folder.join("target/run_results.json")).expect("written");
    let results: Value = serde_json::from_str(&text).expect("JSON");
    let mut results = results["results"].as_array().expect("a list").iter();
    results.rfind(|one| one["unique_id"] == id).expect("a result").clone()
}

/// The days of `batch_results`.
fn days(result: &Value, how: &str) -> String {
    let batches = result["batch_results"][how].as_array().expect("a list");
    let day = |batch: &Value| batch[0].as_str().expect("a time")[8..10].to_owned();
    batches.iter().map(day).collect::<Vec<_>>().join(" ")
}

fn file(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join("target").join(path)).expect("written")
}

#[test]
fn each_batch_reads_and_writes_the_rows_of_its_time() {
    for duckdb in [false, true] {
        let sql = "select *, '{{ model.batch.id }}' as batch, {{ is_incremental() }} as added from {{ ref('events') }} as e\n-- {{ model.batch.event_time_start }} {{ model.batch.event_time_end.strftime('%d') }} {{ ref('events').render() }} {{ ref('events').identifier }}";
        let folder = shop(duckdb, "", sql);
        let said = run(folder.path(), &FIVE_DAYS);
        assert_eq!(said.code, Some(0), "{}", said.err);
        let batches = shown(
            folder.path(),
            "select batch, added, count(*), min(id) from {{ ref('daily') }} group by 1, 2 order by 1",
        );
        assert_eq!(
            batches,
            "20240101,false,4,0 20240102,true,4,4 20240103,true,4,8 20240104,true,4,12 20240105,true,4,16"
        );
        assert!(said.err.contains("batch 2024-01-02 of"), "{}", said.err);
        let kind = if duckdb { "duckdb" } else { "bigquery" };
        insta::assert_snapshot!(
            format!("batch_{kind}"),
            [
                file(folder.path(), "compiled/shop/models/daily/daily_2024-01-02.sql"),
                file(folder.path(), "run/shop/models/daily/daily_2024-01-01.sql"),
                file(folder.path(), "run/shop/models/daily/daily_2024-01-02.sql"),
            ]
            .join("\n--\n")
        );
        let model = result(folder.path(), "model.shop.daily");
        assert_eq!(model["status"], "success");
        assert_eq!(model["batch_results"]["successful"][0][0], "2024-01-01T00:00:00+00:00");
        assert_eq!(days(&model, "successful"), "01 02 03 04 05");
        // Once more, and a part of it: nothing changes.
        for args in [
            &FIVE_DAYS[..],
            &["--event-time-start", "2024-01-02T10:00:00", "--event-time-end", "2024-01-03"],
        ] {
            assert_eq!(run(folder.path(), args).code, Some(0));
            assert_eq!(ids(folder.path()).split(' ').count(), 20);
        }
        assert_eq!(days(&result(folder.path(), "model.shop.daily"), "successful"), "02");
    }
}

#[test]
fn hooks_come_before_the_first_batch_and_after_the_last() {
    let hooks = ", pre_hook=\"create table if not exists shop.log as select 'none' as s limit 0\", post_hook=\"insert into shop.log (s) values ('after {{ model.batch.id }} {{ is_incremental() }}')\"";
    let folder = shop(false, hooks, "select * from {{ ref('events') }}");
    assert_eq!(run(folder.path(), &FIVE_DAYS).code, Some(0));
    assert_eq!(shown(folder.path(), "select s from shop.log"), "after 20240105 True");
}

/// The batch of the third fails while `failing` is there.
const FRAGILE: &str = "select *, 1 / (case when '{{ model.batch.id }}' = '{{ var('failing', '') }}' then 0 else 1 end) as x from {{ ref('events') }}";

#[test]
fn what_failed_is_retried_and_nothing_else() {
    for duckdb in [false, true] {
        let sql = match duckdb {
            // Division by zero is no error there.
            true => FRAGILE.replace("1 / (case", "case when '{{ model.batch.id }}' = '{{ var('failing', '') }}' then error('no') else (case").replace(" as x", " end as x"),
            false => FRAGILE.to_owned(),
        };
        let folder = shop(duckdb, "", &sql);
        let failing = ["--vars", "{failing: '20240103'}"];
        let said = run(folder.path(), &[&FIVE_DAYS[..], &failing].concat());
        assert_eq!(said.code, Some(1), "{}", said.err);
        assert!(said.err.contains("16 rows, 1 batch not built"), "{}", said.err);
        assert!(said.err.contains("in the batch 2024-01-03"), "{}", said.err);
        assert!(
            said.err.contains("target/compiled/shop/models/daily/daily_2024-01-03.sql"),
            "{}",
            said.err
        );
        assert!(said.err.contains("skipped because"), "{}", said.err);
        let model = result(folder.path(), "model.shop.daily");
        assert_eq!(model["status"], "partial success");
        assert_eq!(model["message"], "4 of 5 batches were built");
        assert_eq!(
            (days(&model, "failed"), days(&model, "successful")),
            ("03".into(), "01 02 04 05".into())
        );
        assert_eq!(ids(folder.path()), "0 1 2 3 4 5 6 7 12 13 14 15 16 17 18 19");
        // It fails again; then it does not.
        let said = elt(folder.path(), &["retry"]);
        assert_eq!(said.code, Some(1), "{}", said.err);
        let model = result(folder.path(), "model.shop.daily");
        assert_eq!(
            (days(&model, "failed"), days(&model, "successful")),
            ("03".into(), "01 02 04 05".into())
        );
        let said = elt(folder.path(), &["retry", "--vars", "{failing: none}"]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert!(
            !said.err.contains("2024-01-02") && said.err.contains("2024-01-03"),
            "{}",
            said.err
        );
        assert_eq!(ids(folder.path()).split(' ').count(), 20);
        assert_eq!(shown(folder.path(), "select n from {{ ref('below') }}"), "20");
        let model = result(folder.path(), "model.shop.daily");
        assert_eq!(
            (days(&model, "failed"), days(&model, "successful")),
            (String::new(), "01 02 03 04 05".into())
        );
    }
}

#[test]
fn a_full_refresh_that_fails_in_part_is_not_started_again_by_the_retry() {
    let folder = shop(false, "", FRAGILE);
    assert_eq!(run(folder.path(), &FIVE_DAYS).code, Some(0));
    let failing = ["--full-refresh", "--vars", "{failing: '20240103'}"];
    assert_eq!(run(folder.path(), &[&FIVE_DAYS[..], &failing].concat()).code, Some(1));
    assert_eq!(ids(folder.path()).split(' ').count(), 16);
    let said = elt(folder.path(), &["retry", "--vars", "{failing: none}"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(ids(folder.path()).split(' ').count(), 20);
}

#[test]
fn after_a_first_batch_that_fails_none_is_started() {
    let folder = shop(false, "", FRAGILE);
    let failing = ["--vars", "{failing: '20240101'}"];
    let said = run(folder.path(), &[&FIVE_DAYS[..], &failing].concat());
    assert_eq!(said.code, Some(1), "{}", said.err);
    let model = result(folder.path(), "model.shop.daily");
    assert_eq!(model["message"], "0 of 5 batches were built, 4 were not started");
    assert_eq!(
        (&model["status"], days(&model, "failed")),
        (&"error".into(), "01 02 03 04 05".into())
    );
    let said = elt(folder.path(), &["retry", "--vars", "{failing: none}"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(ids(folder.path()).split(' ').count(), 20);
}

#[test]
fn batches_that_a_macro_would_write_are_refused() {
    let folder = shop(false, "", "select * from {{ ref('events') }}");
    let own = "{% macro bigquery__get_incremental_microbatch_sql(args) %}select 1{% endmacro %}\n";
    write(folder.path(), "macros/own.sql", own);
    let said = run(folder.path(), &FIVE_DAYS);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("macros/own.sql:1:10"), "{}", said.err);
    assert!(said.err.contains("batches would not be written by it"), "{}", said.err);
    assert_eq!(run(folder.path(), &["--select", "events"]).code, Some(0));
}

#[test]
fn what_all_batches_warn_of_is_told_once() {
    let sql = "{% do exceptions.warn('be careful') %}select * from {{ ref('events') }}";
    let folder = shop(false, "", sql);
    let said = run(folder.path(), &[&FIVE_DAYS[..], &["--select", "events", "daily"]].concat());
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(said.err.matches("\nwarning: be careful").count(), 1, "{}", said.err);
}

#[test]
fn a_hole_that_an_earlier_run_left_is_told() {
    let folder = shop(false, "", FRAGILE);
    let failing = ["--vars", "{failing: '20240103'}"];
    assert_eq!(run(folder.path(), &[&FIVE_DAYS[..], &failing].concat()).code, Some(1));
    let window = ["--event-time-start", "2024-01-05", "--event-time-end", "2024-01-06"];
    let said = run(folder.path(), &window);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let told = "1 batch of `daily` was not built by the last run, nor by this one: elt backfill --select daily --from 2024-01-03T00:00:00 --to 2024-01-04T00:00:00";
    assert!(said.err.contains(told), "{}", said.err);
}

#[test]
fn a_run_without_times_goes_from_begin_to_now_and_then_looks_back() {
    let today = chrono::Utc::now().date_naive();
    let begin = today - chrono::Days::new(3);
    let sql =
        "select 1 as id, happened_at, '{{ model.batch.id }}' as batch from {{ ref('events') }}";
    let folder = shop(false, ", lookback=0", sql);
    let daily = daily(false, ", lookback=0", sql).replace("2024-01-01", &begin.to_string());
    write(folder.path(), "models/daily.sql", &daily);
    write(
        folder.path(),
        "models/events.sql",
        &format!(
            "{EVENTS}select cast(day as timestamp) as happened_at from unnest(generate_date_array(date '{begin}', date '{today}')) as day"
        ),
    );
    let count = |said: Said| {
        assert_eq!(said.code, Some(0), "{}", said.err);
        let model = result(folder.path(), "model.shop.daily");
        model["batch_results"]["successful"].as_array().expect("a list").len()
    };
    let first = count(run(folder.path(), &[]));
    // Midnight may have come.
    assert!((4..=5).contains(&first), "{first}");
    assert_eq!(count(run(folder.path(), &[])), 1);
    let longer = daily.replace("lookback=0", "lookback=2");
    write(folder.path(), "models/daily.sql", &longer);
    assert_eq!(count(run(folder.path(), &[])), 3);
    assert!(count(run(folder.path(), &["--full-refresh"])) >= first);
    assert_eq!(ids(folder.path()), "1 1 1 1");
}

#[test]
fn what_has_no_time_is_read_whole_and_what_is_kept_elsewhere_is_filtered_too() {
    let folder = shop(
        false,
        "",
        "select e.id, e.happened_at, u.name from {{ ref('events') }} as e join {{ ref('users') }} as u on true join {{ source('raw', 'clicks') }} as c on c.id = e.id join {{ ref('short') }} as s on s.id = e.id",
    );
    write(folder.path(), "models/users.sql", "select 'ann' as name\n");
    write(
        folder.path(),
        "models/short.sql",
        "{{ config(materialized='ephemeral', event_time='at') }}\nselect id, happened_at as `at` from {{ ref('events') }}\n",
    );
    write(
        folder.path(),
        "models/_sources.yml",
        "sources:\n  - name: raw\n    schema: shop\n    config: {event_time: at}\n    tables:\n      - name: clicks\n        columns: [{name: at, quote: true}]\nmodels:\n  - name: short\n    columns: [{name: at, quote: true}]\n",
    );
    assert_eq!(run(folder.path(), &["--select", "events"]).code, Some(0));
    let clicks = "create table shop.clicks as select id, happened_at as `at` from shop.events";
    assert_eq!(elt(folder.path(), &["sql", clicks]).code, Some(0));
    let said = run(folder.path(), &FIVE_DAYS);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(ids(folder.path()).split(' ').count(), 20);
    insta::assert_snapshot!(file(folder.path(), "compiled/shop/models/daily/daily_2024-01-02.sql"));
}

#[test]
fn without_a_time_of_the_parents_each_batch_takes_its_own_rows_and_that_is_told() {
    let folder = shop(false, "", "select * from {{ ref('events') }}");
    write(
        folder.path(),
        "models/events.sql",
        &events(false).replace(", event_time='happened_at'", ""),
    );
    let said = run(folder.path(), &FIVE_DAYS);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("warning[microbatch-reads-all]"), "{}", said.err);
    assert_eq!(ids(folder.path()).split(' ').count(), 20);
}

#[test]
fn batches_at_once_and_one_after_the_other_give_the_same() {
    let month = ["--event-time-start", "2023-12-15", "--event-time-end", "2024-01-15"];
    let mut tables = Vec::new();
    for (more, threads) in [
        ("", "8"),
        (", concurrent_batches=false", "8"),
        ("", "1"),
        (", concurrent_batches=true", "3"),
    ] {
        for duckdb in [false, true] {
            let folder = shop(duckdb, more, "select * from {{ ref('events') }}");
            for _ in 0..2 {
                let said = run(folder.path(), &[&month[..], &["--threads", threads]].concat());
                assert_eq!(said.code, Some(0), "{more} {threads}: {}", said.err);
            }
            assert_eq!(
                days(&result(folder.path(), "model.shop.daily"), "successful").split(' ').count(),
                31
            );
            tables.push(ids(folder.path()));
        }
    }
    tables.dedup();
    assert_eq!(tables.len(), 1, "{tables:?}");
}

#[test]
fn a_sample_reads_and_writes_nothing_around_it() {
    let folder = shop(false, "", "select * from {{ ref('events') }}");
    write(
        folder.path(),
        "models/other.sql",
        "{{ config(materialized='table') }}\nselect count(*) as n from {{ ref('events') }}\n",
    );
    assert_eq!(run(folder.path(), &FIVE_DAYS).code, Some(0));
    assert_eq!(shown(folder.path(), "select n from {{ ref('other') }}"), "20");
    let sample = "{start: '2024-01-02 06:00:00', end: '2024-01-03 12:00:00'}";
    let said = run(folder.path(), &["--sample", sample]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(shown(folder.path(), "select n from {{ ref('other') }}"), "5");
    assert_eq!(days(&result(folder.path(), "model.shop.daily"), "successful"), "02 03");
    assert_eq!(ids(folder.path()).split(' ').count(), 20);
}

#[test]
fn without_rows_the_table_keeps_its_own() {
    let folder = shop(false, "", "select * from {{ ref('events') }}");
    assert_eq!(run(folder.path(), &[&FIVE_DAYS[..], &["--empty"]].concat()).code, Some(0));
    assert_eq!(ids(folder.path()), "");
    assert_eq!(run(folder.path(), &FIVE_DAYS).code, Some(0));
    let said = run(folder.path(), &[&FIVE_DAYS[..], &["--empty"]].concat());
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(ids(folder.path()).split(' ').count(), 20);
}

#[test]
fn times_that_cannot_be_meant_are_refused() {
    let folder = shop(false, "", "select * from {{ ref('events') }}");
    let refused = |args: &[&str]| {
        let said = run(folder.path(), args);
        assert_eq!(said.code, Some(2), "{}", said.err);
        said.err
    };
    let told = [
        refused(&["--event-time-start", "2024-01-01"]),
        refused(&["--event-time-start", "2024-01-01", "--event-time-end", "2024-01-01"]),
        refused(&[
            "--event-time-start",
            "2024-01-01T00:00:00+02:00",
            "--event-time-end",
            "2024-01-02",
        ]),
        refused(&["--sample", "3 weeks"]),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
    let said =
        run(folder.path(), &["--event-time-start", "0024-01-01", "--event-time-end", "2024-01-02"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("`daily` has more than 100000 batches"), "{}", said.err);
}

#[test]
fn a_backfill_builds_the_batches_of_a_span_and_keeps_the_rest() {
    let folder = shop(
        false,
        ", full_refresh=true",
        "select id * 10 as id, happened_at from {{ ref('events') }}",
    );
    assert_eq!(run(folder.path(), &FIVE_DAYS).code, Some(0));
    let partitions = daily(
        false,
        ", full_refresh=true",
        "select id * 100 as id, happened_at from {{ ref('events') }}",
    );
    write(folder.path(), "models/daily.sql", &partitions);
    let span = ["--from", "2024-01-02", "--to", "2024-01-03T12:00:00"];
    let said = elt(folder.path(), &[&["backfill", "--dry-run"], &span[..]].concat());
    assert_eq!(
        (said.code, said.out.as_str()),
        (Some(0), "shop.daily: 2 batches by day, 2024-01-02 to 2024-01-03"),
        "{}",
        said.err
    );
    assert_eq!(
        ids(folder.path()),
        "0 10 20 30 40 50 60 70 80 90 100 110 120 130 140 150 160 170 180 190"
    );
    let said = elt(folder.path(), &[&["backfill"], &span[..]].concat());
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(
        ids(folder.path()),
        "0 10 20 30 120 130 140 150 160 170 180 190 400 500 600 700 800 900 1000 1100"
    );
    for (args, told) in [
        (
            vec!["backfill", "--select", "events", "--from", "2024-01-02", "--to", "2024-01-03"],
            "no microbatch model is selected",
        ),
        (
            vec!["backfill", "--from", "2024-01-03", "--to", "2024-01-03"],
            "`--from` must be before `--to`",
        ),
    ] {
        let said = elt(folder.path(), &args);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.contains(told), "{}", said.err);
    }
}

#[test]
fn a_backfill_is_retried_where_it_failed() {
    let folder = shop(false, "", FRAGILE);
    assert_eq!(run(folder.path(), &FIVE_DAYS).code, Some(0));
    let args = [
        "backfill",
        "--from",
        "2024-01-02",
        "--to",
        "2024-01-05",
        "--vars",
        "{failing: '20240103'}",
    ];
    let said = elt(folder.path(), &args);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let model = result(folder.path(), "model.shop.daily");
    assert_eq!((days(&model, "failed"), days(&model, "successful")), ("03".into(), "02 04".into()));
    let said = elt(folder.path(), &["retry", "--vars", "{failing: none}"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let model = result(folder.path(), "model.shop.daily");
    assert_eq!(days(&model, "successful"), "02 03 04");
    assert_eq!(ids(folder.path()).split(' ').count(), 20);
}
