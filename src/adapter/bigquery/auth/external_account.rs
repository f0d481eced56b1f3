//! Accounts of other clouds and identity providers, whose tokens Google takes for its own
//! (<https://cloud.google.com/iam/docs/workload-identity-federation>, <https://google.aip.dev/auth/4117>).

use std::{path::PathBuf, time::Duration};

use reqwest::{Client, header};
use serde_json::{Map, Value};

use super::{
    Impersonation,
    authenticator::AccessToken,
    aws::Aws,
    exchange,
    executable::Executable,
    impersonation::SOURCE_SCOPE,
    load::{bad, token_url},
};
use crate::{
    adapter::bigquery::{error::BigQueryError, http::Fault},
    project::{Env, Secret},
};

/// Where Google exchanges tokens.
const TOKEN_URL: &str = "https://sts.googleapis.com/v1/token";
/// Identity providers that dbt knows.
const ENTRA: &str = "entra";

/// An account of somebody else, and how its tokens are exchanged.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct ExternalAccount {
    audience: String,
    subject_token_type: String,
    token_url: String,
    scopes: Vec<String>,
    source: Source,
    client: Option<(String, Secret<String>)>,
    user_project: Option<String>,
    impersonation: Option<Impersonation>,
}

/// Where the other side's token is from.
#[derive(Debug)]
enum Source {
    /// A file that something else renews.
    File(PathBuf, Format),
    /// An address.
    Url { url: String, headers: Vec<(String, Secret<String>)>, format: Format },
    /// A program.
    Executable(Executable),
    /// A request that is signed for AWS.
    Aws(Box<Aws>),
    /// A client that asks its identity provider.
    ClientCredentials { url: String, form: Secret<String> },
}

/// How a token is written.
#[derive(Clone, Debug)]
enum Format {
    Text,
    /// The field of a JSON object.
    Json(String),
}

impl ExternalAccount {
    /// Reads a credentials file.
    pub(super) fn read(
        info: &Value,
        scopes: &[String],
        env: &Env,
        name: &str,
    ) -> Result<Self, BigQueryError> {
        let text = |key: &str| info.get(key).and_then(Value::as_str).map(str::to_owned);
        let needed = |key: &str| {
            text(key).ok_or_else(|| bad(format!("the credentials `{name}` have no `{key}`")))
        };
        let audience = needed("audience")?;
        let subject_token_type = needed("subject_token_type")?;
        let impersonation = match text("service_account_impersonation_url") {
            Some(url) => {
                let options = info.get("service_account_impersonation");
                let lifetime = options.and_then(|options| options.get("token_lifetime_seconds"));
                let lifetime = lifetime.and_then(Value::as_u64);
                Some(Impersonation::read(token_url(url)?, None, lifetime, scopes))
            }
            None => None,
        };
        let source = info.get("credential_source").unwrap_or(&Value::Null);
        let email = text("service_account_impersonation_url");
        let source = read_source(source, &audience, &subject_token_type, email, env, name)?;
        let secret = text("client_secret").map(Secret::new);
        Ok(Self {
            audience,
            subject_token_type,
            token_url: token_url(text("token_url").unwrap_or_else(|| TOKEN_URL.to_owned()))?,
            scopes: scopes.to_vec(),
            source,
            client: text("client_id").zip(secret),
            user_project: text("workforce_pool_user_project"),
            impersonation,
        })
    }

    /// As dbt's `external-oauth-wif` says it.
    pub(in crate::adapter::bigquery) fn of_endpoint(
        audience: &str,
        impersonation_url: Option<&str>,
        endpoint: &Map<String, Value>,
        scopes: &[String],
    ) -> Result<Self, BigQueryError> {
        let needed = |key: &str| {
            let value = endpoint.get(key).and_then(Value::as_str).map(str::to_owned);
            value.ok_or_else(|| bad(format!("`token_endpoint` has no `{key}`")))
        };
        let kind = needed("type")?;
        if kind != ENTRA {
            let message =
                format!("the identity provider `{kind}` of `token_endpoint` is not known");
            return Err(bad(message).help("its `type` is `entra`"));
        }
        let url = impersonation_url.map(str::to_owned).map(token_url).transpose()?;
        Ok(Self {
            audience: audience.to_owned(),
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt".to_owned(),
            token_url: TOKEN_URL.to_owned(),
            scopes: scopes.to_vec(),
            source: Source::ClientCredentials {
                url: token_url(needed("request_url")?)?,
                form: Secret::new(needed("request_data")?),
            },
            client: None,
            user_project: None,
            impersonation: url.map(|url| Impersonation::read(url, None, None, scopes)),
        })
    }

