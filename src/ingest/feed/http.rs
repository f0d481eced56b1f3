//! Feeds by HTTP.

use serde_json::{Map, Value};

use super::{SecretText, reader::Reader};

/// Keys of its own.
pub(super) const KEYS: &[&str] = &["url", "headers", "params", "timeout_secs"];
/// Seconds a request may take where the feed does not say.
const DEFAULT_TIMEOUT_SECS: u64 = 30;

/// A GET request.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The address.
    pub url: String,
    /// Headers; values may be taken from the environment or a file.
    pub headers: Vec<(String, SecretText)>,
    /// Parameters that go behind the address's `?`, with values like those of headers.
    pub params: Vec<(String, SecretText)>,
    /// Seconds until a request is given up.
    pub timeout_secs: u64,
}

/// Reads the keys of a feed by HTTP.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<HttpRequest> {
    let Some(url) = map.get("url").and_then(Value::as_str) else {
        reader.problem("ingest", "a feed of type `http` needs a `url`", None);
        return None;
    };
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        reader.problem("url", "`url` must start with http:// or https://", None);
        return None;
    }
    let authority = url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
    if authority.is_some_and(|authority| authority.contains('@')) {
        let message = "a name and password do not belong into `url`: manifest.json holds it";
        let help = "write `headers: {Authorization: {env: NAME}}`".to_owned();
        reader.problem("url", message, Some(help));
        return None;
    }
    let headers = reader.named_values(map, "headers")?;
    let params = reader.named_values(map, "params")?;
    let timeout_secs = match map.get("timeout_secs") {
        None => DEFAULT_TIMEOUT_SECS,
        Some(value) => match value.as_u64().filter(|secs| *secs > 0) {
            Some(secs) => secs,
            None => {
                let message = "`timeout_secs` must be a whole number above 0";
                reader.problem("timeout_secs", message, None);
                return None;
            }
        },
    };
    Some(HttpRequest { url: url.to_owned(), headers, params, timeout_secs })
}
