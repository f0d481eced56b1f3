//! A hundred schedules of faults: whatever is lost, refused or answered with an error, the end is that of
//! an undisturbed run, and no statement ran twice.

use std::collections::BTreeMap;

use elt::adapter::{
    Cancel,
    bigquery::{BigQueryClient, QueryJob},
};

use crate::{
    server::{Behaviour, Server},
    support::{client_with, settings, wait},
};

/// Statements that run at the same time, in lines of three that follow each other.
const LINES: usize = 6;
const SCHEDULES: u64 = 100;

/// How often each statement took effect.
fn run(seed: Option<u64>) -> (BTreeMap<String, usize>, usize) {
    let server = Server::start();
    server.on("slow", Behaviour::takes(15));
    if let Some(seed) = seed {
        server.state().faults.seed(seed);
    }
    let mut settings = settings(&server);
    // A job fails through the server's fault one time in eight.
    settings.job_retries = 20;
    settings.poll_wait = std::time::Duration::from_millis(200);
    let client = client_with(settings);
    wait(async {
        let lines: Vec<_> =
            (0..LINES).map(|line| tokio::spawn(build(client.clone(), line))).collect();
        for line in lines {
            line.await.expect("no panic").expect("every statement succeeds");
        }
    });
    assert!(server.state().jobs.unfinished().is_empty(), "nothing is left running");
    let mut effects = BTreeMap::new();
    for effect in server.effects() {
        *effects.entry(effect).or_default() += 1;
    }
    let requests = server.requests("");
    (effects, requests)
}

async fn build(
    client: BigQueryClient,
    line: usize,
) -> Result<(), elt::adapter::bigquery::BigQueryError> {
    let cancel = Cancel::default();
    for statement in ["create table a", "insert into a slow", "merge into a"] {
        let job = QueryJob::new(format!("{statement} -- line {line}"));
        client.query_job(&job, &cancel).await?;
    }
    Ok(())
}

#[test]
fn a_hundred_schedules_of_faults_end_as_an_undisturbed_run() {
    let (expected, undisturbed) = run(None);
    assert_eq!(expected.len(), 3 * LINES);
    assert!(expected.values().all(|count| *count == 1));
    let mut requests = 0;
    for seed in 1..=SCHEDULES {
        let (effects, count) = run(Some(seed));
        assert_eq!(effects, expected, "seed {seed}");
        requests += count;
    }
    // The schedules are no still waters.
    assert!(requests > undisturbed * SCHEDULES as usize * 5 / 4, "{requests} requests");
}
