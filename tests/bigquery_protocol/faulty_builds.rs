//! A hundred schedules of faults under whole builds: the tables at the end are those of an undisturbed
//! run, and no statement took effect twice.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use elt::{adapter::bigquery::BigQueryAdapter, run::ExitCode};
use tempfile::TempDir;

use crate::{
    in_process::Parsed,
    program::project,
    server::Server,
    shop::{End, arrive, end},
    support::{client_with, settings, wait},
};

const SCHEDULES: u64 = 100;
const THREADS: usize = 4;

/// The project on two days, read once.
struct Days {
    days: Vec<Parsed>,
    /// Their folders, which hold the seeds.
    _folders: Vec<TempDir>,
}

impl Days {
    fn read() -> Self {
        let nobody = Server::start();
        let (mut days, mut folders) = (Vec::new(), Vec::new());
        for (number, started_at) in ["2024-02-01", "2024-02-02"].into_iter().enumerate() {
            let folder = project("bigquery_shop", &nobody);
            arrive(folder.path(), number);
            days.push(Parsed::read(folder.path(), started_at));
            folders.push(folder);
        }
        Self { days, _folders: folders }
    }
}

/// The tables, how often each statement took effect, and how many requests there were.
fn run(days: &Days, seed: Option<u64>) -> (End, BTreeMap<String, usize>, usize) {
    let server = Server::with_rows("shop");
    if let Some(seed) = seed {
        server.state().faults.seed(seed);
    }
    let target = tempfile::tempdir().expect("a temporary folder");
    for day in &days.days {
        let mut settings = settings(&server);
        // A job fails through the server's fault one time in eight.
        settings.job_retries = 20;
        settings.poll_wait = Duration::from_millis(200);
        let adapter = Arc::new(BigQueryAdapter::new(client_with(settings)));
        let outcome = wait(day.build(adapter, target.path(), 4));
        let failed = outcome.results.iter().filter(|result| result.status.is_failure());
        let failed: Vec<String> =
            failed.map(|result| format!("{}: {:?}", result.node.display, result.message)).collect();
        assert_eq!(outcome.exit_code(), ExitCode::Success, "seed {seed:?}: {failed:#?}");
    }
    assert!(server.state().jobs.unfinished().is_empty(), "seed {seed:?}");
    let mut effects = BTreeMap::new();
    for effect in server.effects() {
        *effects.entry(effect).or_default() += 1;
    }
    (end(&server), effects, server.requests(""))
}

#[test]
fn a_hundred_schedules_of_faults_build_the_same_tables() {
    let days = Days::read();
    let (expected, effects, undisturbed) = run(&days, None);
    assert!(effects.len() > 30, "{effects:#?}");
    // They mostly wait.
    let requests: usize = std::thread::scope(|scope| {
        let (days, expected, effects) = (&days, &expected, &effects);
        let run_some = move |first: u64| {
            let mut requests = 0;
            for seed in (first..=SCHEDULES).step_by(THREADS) {
                let (end, done, count) = run(days, Some(seed));
                assert_eq!(&end, expected, "seed {seed}");
                assert_eq!(&done, effects, "seed {seed}");
                requests += count;
            }
            requests
        };
        let threads = (1..=THREADS as u64).map(|first| scope.spawn(move || run_some(first)));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().expect("the seed is told above")).sum()
    });
    // The schedules are no still waters.
    assert!(requests > undisturbed * SCHEDULES as usize * 5 / 4, "{requests} requests");
}
