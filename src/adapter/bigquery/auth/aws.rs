//! An account of AWS: a request that only it can sign stands for its token
//! (<https://google.aip.dev/auth/4117>, "Determining the subject token in AWS").

use chrono::{DateTime, Utc};
use reqwest::Client;
use ring::{digest, hmac};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{exchange, load::bad};
use crate::{
    adapter::bigquery::{error::BigQueryError, http::Fault},
    project::{Env, Secret},
};

/// How long a token of AWS's metadata server lasts: it is used at once.
const SESSION_SECS: &str = "300";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Where AWS's region and keys are found.
#[derive(Debug)]
pub(super) struct Aws {
    verification_url: String,
    region_url: Option<String>,
    keys_url: Option<String>,
    session_url: Option<String>,
    region: Option<String>,
    keys: Option<Keys>,
}

#[derive(Clone, Debug)]
struct Keys {
    id: String,
    secret: Secret<String>,
    session: Option<Secret<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeysAnswer {
    access_key_id: String,
    secret_access_key: String,
    #[serde(default)]
    token: Option<String>,
}

impl Aws {
    pub(super) fn read(source: &Value, env: &Env, name: &str) -> Result<Self, BigQueryError> {
        let text = |key: &str| source.get(key).and_then(Value::as_str).map(str::to_owned);
        if text("environment_id").as_deref() != Some("aws1") {
            let message = format!("the credentials `{name}` are for another version of AWS's");
            return Err(bad(message).help("`environment_id` is `aws1`"));
        }
        let verification_url =
            text("regional_cred_verification_url").filter(|url| url.starts_with("https://"));
        let verification_url = verification_url.ok_or_else(|| {
            bad(format!(
                "the credentials `{name}` have no `regional_cred_verification_url` with TLS"
            ))
        })?;
        let variable =
            |name: &str| env.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let keys = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"));
        Ok(Self {
            verification_url,
            region_url: text("region_url"),
            keys_url: text("url"),
            session_url: text("imdsv2_session_token_url"),
            region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
            keys: keys.map(|(id, secret)| Keys {
                id,
                secret: Secret::new(secret),
                session: variable("AWS_SESSION_TOKEN").map(Secret::new),
            }),
        })
    }

