//! Feeds by HTTP.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    AskedWindow, Paging, SecretText, paging,
    placeholder::{FROM, TO, placeholders},
    reader::Reader,
    time_window::{self, asks_for_window},
};

/// Keys of its own.
pub(super) const KEYS: &[&str] = &[
    "url",
    "urls",
    "each",
    "method",
    "headers",
    "params",
    "body",
    "paging",
    "timeout_secs",
    "attempts",
    "parallel",
    "requests_per_sec",
    "max_body_mb",
    "lookback",
    "time_format",
];
/// Seconds a request may take where the feed does not say.
const DEFAULT_TIMEOUT_SECS: u64 = 30;
/// Requests of one page at most where the feed does not say: the first and four more.
const DEFAULT_ATTEMPTS: u64 = 5;
/// Endpoints asked at once where the feed does not say.
const DEFAULT_PARALLEL: u64 = 4;
/// The largest answer where the feed does not say: it is kept on disk, and an answer without end must
/// not fill that.
const DEFAULT_MAX_BODY_MB: u64 = 4096;
/// Requests, one or more of them for a load.
#[derive(Clone, Debug)]
pub struct HttpFeed {
    /// Whether it is a POST request.
    pub post: bool,
    /// The addresses; each is an endpoint, once for every entry of `each`.
    pub urls: Vec<String>,
    /// Values of placeholders (`{name}`) in addresses, parameters and body.
    pub each: Vec<BTreeMap<String, String>>,
    /// Headers; values may be taken from the environment or a file.
    pub headers: Vec<(String, SecretText)>,
    /// Parameters that go behind the address's `?`, with values like those of headers.
    pub params: Vec<(String, SecretText)>,
    /// What a POST request sends.
    pub body: Option<Value>,
    /// How an endpoint's answer goes on.
    pub paging: Option<Paging>,
    /// Seconds until a request is given up.
    pub timeout_secs: u64,
    /// Requests of one page at most.
    pub attempts: u32,
    /// Endpoints asked at once.
    pub parallel: usize,
    /// Requests that a host is sent in a second at most.
    pub requests_per_sec: Option<f64>,
    /// The largest answer in bytes.
    pub max_body_bytes: u64,
    /// How it asks for a window.
    pub window: AskedWindow,
}

impl HttpFeed {
    /// Whether it can ask for what has changed: of pages the next ones are known from the one before, and
    /// what a feed asks itself, it gets.
    pub fn asks_for_changes(&self) -> bool {
        let is_condition = |name: &str| name.to_ascii_lowercase().starts_with("if-");
        !self.post
            && self.paging.is_none()
            && !self.has_window()
            && !self.headers.iter().any(|(name, _)| is_condition(name))
    }

    /// Endpoints that are asked.
    pub fn endpoints(&self) -> usize {
        self.urls.len() * self.each.len().max(1)
    }

    /// Whether it asks for a window of time.
    pub fn has_window(&self) -> bool {
        asks(&self.urls, &self.params, self.body.as_ref())
    }
}

fn asks(urls: &[String], params: &[(String, SecretText)], body: Option<&Value>) -> bool {
    let in_params = params.iter().any(|(_, value)| match value {
        SecretText::Plain(text) => asks_for_window(text),
        _ => false,
    });
    let in_body = body.is_some_and(|body| asks_for_window(&body.to_string()));
    in_params || in_body || urls.iter().any(|url| asks_for_window(url))
}

