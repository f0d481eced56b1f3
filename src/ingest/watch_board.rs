//! What a watch tells of itself over HTTP: counts for Prometheus, and how each feed is doing.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use hyper::{
    Method, Request, StatusCode, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore};

use super::{
    Feed, FeedMetrics, Health, Metrics,
    serve::{Answer, json_answer, refusal, with_type},
};
use crate::{adapter::Cancel, run::NodeResult};

/// Connections at a time: those who ask are few.
const MAX_CONNECTIONS: usize = 64;
/// How long a request's headers may take, and a connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(60);
/// The pause after a connection could not be taken.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How the feeds of a watch are doing, for whoever asks.
#[derive(Debug, Default)]
pub struct WatchBoard {
    metrics: Metrics,
    /// The feeds' places by their unique ids.
    places: BTreeMap<String, usize>,
    healths: Mutex<BTreeMap<usize, Health>>,
}

impl WatchBoard {
    /// A board of feeds that have not been polled yet.
    pub fn of(feeds: &[Feed]) -> Self {
        let names = feeds.iter().map(|feed| format!("{}.{}", feed.source, feed.stream));
        let ids = feeds.iter().map(|feed| feed.unique_id.as_str().to_owned());
        Self {
            metrics: Metrics::of(names),
            places: ids.zip(0..).collect(),
            healths: Mutex::default(),
        }
    }

    /// Notes what came of a poll.
    pub fn note(&self, health: &Health, result: Option<&NodeResult>) {
        let Some(at) = self.place(health) else { return };
        let metrics = self.metrics.feed(at);
        match result {
            Some(result) => counted(&metrics, result),
            None => FeedMetrics::add(&metrics.failures, 1),
        }
        let mut healths = self.healths.lock().unwrap_or_else(PoisonError::into_inner);
        healths.insert(at, health.clone());
    }

    fn place(&self, health: &Health) -> Option<usize> {
        self.places.get(&health.unique_id).copied()
    }

    /// Answers until it is stopped.
    pub async fn show(self: Arc<Self>, listener: TcpListener, stop: Cancel) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                taken = async {
                    let place = Arc::clone(&places).acquire_owned().await;
                    (place, listener.accept().await)
                } => taken,
            };
            let (Ok(place), Ok((socket, _))) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let board = Arc::clone(&self);
            tokio::spawn(async move {
                let answer = service_fn(move |request| {
                    let answer = board.answer(&request);
                    async move { Ok::<_, Infallible>(answer) }
                });
                // What is wrong with a connection is its sender's.
                let _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEADER_TIMEOUT)
                    .serve_connection(TokioIo::new(socket), answer)
                    .await;
                drop(place);
            });
        }
    }

    fn answer(&self, request: &Request<Incoming>) -> Answer {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let told = "use GET or HEAD";
            return refusal(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", told);
        }
        match request.uri().path() {
            "/liveness" => json_answer(StatusCode::OK, &json!({"status": "alive"})),
            "/metrics" => {
                let kind = "text/plain; version=0.0.4; charset=utf-8";
                with_type(StatusCode::OK, kind, self.metrics.prometheus())
            }
            "/readiness" => {
                let (ready, status) = match self.is_failing() {
                    true => ("failing", StatusCode::SERVICE_UNAVAILABLE),
                    false => ("ready", StatusCode::OK),
                };
                json_answer(status, &json!({"status": ready}))
            }
            "/health" => json_answer(StatusCode::OK, &self.health()),
            _ => {
                let told = "there are /metrics, /health, /readiness and /liveness";
                refusal(StatusCode::NOT_FOUND, "not-found", told)
            }
        }
    }

    /// Whether any feed failed last.
    fn is_failing(&self) -> bool {
        let healths = self.healths.lock().unwrap_or_else(PoisonError::into_inner);
        healths.values().any(|health| health.problem.is_some())
    }

    fn health(&self) -> Value {
        let status = if self.is_failing() { "failing" } else { "ready" };
        let healths = self.healths.lock().unwrap_or_else(PoisonError::into_inner);
        let feed = |(at, (name, metrics)): (usize, &(String, Arc<FeedMetrics>))| {
            let mut counts = metrics.json();
            if let (Some(health), Some(counts)) = (healths.get(&at), counts.as_object_mut()) {
                let moment = |moment: Option<DateTime<Utc>>| moment.map(|at| at.to_rfc3339());
                counts.insert("polls".to_owned(), health.polls.into());
                counts.insert("failures_in_a_row".to_owned(), health.failures_in_a_row.into());
                counts.insert("last_success".to_owned(), json!(moment(health.last_success)));
                counts.insert("next".to_owned(), json!(moment(health.next)));
                counts.insert("problem".to_owned(), json!(health.problem));
            }
            (name.clone(), counts)
        };
        let feeds: serde_json::Map<_, _> =
            self.metrics.feeds().iter().enumerate().map(feed).collect();
        json!({"status": status, "feeds": feeds})
    }
}

/// Adds what a poll came to.
fn counted(metrics: &FeedMetrics, result: &NodeResult) {
    let count = |name: &str| result.response.get(name).and_then(Value::as_u64).unwrap_or(0);
    FeedMetrics::add(&metrics.messages, count("payloads"));
    FeedMetrics::add(&metrics.bytes, count("bytes"));
    FeedMetrics::add(&metrics.rows, count("rows"));
    FeedMetrics::add(&metrics.unchanged, count("unchanged"));
    FeedMetrics::add(&metrics.dead_letters, count("dead_letters"));
    FeedMetrics::add(&metrics.retries, count("retries"));
    if result.status.is_failure() {
        FeedMetrics::add(&metrics.failures, 1);
    } else if count("rows") > 0 {
        let now = Utc::now();
        let lag = result.response.get("lag_secs").and_then(Value::as_i64);
        let newest = lag.map(|secs| now - chrono::TimeDelta::seconds(secs));
        metrics.landed(now, newest, Duration::from_secs_f64(result.elapsed_secs.max(0.0)));
    }
}
