//! Tokens of a service account that another account may speak for
//! (<https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken>).

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::{Client, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{authenticator::AccessToken, exchange};
use crate::{
    adapter::bigquery::{
        error::{BigQueryError, BigQueryErrorKind},
        http::Fault,
    },
    project::Secret,
};

/// What a token needs to ask for another account's.
pub(in crate::adapter::bigquery) const SOURCE_SCOPE: &str =
    "https://www.googleapis.com/auth/cloud-platform";
/// How long a token lasts: the longest that is given without a policy that allows more.
const DEFAULT_LIFETIME_SECS: u64 = 3600;

/// How another account's tokens are asked for.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct Impersonation {
    url: String,
    delegates: Vec<String>,
    scopes: Vec<String>,
    lifetime_secs: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_token: String,
    expire_time: DateTime<Utc>,
}

impl Impersonation {
    /// Of an account by its e-mail address. Several, separated by commas, are a chain of delegation that
    /// ends with the account.
    pub(in crate::adapter::bigquery) fn of(account: &str, scopes: &[String]) -> Self {
        let mut chain: Vec<&str> = account.split(',').map(str::trim).collect();
        let account = chain.pop().unwrap_or_default();
        let delegate = |account: &str| format!("projects/-/serviceAccounts/{account}");
        Self {
            url: format!(
                "https://iamcredentials.googleapis.com/v1/{}:generateAccessToken",
                delegate(account)
            ),
            delegates: chain.into_iter().map(delegate).collect(),
            scopes: scopes.to_vec(),
            lifetime_secs: DEFAULT_LIFETIME_SECS,
        }
    }

    /// As a credentials file says it: an address, delegates, a lifetime.
    pub(super) fn read(
        url: String,
        delegates: Option<&Value>,
        lifetime_secs: Option<u64>,
        scopes: &[String],
    ) -> Self {
        let delegates = delegates.and_then(Value::as_array).into_iter().flatten();
        Self {
            url,
            delegates: delegates.filter_map(Value::as_str).map(str::to_owned).collect(),
            scopes: scopes.to_vec(),
            lifetime_secs: lifetime_secs.unwrap_or(DEFAULT_LIFETIME_SECS),
        }
    }

    pub(super) async fn fetch(
        &self,
        http: &Client,
        source: &Secret<String>,
    ) -> Result<AccessToken, Fault> {
        let body = json!({
            "delegates": self.delegates,
            "scope": self.scopes,
            "lifetime": format!("{}s", self.lifetime_secs),
        });
        let request = http
            .post(&self.url)
            .bearer_auth(source.expose())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        let account = self.url.rsplit('/').next().unwrap_or_default();
        let account = account.split(':').next().unwrap_or_default();
        let of = format!("the service account `{account}`, which is impersonated,");
        let answer = exchange::answer(request, &of).await.map_err(|mut fault| {
            if fault.error.status == Some(403) {
                fault.error.help = Some(format!(
                    "grant `roles/iam.serviceAccountTokenCreator` on `{account}` to whoever runs elt"
                ));
            }
            fault
        })?;
        let read: Answer = answer.read().map_err(|_| {
            let message = format!("the token server of {of} answered without an access token");
            Fault::lasting(BigQueryError::new(BigQueryErrorKind::Credentials, message))
        })?;
        let left = (read.expire_time - Utc::now()).to_std().unwrap_or(Duration::ZERO);
        Ok(AccessToken {
            token: Secret::new(read.access_token),
            expires: Instant::now().checked_add(left),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `impersonate_service_account` of a profile, with its `scopes`.
    #[test]
    fn a_chain_of_accounts_ends_with_the_one_whose_token_is_asked_for() {
        let scopes = ["https://www.googleapis.com/auth/bigquery".to_owned()];
        let one = Impersonation::of("robot@p.iam.gserviceaccount.com", &scopes);
        let address = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@p.iam.gserviceaccount.com:generateAccessToken";
        assert_eq!(one.url, address);
        assert_eq!((one.delegates.len(), one.lifetime_secs), (0, 3600));
        assert_eq!(one.scopes, scopes);
        let chain = Impersonation::of("a@x, b@x, robot@p.iam.gserviceaccount.com", &scopes);
        assert_eq!(chain.url, address);
        assert_eq!(
            chain.delegates,
            ["projects/-/serviceAccounts/a@x", "projects/-/serviceAccounts/b@x"]
        );
    }
}