    pub(super) async fn fetch(&self, http: &Client) -> Result<AccessToken, Fault> {
        let subject = self.source.token(http, &self.audience).await?;
        let scope = match self.impersonation {
            Some(_) => SOURCE_SCOPE.to_owned(),
            None => self.scopes.join(" "),
        };
        let mut form = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange".to_owned()),
            ("audience", self.audience.clone()),
            ("scope", scope),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token".to_owned()),
            ("subject_token", subject.expose().clone()),
            ("subject_token_type", self.subject_token_type.clone()),
        ];
        let mut request = http.post(&self.token_url);
        match (&self.client, &self.user_project) {
            (Some((id, secret)), _) => request = request.basic_auth(id, Some(secret.expose())),
            (None, Some(project)) => {
                form.push(("options", serde_json::json!({"userProject": project}).to_string()));
            }
            (None, None) => {}
        }
        let token = exchange::token(request.form(&form), "the external account").await?;
        match &self.impersonation {
            Some(impersonation) => impersonation.fetch(http, &token.token).await,
            None => Ok(token),
        }
    }
}

fn read_source(
    source: &Value,
    audience: &str,
    token_type: &str,
    impersonation_url: Option<String>,
    env: &Env,
    name: &str,
) -> Result<Source, BigQueryError> {
    let text = |key: &str| source.get(key).and_then(Value::as_str).map(str::to_owned);
    let format = match source.pointer("/format/type").and_then(Value::as_str) {
        None | Some("text") => Format::Text,
        Some("json") => {
            let field = source.pointer("/format/subject_token_field_name").and_then(Value::as_str);
            let missing = "has no `subject_token_field_name`";
            let field = field.ok_or_else(|| {
                bad(format!("the `format` of the credentials `{name}` {missing}"))
            })?;
            Format::Json(field.to_owned())
        }
        Some(other) => {
            return Err(bad(format!("the credentials `{name}` have the format `{other}`")));
        }
    };
    if let Some(file) = text("file") {
        return Ok(Source::File(PathBuf::from(file), format));
    }
    if text("environment_id").is_some() {
        return Aws::read(source, env, name).map(|aws| Source::Aws(Box::new(aws)));
    }
    if let Some(url) = text("url") {
        let headers = source.get("headers").and_then(Value::as_object).into_iter().flatten();
        let header = |(name, value): (&String, &Value)| {
            Some((name.clone(), Secret::new(value.as_str()?.to_owned())))
        };
        return Ok(Source::Url { url, headers: headers.filter_map(header).collect(), format });
    }
    if let Some(executable) = source.get("executable") {
        let executable = Executable::read(
            executable,
            audience,
            token_type,
            impersonation_url.as_deref(),
            env,
            name,
        )?;
        return Ok(Source::Executable(executable));
    }
    let message = format!("the `credential_source` of the credentials `{name}` is not supported");
    Err(bad(message)
        .help("a `file`, a `url`, an `executable` and AWS are; certificates (X.509) are not"))
}

impl Source {
    async fn token(&self, http: &Client, audience: &str) -> Result<Secret<String>, Fault> {
        match self {
            Self::File(path, format) => {
                let text = tokio::fs::read_to_string(path).await.map_err(|error| {
                    let message =
                        format!("the token file `{}` cannot be read: {error}", path.display());
                    Fault::lasting(bad(message))
                })?;
                format.read(&text).map_err(Fault::lasting)
            }
            Self::Url { url, headers, format } => {
                let mut request = http.get(url);
                for (name, value) in headers {
                    request = request.header(name, value.expose());
                }
                let answer = exchange::answer(request, "the external account").await?;
                format.read(&String::from_utf8_lossy(&answer.body)).map_err(Fault::lasting)
            }
            Self::Executable(executable) => executable.token().await.map_err(Fault::lasting),
            Self::Aws(aws) => aws.token(http, audience).await,
            Self::ClientCredentials { url, form } => {
                let request = http
                    .post(url)
                    .header(header::ACCEPT, "application/json")
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .timeout(Duration::from_secs(30))
                    .body(form.expose().clone());
                let token = exchange::token(request, "the identity provider").await?;
                Ok(token.token)
            }
        }
    }
}

impl Format {
    fn read(&self, text: &str) -> Result<Secret<String>, BigQueryError> {
        let token = match self {
            Self::Text => Some(text.trim().to_owned()),
            Self::Json(field) => serde_json::from_str::<Value>(text)
                .ok()
                .and_then(|value| value.get(field)?.as_str().map(str::to_owned)),
        };
        let token = token.filter(|token| !token.is_empty());
        token.map(Secret::new).ok_or_else(|| {
            let what = match self {
                Self::Text => "is empty".to_owned(),
                Self::Json(field) => format!("has no field `{field}`"),
            };
            bad(format!("the external account's token {what}"))
        })
    }
}
