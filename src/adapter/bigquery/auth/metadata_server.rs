//! The account of the machine: on Google's machines a server tells its tokens
//! (<https://cloud.google.com/compute/docs/access/authenticate-workloads#applications>).

use std::time::Duration;

use super::{authenticator::AccessToken, exchange};
use crate::{
    adapter::bigquery::{
        error::{BigQueryError, BigQueryErrorKind},
        http::{Answer, Fault, once},
    },
    project::Env,
};

/// What to do where the machine gives no credentials.
const WHAT_ELSE: &str = "log in with `gcloud auth application-default login`, or use `method: service-account` with a `keyfile`";
/// Where the server is: the address instead of the name, which other machines look for in vain.
const HOST: &str = "169.254.169.254";
/// The server is on the same machine.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Attempts to reach it: right after the start of a machine it may not be there.
const ATTEMPTS: u32 = 3;

/// The server.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct MetadataServer {
    host: String,
    scopes: String,
    /// What was looked for before it: told where there is no server.
    looked_for: String,
}

impl MetadataServer {
    pub(super) fn new(env: &Env, scopes: &[String], looked_for: String) -> Self {
        let host = env.get("GCE_METADATA_HOST").or(env.get("GCE_METADATA_IP")).unwrap_or(HOST);
        Self { host: host.to_owned(), scopes: scopes.join(","), looked_for }
    }

    pub(super) async fn fetch(&self) -> Result<AccessToken, Fault> {
        let scopes = [("scopes", self.scopes.as_str())];
        let answer = self.get("instance/service-accounts/default/token", &scopes).await?;
        exchange::read(&answer, "the machine's account")
    }

    /// The project that the machine is in.
    pub(in crate::adapter::bigquery) async fn project(&self) -> Result<String, Fault> {
        let answer = self.get("project/project-id", &[]).await?;
        Ok(String::from_utf8_lossy(&answer.body).trim().to_owned())
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Fault> {
        // A proxy would ask its own machine.
        let http = reqwest::Client::builder().no_proxy().build();
        let http = http.map_err(|_| Fault::lasting(self.nothing()))?;
        let url = format!("http://{}/computeMetadata/v1/{path}", self.host);
        let mut attempt = 1;
        loop {
            let request =
                http.get(&url).query(query).header("metadata-flavor", "Google").timeout(TIMEOUT);
            match once(request, "the metadata server cannot be reached").await {
                // Anything else may stand at that address.
                Ok(answer) if answer.headers.contains_key("metadata-flavor") => return Ok(answer),
                Err(fault) if fault.verdict.may_pass() && attempt < ATTEMPTS => attempt += 1,
                Err(fault) if fault.error.status.is_some() => {
                    return Err(fault.told(|mut error| {
                        error.kind = BigQueryErrorKind::Credentials;
                        let message = format!("the machine's account gives no token: {error}");
                        error.worded(message).help(WHAT_ELSE)
                    }));
                }
                _ => return Err(Fault::lasting(self.nothing())),
            }
        }
    }

    fn nothing(&self) -> BigQueryError {
        let message = format!("no credentials were found: {}", self.looked_for);
        BigQueryError::new(BigQueryErrorKind::Credentials, message).help(WHAT_ELSE)
    }
}
