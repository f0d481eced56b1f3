//! Feeds that are sent to an endpoint.

use serde_json::{Map, Value};

use super::{SecretText, reader::Reader};
use crate::diagnostic::did_you_mean;

/// Keys of its own.
pub(super) const KEYS: &[&str] = &["path", "auth", "envelope", "max_body_bytes", "message_field"];
/// Bytes of a request at most, where the feed does not say: what Pub/Sub sends at most
/// (<https://cloud.google.com/pubsub/quotas#resource_limits>).
const DEFAULT_MAX_BODY_BYTES: u64 = 10 * 1024 * 1024;
/// What `max_body_bytes` may be at most: a request is held in memory.
const MAX_BODY_BYTES: u64 = 32 * 1024 * 1024;
/// Paths that are not a feed's.
const TAKEN: [&str; 4] = ["/health", "/readiness", "/liveness", "/metrics"];
/// Who signs the tokens of Google's push subscriptions.
const GOOGLE: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];
/// Google's keys.
const GOOGLE_KEYS: &str = "https://www.googleapis.com/oauth2/v3/certs";

/// An endpoint of `elt ingest serve`.
#[derive(Clone, Debug)]
pub struct PushFeed {
    /// Its path.
    pub path: String,
    /// Who may send.
    pub auth: PushAuth,
    /// What messages are wrapped into.
    pub envelope: PushEnvelope,
    /// The largest request.
    pub max_body_bytes: u64,
    /// The payload's field that keeps what the envelope says.
    pub message_field: Option<String>,
}

/// Who may send.
#[derive(Clone, Debug)]
pub enum PushAuth {
    /// Everybody who can reach the endpoint.
    Open,
    /// Who knows a token.
    Bearer(SecretText),
    /// Who has a signed token of an identity.
    Oidc(OidcRule),
}

/// What a signed token must say.
#[derive(Clone, Debug)]
pub struct OidcRule {
    /// Whom it is for.
    pub audience: String,
    /// Who signed it.
    pub issuers: Vec<String>,
    /// Whose it is; anyone's where none is named.
    pub emails: Vec<String>,
    /// Where the signer's keys are.
    pub jwks_url: String,
}

/// What messages are wrapped into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushEnvelope {
    /// Whatever they look like.
    Auto,
    /// Pub/Sub push requests.
    PubSub,
    /// CloudEvents.
    CloudEvents,
    /// Nothing: the body is the payload.
    Plain,
}

/// Reads the keys of a feed that is sent to an endpoint.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<PushFeed> {
    no_tables(reader, map)?;
    Some(PushFeed {
        path: path(reader, map)?,
        auth: auth(reader, map)?,
        envelope: envelope(reader, map)?,
        max_body_bytes: max_body_bytes(reader, map)?,
        message_field: field(reader, map)?,
    })
}

