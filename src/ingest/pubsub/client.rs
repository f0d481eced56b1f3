//! Pub/Sub over its REST API (<https://cloud.google.com/pubsub/docs/reference/rest>).

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value, json};

use crate::{
    adapter::bigquery::GoogleAccess,
    backoff::{Backoff, pause_asked},
    ingest::FeedMetrics,
    project::Secret,
};

/// The service.
const SERVICE: &str = "https://pubsub.googleapis.com";
/// How long a request takes at most; a pull waits for messages.
const TIMEOUT: Duration = Duration::from_secs(30);
const PULL_TIMEOUT: Duration = Duration::from_secs(120);
/// Attempts at one request.
const MAX_ATTEMPTS: u32 = 6;
/// Pauses between them.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(250), longest: Duration::from_secs(30) };
/// Acknowledgements in one request: some hundred bytes each, of 512 KiB that a request may have
/// (<https://cloud.google.com/pubsub/quotas#resource_limits>).
const IDS_AT_A_TIME: usize = 1_000;
/// The largest answer: a thousand messages of 10 MB in base 64 would be more, and the service does not
/// send that many.
const MAX_ANSWER_BYTES: usize = 256 * 1024 * 1024;

/// A message as it was pulled.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// What it is acknowledged by.
    pub ack_id: String,
    /// The message.
    pub message: Map<String, Value>,
    /// How often it was delivered, where that is counted.
    pub attempts: Option<u32>,
}

/// Talks to the service.
pub struct PubSubClient {
    base: String,
    http: reqwest::Client,
    /// None for an emulator, which asks nobody.
    access: Option<GoogleAccess>,
    metrics: Arc<FeedMetrics>,
}

struct Fault {
    problem: String,
    pause: Option<Duration>,
    passing: bool,
}

impl PubSubClient {
    /// A client of the service, or of the emulator at `PUBSUB_EMULATOR_HOST`.
    ///
    /// # Errors
    /// Where no HTTP client can be made, or there are no credentials.
    pub fn new(
        emulator: Option<&str>,
        access: impl FnOnce() -> Result<GoogleAccess, String>,
        metrics: Arc<FeedMetrics>,
    ) -> Result<Self, String> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("elt/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("no HTTP client: {error}"))?;
        let emulator = emulator.map(str::trim).filter(|host| !host.is_empty());
        let (base, access) = match emulator {
            Some(host) if host.starts_with("http://") => (host.trim_end_matches('/').into(), None),
            Some(host) => (format!("http://{host}"), None),
            None => (SERVICE.to_owned(), Some(access()?)),
        };
        Ok(Self { base, http, access, metrics })
    }

    /// Messages of a subscription, at most as many; where `at_once`, those that are there.
    ///
    /// # Errors
    /// A sentence.
    pub async fn pull(
        &self,
        subscription: &str,
        max: u64,
        at_once: bool,
    ) -> Result<Vec<Pulled>, String> {
        let body = json!({"maxMessages": max, "returnImmediately": at_once});
        let answer = self.post(&format!("{subscription}:pull"), &body, PULL_TIMEOUT).await?;
        let received = match answer {
            Value::Object(mut map) => map.remove("receivedMessages"),
            _ => None,
        };
        let Some(Value::Array(received)) = received else { return Ok(Vec::new()) };
        let pulled = received.into_iter().filter_map(|mut one| {
            let ack_id = one.get("ackId")?.as_str()?.to_owned();
            let attempts = one.get("deliveryAttempt").and_then(Value::as_u64);
            let attempts = attempts.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
            let message = match one.get_mut("message").map(Value::take) {
                Some(Value::Object(message)) => message,
                _ => Map::new(),
            };
            Some(Pulled { ack_id, message, attempts })
        });
        Ok(pulled.collect())
    }

    /// Says that messages need not come again.
    ///
    /// # Errors
    /// A sentence; some may come again.
    pub async fn acknowledge(&self, subscription: &str, ids: &[String]) -> Result<(), String> {
        for ids in ids.chunks(IDS_AT_A_TIME) {
            let body = json!({"ackIds": ids});
            self.post(&format!("{subscription}:acknowledge"), &body, TIMEOUT).await?;
        }
        Ok(())
    }