/// Reads the keys of a feed by HTTP.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<HttpFeed> {
    let urls = urls(reader, map)?;
    let each = each(reader, map)?;
    let post = match map.get("method").map(|value| value.as_str().unwrap_or_default()) {
        None => map.contains_key("body"),
        Some("GET" | "get") => false,
        Some("POST" | "post") => true,
        Some(other) => {
            let help = Some("use `GET` or `POST`".to_owned());
            reader.problem("method", &format!("unknown method `{other}`"), help);
            return None;
        }
    };
    let body = map.get("body").cloned();
    if body.is_some() && !post {
        reader.problem("body", "a GET request sends no `body`", Some("use `method: POST`".into()));
    }
    let requests_per_sec = match map.get("requests_per_sec") {
        None => None,
        Some(value) => match value.as_f64().filter(|rate| *rate > 0.0) {
            Some(rate) => Some(rate),
            None => {
                reader.problem("requests_per_sec", "`requests_per_sec` must be above 0", None);
                return None;
            }
        },
    };
    let params = reader.named_values(map, "params")?;
    let is_asked_for = asks(&urls, &params, body.as_ref());
    let feed = HttpFeed {
        post,
        urls,
        each,
        headers: reader.named_values(map, "headers")?,
        params,
        body,
        paging: paging::read(reader, map)?,
        timeout_secs: reader.count(map, "timeout_secs", DEFAULT_TIMEOUT_SECS)?,
        attempts: u32::try_from(reader.count(map, "attempts", DEFAULT_ATTEMPTS)?)
            .unwrap_or(u32::MAX),
        parallel: usize::try_from(reader.count(map, "parallel", DEFAULT_PARALLEL)?).unwrap_or(1),
        requests_per_sec,
        max_body_bytes: reader
            .count(map, "max_body_mb", DEFAULT_MAX_BODY_MB)?
            .saturating_mul(1 << 20),
        window: time_window::read(reader, map, is_asked_for)?,
    };
    known_placeholders(reader, &feed);
    Some(feed)
}

fn urls(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Vec<String>> {
    let one = reader.text(map, "url")?;
    let several = reader.texts(map, "urls")?;
    let urls = match (one, several.is_empty()) {
        (Some(url), true) => vec![url],
        (None, false) => several,
        (Some(_), false) => {
            reader.problem("urls", "a feed has `url` or `urls`, not both", None);
            return None;
        }
        (None, true) => {
            reader.problem("ingest", "a feed of type `http` needs a `url`", None);
            return None;
        }
    };
    let key = if map.contains_key("url") { "url" } else { "urls" };
    for url in &urls {
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            let message = format!("`{key}` must start with http:// or https://");
            reader.problem(key, &message, None);
            return None;
        }
        let authority = url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
        if authority.is_some_and(|authority| authority.contains('@')) {
            let message =
                format!("a name and password do not belong into `{key}`: manifest.json holds it");
            let help = "write `headers: {Authorization: {env: NAME}}`".to_owned();
            reader.problem(key, &message, Some(help));
            return None;
        }
        if authority.is_some_and(|authority| authority.contains('{')) {
            // Whoever fills a placeholder would choose who gets the headers.
            reader.problem(key, "the host cannot be a placeholder: write it out", None);
            return None;
        }
    }
    Some(urls)
}

fn each(
    reader: &mut Reader<'_>,
    map: &Map<String, Value>,
) -> Option<Vec<BTreeMap<String, String>>> {
    let wrong = |reader: &mut Reader<'_>| {
        let help = "write `each: [{id: 1}, {id: 2}]`".to_owned();
        let message = "`each` must be a list of mappings of placeholders to values";
        reader.problem("each", message, Some(help));
        None
    };
    let entries = match map.get("each") {
        None => return Some(Vec::new()),
        Some(Value::Array(entries)) if !entries.is_empty() => entries,
        Some(_) => return wrong(reader),
    };
    let mut read = Vec::new();
    for entry in entries {
        let Some(entry) = entry.as_object().filter(|entry| !entry.is_empty()) else {
            return wrong(reader);
        };
        let mut values = BTreeMap::new();
        for (name, value) in entry {
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                _ => return wrong(reader),
            };
            if name == FROM || name == TO {
                let message = format!("`{name}` is the window's: choose another name");
                reader.problem(name, &message, None);
                return None;
            }
            values.insert(name.clone(), value);
        }
        read.push(values);
    }
    Some(read)
}

/// A placeholder that nobody fills would be asked for as it is written.
fn known_placeholders(reader: &mut Reader<'_>, feed: &HttpFeed) {
    let is_known = |name: &str| {
        name == FROM
            || name == TO
            || (!feed.each.is_empty() && feed.each.iter().all(|entry| entry.contains_key(name)))
    };
    let params = feed.params.iter().filter_map(|(_, value)| match value {
        SecretText::Plain(text) => Some(("params", text.as_str())),
        _ => None,
    });
    let texts = feed.urls.iter().map(|url| ("url", url.as_str())).chain(params);
    for (key, text) in texts {
        for name in placeholders(text).filter(|name| !is_known(name)) {
            let help =
                "every entry of `each` must fill it; a window of time is `{from}` and `{to}`";
            reader.problem(
                key,
                &format!("nothing fills the placeholder `{{{name}}}`"),
                Some(help.to_owned()),
            );
        }
    }
}
