//! From a profile to a client.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{
    auth::{
        Credentials, ExternalAccount, Impersonation, Loaded, SOURCE_SCOPE, ServiceAccount, User,
        application_default, load, read_file, token_url,
    },
    client::BigQueryClient,
    error::{BigQueryError, BigQueryErrorKind},
    http::http_client,
    settings::ClientSettings,
};
use crate::project::{BigQueryConnection, BigQueryMethod, Env, Secret};

impl BigQueryClient {
    /// A client as a profile describes it; relative paths are below `root`. Reads credentials, and asks
    /// nobody, unless the project is only known to the machine.
    ///
    /// # Errors
    /// What is wrong with the credentials, without what is secret.
    pub async fn connect(
        connection: &BigQueryConnection,
        root: &Path,
        env: &Env,
    ) -> Result<Self, BigQueryError> {
        Self::connect_with(connection, root, env, |_| {}).await
    }

    /// As [`BigQueryClient::connect`]; `adjust` changes the settings: labels, times.
    ///
    /// # Errors
    /// What is wrong with the credentials, without what is secret.
    pub async fn connect_with(
        connection: &BigQueryConnection,
        root: &Path,
        env: &Env,
        adjust: impl FnOnce(&mut ClientSettings),
    ) -> Result<Self, BigQueryError> {
        let http = http_client()?;
        let impersonate = connection.impersonate_service_account.as_deref();
        let scopes = match impersonate {
            Some(_) => vec![SOURCE_SCOPE.to_owned()],
            None => connection.scopes.clone(),
        };
        let mut loaded = load_method(&connection.method, &scopes, root, env)?;
        if let Some(project) = env.get("GOOGLE_CLOUD_PROJECT").or(env.get("GCLOUD_PROJECT")) {
            loaded.project = Some(project.to_owned());
        }
        let known = connection.execution_project.is_some() || connection.project.is_some();
        if let Credentials::Machine(server) = &loaded.credentials
            && loaded.project.is_none()
            && !known
        {
            loaded.project = Some(server.project().await?);
        }
        let mut settings = ClientSettings::of(
            connection,
            env,
            loaded.project.as_deref(),
            loaded.quota_project.as_deref(),
            loaded.universe.as_deref(),
        )?;
        adjust(&mut settings);
        let credentials = match impersonate {
            Some(account) => Credentials::Impersonated(
                Box::new(loaded.credentials),
                Impersonation::of(account, &connection.scopes),
            ),
            None => loaded.credentials,
        };
        let project = connection.project.clone().or(loaded.project);
        Self::new(settings, credentials, http, project)
    }
}

pub(super) fn load_method(
    method: &BigQueryMethod,
    scopes: &[String],
    root: &Path,
    env: &Env,
) -> Result<Loaded, BigQueryError> {
    let bad = |message: &str| BigQueryError::new(BigQueryErrorKind::Credentials, message);
    match method {
        BigQueryMethod::Oauth => application_default(scopes, env),
        BigQueryMethod::ServiceAccount { keyfile } => {
            let path = match keyfile.strip_prefix("~/").zip(std::env::home_dir()) {
                Some((rest, home)) => home.join(rest),
                None => root.join(keyfile),
            };
            service_account(&read_file(&path)?, scopes, env, keyfile)
        }
        BigQueryMethod::ServiceAccountJson { keyfile_json } => {
            let info = match keyfile_json.expose() {
                Value::String(text) => key_in(text)
                    .ok_or_else(|| bad("`keyfile_json` is neither JSON nor JSON in base 64"))?,
                value => value.clone(),
            };
            service_account(&info, scopes, env, "keyfile_json")
        }
        BigQueryMethod::OauthSecrets {
            token,
            refresh_token,
            client_id,
            client_secret,
            token_uri,
        } => {
            let renewal = (refresh_token, client_id, client_secret, token_uri);
            if let (Some(refresh), Some(id), Some(secret), Some(uri)) = renewal {
                return Ok(Loaded::of(Credentials::User(User {
                    token_uri: token_url(uri.clone())?,
                    client_id: id.clone(),
                    client_secret: secret.clone(),
                    refresh_token: refresh.clone(),
                    basic: false,
                })));
            }
            let token = token.clone().ok_or_else(|| {
                bad("`oauth-secrets` needs a `token`, or `refresh_token`, `client_id`, `client_secret` and `token_uri`")
            })?;
            Ok(Loaded::of(Credentials::Token(Secret::new(token.expose().trim().to_owned()))))
        }
        BigQueryMethod::ExternalOauthWif {
            workload_pool_provider_path,
            service_account_impersonation_url,
            token_endpoint,
        } => {
            let account = ExternalAccount::of_endpoint(
                workload_pool_provider_path,
                service_account_impersonation_url.as_deref(),
                token_endpoint.expose(),
                scopes,
            )?;
            Ok(Loaded::of(Credentials::External(Box::new(account))))
        }
    }
}

/// A service account's key; files of other kinds of credentials are not a key.
fn service_account(
    info: &Value,
    scopes: &[String],
    env: &Env,
    name: &str,
) -> Result<Loaded, BigQueryError> {
    match info.get("type").and_then(Value::as_str) {
        Some("service_account") => load(info, scopes, env, name),
        // Written by hand, with what is needed.
        None => {
            let account = ServiceAccount::read(info, scopes)?;
            Ok(Loaded::of(Credentials::ServiceAccount(Box::new(account))))
        }
        Some(other) => {
            let message =
                format!("`{name}` is no service account's key, but of the type `{other}`");
            Err(BigQueryError::new(BigQueryErrorKind::Credentials, message).help(
                "use `method: oauth` with GOOGLE_APPLICATION_CREDENTIALS for other credentials",
            ))
        }
    }
}

/// A key as text: JSON, or JSON in base 64.
fn key_in(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    let bytes = STANDARD.decode(text.split_whitespace().collect::<String>()).ok()?;
    serde_json::from_slice(&bytes).ok()
}
