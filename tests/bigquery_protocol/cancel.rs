//! Stopping: no job is left running.

use std::time::{Duration, Instant};

use elt::adapter::{
    Cancel,
    bigquery::{BigQueryErrorKind, JobOptions, QueryJob},
};

use crate::{
    server::{Behaviour, Mishap, Server},
    support::{client, client_with, settings, wait},
};

fn long() -> Behaviour {
    Behaviour::takes(60_000)
}

/// Cancels after a while.
fn later(cancel: &Cancel, millis: u64) {
    let cancel = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        cancel.cancel();
    });
}

#[test]
fn a_cancelled_job_is_stopped_and_waited_for() {
    let server = Server::start();
    server.on("select", long());
    let begin = Instant::now();
    let error = wait(async {
        let cancel = Cancel::default();
        later(&cancel, 50);
        client(&server).query_job(&QueryJob::new("select 1"), &cancel).await
    })
    .expect_err("it is cancelled");
    assert_eq!(error.kind, BigQueryErrorKind::Cancelled);
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert!(server.state().jobs.unfinished().is_empty());
    assert_eq!(server.effects(), Vec::<String>::new());
    let cancelled = server.requests("/cancel?location=EU");
    assert_eq!(cancelled, 1, "{}", server.wire());
}

#[test]
fn many_jobs_are_cancelled_at_once() {
    let server = Server::start();
    server.on("select", long());
    let client = client(&server);
    let begin = Instant::now();
    wait(async {
        let cancel = Cancel::default();
        later(&cancel, 300);
        let jobs: Vec<_> = (0..40)
            .map(|number| {
                let (client, cancel) = (client.clone(), cancel.clone());
                tokio::spawn(async move {
                    client.query_job(&QueryJob::new(format!("select {number}")), &cancel).await
                })
            })
            .collect();
        for job in jobs {
            let error = job.await.expect("no panic").expect_err("it is cancelled");
            assert_eq!(error.kind, BigQueryErrorKind::Cancelled);
        }
    });
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert!(server.state().jobs.unfinished().is_empty());
}

#[test]
fn a_job_whose_insertion_is_not_answered_is_cancelled_too() {
    let server = Server::start();
    server.on("select", long());
    server.mishaps("POST", &[Mishap::LostAnswer]);
    let mut settings = settings(&server);
    settings.first_retry_pause = Duration::from_secs(30);
    settings.longest_retry_pause = Duration::from_secs(30);
    settings.retry_deadline = Duration::from_secs(600);
    let error = wait(async {
        let cancel = Cancel::default();
        later(&cancel, 100);
        client_with(settings).query_job(&QueryJob::new("select 1"), &cancel).await
    })
    .expect_err("it is cancelled");
    assert_eq!(error.kind, BigQueryErrorKind::Cancelled);
    assert!(server.state().jobs.unfinished().is_empty(), "{}", server.wire());
}

#[test]
fn a_job_that_may_be_there_and_cannot_be_cancelled_is_cancelled_at_the_end() {
    let server = Server::start();
    server.on("select", long());
    server.mishaps("POST", &[Mishap::LostAnswer]);
    server.mishaps("/cancel", &[Mishap::Refused(403, "accessDenied")]);
    let mut settings = settings(&server);
    settings.first_retry_pause = Duration::from_secs(30);
    settings.longest_retry_pause = Duration::from_secs(30);
    settings.retry_deadline = Duration::from_secs(600);
    let client = client_with(settings);
    wait(async {
        let cancel = Cancel::default();
        later(&cancel, 100);
        let error = client.query_job(&QueryJob::new("select 1"), &cancel).await;
        assert_eq!(error.expect_err("it is cancelled").kind, BigQueryErrorKind::Cancelled);
        assert_eq!(server.state().jobs.unfinished().len(), 1);
        assert_eq!(client.cancel_running().await, 1);
    });
    assert!(server.state().jobs.unfinished().is_empty(), "{}", server.wire());
}

#[test]
fn a_job_that_is_there_and_cannot_be_looked_at_is_stopped() {
    let server = Server::start();
    server.on("select", long());
    server.mishaps("POST", &[Mishap::LostAnswer]);
    // The second insertion is refused, since the job exists.
    server.mishaps("GET", &[Mishap::Refused(403, "accessDenied")]);
    let error = wait(client(&server).query_job(&QueryJob::new("select 1"), &Cancel::default()));
    assert_eq!(error.expect_err("nobody may know").kind, BigQueryErrorKind::AccessDenied);
    assert!(server.state().jobs.unfinished().is_empty(), "{}", server.wire());
}

#[test]
fn jobs_whose_waiting_was_dropped_are_cancelled_at_the_end() {
    let server = Server::start();
    server.on("select", long());
    let client = client(&server);
    wait(async {
        for number in 0..3 {
            let (cancel, job) = (Cancel::default(), QueryJob::new(format!("select {number}")));
            let waiting = client.query_job(&job, &cancel);
            let waited = tokio::time::timeout(Duration::from_millis(100), waiting).await;
            assert!(waited.is_err(), "it takes longer");
        }
        assert_eq!(server.state().jobs.unfinished().len(), 3);
        assert_eq!(client.cancel_running().await, 3);
        assert_eq!(client.cancel_running().await, 0);
    });
    assert!(server.state().jobs.unfinished().is_empty());
}

