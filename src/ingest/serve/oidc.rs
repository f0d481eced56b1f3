//! Signed tokens of an identity: those of Google's push subscriptions
//! (<https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions>).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use ring::signature::RSA_PKCS1_2048_8192_SHA256;
use serde_json::Value;

use super::{auth::Denied, jwks::Jwks};
use crate::ingest::OidcRule;

/// Seconds by which two clocks may differ.
const CLOCK_SKEW_SECS: i64 = 60;
/// The longest token: Google's have some 900 bytes.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Reads tokens and judges them by a rule.
pub struct Oidc {
    rule: OidcRule,
    keys: Jwks,
}

/// A token, taken apart.
struct Token<'a> {
    header: Value,
    claims: Value,
    signed: &'a [u8],
    signature: Vec<u8>,
}

impl Oidc {
    /// Judges by a rule.
    ///
    /// # Errors
    /// Where no HTTP client can be made.
    pub fn new(rule: OidcRule) -> Result<Self, String> {
        let keys = Jwks::at(rule.jwks_url.clone())?;
        Ok(Self { rule, keys })
    }

    /// Whether a token is good.
    ///
    /// # Errors
    /// Why it is not.
    pub async fn admit(&self, token: &str) -> Result<(), Denied> {
        let bad = |reason: &str| Denied::Unknown(reason.to_owned());
        let token = read(token).ok_or_else(|| bad("the token is no signed JWT"))?;
        // Only what is known to be safe: a token may say `none`, or name a public key as a secret.
        if token.header.get("alg").and_then(Value::as_str) != Some("RS256") {
            return Err(bad("the token is not signed by RS256"));
        }
        let name = token.header.get("kid").and_then(Value::as_str);
        let name = name.ok_or_else(|| bad("the token does not name its key"))?;
        let key = self.keys.key(name).await.map_err(Denied::Later)?;
        let key = key.ok_or_else(|| bad("the token is signed by a key that its signer has not"))?;
        key.verify(&RSA_PKCS1_2048_8192_SHA256, token.signed, &token.signature)
            .map_err(|_| bad("the token's signature is wrong"))?;
        judge(&self.rule, &token.claims, Utc::now().timestamp())
    }
}

fn read(text: &str) -> Option<Token<'_>> {
    if text.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    Some(Token {
        header: part(header)?,
        claims: part(claims)?,
        signed: signed.as_bytes(),
        signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
    })
}

/// Judges what a token says whose signature is right.
fn judge(rule: &OidcRule, claims: &Value, now: i64) -> Result<(), Denied> {
    let bad = |reason: &str| Err(Denied::Unknown(reason.to_owned()));
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(Value::as_f64).map(|time| time as i64);
    match time("exp") {
        None => return bad("the token does not say when it ends"),
        Some(end) if end + CLOCK_SKEW_SECS < now => return bad("the token has ended"),
        Some(_) => {}
    }
    let begins = [time("nbf"), time("iat")].into_iter().flatten().max();
    if begins.is_some_and(|begin| begin - CLOCK_SKEW_SECS > now) {
        return bad("the token is not valid yet");
    }
    if !text("iss").is_some_and(|issuer| rule.issuers.iter().any(|known| known == issuer)) {
        return bad("the token's issuer is not the one asked for");
    }
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audiences.contains(&rule.audience.as_str()) {
        return bad("the token is for another audience");
    }
    if rule.emails.is_empty() {
        return Ok(());
    }
    let verified = claims.get("email_verified").and_then(Value::as_bool) == Some(true);
    let known = text("email").is_some_and(|email| rule.emails.iter().any(|one| one == email));
    match verified && known {
        true => Ok(()),
        false => Err(Denied::Forbidden("whose token it is may not send here".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule() -> OidcRule {
        OidcRule {
            audience: "https://here/events".to_owned(),
            issuers: vec!["https://accounts.google.com".to_owned()],
            emails: vec!["push@project.iam.gserviceaccount.com".to_owned()],
            jwks_url: "http://localhost".to_owned(),
        }
    }

    fn claims() -> Value {
        json!({
            "aud": "https://here/events", "iss": "https://accounts.google.com",
            "email": "push@project.iam.gserviceaccount.com", "email_verified": true,
            "iat": 1_000, "exp": 4_600,
        })
    }

    #[test]
    fn every_claim_counts() {
        assert_eq!(judge(&rule(), &claims(), 2_000), Ok(()));
        let wrong = [
            ("aud", json!("https://elsewhere")),
            ("aud", json!(null)),
            ("iss", json!("https://evil.example")),
            ("exp", json!(1_500)),
            ("exp", json!("4600")),
            ("iat", json!(9_000)),
            ("nbf", json!(9_000)),
        ];
        for (name, value) in wrong {
            let mut claims = claims();
            claims[name] = value;
            let judged = judge(&rule(), &claims, 2_000);
            assert!(matches!(judged, Err(Denied::Unknown(_))), "{name}: {judged:?}");
        }
        for (name, value) in [("email", json!("x@y.z")), ("email_verified", json!(false))] {
            let mut claims = claims();
            claims[name] = value;
            let judged = judge(&rule(), &claims, 2_000);
            assert!(matches!(judged, Err(Denied::Forbidden(_))), "{name}: {judged:?}");
        }
    }
}