    /// A signed request, as text.
    pub(super) async fn token(
        &self,
        http: &Client,
        audience: &str,
    ) -> Result<Secret<String>, Fault> {
        let session = match (&self.session_url, self.region.is_none() || self.keys.is_none()) {
            (Some(url), true) => {
                let request =
                    http.put(url).header("x-aws-ec2-metadata-token-ttl-seconds", SESSION_SECS);
                Some(Secret::new(self.ask(request).await?))
            }
            _ => None,
        };
        let get = |url: &str| {
            let request = http.get(url);
            match &session {
                Some(session) => request.header("x-aws-ec2-metadata-token", session.expose()),
                None => request,
            }
        };
        let missing = |what: &str| Fault::lasting(bad(format!("the {what} of AWS is not known")));
        let region = match (&self.region, &self.region_url) {
            (Some(region), _) => region.clone(),
            // The zone: the region and a letter.
            (None, Some(url)) => {
                let mut zone = self.ask(get(url)).await?;
                zone.pop();
                zone
            }
            (None, None) => return Err(missing("region")),
        };
        let keys = match (&self.keys, &self.keys_url) {
            (Some(keys), _) => keys.clone(),
            (None, Some(url)) => {
                let role = self.ask(get(url)).await?;
                let answer = exchange::answer(get(&format!("{url}/{role}")), "AWS").await?;
                let read: KeysAnswer = answer.read().map_err(|_| missing("key"))?;
                Keys {
                    id: read.access_key_id,
                    secret: Secret::new(read.secret_access_key),
                    session: read.token.map(Secret::new),
                }
            }
            (None, None) => return Err(missing("key")),
        };
        let url = self.verification_url.replace("{region}", &region);
        sign(&url, &region, &keys, audience, Utc::now()).map_err(Fault::lasting)
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Result<String, Fault> {
        let answer = exchange::answer(request, "AWS").await?;
        Ok(String::from_utf8_lossy(&answer.body).trim().to_owned())
    }
}

/// A `POST` to an address without a body, signed
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>), as Google's server
/// takes it for a token.
fn sign(
    url: &str,
    region: &str,
    keys: &Keys,
    audience: &str,
    now: DateTime<Utc>,
) -> Result<Secret<String>, BigQueryError> {
    let parsed = reqwest::Url::parse(url).ok();
    let host = parsed.as_ref().and_then(reqwest::Url::host_str);
    let Some((parsed, host)) = parsed.as_ref().zip(host) else {
        return Err(bad("the address of AWS's token server cannot be read".to_owned()));
    };
    let service = host.split('.').next().unwrap_or_default().trim_end_matches("-fips");
    let (date, day) = (now.format("%Y%m%dT%H%M%SZ").to_string(), now.format("%Y%m%d").to_string());
    let mut headers = vec![("host", host.to_owned()), ("x-amz-date", date.clone())];
    if let Some(session) = &keys.session {
        headers.push(("x-amz-security-token", session.expose().clone()));
    }
    let mut query: Vec<(String, String)> =
        parsed.query_pairs().map(|(key, value)| (escape(&key), escape(&value))).collect();
    query.sort();
    let query: Vec<String> = query.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let request = format!(
        "POST\n{}\n{}\n{lines}\n{names}\n{}",
        parsed.path(),
        query.join("&"),
        hex(digest::digest(&digest::SHA256, b"").as_ref()),
    );
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let hashed = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
    let text = format!("{ALGORITHM}\n{date}\n{scope}\n{hashed}");
    let mut key = format!("AWS4{}", keys.secret.expose()).into_bytes();
    for part in [day.as_str(), region, service, "aws4_request"] {
        key = hash(&key, part);
    }
    let signature = hex(&hash(&key, &text));
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        keys.id
    );
    headers.push(("Authorization", authorization));
    headers.push(("x-goog-cloud-target-resource", audience.to_owned()));
    headers.sort();
    let headers: Vec<Value> =
        headers.into_iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    let request = json!({"headers": headers, "method": "POST", "url": url});
    Ok(Secret::new(escape(&request.to_string())))
}

fn hash(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(session: Option<&str>) -> String {
        let keys = Keys {
            id: "AKIDEXAMPLE".to_owned(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            session: session.map(|session| Secret::new(session.to_owned())),
        };
        let url = "https://sts.us-east-2.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";
        let now = DateTime::parse_from_rfc3339("2024-01-31T12:34:56Z").expect("it is a moment");
        let audience = "//iam.googleapis.com/projects/1/x";
        let token = sign(url, "us-east-2", &keys, audience, now.to_utc()).expect("it is signed");
        token.expose().clone()
    }

    #[test]
    fn a_request_is_signed_as_google_auth_signs_it() {
        for (session, names, signature) in [
            (
                None,
                "host;x-amz-date",
                "22e1b867b39bff0813ea0b21e7554af0d6d16a6b4906a8861755e2e5b2b99dcf",
            ),
            (
                Some("session/token+="),
                "host;x-amz-date;x-amz-security-token",
                "5f0000244f3a315213ddd7d0cef03dbe8a51e59362b8cb0c90771550d9e4ccb5",
            ),
        ] {
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240131/us-east-2/sts/aws4_request, \
                 SignedHeaders={names}, Signature={signature}"
            );
            let token = signed(session);
            assert!(token.contains(&escape(&expected)), "{token}");
            assert!(token.starts_with("%7B%22headers%22%3A%5B%7B%22key%22%3A%22Authorization"));
            assert!(token.contains(&escape(r#""key":"x-goog-cloud-target-resource""#)));
        }
    }
}
