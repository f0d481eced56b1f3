//! A hundred schedules of faults: whatever is lost, refused or answered with an error, the end is that of
//! an undisturbed run, and no statement ran twice.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use elt::adapter::{
    Cancel,
    bigquery::{
        BigQueryClient, BigQueryError, CopyJob, DatasetId, Destination, LoadFormat, LoadJob,
        LoadSource, NewDataset, Patch, QueryJob, Tell, WriteDisposition,
    },
};
use serde_json::{Value, json};

use crate::{
    server::{Behaviour, Mishap, Server},
    support::{client_with, settings, wait},
};

/// Builds at the same time.
const LINES: usize = 4;
const SCHEDULES: u64 = 100;
const THREADS: usize = 5;

/// What there is at the end.
#[derive(Debug, PartialEq)]
struct End {
    /// How often each statement took effect.
    effects: BTreeMap<String, usize>,
    datasets: Vec<String>,
    tables: Vec<(String, String, Value)>,
    rows: usize,
}

fn run(seed: Option<u64>) -> (End, usize) {
    let server = Server::start();
    server.on("slow", Behaviour::takes(15));
    server.on("load", Behaviour::takes(5));
    let mut state = server.state();
    state.catalog.dataset("shop", "gold");
    for line in 0..LINES {
        state.catalog.table("shop", "gold", &format!("old{line}"), &json!({}));
        let kept = json!({"description": "before", "labels": {"a": "1"}});
        state.catalog.table("shop", "gold", &format!("kept{line}"), &kept);
    }
    if let Some(seed) = seed {
        state.faults.seed(seed);
    }
    drop(state);
    let mut settings = settings(&server);
    // A job fails through the server's fault one time in eight.
    settings.job_retries = 20;
    settings.poll_wait = Duration::from_millis(200);
    let client = client_with(settings);
    wait(async {
        let lines: Vec<_> =
            (0..LINES).map(|line| tokio::spawn(build(client.clone(), line))).collect();
        for line in lines {
            line.await.expect("no panic").expect("everything succeeds");
        }
        assert_eq!(client.cancel_running().await, 0, "seed {seed:?}");
    });
    let requests = server.requests("");
    let state = server.state();
    assert!(state.jobs.unfinished().is_empty(), "nothing is left running, seed {seed:?}");
    let mut effects = BTreeMap::new();
    for effect in &state.jobs.effects {
        *effects.entry(effect.clone()).or_default() += 1;
    }
    let tables = state.catalog.tables.iter().map(|((dataset, table), resource)| {
        let mut resource = resource.clone();
        // It counts the changes, and those that were lost are made again.
        resource["etag"] = Value::Null;
        (dataset.clone(), table.clone(), resource)
    });
    let end = End {
        effects,
        datasets: state.catalog.datasets.keys().cloned().collect(),
        tables: tables.collect(),
        rows: state.uploads.loaded.values().map(Vec::len).min().unwrap_or(0),
    };
    (end, requests)
}

/// What a build does: a dataset, rows, statements, partitions, descriptions, what is no longer needed.
async fn build(client: BigQueryClient, line: usize) -> Result<(), BigQueryError> {
    let cancel = Cancel::default();
    let dataset = DatasetId::new("shop", format!("bronze{line}"));
    client.insert_dataset(&dataset, &NewDataset::default()).await?;
    let gold = DatasetId::new("shop", "gold");
    assert!(client.get_dataset(&gold).await?.is_some());
    let mut destination = Destination::replace(dataset.table("orders"));
    destination.write = WriteDisposition::Append;
    let rows = LoadSource::Bytes(Arc::from(vec![b'x'; 100]));
    client.load_job(&LoadJob::replace(rows, LoadFormat::NewlineJson, destination), &cancel).await?;
    for statement in ["create table a", "insert into a slow", "merge into a"] {
        let job = QueryJob::new(format!("{statement} -- line {line}"));
        client.dry_run(&job).await?;
        client.query_job(&job, &cancel).await?;
    }
    let from = gold.table(format!("tmp{line}")).partition("20240131");
    let to = gold.table(format!("orders{line}")).partition("20240131");
    client.copy_job(&CopyJob::replace(from, to), &cancel).await?;
    let patch = Patch::new().description(Some("after")).labels([("a", None), ("b", Some("2"))]);
    client.patch_table(&gold.table(format!("kept{line}")), &patch).await?;
    assert!(client.delete_table(&gold.table(format!("old{line}"))).await?);
    let listed = client.list_tables(&gold).await?.unwrap_or_default();
    assert!(listed.iter().any(|table| table.id.table == format!("kept{line}")));
    Ok(())
}

#[test]
fn a_hundred_schedules_of_faults_end_as_an_undisturbed_run() {
    let (expected, undisturbed) = run(None);
    assert_eq!(expected.effects.len(), 5 * LINES);
    assert!(expected.effects.values().all(|count| *count == 1));
    assert_eq!((expected.datasets.len(), expected.tables.len()), (1 + LINES, LINES));
    assert_eq!(expected.rows, 100);
    // They mostly wait.
    let requests: usize = std::thread::scope(|scope| {
        let expected = &expected;
        let run_some = move |first: u64| {
            let mut requests = 0;
            for seed in (first..=SCHEDULES).step_by(THREADS) {
                let (end, count) = run(Some(seed));
                assert_eq!(&end, expected, "seed {seed}");
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

/// A server that fails for long is waited for, and not in silence.
#[test]
fn failures_that_last_are_told() {
    let server = Server::start();
    server.mishaps("/jobs", &vec![Mishap::DoneButError(503, "backendError"); 20]);
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let mut settings = settings(&server);
    settings.tell_after = Duration::from_millis(1);
    settings.tell = Some(Tell::new(move |line| {
        kept.lock().expect("no panic").push(line.to_owned());
    }));
    let client = client_with(settings);
    let job = QueryJob::new("select 1");
    wait(client.query_job(&job, &Cancel::default())).expect("it succeeds in the end");
    let told = told.lock().expect("no panic");
    assert_eq!(told.len(), 1, "once a minute: {told:?}");
    assert!(told[0].starts_with("BigQuery has failed for 0 s: "), "{told:?}");
    assert!(told[0].ends_with(" (503); it is tried for 19 s more"), "{told:?}");
}
