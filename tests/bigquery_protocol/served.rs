//! A project whose feed is pushed to, served in this process on a warehouse that errs, and who sends.

use std::{sync::Arc, time::Duration};

use elt::{
    adapter::{Adapter, Cancel, bigquery::BigQueryAdapter},
    ingest::{Metrics, ServeOptions, feeds_of, serve},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::{
    in_process::Parsed,
    server::Server,
    small_project::shop,
    support::{client_with, settings},
};

const SOURCES: &str = "sources:
  - name: web
    schema: bronze
    tables:
      - name: events
        config: {meta: {ingest: {type: push, path: /events, auth: none, key: id}}}
";

/// The project.
pub fn pushed_project(server: &Server) -> TempDir {
    shop(server, &[("models/_sources.yml", SOURCES)])
}

/// A message: what names it, if something does, and its body.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: Option<String>,
    pub body: String,
}

/// The service, until it is told to stop.
pub struct Service {
    pub base: String,
    cancel: Cancel,
    task: JoinHandle<Result<(), String>>,
}

impl Service {
    /// Serves the project on a server, whose failures are waited out without long pauses.
    pub async fn start(parsed: &Parsed, server: &Server) -> Self {
        let mut settings = settings(server);
        settings.job_retries = 20;
        settings.poll_wait = Duration::from_millis(200);
        let adapter: Arc<dyn Adapter> = Arc::new(BigQueryAdapter::new(client_with(settings)));
        let manifest = parsed.manifest();
        let all = manifest.sources.keys().cloned().collect();
        let feeds = feeds_of(manifest, &all).expect("good feeds");
        let options = ServeOptions {
            feeds: feeds.into_iter().map(Arc::new).collect(),
            root: std::env::temp_dir(),
            env: Arc::new(|_| None),
            adapter,
            run_id: "run".to_owned(),
            listen: "127.0.0.1:0".to_owned(),
            linger: Duration::from_millis(5),
            window_days: Some(31),
            metrics: Metrics::of(["web.events".to_owned()]),
        };
        let cancel = Cancel::default();
        let (ready, address) = tokio::sync::oneshot::channel();
        let stop = cancel.clone();
        let task = tokio::spawn(async move {
            let told = |address| {
                // Who started it is there.
                let _ = ready.send(address);
            };
            serve(options, &stop, told).await
        });
        match address.await {
            Ok(address) => Self { base: format!("http://{address}"), cancel, task },
            Err(_) => panic!("it does not start: {:?}", task.await),
        }
    }

    /// Stops it when all is durable that was taken.
    pub async fn stop(self) {
        self.cancel.cancel();
        self.task.await.expect("no panic").expect("it ends well");
    }
}

/// A client that waits for answers, of nobody else.
pub fn sender() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build();
    client.expect("a client")
}

/// Sends a message once: whether it is durable. A service that is gone has not said so.
pub async fn send(client: &reqwest::Client, base: &str, message: &Sent) -> bool {
    let mut request = client.post(format!("{base}/events")).body(message.body.clone());
    if let Some(id) = &message.id {
        request = request.header("Idempotency-Key", id);
    }
    let Ok(answer) = request.send().await else { return false };
    let status = answer.status().as_u16();
    let told = answer.text().await.unwrap_or_default();
    assert!(matches!(status, 200 | 429 | 503), "{status}: {told}");
    status == 200
}

/// Sends a message until it is durable.
pub async fn send_until_durable(client: &reqwest::Client, base: &str, message: &Sent) {
    while !send(client, base, message).await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Keys and payloads in the order in which they landed.
pub fn landed(server: &Server) -> Vec<Vec<Value>> {
    let state = server.state();
    let database = state.database.as_ref().expect("it has rows");
    let sql = "select _record_key, payload from shop.bronze.events order by _record_key, _ingested_at, _seq";
    database.rows(sql).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The numbers of the commits that are remembered.
pub fn commits(server: &Server) -> Vec<usize> {
    let state = server.state();
    let database = state.database.as_ref().expect("it has rows");
    let sql = "select commit_number from shop.bronze.elt_feed_state order by 1";
    let rows = database.rows(sql).unwrap_or_else(|wrong| panic!("{wrong}"));
    let number = |row: &Vec<Value>| row[0].as_str().and_then(|text| text.parse().ok());
    rows.iter().map(|row| number(row).expect("a number")).collect()
}

/// Each commit took effect once, and none by a load job.
pub fn assert_counted(server: &Server, told: &str) {
    let commits = commits(server);
    assert_eq!(commits, (1..=commits.len()).collect::<Vec<_>>(), "{told}");
    let begun = |effect: &&String| effect.starts_with("begin transaction");
    assert_eq!(server.effects().iter().filter(begun).count(), commits.len(), "{told}");
    assert_eq!(server.requests("/upload/"), 0, "{told}");
}
