//! One attempt at a page.

use std::{fs::File, io::Write, path::Path, time::Duration};

use reqwest::{StatusCode, header::HeaderMap, redirect::Policy};

use super::address::shown_url;
use crate::backoff::pause_asked;

/// Redirects in a row at most: what browsers take.
const MAX_REDIRECTS: usize = 10;

/// What went wrong with one attempt.
pub struct Fault {
    pub problem: String,
    /// The pause that the server asks for.
    pub pause: Option<Duration>,
    /// Whether another attempt may succeed.
    pub passing: bool,
    /// What the server answered, where it did.
    pub status: Option<u16>,
}

impl Fault {
    pub fn lasting(problem: String) -> Self {
        Self { problem, pause: None, passing: false, status: None }
    }

    fn passing(problem: String) -> Self {
        Self { problem, pause: None, passing: true, status: None }
    }
}

/// An answer whose body is in a file.
pub struct Answer {
    /// Its headers.
    pub headers: HeaderMap,
    /// The address that answered, behind redirects.
    pub url: reqwest::Url,
    /// The body's length, unzipped where the connection zipped it.
    pub bytes: u64,
    /// What the body comes to.
    pub hash: blake3::Hash,
}

/// Sends the request and writes the answer's body into a file.
pub async fn once(
    request: reqwest::RequestBuilder,
    shown: &str,
    into: &Path,
    max_bytes: u64,
) -> Result<Answer, Fault> {
    let mut response = request.send().await.map_err(|error| {
        let problem = format!("{shown} cannot be reached: {}", words(&error));
        // What cannot be sent or is redirected in circles will be so again.
        match error.is_builder() || error.is_redirect() {
            true => Fault::lasting(problem),
            false => Fault::passing(problem),
        }
    })?;
    let status = response.status();
    if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
        return Err(Fault::lasting(elsewhere(shown, &response)));
    }
    if !status.is_success() {
        let pause = pause_asked(response.headers());
        // 408 is the server's own timeout.
        let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
        let problem = format!("{shown} answered {status}");
        return Err(Fault { problem, pause, passing, status: Some(status.as_u16()) });
    }
    let cannot_write = |error: std::io::Error| {
        Fault::lasting(format!("the payload of {shown} cannot be kept in a file: {error}"))
    };
    let mut file = File::create(into).map_err(cannot_write)?;
    let (mut bytes, mut hasher) = (0, blake3::Hasher::new());
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk
            .map_err(|error| Fault::passing(format!("{shown} broke off: {}", words(&error))))?;
        let Some(chunk) = chunk else { break };
        bytes += chunk.len() as u64;
        if bytes > max_bytes {
            let limit = max_bytes >> 20;
            let problem = format!("{shown} answered more than {limit} MiB (`max_body_mb`)");
            return Err(Fault::lasting(problem));
        }
        hasher.update(&chunk);
        file.write_all(&chunk).map_err(cannot_write)?;
    }
    file.flush().map_err(cannot_write)?;
    let (headers, url) = (response.headers().clone(), response.url().clone());
    Ok(Answer { headers, url, bytes, hash: hasher.finalize() })
}

/// Redirects are followed; with what may be secret, not to another host.
pub fn redirects(has_secrets: bool) -> Policy {
    Policy::custom(move |attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            return attempt.error("too many redirects");
        }
        let same = attempt.previous().last().is_none_or(|from| is_same_place(from, attempt.url()));
        if same || !has_secrets { attempt.follow() } else { attempt.stop() }
    })
}

/// Whether who is asked stays the same, and nothing that was encrypted is no more.
pub fn is_same_place(from: &reqwest::Url, to: &reqwest::Url) -> bool {
    let place =
        |url: &reqwest::Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
    place(from) == place(to) && (from.scheme() == to.scheme() || to.scheme() == "https")
}

fn elsewhere(shown: &str, response: &reqwest::Response) -> String {
    let to = response.headers().get("location").and_then(|value| value.to_str().ok());
    let to = to.map_or_else(|| "nowhere".to_owned(), shown_url);
    format!(
        "{shown} redirects to {to}: headers may hold secrets and are not sent to another host; name that address in `url`"
    )
}

/// An error and what caused it, without the address.
pub fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no complete answer within `timeout_secs`".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
