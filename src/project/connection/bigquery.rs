//! BigQuery, configured as dbt-bigquery is
//! (<https://docs.getdbt.com/docs/core/connect-data-platform/bigquery-setup>).

use serde_json::{Map, Value};

use super::Secret;
use crate::{
    diagnostic::Diagnostic,
    project::{
        fields::{Fields, Unknown},
        spanned::Spanned,
        yaml::Yaml,
    },
};

/// `type: bigquery`.
#[derive(Clone, Debug)]
pub struct BigQueryConnection {
    /// `method`.
    pub method: BigQueryMethod,
    /// `project` (or `database`); nothing stands for the credentials' own project.
    pub project: Option<String>,
    /// `dataset` (or `schema`).
    pub dataset: String,
    /// `execution_project`: whom jobs are billed to, by default the project.
    pub execution_project: Option<String>,
    /// `quota_project`.
    pub quota_project: Option<String>,
    /// `location`.
    pub location: Option<String>,
    /// `api_endpoint`.
    pub api_endpoint: Option<String>,
    /// `priority`.
    pub priority: Option<Priority>,
    /// `maximum_bytes_billed`, in bytes.
    pub maximum_bytes_billed: Option<i64>,
    /// `reservation`.
    pub reservation: Option<String>,
    /// `impersonate_service_account`.
    pub impersonate_service_account: Option<String>,
    /// `job_retry_deadline_seconds`.
    pub job_retry_deadline_secs: Option<u64>,
    /// `job_retries` (or `retries`), by default 1.
    pub job_retries: u32,
    /// `job_creation_timeout_seconds`.
    pub job_creation_timeout_secs: Option<u64>,
    /// `job_execution_timeout_seconds` (or `timeout_seconds`).
    pub job_execution_timeout_secs: Option<u64>,
    /// `scopes`, by default dbt's.
    pub scopes: Vec<String>,
    /// Further keys, as written (`gcs_bucket`, `compute_region`, `dataproc_batch`, …).
    pub extra: Map<String, Value>,
}

/// How requests are authenticated.
#[derive(Clone, Debug)]
pub enum BigQueryMethod {
    /// `oauth`: application-default credentials.
    Oauth,
    /// `oauth-secrets`: a token, or what refreshes one.
    OauthSecrets {
        /// `token`.
        token: Option<Secret<String>>,
        /// `refresh_token`.
        refresh_token: Option<Secret<String>>,
        /// `client_id`.
        client_id: Option<String>,
        /// `client_secret`.
        client_secret: Option<Secret<String>>,
        /// `token_uri`.
        token_uri: Option<String>,
    },
    /// `service-account`: a key file.
    ServiceAccount {
        /// `keyfile`, as written.
        keyfile: String,
    },
    /// `service-account-json`: the key itself, a mapping or text (JSON, or JSON in base 64).
    ServiceAccountJson {
        /// `keyfile_json`.
        keyfile_json: Secret<Value>,
    },
    /// `external-oauth-wif`: workload identity federation.
    ExternalOauthWif {
        /// `workload_pool_provider_path`.
        workload_pool_provider_path: String,
        /// `service_account_impersonation_url`.
        service_account_impersonation_url: Option<String>,
        /// `token_endpoint`.
        token_endpoint: Secret<Map<String, Value>>,
    },
}

/// How soon a query runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// At once.
    Interactive,
    /// When there is room.
    Batch,
}

const METHODS: [&str; 6] = [
    "oauth",
    "oauth-secrets",
    "service-account",
    "service-account-json",
    "external-oauth-wif",
    "local",
];
const DEFAULT_SCOPES: [&str; 4] = [
    "https://www.googleapis.com/auth/bigquery",
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/drive",
    "https://www.googleapis.com/auth/userinfo.email",
];
/// Keys of dbt-bigquery that are kept for templates.
const KEPT: [&str; 10] = [
    "compute_region",
    "dataproc_region",
    "dataproc_cluster_name",
    "dataproc_batch",
    "gcs_bucket",
    "submission_method",
    "job_link_info_level_log",
    "target_database",
    "target_project",
    "target_dataset",
];

