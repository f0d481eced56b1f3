//! Query jobs: what is on the wire, and what becomes of them.

use std::time::{Duration, Instant};

use elt::{
    adapter::{
        Cancel,
        bigquery::{BigQueryErrorKind, JobOptions, QueryJob},
    },
    project::Priority,
};
use serde_json::json;

use crate::{
    server::{Behaviour, Mishap, Server},
    support::{client, client_with, settings, wait},
};

#[test]
fn a_query_is_inserted_awaited_and_read() {
    let server = Server::start();
    server.on(
        "merge",
        Behaviour {
            statistics: json!({
                "statementType": "MERGE", "totalBytesProcessed": "1024", "totalBytesBilled": "10485760",
                "cacheHit": false, "numDmlAffectedRows": "5",
                "dmlStats": {"insertedRowCount": "3", "updatedRowCount": "2"},
            }),
            more_statistics: json!({"totalSlotMs": "77", "totalBytesProcessed": "1024"}),
            ..Behaviour::takes(20)
        },
    );
    let mut settings = settings(&server);
    settings.location = Some("europe-west1".to_owned());
    settings.priority = Some(Priority::Batch);
    settings.maximum_bytes_billed = Some(1_000_000_000);
    settings.quota_project = Some("quota".to_owned());
    settings.reservation = Some("projects/a/locations/eu/reservations/r".to_owned());
    settings.execution_timeout = Duration::from_secs(300);
    settings.labels = vec![("elt_invocation".to_owned(), "0f5c-AB".to_owned())];
    let job = QueryJob {
        options: JobOptions {
            labels: vec![("Node".to_owned(), "model.shop.Ünique.Orders".to_owned())],
            ..JobOptions::default()
        },
        ..QueryJob::new("merge into t using s on true")
    };
    let outcome = wait(client_with(settings).query_job(&job, &Cancel::default()));
    let outcome = outcome.expect("the job ends well");
    assert_eq!(outcome.statistics.bytes_billed, Some(10_485_760));
    assert_eq!(outcome.statistics.slot_ms, Some(77));
    assert_eq!(outcome.statistics.rows_written(), Some(5));
    assert_eq!((outcome.attempts, outcome.reattached), (1, false));
    assert_eq!(outcome.job.location.as_deref(), Some("europe-west1"));
    insta::assert_snapshot!(server.wire());
}

#[test]
fn the_statements_of_a_script_have_its_labels() {
    let server = Server::start();
    let properties = |sql: &str, session: Option<&str>| {
        let mut settings = settings(&server);
        settings.labels = vec![("Run".to_owned(), "1".to_owned())];
        let job = QueryJob {
            options: JobOptions {
                labels: vec![("node".to_owned(), "model.shop.orders".to_owned())],
                ..JobOptions::default()
            },
            session: session.map(str::to_owned),
            ..QueryJob::new(sql)
        };
        let ran = wait(client_with(settings).query_job(&job, &Cancel::default()));
        let id = ran.expect("the job ends well").job.id;
        server.state().jobs.by_id[&id].configuration["query"]["connectionProperties"].clone()
    };
    assert_eq!(properties("select 1;\n", None), json!(null));
    let label = json!({"key": "query_label", "value": "run:1,node:model_shop_orders"});
    let script = "begin transaction;\ndelete from t where true;\ncommit transaction;";
    assert_eq!(properties(script, None), json!([label]));
    let session = json!({"key": "session_id", "value": "s"});
    assert_eq!(properties(script, Some("s")), json!([session, label]));
}

#[test]
fn an_error_of_the_statement_is_told_once_and_with_its_place() {
    let message = "Unrecognized name: idd; Did you mean id? at [3:7]";
    for behaviour in [
        Behaviour::fails("invalidQuery", message),
        Behaviour::fails("invalidQuery", message).at_once(),
    ] {
        let server = Server::start();
        server.on("select", behaviour);
        let result =
            wait(client(&server).query_job(&QueryJob::new("select idd"), &Cancel::default()));
        let error = result.expect_err("it fails");
        assert_eq!(error.kind, BigQueryErrorKind::Invalid);
        assert_eq!(error.position, Some((3, 7)));
        assert_eq!(error.message, message);
        assert_eq!(server.requests("POST"), 1, "{}", server.wire());
    }
}

#[test]
fn a_lost_answer_is_found_again_and_the_statement_runs_once() {
    for mishaps in [
        vec![Mishap::LostAnswer],
        vec![Mishap::HalfAnswer],
        vec![Mishap::DoneButError(503, "backendError")],
        vec![Mishap::LostRequest, Mishap::LostAnswer, Mishap::Page(502)],
    ] {
        let server = Server::start();
        server.mishaps("POST", &mishaps);
        let job = QueryJob::new("insert into t select 1");
        let outcome = wait(client(&server).query_job(&job, &Cancel::default()));
        let outcome = outcome.expect("the job ends well");
        assert!(outcome.reattached, "{mishaps:?}");
        assert_eq!(server.effects(), ["insert into t select 1"], "{mishaps:?}");
    }
}

