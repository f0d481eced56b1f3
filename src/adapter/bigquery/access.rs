//! Tokens for Google's other services, of the same credentials.

use std::path::Path;

use super::{
    auth::{Authenticator, Credentials, Impersonation, SOURCE_SCOPE, application_default},
    connect::load_method,
    error::BigQueryError,
    http::http_client,
};
use crate::project::{BigQueryConnection, Env, Secret};

/// Gives tokens to requests of services that are not BigQuery.
pub struct GoogleAccess {
    authenticator: Authenticator,
}

impl GoogleAccess {
    /// With the credentials of a profile, or without one those of the machine and its user.
    ///
    /// # Errors
    /// What is wrong with the credentials, without what is secret.
    pub fn of(
        connection: Option<&BigQueryConnection>,
        scopes: &[String],
        root: &Path,
        env: &Env,
    ) -> Result<Self, BigQueryError> {
        let impersonate =
            connection.and_then(|connection| connection.impersonate_service_account.as_deref());
        let own = match impersonate {
            Some(_) => vec![SOURCE_SCOPE.to_owned()],
            None => scopes.to_vec(),
        };
        let loaded = match connection {
            Some(connection) => load_method(&connection.method, &own, root, env)?,
            None => application_default(&own, env)?,
        };
        let credentials = match impersonate {
            Some(account) => Credentials::Impersonated(
                Box::new(loaded.credentials),
                Impersonation::of(account, scopes),
            ),
            None => loaded.credentials,
        };
        Ok(Self { authenticator: Authenticator::new(credentials, http_client()?) })
    }

    /// A token that is valid for some minutes.
    ///
    /// # Errors
    /// Why there is none, and whether there may be one soon.
    pub async fn token(&self) -> Result<Secret<String>, (String, bool)> {
        let token = self.authenticator.token().await;
        token.map_err(|fault| (fault.error.message.clone(), fault.verdict.may_pass()))
    }

    /// Told that a token was refused: whether another can be had.
    pub async fn forget(&self, token: &Secret<String>) -> bool {
        self.authenticator.forget(token).await
    }
}

impl std::fmt::Debug for GoogleAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GoogleAccess(…)")
    }
}
