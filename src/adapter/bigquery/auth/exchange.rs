//! What token servers answer (<https://www.rfc-editor.org/rfc/rfc6749#section-5>).

use std::time::{Duration, Instant};

use serde::Deserialize;

use super::authenticator::AccessToken;
use crate::{
    adapter::bigquery::{
        error::{BigQueryError, BigQueryErrorKind},
        http::{Answer, Fault, once},
    },
    project::Secret,
};

/// One attempt at a token: these servers answer within a second.
pub(super) const TOKEN_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a token is believed to last where the server does not say.
const DEFAULT_LIFETIME_SECS: u64 = 3600;

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
}

/// Sends a request for a token, and reads it.
pub(super) async fn token(
    request: reqwest::RequestBuilder,
    of: &str,
) -> Result<AccessToken, Fault> {
    read(&answer(request, of).await?, of)
}

/// Reads a token.
pub(super) fn read(answer: &Answer, of: &str) -> Result<AccessToken, Fault> {
    let read: TokenAnswer = answer.read().map_err(|_| {
        let message = format!("the token server of {of} answered without an access token");
        Fault::lasting(BigQueryError::new(BigQueryErrorKind::Credentials, message))
    })?;
    let secs = match read.expires_in {
        Some(serde_json::Value::String(text)) => text.parse().ok(),
        Some(number) => number.as_u64(),
        None => None,
    };
    let lifetime = Duration::from_secs(secs.unwrap_or(DEFAULT_LIFETIME_SECS));
    Ok(AccessToken {
        token: Secret::new(read.access_token),
        expires: Instant::now().checked_add(lifetime),
    })
}

/// Sends a request to a server that has to do with tokens. Errors say of what it was asked.
pub(super) async fn answer(request: reqwest::RequestBuilder, of: &str) -> Result<Answer, Fault> {
    let what = format!("the token server of {of} cannot be reached");
    let answer = once(request.timeout(TOKEN_TIMEOUT), &what).await;
    answer.map_err(|mut fault| {
        if let Some(status) = fault.error.status {
            fault.error.kind = BigQueryErrorKind::Credentials;
            let said = &fault.error.message;
            fault.error.message = match fault.verdict.may_pass() {
                true => format!("the token server of {of} answered {status}: {said}"),
                false => format!("{of} gives no access token ({status}): {said}"),
            };
        }
        fault
    })
}
