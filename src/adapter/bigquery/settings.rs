//! What the profile says, as the client needs it.

use std::time::Duration;

use super::{
    error::{BigQueryError, BigQueryErrorKind},
    http::Tell,
};
use crate::project::{BigQueryConnection, Env, Priority};

/// Google's API.
const ENDPOINT: &str = "https://bigquery.googleapis.com";
/// How long a request is repeated while its failures may pass: what Google's clients take
/// (<https://cloud.google.com/python/docs/reference/bigquery/latest/google.cloud.bigquery.retry>).
const RETRY_DEADLINE: Duration = Duration::from_secs(600);
/// How long one attempt at creating a job may take. Planning a large query takes a while, and an attempt
/// that is given up is not lost: the job is found again by its id.
const CREATION_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a job may run where nothing is said: dbt's default, and longer than BigQuery's own limit of
/// six hours (<https://cloud.google.com/bigquery/quotas#query_jobs>).
const EXECUTION_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
/// The bound of the first pause between attempts.
const FIRST_RETRY_PAUSE: Duration = Duration::from_secs(1);
/// The bound of every pause between attempts (<https://cloud.google.com/bigquery/sla>: back off from 1
/// second to 32).
const LONGEST_RETRY_PAUSE: Duration = Duration::from_secs(32);

/// How the client behaves. Times are settings so that tests need not wait.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The server, without a path.
    pub endpoint: String,
    /// The project that jobs run in and are billed to.
    pub project: String,
    /// Where jobs run; where there is none, BigQuery takes the place of the data they read.
    pub location: Option<String>,
    /// The project whose quota requests count for.
    pub quota_project: Option<String>,
    /// How soon queries run.
    pub priority: Option<Priority>,
    /// Bytes a query may bill.
    pub maximum_bytes_billed: Option<i64>,
    /// The reservation whose slots jobs use.
    pub reservation: Option<String>,
    /// How often a job is run again that failed through BigQuery's fault.
    pub job_retries: u32,
    /// How long one attempt at creating a job may take.
    pub creation_timeout: Duration,
    /// How long a job may run.
    pub execution_timeout: Duration,
    /// How long a request is repeated while its failures may pass.
    pub retry_deadline: Duration,
    /// The bound of the first pause between attempts.
    pub first_retry_pause: Duration,
    /// The bound of every pause between attempts.
    pub longest_retry_pause: Duration,
    /// How long BigQuery is asked to hold an answer back until a query ends.
    pub poll_wait: Duration,
    /// The first pause between two looks at a job whose end cannot be waited for (loads, copies); it
    /// grows.
    pub first_poll_pause: Duration,
    /// How long cancelled jobs are waited for.
    pub cancel_wait: Duration,
    /// Labels of each job.
    pub labels: Vec<(String, String)>,
    /// Who is told that BigQuery fails and is waited for.
    pub tell: Option<Tell>,
    /// How long it has failed when that is told.
    pub tell_after: Duration,
}

/// How long BigQuery is asked to hold an answer back: it would do so for up to 200 seconds, but proxies
/// give up connections that are silent for a minute.
const POLL_WAIT: Duration = Duration::from_secs(50);
/// See [`ClientSettings::first_poll_pause`].
const FIRST_POLL_PAUSE: Duration = Duration::from_millis(200);
/// How long cancelled jobs are waited for: BigQuery stops most within seconds.
const CANCEL_WAIT: Duration = Duration::from_secs(30);

/// How long failures are waited out without a word: most pass within seconds.
const TELL_AFTER: Duration = Duration::from_secs(10);

impl ClientSettings {
    /// The settings of jobs in a project on a server.
    pub fn new(endpoint: impl Into<String>, project: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            project: project.into(),
            location: None,
            quota_project: None,
            priority: None,
            maximum_bytes_billed: None,
            reservation: None,
            job_retries: 1,
            creation_timeout: CREATION_TIMEOUT,
            execution_timeout: EXECUTION_TIMEOUT,
            retry_deadline: RETRY_DEADLINE,
            first_retry_pause: FIRST_RETRY_PAUSE,
            longest_retry_pause: LONGEST_RETRY_PAUSE,
            poll_wait: POLL_WAIT,
            first_poll_pause: FIRST_POLL_PAUSE,
            cancel_wait: CANCEL_WAIT,
            labels: Vec::new(),
            tell: None,
            tell_after: TELL_AFTER,
        }
    }

    /// What a profile says. `found_project` and `universe` come from the credentials.
    ///
    /// # Errors
    /// Where no project is known.
    pub(super) fn of(
        connection: &BigQueryConnection,
        env: &Env,
        found_project: Option<&str>,
        found_quota_project: Option<&str>,
        universe: Option<&str>,
    ) -> Result<Self, BigQueryError> {
        let project = connection.execution_project.as_deref().or(connection.project.as_deref());
        let project = project.or(found_project).ok_or_else(|| {
            BigQueryError::new(BigQueryErrorKind::Credentials, "no project is known")
                .help("set `project` in the profile, or the variable GOOGLE_CLOUD_PROJECT")
        })?;
        // As dbt does, 0 stands for nothing.
        let secs = |secs: Option<u64>, default| {
            secs.filter(|secs| *secs > 0).map_or(default, Duration::from_secs)
        };
        let quota_project = connection.quota_project.as_deref();
        let quota_project = quota_project.or(env.get("GOOGLE_CLOUD_QUOTA_PROJECT"));
        let positive = |number: &i64| *number > 0;
        Ok(Self {
            location: connection.location.clone(),
            quota_project: quota_project.or(found_quota_project).map(str::to_owned),
            priority: connection.priority,
            maximum_bytes_billed: connection.maximum_bytes_billed.filter(positive),
            reservation: connection.reservation.clone(),
            job_retries: connection.job_retries,
            creation_timeout: secs(connection.job_creation_timeout_secs, CREATION_TIMEOUT),
            execution_timeout: secs(connection.job_execution_timeout_secs, EXECUTION_TIMEOUT),
            retry_deadline: secs(connection.job_retry_deadline_secs, RETRY_DEADLINE),
            ..Self::new(endpoint(connection, env, universe), project)
        })
    }
}

