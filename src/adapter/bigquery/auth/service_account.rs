//! A service account's key: it signs a statement, which the token server takes for a token
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests>).

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use reqwest::Client;
use ring::{rand::SystemRandom, signature};
use serde_json::{Value, json};

use super::{
    authenticator::AccessToken,
    exchange,
    load::{TOKEN_URI, bad, token_url},
};
use crate::{
    adapter::bigquery::{error::BigQueryError, http::Fault},
    project::Secret,
};

/// How long a statement is valid: the longest that is taken.
const STATEMENT_LIFETIME_SECS: i64 = 3600;

/// A service account with its key.
pub(in crate::adapter::bigquery) struct ServiceAccount {
    email: String,
    key_id: Option<String>,
    key: signature::RsaKeyPair,
    token_uri: String,
    scope: String,
}

impl ServiceAccount {
    /// Reads the JSON that Google gives for a key.
    ///
    /// # Errors
    /// Says what is missing or wrong, without the key.
    pub(in crate::adapter::bigquery) fn read(
        key: &Value,
        scopes: &[String],
    ) -> Result<Self, BigQueryError> {
        let text = |name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let needed = |name: &str| {
            text(name).ok_or_else(|| {
                bad(format!("the service account's key has no `{name}`"))
                    .help("use the JSON file that `gcloud iam service-accounts keys create` writes")
            })
        };
        let pem = Secret::new(needed("private_key")?);
        Ok(Self {
            email: needed("client_email")?,
            key_id: text("private_key_id"),
            key: read_private_key(pem.expose())?,
            token_uri: token_url(text("token_uri").unwrap_or_else(|| TOKEN_URI.to_owned()))?,
            scope: scopes.join(" "),
        })
    }

    pub(super) async fn fetch(&self, http: &Client) -> Result<AccessToken, Fault> {
        let statement = self.statement(chrono::Utc::now().timestamp()).map_err(Fault::lasting)?;
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", statement.as_str()),
        ];
        let of = format!("the service account `{}`", self.email);
        exchange::token(http.post(&self.token_uri).form(&form), &of).await
    }

    /// The signed statement (<https://www.rfc-editor.org/rfc/rfc7515>).
    fn statement(&self, now_secs: i64) -> Result<String, BigQueryError> {
        let mut header = json!({"alg": "RS256", "typ": "JWT"});
        if let Some(key_id) = &self.key_id {
            header["kid"] = Value::from(key_id.as_str());
        }
        let claims = json!({
            "iss": self.email,
            "scope": self.scope,
            "aud": self.token_uri,
            "iat": now_secs,
            "exp": now_secs + STATEMENT_LIFETIME_SECS,
        });
        let mut text = URL_SAFE_NO_PAD.encode(header.to_string());
        text.push('.');
        text.push_str(&URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &signature::RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .map_err(|_| bad("the service account's key cannot sign".to_owned()))?;
        text.push('.');
        text.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok(text)
    }
}

impl std::fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceAccount").field("email", &self.email).finish_non_exhaustive()
    }
}

/// Reads a key in PEM, PKCS #8 or the older PKCS #1. `\n` may be written as two characters, as it comes
/// out of some environment variables.
fn read_private_key(pem: &str) -> Result<signature::RsaKeyPair, BigQueryError> {
    let pem = pem.replace("\\n", "\n");
    let unreadable = |why: &str| {
        bad(format!("the service account's `private_key` cannot be read: {why}"))
            .help("it begins with `-----BEGIN PRIVATE KEY-----`; take it over unchanged")
    };
    let inside = |kind: &str| {
        let (_, rest) = pem.split_once(&format!("-----BEGIN {kind}-----"))?;
        let (inside, _) = rest.split_once(&format!("-----END {kind}-----"))?;
        Some(inside.split_whitespace().collect::<String>())
    };
    let decode = |text: String| {
        STANDARD.decode(text).map_err(|_| unreadable("what is between the markers is not base 64"))
    };
    if let Some(text) = inside("PRIVATE KEY") {
        let key = signature::RsaKeyPair::from_pkcs8(&decode(text)?);
        return key.map_err(|error| unreadable(&error.to_string()));
    }
    if let Some(text) = inside("RSA PRIVATE KEY") {
        let key = signature::RsaKeyPair::from_der(&decode(text)?);
        return key.map_err(|error| unreadable(&error.to_string()));
    }
    Err(unreadable("it has no PEM markers"))
}
