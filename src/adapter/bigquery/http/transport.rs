//! Sends requests to BigQuery, again where that helps.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use reqwest::header::{self, HeaderMap, HeaderValue};
use tokio::sync::Semaphore;

use super::{Answer, Gate, Request, TableUpdates, Urgency, patience::Patience};
use crate::{
    adapter::{
        Cancel,
        bigquery::{
            auth::Authenticator,
            error::{BigQueryError, BigQueryErrorKind, read_error_body},
            reason::{Verdict, judge},
            settings::ClientSettings,
        },
    },
    backoff::{Backoff, pause_asked},
    project::Secret,
};

/// Requests under way at a time; BigQuery takes 300 of one user
/// (<https://cloud.google.com/bigquery/quotas#api_requests>), some of which may be someone else's.
const MAX_CONCURRENT_REQUESTS: usize = 250;
/// Metadata requests in a second; BigQuery takes 100 of one user and method.
const METADATA_REQUESTS_PER_SECOND: u32 = 80;
/// Attempts at one request at most, however short the pauses are.
const MAX_ATTEMPTS: u32 = 60;
/// Attempts to reach a server that never answered anything: it is misspelt, or the network is down.
const MAX_FIRST_ATTEMPTS: u32 = 4;
/// Failures that last are told this often: a line a minute is read, and more are noise.
const TELL_EVERY: Duration = Duration::from_secs(60);
/// The largest answer: pages of rows are at most 10 MB, dry runs of huge schemas a little more
/// (<https://cloud.google.com/bigquery/quotas#query_jobs>, "maximum response size").
const MAX_ANSWER_BYTES: usize = 128 * 1024 * 1024;
/// Connecting takes milliseconds; where it takes longer, another attempt is quicker.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long an answer is waited for after the user cancelled: without it, nobody knows whether the job
/// exists.
const CANCELLED_ANSWER_GRACE: Duration = Duration::from_secs(10);

const UNREACHABLE: &str = "BigQuery cannot be reached";

/// What went wrong with a request.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct Fault {
    pub(in crate::adapter::bigquery) error: BigQueryError,
    pub(in crate::adapter::bigquery) verdict: Verdict,
    /// The pause that the server asks for.
    pub(in crate::adapter::bigquery) pause: Option<Duration>,
    /// Whether nothing tells that the request was not carried out: no answer came, or one from a
    /// server that may have failed after the deed.
    pub(in crate::adapter::bigquery) maybe_done: bool,
    /// Whether no server was reached.
    unreachable: bool,
}

impl Fault {
    fn unanswered(what: &str, error: &reqwest::Error) -> Self {
        let kind = match error.is_timeout() && !error.is_connect() {
            true => BigQueryErrorKind::TimedOut,
            false => BigQueryErrorKind::Unreachable,
        };
        let lasting = error.is_builder() || error.is_redirect();
        Self {
            error: BigQueryError::new(kind, format!("{what}: {}", words(error))),
            verdict: if lasting { Verdict::Lasting } else { Verdict::Passing },
            pause: None,
            maybe_done: !error.is_connect() && !error.is_builder(),
            unreachable: error.is_connect(),
        }
    }

    pub(in crate::adapter::bigquery) fn lasting(error: BigQueryError) -> Self {
        Self {
            error,
            verdict: Verdict::Lasting,
            pause: None,
            maybe_done: false,
            unreachable: false,
        }
    }

    /// The same after earlier attempts of which nothing is known.
    pub(in crate::adapter::bigquery) fn after(mut self, maybe_done: bool) -> Self {
        self.maybe_done |= maybe_done;
        self
    }

    /// The same in other words.
    pub(in crate::adapter::bigquery) fn told(
        mut self,
        tell: impl FnOnce(BigQueryError) -> BigQueryError,
    ) -> Self {
        self.error = tell(self.error);
        self
    }

    fn cancelled() -> Self {
        Self { maybe_done: true, ..Self::lasting(BigQueryError::cancelled()) }
    }
}

