//! Answers requests.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    body::{Body, Incoming},
    header::{self, HeaderValue},
};
use serde_json::json;

use super::{
    answer::{Answer, json_answer, later, refusal, with_type},
    auth::{Denied, Gate},
    envelope::{Received, read_request},
};
use crate::ingest::{
    FeedMetrics, Metrics, PushFeed,
    stream::{Entry, Outcome, Refusal, Stream, Tables, read_records},
};

/// How long a request's body may take: slow senders must not hold connections.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Bodies above are read on a thread that may be busy for a while.
const LARGE_BODY_BYTES: usize = 256 * 1024;
/// Seconds after which a sender may try again: there is no room, nothing can be written.
const FULL_SECS: u64 = 1;
const FAILED_SECS: u64 = 5;

/// A feed's endpoint.
pub struct Endpoint {
    /// The tables that what is sent goes to.
    pub tables: Tables,
    /// What is its endpoint's own.
    pub push: PushFeed,
    /// Who may send.
    pub gate: Gate,
    /// Its counts.
    pub metrics: Arc<FeedMetrics>,
}

/// All endpoints.
pub struct Service {
    /// The feeds' endpoints, by path.
    pub endpoints: HashMap<String, Endpoint>,
    /// Where messages go.
    pub stream: Stream,
    /// The feeds' counts.
    pub metrics: Metrics,
    /// Raised when no more is taken.
    pub stopping: AtomicBool,
    /// Raised while nothing can be written.
    pub failing: AtomicBool,
}

impl Service {
    /// Answers a request.
    pub async fn answer(&self, request: Request<Incoming>) -> Answer {
        let path = request.uri().path();
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        match (path, self.endpoints.get(path)) {
            ("/health" | "/readiness" | "/liveness" | "/metrics", _) if !reads => not("GET, HEAD"),
            ("/liveness", _) => json_answer(StatusCode::OK, &json!({"status": "alive"})),
            ("/readiness", _) => self.readiness(),
            ("/health", _) => self.health(),
            ("/metrics", _) => {
                let kind = "text/plain; version=0.0.4; charset=utf-8";
                with_type(StatusCode::OK, kind, self.metrics.prometheus())
            }
            (_, None) => refusal(StatusCode::NOT_FOUND, "not-found", "no feed has this path"),
            (_, Some(_)) if request.method() != Method::POST => not("POST"),
            (_, Some(endpoint)) => self.receive(endpoint, request).await,
        }
    }

