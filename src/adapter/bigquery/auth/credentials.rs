//! The kinds of credentials.

use reqwest::Client;

use super::{
    ExternalAccount, Impersonation, MetadataServer, ServiceAccount, authenticator::AccessToken,
    exchange,
};
use crate::{adapter::bigquery::http::Fault, project::Secret};

/// What a token is made from.
#[derive(Debug)]
pub(in crate::adapter::bigquery) enum Credentials {
    /// A token that the user gives.
    Token(Secret<String>),
    /// A user who logged in.
    User(User),
    /// A service account's key.
    ServiceAccount(Box<ServiceAccount>),
    /// The account of the machine.
    Machine(MetadataServer),
    /// An account of another cloud or identity provider.
    External(Box<ExternalAccount>),
    /// A service account that the account of other credentials may speak for.
    Impersonated(Box<Credentials>, Impersonation),
}

/// A user's long-lived token, and the application it was given to.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct User {
    pub(in crate::adapter::bigquery) token_uri: String,
    pub(in crate::adapter::bigquery) client_id: String,
    pub(in crate::adapter::bigquery) client_secret: Secret<String>,
    pub(in crate::adapter::bigquery) refresh_token: Secret<String>,
    /// Whether the application proves itself in a header instead of the form.
    pub(in crate::adapter::bigquery) basic: bool,
}

impl Credentials {
    /// Fetches a token, in one attempt.
    pub(super) async fn fetch(&self, http: &Client) -> Result<AccessToken, Fault> {
        match self {
            Self::Token(token) => Ok(AccessToken { token: token.clone(), expires: None }),
            Self::User(user) => user.fetch(http).await,
            Self::ServiceAccount(account) => account.fetch(http).await,
            Self::Machine(server) => server.fetch().await,
            Self::External(account) => account.fetch(http).await,
            Self::Impersonated(source, impersonation) => {
                let token = Box::pin(source.fetch(http)).await?;
                impersonation.fetch(http, &token.token).await
            }
        }
    }

    /// Whether another token can be had when one is refused.
    pub(super) fn can_renew(&self) -> bool {
        match self {
            Self::Token(_) => false,
            Self::Impersonated(source, _) => source.can_renew(),
            _ => true,
        }
    }
}

impl User {
    /// Without `scope`: the token can do what the user agreed to at the login, and asking for less or
    /// more is refused.
    async fn fetch(&self, http: &Client) -> Result<AccessToken, Fault> {
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", self.refresh_token.expose().as_str()),
        ];
        let mut request = http.post(&self.token_uri);
        if self.basic {
            request = request.basic_auth(&self.client_id, Some(self.client_secret.expose()));
        } else {
            form.push(("client_id", self.client_id.as_str()));
            form.push(("client_secret", self.client_secret.expose()));
        }
        let request = request.form(&form);
        exchange::token(request, "the user's login").await.map_err(|mut fault| {
            if fault.error.message.contains("invalid_grant") {
                fault.error.help = Some(
                    "the login expired or was withdrawn: log in again with `gcloud auth application-default login`, or renew `refresh_token`".to_owned(),
                );
            }
            fault
        })
    }
}