    /// Says that messages are kept that much longer; not at all, they come again.
    ///
    /// # Errors
    /// A sentence; some may come again sooner.
    pub async fn extend(
        &self,
        subscription: &str,
        ids: &[String],
        secs: u64,
    ) -> Result<(), String> {
        for ids in ids.chunks(IDS_AT_A_TIME) {
            let body = json!({"ackIds": ids, "ackDeadlineSeconds": secs});
            self.post(&format!("{subscription}:modifyAckDeadline"), &body, TIMEOUT).await?;
        }
        Ok(())
    }

    /// Publishes messages of one topic, in order.
    ///
    /// # Errors
    /// A sentence; none of them may be published, or all.
    pub async fn publish(&self, topic: &str, messages: &[Value]) -> Result<Vec<String>, String> {
        let body = json!({"messages": messages});
        let answer = self.post(&format!("{topic}:publish"), &body, TIMEOUT).await?;
        let ids = answer.get("messageIds").and_then(Value::as_array);
        let ids = ids.map(|ids| ids.iter().filter_map(|id| id.as_str().map(str::to_owned)));
        let ids: Vec<String> = ids.into_iter().flatten().collect();
        match ids.len() == messages.len() {
            true => Ok(ids),
            false => Err(format!("{topic} took {} of {} messages", ids.len(), messages.len())),
        }
    }

    async fn post(&self, what: &str, body: &Value, timeout: Duration) -> Result<Value, String> {
        let url = format!("{}/v1/{what}", self.base);
        let body = body.to_string();
        let mut attempt = 1;
        loop {
            let fault = match self.once(&url, what, body.clone(), timeout).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            if !fault.passing {
                return Err(fault.problem);
            }
            if attempt == MAX_ATTEMPTS {
                return Err(format!("{} ({attempt} attempts)", fault.problem));
            }
            FeedMetrics::add(&self.metrics.retries, 1);
            tokio::time::sleep(BACKOFF.pause(attempt, fault.pause)).await;
            attempt += 1;
        }
    }

    async fn once(
        &self,
        url: &str,
        what: &str,
        body: String,
        timeout: Duration,
    ) -> Result<Value, Fault> {
        let fault = |problem: String, passing| Fault { problem, pause: None, passing };
        let token = match &self.access {
            Some(access) => {
                Some(access.token().await.map_err(|(problem, passing)| fault(problem, passing))?)
            }
            None => None,
        };
        let mut request = self.http.post(url).timeout(timeout);
        request = request.header("content-type", "application/json").body(body);
        if let Some(token) = &token {
            request = request.bearer_auth(token.expose());
        }
        let unreachable = |error: reqwest::Error| {
            let error = error.without_url();
            fault(format!("Pub/Sub cannot be reached for `{what}`: {error}"), true)
        };
        let mut answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let pause = pause_asked(answer.headers());
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_ANSWER_BYTES {
                return Err(fault(format!("the answer to `{what}` is too long"), false));
            }
        }
        let read: Result<Value, _> = serde_json::from_slice(&bytes);
        if status.is_success() {
            return read.map_err(|_| fault(format!("the answer to `{what}` is no JSON"), true));
        }
        let told = read.ok();
        let told = told.as_ref().and_then(|value| value.pointer("/error/message"));
        let told = told.and_then(Value::as_str).unwrap_or_default();
        let renewed = status.as_u16() == 401 && self.renewed(token.as_ref()).await;
        let passing = renewed || status.is_server_error() || matches!(status.as_u16(), 408 | 429);
        let problem = format!("Pub/Sub answered `{what}` with {status}: {told}");
        Err(Fault { problem: problem.trim_end_matches(": ").to_owned(), pause, passing })
    }

    async fn renewed(&self, token: Option<&Secret<String>>) -> bool {
        match (&self.access, token) {
            (Some(access), Some(token)) => access.forget(token).await,
            _ => false,
        }
    }
}