fn path(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<String> {
    let Some(value) = map.get("path") else {
        let shared = map.get("stream").and_then(Value::as_str);
        let name = shared.unwrap_or(&reader.source.name);
        return Some(format!("/{}/{name}", reader.source.source_name));
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
    let path = value.as_str().filter(|path| path.starts_with('/') && path.chars().all(plain));
    match path {
        Some(path) if TAKEN.contains(&path) || path == "/" => {
            let message =
                format!("`{path}` is not a feed's path: the service answers there itself");
            reader.problem("path", &message, Some("name another, for instance `/events`".into()));
            None
        }
        Some(path) => Some(path.to_owned()),
        None => {
            let message = "`path` must begin with `/` and hold letters, digits and `-_.~/`";
            reader.problem("path", message, None);
            None
        }
    }
}

fn auth(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<PushAuth> {
    let help = "write `auth: {bearer: {env: NAME}}`, `auth: {oidc: {audience: …}}` or `auth: none`";
    match map.get("auth") {
        Some(Value::String(word)) if word == "none" => Some(PushAuth::Open),
        Some(Value::Object(auth)) if auth.len() == 1 => match auth.iter().next()? {
            (key, Value::Object(by)) if key == "bearer" => {
                let value = reader.secret("bearer", &Value::Object(by.clone()))?;
                Some(PushAuth::Bearer(value))
            }
            (key, _) if key == "bearer" => {
                let message = "the token does not belong into the project's files";
                let help = "write `auth: {bearer: {env: NAME}}` or `{bearer: {file: path}}`";
                reader.problem("bearer", message, Some(help.to_owned()));
                None
            }
            (key, Value::Object(rule)) if key == "oidc" => oidc(reader, rule).map(PushAuth::Oidc),
            (key, _) => {
                let known = did_you_mean(key, ["bearer", "oidc"]);
                let message = format!("`{key}` is no way to authenticate");
                reader.problem(key, &message, known.or_else(|| Some(help.to_owned())));
                None
            }
        },
        Some(_) => {
            reader.problem("auth", "`auth` must name one way", Some(help.to_owned()));
            None
        }
        None => {
            let message = "a feed of type `push` needs `auth`: who may send to it";
            reader.problem("ingest", message, Some(help.to_owned()));
            None
        }
    }
}

fn oidc(reader: &mut Reader<'_>, rule: &Map<String, Value>) -> Option<OidcRule> {
    let keys = ["audience", "issuer", "emails", "jwks_url"];
    for key in rule.keys() {
        if !keys.contains(&key.as_str()) {
            let message = format!("unknown key `{key}` in `oidc`");
            reader.problem(key, &message, did_you_mean(key, keys));
        }
    }
    let Some(audience) = rule.get("audience").and_then(Value::as_str) else {
        let help = "name the audience of the push subscription, its endpoint's address by default";
        reader.problem("oidc", "`oidc` needs an `audience`", Some(help.to_owned()));
        return None;
    };
    let text = |key: &str| rule.get(key).and_then(Value::as_str).map(str::to_owned);
    let issuer = text("issuer");
    let jwks_url = text("jwks_url");
    if issuer.is_some() && jwks_url.is_none() {
        let message = "`issuer` needs a `jwks_url`: where its keys are";
        reader.problem("issuer", message, None);
        return None;
    }
    let emails = reader.names(rule, "emails")?;
    if issuer.is_none() && emails.is_empty() {
        let message = "`oidc` needs `emails`: everybody at Google can have a token for an audience";
        let help = "name the push subscription's service account: `emails: [name@project.iam.gserviceaccount.com]`";
        reader.problem("oidc", message, Some(help.to_owned()));
        return None;
    }
    Some(OidcRule {
        audience: audience.to_owned(),
        issuers: issuer.map_or_else(|| GOOGLE.map(str::to_owned).to_vec(), |issuer| vec![issuer]),
        emails,
        jwks_url: jwks_url.unwrap_or_else(|| GOOGLE_KEYS.to_owned()),
    })
}

fn envelope(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<PushEnvelope> {
    match map.get("envelope").map(|value| value.as_str().unwrap_or_default()) {
        None | Some("auto") => Some(PushEnvelope::Auto),
        Some("pubsub") => Some(PushEnvelope::PubSub),
        Some("cloudevents") => Some(PushEnvelope::CloudEvents),
        Some("none") => Some(PushEnvelope::Plain),
        Some(other) => {
            let names = ["auto", "pubsub", "cloudevents", "none"];
            let help = did_you_mean(other, names)
                .or_else(|| Some("use `auto`, `pubsub`, `cloudevents` or `none`".to_owned()));
            reader.problem("envelope", &format!("unknown envelope `{other}`"), help);
            None
        }
    }
}

fn max_body_bytes(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<u64> {
    match map.get("max_body_bytes") {
        None => Some(DEFAULT_MAX_BODY_BYTES),
        Some(value) => match value.as_u64().filter(|bytes| (1..=MAX_BODY_BYTES).contains(bytes)) {
            Some(bytes) => Some(bytes),
            None => {
                let message = format!("`max_body_bytes` must be from 1 to {MAX_BODY_BYTES}");
                reader.problem("max_body_bytes", &message, None);
                None
            }
        },
    }
}

/// Refuses tables: a message is JSON.
pub(super) fn no_tables(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<()> {
    if map.get("format").and_then(Value::as_str) == Some("csv") {
        let help = Some("use `json` or `ndjson`".to_owned());
        reader.problem("format", "messages are JSON, not `csv`", help);
        return None;
    }
    Some(())
}

/// `message_field`.
pub(super) fn field(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Option<String>> {
    match map.get("message_field") {
        None => Some(None),
        Some(Value::String(name)) if !name.is_empty() => Some(Some(name.clone())),
        Some(_) => {
            let message = "`message_field` must be the name of a field";
            reader.problem("message_field", message, None);
            None
        }
    }
}