#[test]
fn a_job_found_again_is_looked_for_where_it_runs() {
    let server = Server::start();
    server.mishaps("POST", &[Mishap::LostAnswer]);
    server.mishaps("/queries/", &[Mishap::Refused(500, "backendError")]);
    let job = QueryJob::new("insert into t select 1");
    wait(client(&server).query_job(&job, &Cancel::default())).expect("the job ends well");
    insta::assert_snapshot!(server.wire());
}

#[test]
fn what_may_pass_is_repeated_after_the_pause_that_is_asked_for() {
    let server = Server::start();
    let mishaps = [
        Mishap::RefusedFor(429, "rateLimitExceeded", 1),
        Mishap::Refused(403, "rateLimitExceeded"),
        Mishap::Refused(400, "jobRateLimitExceeded"),
        Mishap::Page(503),
    ];
    server.mishaps("POST", &mishaps);
    let begin = Instant::now();
    let job = QueryJob::new("insert into t select 1");
    let outcome = wait(client(&server).query_job(&job, &Cancel::default()));
    assert!(!outcome.expect("the job ends well").reattached);
    assert!(begin.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.requests("POST"), 5);
    assert_eq!(server.effects().len(), 1);
}

#[test]
fn what_will_not_pass_is_not_repeated() {
    for (status, reason, kind) in [
        (403, "accessDenied", BigQueryErrorKind::AccessDenied),
        (403, "quotaExceeded", BigQueryErrorKind::Quota),
        (404, "notFound", BigQueryErrorKind::NotFound),
        (400, "invalid", BigQueryErrorKind::Invalid),
        (501, "notImplemented", BigQueryErrorKind::Invalid),
    ] {
        let server = Server::start();
        server.mishaps("POST", &[Mishap::Refused(status, reason)]);
        let result =
            wait(client(&server).query_job(&QueryJob::new("select 1"), &Cancel::default()));
        assert_eq!(result.expect_err("it fails").kind, kind);
        assert_eq!(server.requests(""), 1 + usize::from(status >= 500), "{}", server.wire());
        assert_eq!(server.effects(), Vec::<String>::new());
    }
}

#[test]
fn a_job_that_failed_through_bigquerys_fault_runs_again_under_another_id() {
    let server = Server::start();
    server.on("insert", Behaviour::fails("backendError", "Try again.").times(1));
    let job = QueryJob::new("insert into t select 1");
    let outcome = wait(client(&server).query_job(&job, &Cancel::default()));
    assert_eq!(outcome.expect("the second ends well").attempts, 2);
    assert_eq!(server.effects().len(), 1);
    insta::assert_snapshot!(server.wire());
}

#[test]
fn a_request_that_a_proxy_repeats_runs_once() {
    for behaviour in [
        Behaviour::default(),
        Behaviour {
            statistics: json!({"statementType": "SCRIPT"}),
            ..Behaviour::fails("invalidQuery", "Division by zero at [1:1]")
        },
    ] {
        let server = Server::start();
        let succeeds = behaviour.failure.is_none();
        server.on("insert", behaviour);
        server.mishaps("POST", &[Mishap::SentTwice]);
        let job = QueryJob::new("insert into t select 1");
        let result = wait(client(&server).query_job(&job, &Cancel::default()));
        assert_eq!(result.is_ok(), succeeds);
        assert_eq!((server.requests("POST"), server.state().jobs.by_id.len()), (1, 1));
    }
}

#[test]
fn job_retries_are_counted() {
    for (retries, jobs) in [(0, 1), (1, 2), (3, 4)] {
        let server = Server::start();
        server.on("insert", Behaviour::fails("jobInternalError", "Try again."));
        let mut settings = settings(&server);
        settings.job_retries = retries;
        let job = QueryJob::new("insert into t select 1");
        let result = wait(client_with(settings).query_job(&job, &Cancel::default()));
        let error = result.expect_err("all fail");
        assert_eq!(server.requests("POST"), jobs);
        assert_eq!(error.message.contains("times"), retries > 0, "{}", error.message);
    }
}

#[test]
fn a_job_that_was_one_too_many_is_run_when_there_is_room() {
    let server = Server::start();
    let message = "Exceeded rate limits: too many table update operations for this table";
    server.on("insert", Behaviour::fails("rateLimitExceeded", message).times(6));
    let job = QueryJob::new("insert into t select 1");
    let outcome = wait(client(&server).query_job(&job, &Cancel::default()));
    assert_eq!(outcome.expect("there is room").attempts, 7);
    assert_eq!(server.effects().len(), 1);
}
