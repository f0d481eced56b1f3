//! What the tests share.

use std::{future::Future, time::Duration};

use elt::{
    adapter::bigquery::{BigQueryClient, ClientSettings},
    project::Secret,
};

use crate::server::Server;

/// Settings that do not wait long.
pub fn settings(server: &Server) -> ClientSettings {
    let mut settings = ClientSettings::new(server.url(), "billing");
    settings.first_retry_pause = Duration::from_millis(1);
    settings.longest_retry_pause = Duration::from_millis(4);
    settings.first_poll_pause = Duration::from_millis(5);
    settings.cancel_wait = Duration::from_secs(5);
    settings.retry_deadline = Duration::from_secs(20);
    settings.poll_wait = Duration::from_secs(5);
    settings
}

/// A client with a token that the server takes.
pub fn client(server: &Server) -> BigQueryClient {
    client_with(settings(server))
}

pub fn client_with(settings: ClientSettings) -> BigQueryClient {
    let token = Secret::new("token-1".to_owned());
    BigQueryClient::with_token(settings, token).expect("a client is made")
}

/// Runs a future to its end.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(future)
}
