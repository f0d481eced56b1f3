//! What credentials files hold.

use serde_json::Value;

use super::{
    Credentials, ExternalAccount, Impersonation, ServiceAccount, credentials::User,
    impersonation::SOURCE_SCOPE,
};
use crate::{
    adapter::bigquery::error::{BigQueryError, BigQueryErrorKind},
    project::{Env, Secret},
};

/// Where users' tokens are renewed.
pub(super) const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
/// Files that name files of credentials inside them do so once.
const MAX_DEPTH: u32 = 3;

/// Credentials and what they tell beside.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct Loaded {
    pub(in crate::adapter::bigquery) credentials: Credentials,
    /// The project they belong to.
    pub(in crate::adapter::bigquery) project: Option<String>,
    /// The project whose quota requests count for.
    pub(in crate::adapter::bigquery) quota_project: Option<String>,
    /// The domain of the cloud that they are for.
    pub(in crate::adapter::bigquery) universe: Option<String>,
}

impl Loaded {
    pub(in crate::adapter::bigquery) fn of(credentials: Credentials) -> Self {
        Self { credentials, project: None, quota_project: None, universe: None }
    }
}

/// Reads credentials of any kind; `name` is the file they are from.
///
/// # Errors
/// Says what is missing or wrong, without what is secret.
pub(in crate::adapter::bigquery) fn load(
    info: &Value,
    scopes: &[String],
    env: &Env,
    name: &str,
) -> Result<Loaded, BigQueryError> {
    load_nested(info, scopes, env, name, 0)
}

fn load_nested(
    info: &Value,
    scopes: &[String],
    env: &Env,
    name: &str,
    depth: u32,
) -> Result<Loaded, BigQueryError> {
    let text = |key: &str| info.get(key).and_then(Value::as_str).map(str::to_owned);
    let needed = |key: &str| {
        text(key).ok_or_else(|| bad(format!("the credentials `{name}` have no `{key}`")))
    };
    let kind = needed("type")?;
    let credentials = match kind.as_str() {
        "authorized_user" => Credentials::User(User {
            token_uri: token_url(text("token_uri").unwrap_or_else(|| TOKEN_URI.to_owned()))?,
            client_id: needed("client_id")?,
            client_secret: Secret::new(needed("client_secret")?),
            refresh_token: Secret::new(needed("refresh_token")?),
            basic: false,
        }),
        // A login through a company's own identity provider.
        "external_account_authorized_user" => Credentials::User(User {
            token_uri: token_url(needed("token_url")?)?,
            client_id: needed("client_id")?,
            client_secret: Secret::new(needed("client_secret")?),
            refresh_token: Secret::new(needed("refresh_token")?),
            basic: true,
        }),
        "service_account" => {
            Credentials::ServiceAccount(Box::new(ServiceAccount::read(info, scopes)?))
        }
        "external_account" => {
            Credentials::External(Box::new(ExternalAccount::read(info, scopes, env, name)?))
        }
        "impersonated_service_account" if depth < MAX_DEPTH => {
            let inner = info.get("source_credentials").unwrap_or(&Value::Null);
            let source_scopes = [SOURCE_SCOPE.to_owned()];
            let source = load_nested(inner, &source_scopes, env, name, depth + 1)?;
            let url = token_url(needed("service_account_impersonation_url")?)?;
            let impersonation = Impersonation::read(url, info.get("delegates"), None, scopes);
            Credentials::Impersonated(Box::new(source.credentials), impersonation)
        }
        other => {
            let message = format!("the credentials `{name}` are of the type `{other}`");
            return Err(bad(message).help(
                "use the credentials of a user, a service account, an external account or an impersonated service account",
            ));
        }
    };
    Ok(Loaded {
        credentials,
        project: text("project_id"),
        quota_project: text("quota_project_id"),
        universe: text("universe_domain"),
    })
}

/// An address that secrets are sent to: over TLS, or on this machine.
pub(in crate::adapter::bigquery) fn token_url(url: String) -> Result<String, BigQueryError> {
    let local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    match url.starts_with("https://") || local.iter().any(|local| url.starts_with(local)) {
        true => Ok(url),
        false => Err(bad("the credentials name a token server without TLS".to_owned())
            .help("its address begins with `https://`")),
    }
}

pub(super) fn bad(message: String) -> BigQueryError {
    BigQueryError::new(BigQueryErrorKind::Credentials, message)
}
