//! What BigQuery, or the way to it, refuses.

use super::resource::JobRef;
use crate::adapter::{AdapterError, AdapterErrorKind};

/// Characters of an answer that is quoted in an error: enough for a proxy's message, and not its page.
const MAX_QUOTED_CHARS: usize = 300;

/// An error of BigQuery or of the way to it. It never holds a token, a key or a query's parameters.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", .0.message)]
pub struct BigQueryError(Box<ErrorDetails>);

/// What is known of an error.
#[derive(Clone, Debug)]
pub struct ErrorDetails {
    /// What kind of error: what a caller can do about it.
    pub kind: BigQueryErrorKind,
    /// BigQuery's own words, or ours where it said none.
    pub message: String,
    /// BigQuery's reason (`invalidQuery`, `quotaExceeded`), where it gave one
    /// (<https://cloud.google.com/bigquery/docs/error-messages#errortable>).
    pub reason: Option<String>,
    /// The HTTP status, where the error was one.
    pub status: Option<u16>,
    /// What BigQuery says the error is about (`query`, a table's name, a file).
    pub location: Option<String>,
    /// 1-based line and column in the SQL that was sent, read from the message.
    pub position: Option<(u32, u32)>,
    /// The job that failed.
    pub job: Option<JobRef>,
    /// What to do, where known.
    pub help: Option<String>,
}

/// The kinds of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BigQueryErrorKind {
    /// The SQL or the job's configuration is wrong.
    Invalid,
    /// A project, dataset, table or job is not there.
    NotFound,
    /// It exists already.
    AlreadyExists,
    /// It was changed by someone else since it was read.
    Changed,
    /// The credentials lack a permission.
    AccessDenied,
    /// There are no credentials, or they are not accepted.
    Credentials,
    /// A quota, or a limit on what may be billed.
    Quota,
    /// BigQuery cannot be reached.
    Unreachable,
    /// It took longer than allowed.
    TimedOut,
    /// It was stopped by the user.
    Cancelled,
    /// Someone else cancelled the job.
    Stopped,
    /// The service failed, and did so at each attempt.
    Service,
    /// The answer is not what the API documents.
    Protocol,
}

impl BigQueryError {
    /// An error with a kind and a message.
    pub(super) fn new(kind: BigQueryErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorDetails {
            kind,
            message: message.into(),
            reason: None,
            status: None,
            location: None,
            position: None,
            job: None,
            help: None,
        }))
    }

    /// What BigQuery said: a status where it was an HTTP error, a reason, a message.
    pub(super) fn said(status: Option<u16>, proto: ErrorProto) -> Self {
        let ErrorProto { reason, location, message } = proto;
        let message =
            message.filter(|message| !message.trim().is_empty()).unwrap_or_else(|| {
                match (&reason, status) {
                    (Some(reason), _) => {
                        format!("BigQuery gave the reason `{reason}` and no message")
                    }
                    (None, Some(status)) => format!("BigQuery answered {status} without a message"),
                    (None, None) => "the job failed without a message".to_owned(),
                }
            });
        Self(Box::new(ErrorDetails {
            kind: kind(status, reason.as_deref(), &message),
            position: super::position::position(&message),
            help: help(reason.as_deref(), &message),
            message,
            reason: reason.filter(|reason| !reason.is_empty()),
            status,
            location: location.filter(|location| !location.is_empty()),
            job: None,
        }))
    }

    /// An answer that is not what the API documents.
    pub(super) fn protocol(what: impl Into<String>) -> Self {
        Self::new(BigQueryErrorKind::Protocol, what)
    }

    /// Cancelled by the user.
    pub(super) fn cancelled() -> Self {
        Self::new(BigQueryErrorKind::Cancelled, "cancelled")
    }

    /// Whether what it names may not be there: BigQuery tells so to whoever may see all of a project, and
    /// others that access is denied, `or perhaps it does not exist`.
    pub fn may_be_missing(&self) -> bool {
        let is_hidden = self.message.contains("perhaps it does not exist");
        self.kind == BigQueryErrorKind::NotFound
            || (self.kind == BigQueryErrorKind::AccessDenied && is_hidden)
    }

    /// Adds what to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says it in other words.
    pub(super) fn worded(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Names the job.
    pub(super) fn of_job(mut self, job: &JobRef) -> Self {
        self.job = Some(job.clone());
        self
    }
}

