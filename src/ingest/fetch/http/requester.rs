//! Requests of a feed: sent, and sent again where that helps.

use std::{path::Path, time::Duration};

use reqwest::Method;
use serde_json::Value;

use super::{
    address::{encoded, host_of, shown_url},
    attempt::{Answer, once, redirects, words},
    known_answers::Validators,
};
use crate::ingest::{
    AskedWindow, HttpFeed, SecretText,
    feed::placeholder::filled,
    fetch::{FetchContext, retry::before_the_next},
};

/// What a server answers that has nothing but what is known.
const NOT_MODIFIED: Option<u16> = Some(304);

/// What all requests of a feed share, its secrets known.
#[derive(Clone)]
pub struct Requester {
    client: reqwest::Client,
    post: bool,
    headers: Vec<(String, String)>,
    params: Vec<(String, String)>,
    body: Option<Value>,
    window: AskedWindow,
    attempts: u32,
    requests_per_sec: Option<f64>,
    max_body_bytes: u64,
    /// Whether anything is sent that another host must not get.
    pub has_secrets: bool,
    /// The load.
    pub context: FetchContext,
}

/// A request that can be sent more than once.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The address, its placeholders filled.
    pub url: String,
    /// Parameters.
    pub params: Vec<(String, String)>,
    /// What is posted.
    pub body: Option<Value>,
    /// What tells it from the feed's other requests, without what may be secret.
    pub name: String,
}

impl Requester {
    /// # Errors
    /// A sentence about a secret that is missing.
    pub fn new(feed: &HttpFeed, context: &FetchContext) -> Result<Self, String> {
        let has_secrets = !feed.headers.is_empty() || feed.body.is_some();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(feed.timeout_secs))
            .user_agent(concat!("elt/", env!("CARGO_PKG_VERSION")))
            .redirect(redirects(has_secrets))
            .build()
            .map_err(|error| format!("no HTTP client: {}", words(&error)))?;
        let known = |named: &[(String, SecretText)]| -> Result<Vec<(String, String)>, String> {
            let value = |(name, text): &(String, SecretText)| {
                Ok((name.clone(), text.value(&context.root, &*context.env)?))
            };
            named.iter().map(value).collect()
        };
        Ok(Self {
            client,
            post: feed.post,
            headers: known(&feed.headers)?,
            params: known(&feed.params)?,
            body: feed.body.as_ref().map(|body| with_secrets(body, context)).transpose()?,
            window: feed.window.clone(),
            attempts: feed.attempts,
            requests_per_sec: feed.requests_per_sec,
            max_body_bytes: feed.max_body_bytes,
            has_secrets,
            context: context.clone(),
        })
    }

    /// The request for an address, its placeholders filled.
    pub fn asked(&self, url: &str, values: impl Fn(&str) -> Option<String>) -> Asked {
        let value = |name: &str| {
            let window = self.window.value(name, self.context.window.as_ref());
            window.or_else(|| values(name))
        };
        let in_address = |name: &str| value(name).map(|value| encoded(&value));
        let fill = |(name, text): &(String, String)| (name.clone(), filled(text, value));
        let url = filled(url, in_address);
        let params: Vec<_> = self.params.iter().map(fill).collect();
        let mut name = blake3::Hasher::new_derive_key("elt ingest endpoint");
        name.update(url.as_bytes());
        // What is the same in all requests tells none from the others.
        for (param, _) in params.iter().zip(&self.params).filter(|(filled, text)| filled != text) {
            name.update(format!("\0{}={}", param.0, param.1).as_bytes());
        }
        Asked {
            name: format!("{}#{}", shown_url(&url), &name.finalize().to_hex()[..16]),
            url,
            params,
            body: self.body.as_ref().map(|body| filled_body(body, &value)),
        }
    }

    /// Fetches an answer into a file, again after passing faults (429, 5xx, broken connections).
    /// Nothing where the server answers with the status that is to say so, or that it is the version that is
    /// known.
    pub async fn fetch(
        &self,
        asked: &Asked,
        into: &Path,
        nothing: Option<u16>,
        known: Option<&Validators>,
    ) -> Result<Option<Answer>, String> {
        let (shown, host) = (shown_url(&asked.url), host_of(&asked.url));
        for attempt in 1.. {
            self.context.hosts.turn(&host, self.requests_per_sec).await;
            self.context.stats.request(attempt > 1);
            let mut request = self.built(asked);
            for (name, value) in known.iter().flat_map(|known| known.headers()) {
                request = request.header(name, value);
            }
            let fault = match once(request, &shown, into, self.max_body_bytes).await {
                Ok(answer) => return Ok(Some(answer)),
                Err(fault) if fault.status.is_some() && fault.status == nothing => return Ok(None),
                Err(fault) if known.is_some() && fault.status == NOT_MODIFIED => return Ok(None),
                Err(fault) => fault,
            };
            before_the_next(&self.context, fault, (attempt, self.attempts), &host).await?;
        }
        unreachable!("the last attempt returns")
    }

    fn built(&self, asked: &Asked) -> reqwest::RequestBuilder {
        let method = if self.post { Method::POST } else { Method::GET };
        let mut request = self.client.request(method, &asked.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !asked.params.is_empty() {
            request = request.query(&asked.params);
        }
        if let Some(body) = &asked.body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        request
    }
}

/// The members of a body that are `{env: NAME}` or `{file: path}`, and nothing more, are what is there.
fn with_secrets(body: &Value, context: &FetchContext) -> Result<Value, String> {
    let Value::Object(members) = body else { return Ok(body.clone()) };
    let known = |value: &Value| -> Result<Value, String> {
        let reference = value.as_object().filter(|object| object.len() == 1);
        let by = |key: &str| reference?.get(key)?.as_str().map(str::to_owned);
        let secret = match (by("env"), by("file")) {
            (Some(name), _) => SecretText::Env(name),
            (_, Some(path)) => SecretText::File(path),
            _ => return Ok(value.clone()),
        };
        secret.value(&context.root, &*context.env).map(Value::String)
    };
    let members = members.iter().map(|(name, value)| Ok((name.clone(), known(value)?)));
    members.collect::<Result<_, String>>().map(Value::Object)
}

fn filled_body(body: &Value, value: &impl Fn(&str) -> Option<String>) -> Value {
    match body {
        Value::String(text) => Value::String(filled(text, value)),
        Value::Array(items) => items.iter().map(|item| filled_body(item, value)).collect(),
        Value::Object(members) => {
            let member = |(name, item): (&String, &Value)| (name.clone(), filled_body(item, value));
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}
