//! The client itself.

use std::sync::Arc;

use super::{
    auth::{Authenticator, Credentials},
    error::BigQueryError,
    http::{Transport, http_client},
    job::Running,
    settings::ClientSettings,
};
use crate::project::Secret;

/// BigQuery over its REST API (<https://cloud.google.com/bigquery/docs/reference/rest>).
///
/// Clones share one connection pool, one token, one set of limits and one list of running jobs. All
/// methods may be called from many tasks at once, in a Tokio runtime.
///
/// A future of [`BigQueryClient::query_job`] and its like that is dropped leaves its job running, and in
/// the list: [`BigQueryClient::cancel_running`] cancels what is in it. To stop a job, raise the `Cancel`
/// that it was given, and wait.
#[derive(Clone)]
pub struct BigQueryClient {
    shared: Arc<Shared>,
}

struct Shared {
    settings: ClientSettings,
    project: String,
    transport: Transport,
    running: Running,
}

impl BigQueryClient {
    /// A client that shows a token which it is given.
    ///
    /// # Errors
    /// Where no HTTP client can be made.
    pub fn with_token(
        settings: ClientSettings,
        token: Secret<String>,
    ) -> Result<Self, BigQueryError> {
        let project = Some(settings.project.clone());
        Self::new(settings, Credentials::Token(token), http_client()?, project)
    }

    pub(super) fn new(
        settings: ClientSettings,
        credentials: Credentials,
        http: reqwest::Client,
        project: Option<String>,
    ) -> Result<Self, BigQueryError> {
        let project = project.unwrap_or_else(|| settings.project.clone());
        let authenticator = Authenticator::new(credentials, http.clone());
        let transport = Transport::new(http, &settings, authenticator);
        let running = Running::default();
        Ok(Self { shared: Arc::new(Shared { settings, project, transport, running }) })
    }

    /// How it behaves.
    pub fn settings(&self) -> &ClientSettings {
        &self.shared.settings
    }

    /// The project of datasets that name none: the profile's, or the credentials'. Jobs may run in another
    /// one, `settings().project`.
    pub fn project(&self) -> &str {
        &self.shared.project
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.shared.transport
    }

    pub(super) fn running(&self) -> &Running {
        &self.shared.running
    }
}

impl std::fmt::Debug for BigQueryClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BigQueryClient")
            .field("endpoint", &self.shared.settings.endpoint)
            .field("project", &self.shared.settings.project)
            .finish_non_exhaustive()
    }
}