/// The server: `api_endpoint`, or what Google's own clients take.
fn endpoint(connection: &BigQueryConnection, env: &Env, universe: Option<&str>) -> String {
    let given = connection.api_endpoint.as_deref().or(env.get("BIGQUERY_EMULATOR_HOST"));
    match (given, universe) {
        (Some(given), _) => {
            let given = given.trim().trim_end_matches('/');
            match given.contains("://") {
                true => given.to_owned(),
                false => format!("https://{given}"),
            }
        }
        (None, Some(universe)) if universe != "googleapis.com" => {
            format!("https://bigquery.{universe}")
        }
        (None, _) => ENDPOINT.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{BigQueryMethod, Secret};

    fn profile() -> BigQueryConnection {
        BigQueryConnection {
            method: BigQueryMethod::ServiceAccountJson { keyfile_json: Secret::new(().into()) },
            project: Some("data".to_owned()),
            dataset: "gold".to_owned(),
            execution_project: None,
            quota_project: None,
            location: Some("EU".to_owned()),
            api_endpoint: None,
            priority: Some(Priority::Batch),
            maximum_bytes_billed: Some(0),
            reservation: None,
            impersonate_service_account: None,
            job_retry_deadline_secs: Some(30),
            job_retries: 3,
            job_creation_timeout_secs: Some(0),
            job_execution_timeout_secs: Some(600),
            scopes: Vec::new(),
            extra: serde_json::Map::new(),
        }
    }

    fn of(profile: &BigQueryConnection, env: &[(&str, &str)]) -> ClientSettings {
        let env = Env::from_pairs(env.iter().copied());
        ClientSettings::of(profile, &env, Some("found"), Some("quota"), Some("googleapis.com"))
            .expect("a project is known")
    }

    #[test]
    fn what_the_profile_says_is_kept_and_0_says_nothing() {
        let settings = of(&profile(), &[]);
        assert_eq!(settings.project, "data");
        assert_eq!(settings.location.as_deref(), Some("EU"));
        assert_eq!(settings.priority, Some(Priority::Batch));
        assert_eq!(settings.maximum_bytes_billed, None);
        assert_eq!(settings.job_retries, 3);
        assert_eq!(settings.retry_deadline, Duration::from_secs(30));
        assert_eq!(settings.creation_timeout, CREATION_TIMEOUT);
        assert_eq!(settings.execution_timeout, Duration::from_secs(600));
        assert_eq!(settings.quota_project.as_deref(), Some("quota"));
    }

    #[test]
    fn jobs_run_in_the_execution_project() {
        let paid = BigQueryConnection { execution_project: Some("paid".to_owned()), ..profile() };
        assert_eq!(of(&paid, &[]).project, "paid");
        let unnamed = BigQueryConnection { project: None, ..profile() };
        assert_eq!(of(&unnamed, &[]).project, "found");
        let unknown = ClientSettings::of(&unnamed, &Env::default(), None, None, None);
        assert!(unknown.is_err_and(|error| error.help.is_some()));
    }

    #[test]
    fn servers_are_named_as_googles_clients_take_them() {
        assert_eq!(of(&profile(), &[]).endpoint, ENDPOINT);
        let emulator = [("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9050/")];
        assert_eq!(of(&profile(), &emulator).endpoint, "http://127.0.0.1:9050");
        let region = "bigquery.europe-west3.rep.googleapis.com";
        let regional = BigQueryConnection { api_endpoint: Some(region.to_owned()), ..profile() };
        assert_eq!(of(&regional, &emulator).endpoint, format!("https://{region}"));
        let env = Env::default();
        let other = ClientSettings::of(&profile(), &env, None, None, Some("other.cloud"));
        assert_eq!(
            other.map(|set| set.endpoint).ok().as_deref(),
            Some("https://bigquery.other.cloud")
        );
    }
}
