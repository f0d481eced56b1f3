//! Payloads from the network.

use std::{fs::File, io::Write, path::Path, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::redirect::Policy;

use crate::ingest::{EnvLookup, HttpRequest};

/// Requests of one payload at most: the first and two more.
const MAX_ATTEMPTS: u32 = 3;
/// The first pause between attempts; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause a server may ask for (`Retry-After`).
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// The largest payload: it is kept on disk, and an answer without end must not fill that.
const MAX_PAYLOAD_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Redirects in a row at most: what browsers take.
const MAX_REDIRECTS: usize = 10;

/// What went wrong with one attempt.
struct Fault {
    problem: String,
    /// The pause that the server asks for.
    pause: Option<Duration>,
    /// Whether another attempt may succeed.
    passing: bool,
}

impl Fault {
    fn lasting(problem: String) -> Self {
        Self { problem, pause: None, passing: false }
    }

    fn passing(problem: String) -> Self {
        Self { problem, pause: None, passing: true }
    }
}

/// Fetches a payload into a file by GET, again after passing faults (429, 5xx, broken connections).
///
/// # Errors
/// A sentence without the address's query and without header values.
pub async fn fetch(
    request: &HttpRequest,
    root: &Path,
    env: &EnvLookup,
    into: &Path,
) -> Result<(), String> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(request.timeout_secs))
        .user_agent(concat!("elt/", env!("CARGO_PKG_VERSION")))
        .redirect(redirects(!request.headers.is_empty()))
        .build()
        .map_err(|error| format!("no HTTP client: {error}"))?;
    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        headers.push((name.as_str(), value.value(root, env)?));
    }
    let mut params = Vec::new();
    for (name, value) in &request.params {
        params.push((name.as_str(), value.value(root, env)?));
    }
    let shown = request.shown_url();
    if let Some(folder) = into.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("`{}` cannot be made: {error}", folder.display()))?;
    }
    let mut pause = FIRST_PAUSE;
    for attempt in 1.. {
        let mut get = client.get(&request.url);
        for (name, value) in &headers {
            get = get.header(*name, value);
        }
        if !params.is_empty() {
            get = get.query(&params);
        }
        let Err(fault) = once(get, &shown, into).await else { return Ok(()) };
        if !fault.passing {
            return Err(fault.problem);
        }
        if attempt == MAX_ATTEMPTS {
            return Err(format!("{} ({attempt} attempts)", fault.problem));
        }
        tokio::time::sleep(fault.pause.unwrap_or(pause).min(MAX_PAUSE)).await;
        pause *= 2;
    }
    unreachable!("the last attempt returns")
}

async fn once(get: reqwest::RequestBuilder, shown: &str, into: &Path) -> Result<(), Fault> {
    let mut response = get.send().await.map_err(|error| {
        let problem = format!("{shown} cannot be reached: {}", words(&error));
        // What cannot be sent or is redirected in circles will be so again.
        match error.is_builder() || error.is_redirect() {
            true => Fault::lasting(problem),
            false => Fault::passing(problem),
        }
    })?;
    let status = response.status();
    if status.is_redirection() {
        return Err(Fault::lasting(elsewhere(shown, &response)));
    }
    if !status.is_success() {
        let asked = response.headers().get("retry-after");
        let pause = asked.and_then(|value| pause_asked(value.to_str().ok()?, Utc::now()));
        let passing = status.is_server_error() || status.as_u16() == 429;
        return Err(Fault { problem: format!("{shown} answered {status}"), pause, passing });
    }
    let too_long =
        || Fault::lasting(format!("{shown} answered more than {MAX_PAYLOAD_BYTES} bytes"));
    let cannot_write = |error: std::io::Error| {
        Fault::lasting(format!("the payload of {shown} cannot be kept in a file: {error}"))
    };
    let mut file = File::create(into).map_err(cannot_write)?;
    let mut length = 0;
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk
            .map_err(|error| Fault::passing(format!("{shown} broke off: {}", words(&error))))?;
        let Some(chunk) = chunk else { break };
        length += chunk.len() as u64;
        if length > MAX_PAYLOAD_BYTES {
            return Err(too_long());
        }
        file.write_all(&chunk).map_err(cannot_write)?;
    }
    file.flush().map_err(cannot_write)
}

/// Redirects are followed; with headers, which may hold secrets, not to another host.
fn redirects(has_headers: bool) -> Policy {
    Policy::custom(move |attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            return attempt.error("too many redirects");
        }
        let same = attempt.previous().last().is_none_or(|from| {
            let to = attempt.url();
            let place = |url: &reqwest::Url| {
                (url.host_str().map(str::to_owned), url.port_or_known_default())
            };
            place(from) == place(to) && (from.scheme() == to.scheme() || to.scheme() == "https")
        });
        if same || !has_headers { attempt.follow() } else { attempt.stop() }
    })
}

fn elsewhere(shown: &str, response: &reqwest::Response) -> String {
    let to = response.headers().get("location").and_then(|value| value.to_str().ok());
    let to = to.map_or_else(|| "nowhere".to_owned(), shown_url);
    format!(
        "{shown} redirects to {to}: headers may hold secrets and are not sent to another host; name that address in `url`"
    )
}

/// An error and what caused it, without the address.
fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no complete answer within `timeout_secs`".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// `Retry-After`: seconds or a date
/// (<https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>).
fn pause_asked(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(secs) = text.trim().parse() {
        return Some(Duration::from_secs(secs));
    }
    let until = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some((until.to_utc() - now).to_std().unwrap_or_default())
}

impl HttpRequest {
    /// The address as it may be shown.
    pub fn shown_url(&self) -> String {
        shown_url(&self.url)
    }
}

/// The address without its query and user, which may hold secrets.
fn shown_url(url: &str) -> String {
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    match bare.split_once("://") {
        Some((scheme, rest)) => {
            let host_end = rest.find('/').unwrap_or(rest.len());
            let host = rest[..host_end].rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{}", &rest[host_end..])
        }
        None => bare.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_in_seconds_or_by_date() {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap_or_default();
        assert_eq!(pause_asked("120", now), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:49:47 GMT";
        assert_eq!(pause_asked(date, now), Some(Duration::from_secs(10)));
        assert_eq!(pause_asked("Sun, 06 Nov 1994 08:49:07 GMT", now), Some(Duration::ZERO));
        assert_eq!(pause_asked("soon", now), None);
    }

    #[test]
    fn addresses_are_shown_without_secrets() {
        assert_eq!(shown_url("https://u:p@host/x?token=1"), "https://host/x");
        assert_eq!(shown_url("http://host"), "http://host");
    }
}
