//! Scripts: run again after BigQuery's fault only where they have written nothing.

use elt::adapter::{
    Cancel,
    bigquery::{BigQueryError, BigQueryErrorKind, JobOutcome, QueryJob},
};
use serde_json::{Value, json};

use crate::{
    server::{Behaviour, Mishap, Server},
    support::{client_with, settings, wait},
};

/// Runs a script that fails twice, with these statements.
fn run(server: &Server, told: usize, statements: Value) -> Result<JobOutcome, BigQueryError> {
    let behaviour = Behaviour {
        statistics: json!({"statementType": "SCRIPT"}),
        more_statistics: json!({"numChildJobs": told.to_string(), "children": statements}),
        ..Behaviour::fails("backendError", "Try again.")
    };
    server.on("declare", behaviour.times(2));
    let mut settings = settings(server);
    settings.job_retries = 3;
    let job = QueryJob::new("declare a default (select 1); merge into t");
    wait(client_with(settings).query_job(&job, &Cancel::default()))
}

fn failed(kind: &str) -> Value {
    json!({"statementType": kind, "fails": "backendError"})
}

fn ended(kind: &str) -> Value {
    json!({"statementType": kind})
}

#[test]
fn a_script_that_has_written_nothing_is_run_again() {
    for statements in [
        json!([ended("SELECT"), failed("SELECT")]),
        json!([ended("SELECT"), failed("MERGE")]),
        json!([ended("BEGIN_TRANSACTION"), ended("DELETE"), failed("INSERT")]),
    ] {
        let server = Server::start();
        let count = statements.as_array().map_or(0, Vec::len);
        let outcome = run(&server, count, statements).expect("the third time it works");
        assert_eq!(outcome.attempts, 3);
        assert_eq!(server.effects().len(), 1, "{}", server.wire());
    }
}

#[test]
fn a_script_that_may_have_written_is_not_run_again() {
    let merged = json!([ended("SELECT"), ended("MERGE"), failed("SELECT")]);
    let committed = json!([
        ended("BEGIN_TRANSACTION"),
        ended("DELETE"),
        ended("COMMIT_TRANSACTION"),
        failed("SELECT")
    ]);
    let perhaps =
        json!([ended("BEGIN_TRANSACTION"), ended("DELETE"), failed("COMMIT_TRANSACTION")]);
    for (told, statements, help) in [
        (3, merged, "the script's MERGE took effect"),
        (4, committed, "the script's DELETE took effect"),
        (3, perhaps, "what the script has done is not known"),
        // Not all of its statements are listed.
        (3, json!([ended("SELECT")]), "what the script has done is not known"),
    ] {
        let server = Server::start();
        let error = run(&server, told, statements).expect_err("nobody knows");
        assert_eq!(error.kind, BigQueryErrorKind::Service);
        assert!(error.help.as_deref().is_some_and(|told| told.contains(help)), "{error:?}");
        assert_eq!(server.requests("POST"), 1, "{}", server.wire());
        assert_eq!(server.effects(), Vec::<String>::new());
    }
}

#[test]
fn a_script_whose_statements_cannot_be_listed_is_not_run_again() {
    let server = Server::start();
    server.mishaps("parentJobId", &[Mishap::Refused(403, "accessDenied")]);
    let error = run(&server, 1, json!([failed("MERGE")])).expect_err("nobody knows");
    assert!(error.help.is_some(), "{error:?}");
    assert_eq!(server.requests("POST"), 1, "{}", server.wire());
}
