//! The public keys of whoever signs tokens, fetched and kept.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::RsaPublicKeyComponents;
use serde_json::Value;
use tokio::sync::Mutex;

/// How long keys are kept where the answer does not say.
const DEFAULT_AGE: Duration = Duration::from_secs(3_600);
/// Keys are kept that long at least and at most, whatever the answer says.
const AGES: (Duration, Duration) = (Duration::from_secs(300), Duration::from_secs(86_400));
/// Between two requests: tokens that name unknown keys must not make us a nuisance.
const FETCH_PAUSE: Duration = Duration::from_secs(30);
/// An answer takes milliseconds.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Keys are a few kilobytes.
const MAX_BYTES: usize = 1024 * 1024;

/// A key: what RSA calls `n` and `e`.
pub type PublicKey = Arc<RsaPublicKeyComponents<Vec<u8>>>;

/// The keys at an address.
pub struct Jwks {
    url: String,
    http: reqwest::Client,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: HashMap<String, PublicKey>,
    until: Option<Instant>,
    asked: Option<Instant>,
}

impl Jwks {
    /// The keys at an address; they are fetched when they are needed.
    ///
    /// # Errors
    /// Where no HTTP client can be made.
    pub fn at(url: String) -> Result<Self, String> {
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .user_agent(concat!("elt/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("no HTTP client: {error}"))?;
        Ok(Self { url, http, kept: Mutex::default() })
    }

    /// The key of a name; none where the signer has none of that name.
    ///
    /// # Errors
    /// Where the keys cannot be had.
    pub async fn key(&self, name: &str) -> Result<Option<PublicKey>, String> {
        // Held while they are fetched, so that they are fetched once.
        let mut kept = self.kept.lock().await;
        let now = Instant::now();
        let fresh = kept.until.is_some_and(|until| now < until);
        if fresh && let Some(key) = kept.keys.get(name) {
            return Ok(Some(Arc::clone(key)));
        }
        // Signers change their keys: an unknown name is asked for again, not too often.
        if kept.asked.is_none_or(|asked| now >= asked + FETCH_PAUSE) {
            kept.asked = Some(now);
            match self.fetch().await {
                Ok((keys, age)) => {
                    kept.keys = keys;
                    kept.until = Some(now + age);
                }
                // Old keys are better than none while the signer is away.
                Err(problem) if kept.keys.is_empty() => return Err(problem),
                Err(_) => {}
            }
        } else if kept.keys.is_empty() {
            return Err(format!("{} gave no keys a moment ago", self.url));
        }
        Ok(kept.keys.get(name).map(Arc::clone))
    }

    async fn fetch(&self) -> Result<(HashMap<String, PublicKey>, Duration), String> {
        let failed = |error: reqwest::Error| {
            let error = error.without_url();
            format!("the keys at {} cannot be had: {error}", self.url)
        };
        let mut answer = self.http.get(&self.url).send().await.map_err(failed)?;
        if !answer.status().is_success() {
            return Err(format!("the keys at {}: {}", self.url, answer.status()));
        }
        let header = answer.headers().get("cache-control").and_then(|value| value.to_str().ok());
        let age = header.and_then(max_age).unwrap_or(DEFAULT_AGE).clamp(AGES.0, AGES.1);
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(format!(
                    "the keys at {} are no keys: the answer is too long",
                    self.url
                ));
            }
        }
        let keys = keys_of(&body);
        let keys = keys.ok_or_else(|| format!("what is at {} are no keys", self.url))?;
        Ok((keys, age))
    }
}

/// The RSA keys of a key set by name (<https://www.rfc-editor.org/rfc/rfc7517>).
fn keys_of(body: &[u8]) -> Option<HashMap<String, PublicKey>> {
    let set: Value = serde_json::from_slice(body).ok()?;
    let mut keys = HashMap::new();
    for key in set.get("keys")?.as_array()? {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        let number = |name: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text(name)?.trim_end_matches('=')).ok()?;
            let from = bytes.iter().position(|byte| *byte != 0)?;
            Some(bytes[from..].to_vec())
        };
        let signs = text("use").is_none_or(|of| of == "sig");
        if let (Some("RSA"), true, Some(name)) = (text("kty"), signs, text("kid"))
            && let (Some(n), Some(e)) = (number("n"), number("e"))
        {
            keys.insert(name.to_owned(), Arc::new(RsaPublicKeyComponents { n, e }));
        }
    }
    Some(keys)
}

/// `max-age` of a `Cache-Control`.
fn max_age(header: &str) -> Option<Duration> {
    let part = header.split(',').find_map(|part| part.trim().strip_prefix("max-age="))?;
    part.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_by_name() {
        let body = br#"{"keys":[
            {"kty":"RSA","use":"sig","kid":"a","n":"AQAB","e":"AQAB"},
            {"kty":"EC","kid":"b","x":"AQAB"},
            {"kty":"RSA","use":"enc","kid":"c","n":"AQAB","e":"AQAB"}]}"#;
        let keys = keys_of(body).expect("a key set");
        assert_eq!(keys.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(keys["a"].e, [1, 0, 1]);
        assert!(keys_of(b"<html>").is_none());
        assert_eq!(max_age("public, max-age=19800"), Some(Duration::from_secs(19_800)));
    }
}