#[test]
fn a_killed_process_leaves_jobs_that_are_found_by_their_labels() {
    let server = Server::start();
    server.on("select", long());
    server.on("insert", Behaviour::default());
    let labelled = |sql: &str, target: &str| QueryJob {
        options: JobOptions {
            labels: vec![("elt_target".to_owned(), target.to_owned())],
            ..JobOptions::default()
        },
        ..QueryJob::new(sql)
    };
    wait(async {
        let killed = client(&server);
        for (sql, target) in [("select 1", "Prod"), ("select 2", "dev"), ("insert 3", "Prod")] {
            let (cancel, job) = (Cancel::default(), labelled(sql, target));
            let waiting = killed.query_job(&job, &cancel);
            let _ = tokio::time::timeout(Duration::from_millis(100), waiting).await;
        }
        let next = client(&server);
        let labels = [("elt_target".to_owned(), "Prod".to_owned())];
        let left = next.running_jobs(&labels).await.expect("they are listed");
        assert_eq!(left.len(), 1, "{left:?}");
        let error = next.cancel(&left[0]).await.expect_err("it is stopped");
        assert_eq!(error.kind, BigQueryErrorKind::Stopped);
        assert_eq!(next.running_jobs(&labels).await.expect("they are listed"), []);
    });
}

#[test]
fn a_job_whose_end_cannot_be_known_is_stopped() {
    let server = Server::start();
    server.on("select", long());
    let mut settings = settings(&server);
    settings.poll_wait = Duration::from_millis(20);
    server.mishaps("/queries/", &[Mishap::Refused(403, "accessDenied")]);
    server.mishaps(
        "GET /bigquery/v2/projects/billing/jobs/",
        &[Mishap::Refused(403, "accessDenied")],
    );
    let job = QueryJob::new("select 1");
    let error = wait(client_with(settings).query_job(&job, &Cancel::default()));
    assert_eq!(error.expect_err("nobody may know").kind, BigQueryErrorKind::AccessDenied);
    assert!(server.state().jobs.unfinished().is_empty());
}

#[test]
fn a_job_that_ends_before_the_wish_arrives_ended() {
    let server = Server::start();
    server.on("select", Behaviour { stubborn: true, ..Behaviour::takes(400) });
    let outcome = wait(async {
        let cancel = Cancel::default();
        later(&cancel, 50);
        client(&server).query_job(&QueryJob::new("select 1"), &cancel).await
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(server.effects(), ["select 1"]);
}

#[test]
fn a_job_that_does_not_stop_is_told() {
    let server = Server::start();
    server.on("select", Behaviour { stubborn: true, ..long() });
    let mut settings = settings(&server);
    settings.cancel_wait = Duration::from_millis(300);
    let error = wait(async {
        let cancel = Cancel::default();
        later(&cancel, 50);
        client_with(settings).query_job(&QueryJob::new("select 1"), &cancel).await
    })
    .expect_err("it is cancelled");
    assert_eq!(error.kind, BigQueryErrorKind::Cancelled);
    assert!(error.to_string().contains("has not ended"), "{error}");
}

#[test]
fn a_job_that_someone_else_stops_failed() {
    let server = Server::start();
    server.on("select", long());
    let error = wait(async {
        let client = client(&server);
        let other = client.clone();
        let job = tokio::spawn(async move {
            other.query_job(&QueryJob::new("select 1"), &Cancel::default()).await
        });
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let id = server.state().jobs.by_id.keys().next().cloned();
            if let Some(id) = id {
                server.stop(&id);
                break;
            }
        }
        job.await.expect("no panic")
    })
    .expect_err("it is stopped");
    assert_eq!(error.kind, BigQueryErrorKind::Stopped);
}

#[test]
fn a_job_that_takes_too_long_is_stopped_by_bigquery() {
    let server = Server::start();
    server.on("select", long());
    let job = QueryJob {
        options: JobOptions { timeout: Some(Duration::from_millis(200)), ..JobOptions::default() },
        ..QueryJob::new("select 1")
    };
    let error = wait(client(&server).query_job(&job, &Cancel::default()));
    let error = error.expect_err("it takes too long");
    assert_eq!(error.kind, BigQueryErrorKind::TimedOut);
    assert_eq!(error.help.as_deref(), Some("raise `job_execution_timeout_seconds`"));
}

#[test]
fn nothing_is_submitted_after_the_wish_to_stop() {
    let server = Server::start();
    let cancel = Cancel::default();
    cancel.cancel();
    let error = wait(client(&server).query_job(&QueryJob::new("select 1"), &cancel));
    assert_eq!(error.expect_err("it is cancelled").kind, BigQueryErrorKind::Cancelled);
    assert_eq!(server.requests(""), 0);
}
