//! One token for all requests, renewed before it expires.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::Credentials;
use crate::{adapter::bigquery::http::Fault, project::Secret};

/// How long before its end a token is renewed: so that it does not expire on the way, and Google's
/// servers, which give out the same token for a while, have a new one.
const RENEW_BEFORE: Duration = Duration::from_secs(225);

/// A token with its end.
pub(super) struct AccessToken {
    pub(super) token: Secret<String>,
    /// None for one that is given by the user: when it ends is not known.
    pub(super) expires: Option<Instant>,
}

/// Gives the token that requests carry.
pub(in crate::adapter::bigquery) struct Authenticator {
    credentials: Credentials,
    http: reqwest::Client,
    /// Held while a token is fetched, so that it is fetched once.
    current: Mutex<Option<AccessToken>>,
}

impl Authenticator {
    pub(in crate::adapter::bigquery) fn new(
        credentials: Credentials,
        http: reqwest::Client,
    ) -> Self {
        Self { credentials, http, current: Mutex::new(None) }
    }

    /// A token that is valid for some minutes. One attempt: the caller repeats what may pass.
    pub(in crate::adapter::bigquery) async fn token(&self) -> Result<Secret<String>, Fault> {
        let mut current = self.current.lock().await;
        let now = Instant::now();
        if let Some(known) = current.as_ref() {
            let fresh = known.expires.is_none_or(|expires| expires > now + RENEW_BEFORE);
            if fresh {
                return Ok(known.token.clone());
            }
        }
        match self.credentials.fetch(&self.http).await {
            Ok(token) => Ok(current.insert(token).token.clone()),
            // The old one is good for as long as it lasts.
            Err(fault) => match current.as_ref() {
                Some(known)
                    if fault.verdict.may_pass()
                        && known.expires.is_some_and(|expires| expires > now) =>
                {
                    Ok(known.token.clone())
                }
                _ => Err(fault),
            },
        }
    }

    /// Told that `token` was refused: whether another can be had.
    pub(in crate::adapter::bigquery) async fn forget(&self, token: &Secret<String>) -> bool {
        let mut current = self.current.lock().await;
        // Another request may have been quicker.
        if current.as_ref().is_some_and(|known| known.token == *token) {
            *current = None;
        }
        self.credentials.can_renew()
    }
}