    fn state(&self) -> &'static str {
        if self.stopping.load(Ordering::Relaxed) {
            "stopping"
        } else if self.failing.load(Ordering::Relaxed) {
            "failing"
        } else {
            "ready"
        }
    }

    fn readiness(&self) -> Answer {
        let state = self.state();
        let status = match state {
            "ready" => StatusCode::OK,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        json_answer(status, &json!({"status": state}))
    }

    fn health(&self) -> Answer {
        let feeds: serde_json::Map<_, _> = self
            .metrics
            .feeds()
            .iter()
            .map(|(name, metrics)| (name.clone(), metrics.json()))
            .collect();
        json_answer(StatusCode::OK, &json!({"status": self.state(), "feeds": feeds}))
    }

    async fn receive(&self, endpoint: &Endpoint, request: Request<Incoming>) -> Answer {
        match self.land(endpoint, request).await {
            Ok(answer) => answer,
            Err(answer) => {
                let answer = *answer;
                let count = match answer.status().is_client_error()
                    && answer.status() != StatusCode::TOO_MANY_REQUESTS
                {
                    true => &endpoint.metrics.refused,
                    false => &endpoint.metrics.deferred,
                };
                FeedMetrics::add(count, 1);
                answer
            }
        }
    }

    async fn land(
        &self,
        endpoint: &Endpoint,
        request: Request<Incoming>,
    ) -> Result<Answer, Box<Answer>> {
        endpoint.gate.admit(request.headers()).await.map_err(|why| Box::new(denied(why)))?;
        if self.stopping.load(Ordering::Relaxed) {
            let reason = "the service is stopping";
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return Err(Box::new(later(status, "stopping", reason, FULL_SECS)));
        }
        let (head, body) = request.into_parts();
        encoding(&head.headers)?;
        let body = read_body(body, endpoint.push.max_body_bytes).await?;
        FeedMetrics::add(&endpoint.metrics.bytes, body.len() as u64);
        let work = || self.entries(endpoint, &head.headers, body);
        let entries = match body_is_large(&head.headers) {
            true => tokio::task::block_in_place(work),
            false => work(),
        }?;
        let messages = entries.len() as u64;
        let receiver = self.stream.offer(entries).map_err(|_| {
            let reason = "too much waits to be landed";
            Box::new(later(StatusCode::TOO_MANY_REQUESTS, "busy", reason, FULL_SECS))
        })?;
        FeedMetrics::add(&endpoint.metrics.messages, messages);
        let ended = "this is a bug in elt: nobody lands messages any more".to_owned();
        let outcomes = receiver.await.unwrap_or_else(|_| vec![Outcome::Failed(ended)]);
        self.told(&outcomes)
    }

    /// The messages of a request, ready to be landed. What is wrong with one of a broker's goes to the
    /// dead letters, others are told.
    fn entries(
        &self,
        endpoint: &Endpoint,
        headers: &HeaderMap,
        body: Vec<u8>,
    ) -> Result<Vec<Entry>, Box<Answer>> {
        let refused = |problem: Refusal| {
            Box::new(refusal(StatusCode::BAD_REQUEST, problem.class, &problem.reason))
        };
        let tables = &endpoint.tables;
        let format = tables.first.format;
        let received = read_request(&endpoint.push, format, headers, body).map_err(refused)?;
        let Received { messages, by_broker } = received;
        if messages.is_empty() {
            return Err(refused(Refusal::new("empty", "the request holds no message")));
        }
        let mut entries = Vec::with_capacity(messages.len());
        for message in messages {
            let (message, read) = match message {
                Ok(message) => {
                    let read = read_records(tables, &message);
                    (message, read)
                }
                Err(problem) => {
                    let (message, problem) = *problem;
                    (message, Err(problem))
                }
            };
            let read = match read {
                Err(problem) if !by_broker => return Err(refused(problem)),
                read => read,
            };
            let entry = message.entry(tables, read);
            entries.push(Entry { sender_is_told: !by_broker, ..entry });
        }
        Ok(entries)
    }

    fn told(&self, outcomes: &[Outcome]) -> Result<Answer, Box<Answer>> {
        let (mut landed, mut same, mut duplicates, mut dead) = (0, 0, 0, 0);
        for outcome in outcomes {
            match outcome {
                Outcome::Landed { rows, unchanged, dead_letters } => {
                    landed += rows;
                    same += unchanged;
                    dead += dead_letters;
                }
                Outcome::Duplicate => duplicates += 1,
                // It is the only message of its request.
                Outcome::Refused(Refusal { class, reason }) => {
                    return Err(Box::new(refusal(StatusCode::BAD_REQUEST, class, reason)));
                }
                Outcome::Failed(_) => {
                    self.failing.store(true, Ordering::Relaxed);
                    // What the warehouse says is for the operator, not for whoever sends.
                    let reason = "nothing can be landed now";
                    let status = StatusCode::SERVICE_UNAVAILABLE;
                    return Err(Box::new(later(status, "unavailable", reason, FAILED_SECS)));
                }
            }
        }
        self.failing.store(false, Ordering::Relaxed);
        let told = json!({
            "landed": landed, "unchanged": same, "duplicates": duplicates, "dead_letters": dead,
        });
        Ok(json_answer(StatusCode::OK, &told))
    }
}

fn denied(denied: Denied) -> Answer {
    match denied {
        Denied::Unknown(reason) => {
            let mut answer = refusal(StatusCode::UNAUTHORIZED, "unauthenticated", &reason);
            let scheme = HeaderValue::from_static("Bearer");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
            answer
        }
        Denied::Forbidden(reason) => refusal(StatusCode::FORBIDDEN, "forbidden", &reason),
        Denied::Later(reason) => {
            later(StatusCode::SERVICE_UNAVAILABLE, "unavailable", &reason, FAILED_SECS)
        }
    }
}

fn not(allowed: &'static str) -> Answer {
    let reason = "this path does not answer the method";
    let mut answer = refusal(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", reason);
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    answer
}

fn encoding(headers: &HeaderMap) -> Result<(), Box<Answer>> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(value) if value != "identity" => {
            let reason = "compressed bodies are not taken: send them as they are";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            Err(Box::new(refusal(status, "content-encoding", reason)))
        }
        _ => Ok(()),
    }
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn body_is_large(headers: &HeaderMap) -> bool {
    length(headers).is_none_or(|bytes| bytes > LARGE_BODY_BYTES)
}

async fn read_body(body: Incoming, limit: u64) -> Result<Vec<u8>, Box<Answer>> {
    let refused = |status, class, reason: &str| Err(Box::new(refusal(status, class, reason)));
    let too_large = || {
        let reason = format!("the body is longer than {limit} bytes");
        refused(StatusCode::PAYLOAD_TOO_LARGE, "too-large", &reason)
    };
    if body.size_hint().lower() > limit {
        return too_large();
    }
    let limited = Limited::new(body, usize::try_from(limit).unwrap_or(usize::MAX));
    match tokio::time::timeout(BODY_TIMEOUT, limited.collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes().to_vec()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => too_large(),
        Ok(Err(_)) => refused(StatusCode::BAD_REQUEST, "broken-body", "the body broke off"),
        Err(_) => {
            let reason = "the body did not come in time";
            refused(StatusCode::REQUEST_TIMEOUT, "timeout", reason)
        }
    }
}