impl std::ops::Deref for BigQueryError {
    type Target = ErrorDetails;

    fn deref(&self) -> &ErrorDetails {
        &self.0
    }
}

impl std::ops::DerefMut for BigQueryError {
    fn deref_mut(&mut self) -> &mut ErrorDetails {
        &mut self.0
    }
}

/// `ErrorProto` (<https://cloud.google.com/bigquery/docs/reference/rest/v2/ErrorProto>).
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ErrorProto {
    pub(super) reason: Option<String>,
    pub(super) location: Option<String>,
    pub(super) message: Option<String>,
}

/// The body of an HTTP error, from BigQuery (`error.errors`) or from what stands before it
/// (`error.status`), or something else entirely.
pub(super) fn read_error_body(status: u16, body: &[u8]) -> ErrorProto {
    #[derive(serde::Deserialize)]
    struct Body {
        error: Inner,
        /// Of token servers, beside a word.
        #[serde(default)]
        error_description: Option<String>,
    }
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Inner {
        Api {
            #[serde(default)]
            message: Option<String>,
            #[serde(default)]
            errors: Vec<ErrorProto>,
        },
        /// What token servers answer.
        Word(String),
    }
    match serde_json::from_slice::<Body>(body) {
        Ok(Body { error: Inner::Api { message, errors }, .. }) => {
            let first = errors.into_iter().next().unwrap_or_default();
            ErrorProto { message: first.message.or(message), ..first }
        }
        Ok(Body { error: Inner::Word(word), error_description }) => {
            let message = match error_description {
                Some(description) => format!("{word}: {description}"),
                None => word,
            };
            ErrorProto { message: Some(message), ..ErrorProto::default() }
        }
        Err(_) => {
            let text = String::from_utf8_lossy(body);
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let quoted: String = text.chars().take(MAX_QUOTED_CHARS).collect();
            let message = match quoted.is_empty() {
                true => format!("answered {status} without a body"),
                false => format!("answered {status}: {quoted}"),
            };
            ErrorProto { message: Some(message), ..ErrorProto::default() }
        }
    }
}

fn kind(status: Option<u16>, reason: Option<&str>, message: &str) -> BigQueryErrorKind {
    use BigQueryErrorKind as Kind;
    match reason {
        Some("invalidQuery" | "invalid" | "badRequest" | "required" | "attributeError") => {
            Kind::Invalid
        }
        Some("notImplemented" | "resourceInUse") => Kind::Invalid,
        Some("notFound") => Kind::NotFound,
        Some("duplicate") => Kind::AlreadyExists,
        Some("conditionNotMet") => Kind::Changed,
        Some("accessDenied" | "blocked" | "billingNotEnabled" | "forbidden") => Kind::AccessDenied,
        Some("authError" | "invalidUser") => Kind::Credentials,
        Some(
            "quotaExceeded"
            | "rateLimitExceeded"
            | "jobRateLimitExceeded"
            | "bytesBilledLimitExceeded"
            | "billingTierLimitExceeded"
            | "resourcesExceeded"
            | "responseTooLarge",
        ) => Kind::Quota,
        // A job that reached its `jobTimeoutMs` is stopped, as one that was cancelled is.
        Some("stopped") if message.contains("timed out") => Kind::TimedOut,
        Some("stopped") => Kind::Stopped,
        Some("timeout") => Kind::TimedOut,
        _ => match status {
            Some(400) => Kind::Invalid,
            Some(401) => Kind::Credentials,
            Some(403) => Kind::AccessDenied,
            Some(404) => Kind::NotFound,
            Some(409) => Kind::AlreadyExists,
            Some(412) => Kind::Changed,
            Some(429) => Kind::Quota,
            _ => Kind::Service,
        },
    }
}