impl From<Fault> for BigQueryError {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

/// Whom a request obeys besides its own limits.
#[derive(Clone, Copy, Debug)]
pub(in crate::adapter::bigquery) enum Stop<'a> {
    /// Nobody.
    Never,
    /// Dropped when the user cancels: it changes nothing.
    AtOnce(&'a Cancel),
    /// Not repeated when the user cancels, but its answer is waited for.
    WithAnswer(&'a Cancel),
}

/// The way to BigQuery: one connection pool, one token, one set of limits.
pub(in crate::adapter::bigquery) struct Transport {
    http: reqwest::Client,
    endpoint: String,
    authenticator: Authenticator,
    quota_project: Option<String>,
    backoff: Backoff,
    patience: Duration,
    told: Patience,
    gate: Gate,
    updates: TableUpdates,
    partitions: TableUpdates,
    places: Semaphore,
    reached: AtomicBool,
}

/// A connection pool as all requests here need it: no redirects, which would carry the token away.
///
/// # Errors
/// Where the machine cannot do TLS.
pub(in crate::adapter::bigquery) fn http_client() -> Result<reqwest::Client, BigQueryError> {
    reqwest::Client::builder()
        // Google compresses answers only for clients that say `gzip` here too.
        .user_agent(concat!("elt/", env!("CARGO_PKG_VERSION"), " (gzip)"))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .map_err(|error| {
            BigQueryError::new(
                BigQueryErrorKind::Unreachable,
                format!("no HTTP client: {}", words(&error)),
            )
        })
}

impl Transport {
    pub(in crate::adapter::bigquery) fn new(
        http: reqwest::Client,
        settings: &ClientSettings,
        authenticator: Authenticator,
    ) -> Self {
        Self {
            http,
            endpoint: settings.endpoint.trim_end_matches('/').to_owned(),
            quota_project: settings.quota_project.clone(),
            backoff: Backoff {
                first: settings.first_retry_pause,
                longest: settings.longest_retry_pause,
            },
            patience: settings.retry_deadline,
            told: Patience::new(settings.tell.clone(), settings.tell_after, TELL_EVERY),
            authenticator,
            gate: Gate::per_second(METADATA_REQUESTS_PER_SECOND),
            updates: TableUpdates::of_metadata(),
            partitions: TableUpdates::of_partitions(),
            places: Semaphore::new(MAX_CONCURRENT_REQUESTS),
            reached: AtomicBool::new(false),
        }
    }

    /// Keeps updates of the metadata of `name` apart.
    pub(in crate::adapter::bigquery) async fn pace_update(&self, name: &str) {
        self.updates.pass(name).await;
    }

    /// Keeps changes of the partitions of a table apart.
    pub(in crate::adapter::bigquery) async fn pace_partition(&self, table: &str) {
        self.partitions.pass(table).await;
    }

    /// Whether one more metadata request holds up none that is needed: its turn is taken.
    pub(in crate::adapter::bigquery) async fn takes_spare_turn(&self) -> bool {
        self.gate.passes_at_once().await
    }

    /// The pause before the attempt after `failures` ones.
    pub(in crate::adapter::bigquery) fn pause(&self, failures: u32) -> Duration {
        self.backoff.pause(failures, None)
    }

    /// Whether an address is BigQuery's own, where the token may be sent.
    pub(in crate::adapter::bigquery) fn is_own(&self, url: &str) -> bool {
        url.strip_prefix(&self.endpoint).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Sends a request until it is answered, it is certain that it will not be, or patience ends.
    pub(in crate::adapter::bigquery) async fn send(
        &self,
        request: &Request,
        stop: Stop<'_>,
    ) -> Result<Answer, Fault> {
        let url = format!("{}{}", self.endpoint, request.address.as_str());
        let begin = Instant::now();
        let patience = request.patience.unwrap_or(self.patience);
        let mut maybe_done = false;
        let mut failures = 0;
        loop {
            let mut fault = match self.attempt(&url, request, stop).await {
                Ok(answer) => {
                    self.reached.store(true, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(fault) => fault,
            };
            failures += 1;
            if fault.error.status.is_some() {
                self.reached.store(true, Ordering::Relaxed);
            }
            maybe_done |= fault.maybe_done;
            fault.maybe_done = maybe_done;
            let attempts = match fault.unreachable && !self.reached.load(Ordering::Relaxed) {
                true => MAX_FIRST_ATTEMPTS,
                false => MAX_ATTEMPTS,
            };
            let pause = self.backoff.pause(failures, fault.pause);
            let enough = failures >= attempts || begin.elapsed() + pause > patience;
            if !fault.verdict.may_pass() || enough {
                if fault.verdict.may_pass() && failures > 1 {
                    let secs = begin.elapsed().as_secs();
                    fault.error.message += &format!(" ({failures} attempts in {secs} s)");
                }
                return Err(fault);
            }
            self.told.waits(begin, patience, &fault.error);
            let (Stop::AtOnce(cancel) | Stop::WithAnswer(cancel)) = stop else {
                tokio::time::sleep(pause).await;
                continue;
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = cancel.cancelled() => return Err(Fault { maybe_done, ..Fault::cancelled() }),
            }
        }
    }

    /// Sends a request once.
    pub(in crate::adapter::bigquery) async fn try_once(
        &self,
        request: &Request,
        stop: Stop<'_>,
    ) -> Result<Answer, Fault> {
        let url = format!("{}{}", self.endpoint, request.address.as_str());
        self.attempt(&url, request, stop).await
    }

    /// Sends a request once, to an address that the server gave.
    pub(in crate::adapter::bigquery) async fn try_once_to(
        &self,
        url: &str,
        request: &Request,
        stop: Stop<'_>,
    ) -> Result<Answer, Fault> {
        self.attempt(url, request, stop).await
    }

    async fn attempt(&self, url: &str, request: &Request, stop: Stop<'_>) -> Result<Answer, Fault> {
        let attempt = self.attempt_uncancelled(url, request);
        match stop {
            Stop::Never => attempt.await,
            Stop::AtOnce(cancel) => tokio::select! {
                answer = attempt => answer,
                () = cancel.cancelled() => Err(Fault::cancelled()),
            },
            Stop::WithAnswer(cancel) => tokio::select! {
                answer = attempt => answer,
                () = async {
                    cancel.cancelled().await;
                    tokio::time::sleep(CANCELLED_ANSWER_GRACE).await;
                } => Err(Fault::cancelled()),
            },
        }
    }

    async fn attempt_uncancelled(&self, url: &str, request: &Request) -> Result<Answer, Fault> {
        if request.urgency == Urgency::Metadata {
            self.gate.pass().await;
        }
        // The semaphore is never closed.
        let _place = self.places.acquire().await.ok();
        if !self.is_own(url) {
            return once(self.builder(url, request), UNREACHABLE).await;
        }
        let token = self.authenticator.token().await?;
        let answer =
            once(self.builder(url, request).headers(self.proof(&token)?), UNREACHABLE).await;
        let refused = answer.as_ref().is_err_and(|fault| fault.verdict == Verdict::Unauthenticated);
        // A token may be withdrawn, or expire on the way.
        if !refused || !self.authenticator.forget(&token).await {
            return answer;
        }
        let token = self.authenticator.token().await?;
        once(self.builder(url, request).headers(self.proof(&token)?), UNREACHABLE).await
    }

    fn builder(&self, url: &str, request: &Request) -> reqwest::RequestBuilder {
        let mut builder = self.http.request(request.method.clone(), url).timeout(request.timeout);
        if let Some(content_type) = &request.content_type {
            builder = builder.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        // Also where it is empty: a POST without a length is refused by Google's front end.
        if request.method != reqwest::Method::GET {
            builder = builder.body(request.body.to_vec());
        }
        builder
    }

    /// The headers that say who asks, and who pays for asking.
    fn proof(&self, token: &Secret<String>) -> Result<HeaderMap, Fault> {
        let mut headers = HeaderMap::new();
        let no_header = |what: &str| {
            let message = format!("{what} holds characters that no HTTP header has");
            Fault::lasting(BigQueryError::new(BigQueryErrorKind::Credentials, message))
        };
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| no_header("the access token"))?;
        // So that nothing shows it.
        bearer.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, bearer);
        if let Some(project) = &self.quota_project {
            let project =
                HeaderValue::from_str(project).map_err(|_| no_header("`quota_project`"))?;
            headers.insert("x-goog-user-project", project);
        }
        Ok(headers)
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transport").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Sends a request once, and reads its answer to the end. A status outside 2xx and 308 ("resume", of
/// uploads) is a fault.
pub(in crate::adapter::bigquery) async fn once(
    builder: reqwest::RequestBuilder,
    what: &str,
) -> Result<Answer, Fault> {
    let mut response = builder.send().await.map_err(|error| Fault::unanswered(what, &error))?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let Some(chunk) = chunk.map_err(|error| Fault::unanswered(what, &error))? else { break };
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            let message = format!("an answer has more than {MAX_ANSWER_BYTES} bytes");
            return Err(Fault::lasting(BigQueryError::protocol(message)));
        }
        body.extend_from_slice(&chunk);
    }
    if matches!(status, 200..=299 | 308) {
        return Ok(Answer { status, headers, body });
    }
    let proto = read_error_body(status, &body);
    let verdict = judge(status, proto.reason.as_deref());
    Err(Fault {
        verdict,
        pause: pause_asked(&headers),
        maybe_done: status >= 500,
        unreachable: false,
        error: BigQueryError::said(Some(status), proto),
    })
}

/// An error and what caused it, without the address.
pub(in crate::adapter::bigquery) fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() && !error.is_connect() {
        return "no complete answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        // Its own text would name the address.
        Some(_) => "the request cannot be sent".to_owned(),
        None => cause.to_string(),
    }
}