pub(super) fn read(
    mut fields: Fields<'_>,
    method: Option<Spanned<String>>,
) -> Option<BigQueryConnection> {
    let method = read_method(&mut fields, method);
    let project = fields.scalar("project").or(fields.scalar("database"));
    let dataset = fields.text("dataset").or(fields.text("schema"));
    if dataset.is_none() {
        fields.missing("dataset");
    }
    let text = |fields: &mut Fields<'_>, key| fields.text(key).map(|text| text.value);
    let execution_project = text(&mut fields, "execution_project");
    let quota_project = text(&mut fields, "quota_project");
    let location = text(&mut fields, "location");
    let api_endpoint = text(&mut fields, "api_endpoint");
    let priority = fields.word("priority", &["interactive", "batch"]);
    let priority = priority.map(|word| match word.value.as_str() {
        "batch" => Priority::Batch,
        _ => Priority::Interactive,
    });
    let maximum_bytes_billed = fields.integer("maximum_bytes_billed").map(|number| number.value);
    let reservation = text(&mut fields, "reservation");
    let impersonate_service_account = text(&mut fields, "impersonate_service_account");
    let retries = number(&mut fields, "job_retries").or(number(&mut fields, "retries"));
    let timeout = number(&mut fields, "job_execution_timeout_seconds");
    let timeout = timeout.or(number(&mut fields, "timeout_seconds"));
    let job_retry_deadline_secs = number(&mut fields, "job_retry_deadline_seconds");
    let job_creation_timeout_secs = number(&mut fields, "job_creation_timeout_seconds");
    let scopes = fields.texts("scopes", false).map_or_else(
        || DEFAULT_SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
        |scopes| scopes.into_iter().map(|scope| scope.value).collect(),
    );
    let mut extra = Map::new();
    for key in KEPT {
        if let Some(value) = fields.take(key) {
            extra.insert(key.to_owned(), value.to_json());
        }
    }
    // Credentials of the methods not chosen may stay in the output.
    for key in [
        "keyfile",
        "keyfile_json",
        "token",
        "refresh_token",
        "client_id",
        "client_secret",
        "token_uri",
        "workload_pool_provider_path",
        "service_account_impersonation_url",
        "token_endpoint",
    ] {
        fields.take(key);
    }
    fields.finish(Unknown::Warn);
    Some(BigQueryConnection {
        method: method?,
        project: project.map(|text| text.value),
        dataset: dataset?.value,
        execution_project,
        quota_project,
        location,
        api_endpoint,
        priority,
        maximum_bytes_billed,
        reservation,
        impersonate_service_account,
        job_retry_deadline_secs,
        job_retries: retries.map_or(1, |retries| u32::try_from(retries).unwrap_or(u32::MAX)),
        job_creation_timeout_secs,
        job_execution_timeout_secs: timeout,
        scopes,
        extra,
    })
}

fn read_method(fields: &mut Fields<'_>, method: Option<Spanned<String>>) -> Option<BigQueryMethod> {
    let Some(method) = method else {
        fields.missing("method");
        return None;
    };
    let required = |fields: &mut Fields<'_>, key| fields.required_text(key).map(|text| text.value);
    match method.value.as_str() {
        "oauth" => Some(BigQueryMethod::Oauth),
        "service-account" => {
            Some(BigQueryMethod::ServiceAccount { keyfile: required(fields, "keyfile")? })
        }
        "service-account-json" => {
            let Some(key) = fields.take("keyfile_json") else {
                fields.missing("keyfile_json");
                return None;
            };
            Some(BigQueryMethod::ServiceAccountJson { keyfile_json: Secret::new(key.to_json()) })
        }
        "oauth-secrets" => {
            let secret = |text: Spanned<String>| Secret::new(text.value);
            let token = fields.text("token").map(secret);
            if token.is_none() {
                for key in ["refresh_token", "client_id", "client_secret", "token_uri"] {
                    if !fields.has(key) {
                        fields.missing(key);
                    }
                }
            }
            Some(BigQueryMethod::OauthSecrets {
                token,
                refresh_token: fields.text("refresh_token").map(secret),
                client_id: fields.text("client_id").map(|text| text.value),
                client_secret: fields.text("client_secret").map(secret),
                token_uri: fields.text("token_uri").map(|text| text.value),
            })
        }
        "external-oauth-wif" => {
            let path = required(fields, "workload_pool_provider_path");
            let url = fields.text("service_account_impersonation_url").map(|text| text.value);
            if !fields.has("token_endpoint") {
                fields.missing("token_endpoint");
            }
            let endpoint = fields.map("token_endpoint").as_ref().map(Yaml::to_json_map);
            Some(BigQueryMethod::ExternalOauthWif {
                workload_pool_provider_path: path?,
                service_account_impersonation_url: url,
                token_endpoint: Secret::new(endpoint?),
            })
        }
        other => {
            let near = crate::diagnostic::did_you_mean(other, METHODS);
            let help = near.unwrap_or_else(|| format!("it is one of `{}`", METHODS.join("`, `")));
            fields.diagnostics().push(
                Diagnostic::error("wrong-value", format!("`{other}` is no `method` of BigQuery"))
                    .at(method.span, "")
                    .help(help),
            );
            None
        }
    }
}

fn number(fields: &mut Fields<'_>, key: &'static str) -> Option<u64> {
    let number = fields.integer(key)?;
    match u64::try_from(number.value) {
        Ok(value) => Some(value),
        Err(_) => {
            fields.diagnostics().push(
                Diagnostic::error("wrong-value", format!("`{key}` must not be negative"))
                    .at(number.span, ""),
            );
            None
        }
    }
}