/// What can be done, where the reason tells.
fn help(reason: Option<&str>, message: &str) -> Option<String> {
    let text = match reason? {
        "bytesBilledLimitExceeded" => {
            "the query would bill more than allowed: raise `maximum_bytes_billed`, or read less (a filter on the partition column, fewer columns)"
        }
        "quotaExceeded" => {
            "wait until the quota is refilled, or ask for more: https://cloud.google.com/bigquery/quotas"
        }
        "rateLimitExceeded" | "jobRateLimitExceeded" => {
            "lower `threads`, so that less is asked at a time"
        }
        "billingNotEnabled" => {
            "enable billing for the project: https://cloud.google.com/billing/docs/how-to/modify-project"
        }
        "resourcesExceeded" => {
            "the query needs more memory than BigQuery gives one: process fewer rows at a time, avoid ordering or aggregating everything at once"
        }
        "accessDenied" if message.contains("bigquery.jobs.create") => {
            "grant `roles/bigquery.jobUser` on the project that runs the jobs (`execution_project`)"
        }
        "accessDenied" if message.contains("Permission bigquery.datasets.create") => {
            "grant `roles/bigquery.user` on the project, or create the dataset beforehand"
        }
        "accessDenied" if message.contains("Drive credentials") => {
            "the table reads a Google Sheet: add `https://www.googleapis.com/auth/drive` to `scopes`, and share the sheet with the account"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

impl From<BigQueryError> for AdapterError {
    fn from(error: BigQueryError) -> Self {
        use BigQueryErrorKind as Kind;
        let (kind, code) = match error.kind {
            Kind::Invalid => (AdapterErrorKind::Sql, "bigquery-invalid"),
            Kind::NotFound => (AdapterErrorKind::Sql, "bigquery-not-found"),
            Kind::AlreadyExists => (AdapterErrorKind::Warehouse, "bigquery-already-exists"),
            Kind::Changed => (AdapterErrorKind::Warehouse, "bigquery-changed"),
            Kind::AccessDenied => (AdapterErrorKind::Warehouse, "bigquery-access-denied"),
            Kind::Credentials => (AdapterErrorKind::Connection, "bigquery-credentials"),
            Kind::Quota => (AdapterErrorKind::Warehouse, "bigquery-quota"),
            Kind::Unreachable => (AdapterErrorKind::Connection, "bigquery-unreachable"),
            Kind::TimedOut => (AdapterErrorKind::Warehouse, "bigquery-timed-out"),
            Kind::Cancelled => (AdapterErrorKind::Cancelled, "cancelled"),
            Kind::Stopped => (AdapterErrorKind::Warehouse, "bigquery-stopped"),
            Kind::Service => (AdapterErrorKind::Warehouse, "bigquery-service"),
            Kind::Protocol => (AdapterErrorKind::Warehouse, "bigquery-protocol"),
        };
        let error = *error.0;
        Self {
            kind,
            code,
            message: error.message,
            position: error.position,
            step: None,
            help: error.help,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_all_makers_are_read() {
        let bigquery = br#"{"error":{"code":403,"message":"Exceeded rate limits: x","status":"PERMISSION_DENIED",
            "errors":[{"message":"Exceeded rate limits: x","domain":"usageLimits","reason":"rateLimitExceeded","location":"l"}]}}"#;
        let read = read_error_body(403, bigquery);
        assert_eq!(read.reason.as_deref(), Some("rateLimitExceeded"));
        assert_eq!(read.message.as_deref(), Some("Exceeded rate limits: x"));

        let front = br#"{"error":{"code":401,"message":"no token","status":"UNAUTHENTICATED"}}"#;
        let read = read_error_body(401, front);
        assert_eq!((read.reason, read.message.as_deref()), (None, Some("no token")));

        let proxy = b"<html>\n<h1>502 Bad   Gateway</h1>";
        let message = read_error_body(502, proxy).message;
        assert_eq!(message.as_deref(), Some("answered 502: <html> <h1>502 Bad Gateway</h1>"));
        let message = read_error_body(504, b"").message;
        assert_eq!(message.as_deref(), Some("answered 504 without a body"));
        let token_server = br#"{"error":"invalid_grant","error_description":"Token expired"}"#;
        let message = read_error_body(400, token_server).message;
        assert_eq!(message.as_deref(), Some("invalid_grant: Token expired"));
    }

    #[test]
    fn a_job_that_took_too_long_is_not_one_that_was_cancelled() {
        let stopped = |message: &str| {
            let proto = ErrorProto {
                reason: Some("stopped".to_owned()),
                message: Some(message.to_owned()),
                location: None,
            };
            BigQueryError::said(None, proto).kind
        };
        let timed_out = "Job execution was cancelled: Job timed out after 1s";
        assert_eq!(stopped(timed_out), BigQueryErrorKind::TimedOut);
        let cancelled = "Job execution was cancelled: User requested cancellation";
        assert_eq!(stopped(cancelled), BigQueryErrorKind::Stopped);
    }
}
