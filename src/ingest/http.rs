//! Payloads from the network.

use std::{path::Path, time::Duration};

use super::SecretText;

/// The environment: what a variable holds.
pub type EnvLookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Requests of one payload at most: the first and two more.
const MAX_ATTEMPTS: u32 = 3;
/// The first pause between attempts; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause a server may ask for (`Retry-After`).
const MAX_PAUSE: Duration = Duration::from_secs(60);
/// The largest payload: one snapshot of an API, held in memory.
const MAX_PAYLOAD_BYTES: u64 = 256 * 1024 * 1024;

/// Fetches a text by GET, again after passing faults (429, 5xx, broken connections).
///
/// # Errors
/// A sentence without the address's query and without header values.
pub async fn fetch(
    url: &str,
    headers: &[(String, SecretText)],
    timeout_secs: u64,
    root: &Path,
    env: &EnvLookup,
) -> Result<String, String> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(timeout_secs))
        .user_agent(concat!("elt/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| format!("no HTTP client: {error}"))?;
    let mut resolved = Vec::new();
    for (name, value) in headers {
        resolved.push((name, secret(value, root, env)?));
    }
    let shown = shown_url(url);
    let mut pause = FIRST_PAUSE;
    let mut attempt = 1;
    loop {
        let mut request = client.get(url);
        for (name, value) in &resolved {
            request = request.header(name.as_str(), value.as_str());
        }
        let (problem, wait) = match request.send().await {
            Ok(response) if response.status().is_success() => {
                if response.content_length().is_some_and(|length| length > MAX_PAYLOAD_BYTES) {
                    return Err(format!("{shown} answered more than {MAX_PAYLOAD_BYTES} bytes"));
                }
                match response.text().await {
                    Ok(text) => return Ok(text),
                    Err(error) => (format!("{shown} broke off: {}", error.without_url()), pause),
                }
            }
            Ok(response) => {
                let status = response.status();
                let problem = format!("{shown} answered {status}");
                if !(status.is_server_error() || status.as_u16() == 429) {
                    return Err(problem);
                }
                let asked = response.headers().get("retry-after");
                let asked = asked.and_then(|value| value.to_str().ok()?.parse().ok());
                (problem, asked.map_or(pause, Duration::from_secs))
            }
            Err(error) => (format!("{shown} cannot be reached: {}", error.without_url()), pause),
        };
        if attempt == MAX_ATTEMPTS {
            return Err(format!("{problem} ({attempt} attempts)"));
        }
        tokio::time::sleep(wait.min(MAX_PAUSE)).await;
        attempt += 1;
        pause *= 2;
    }
}

/// The address without its query and user, which may hold secrets.
pub fn shown_url(url: &str) -> String {
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

fn secret(value: &SecretText, root: &Path, env: &EnvLookup) -> Result<String, String> {
    match value {
        SecretText::Plain(text) => Ok(text.clone()),
        SecretText::Env(name) => {
            env(name).ok_or_else(|| format!("environment variable `{name}` is not set"))
        }
        SecretText::File(path) => std::fs::read_to_string(root.join(path))
            .map(|text| text.trim_end().to_owned())
            .map_err(|error| format!("file `{path}` of a header cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::shown_url;

    #[test]
    fn addresses_are_shown_without_secrets() {
        assert_eq!(shown_url("https://u:p@host/x?token=1"), "https://host/x");
        assert_eq!(shown_url("http://host"), "http://host");
    }
}
