//! The warehouse of a project's target.

use std::{sync::Arc, time::Duration};

use crate::{
    adapter::{
        Adapter,
        bigquery::{BigQueryAdapter, BigQueryClient, BigQueryError, INVOCATION_LABEL, Tell},
        duckdb::{DuckDbAdapter, DuckDbOptions},
    },
    diagnostic::Diagnostic,
    project::{BigQueryConnection, Connection, Project},
};

/// What an invocation wants of its jobs.
#[derive(Clone, Copy, Debug, Default)]
pub struct JobLimits<'a> {
    /// The invocation's id, which labels its jobs.
    pub invocation: Option<&'a str>,
    /// Bytes that a job may bill, beside what the profile allows.
    pub max_bytes: Option<u64>,
    /// Who is told that the warehouse fails and is waited for.
    pub tell: Option<&'a Tell>,
    /// Whether the embedded engine is written for long, a little at a time.
    pub is_written_steadily: bool,
}

/// The warehouse of a project's target for an invocation; a database file that another process holds is
/// waited for no longer than `patience`, where there is one.
///
/// # Errors
/// Why it cannot be opened.
pub fn open_within(
    project: &Project,
    limits: &JobLimits<'_>,
    patience: Option<Duration>,
) -> Result<Arc<dyn Adapter>, Diagnostic> {
    if let Connection::BigQuery(connection) = &project.target.connection {
        return match connect(connection, project, limits) {
            Ok(client) => Ok(Arc::new(BigQueryAdapter::new(client))),
            Err(error) => {
                let problem = Diagnostic::error("bigquery-connection", error.message.clone());
                Err(problem.maybe_help(error.help.clone()))
            }
        };
    }
    let mut options = DuckDbOptions::of_target(&project.target)
        .expect("every connection that is not BigQuery's is the embedded engine's");
    if !options.in_memory() && options.path.is_relative() {
        options.path = project.root.join(&options.path);
    }
    if let Some(patience) = patience {
        options.lock_timeout = options.lock_timeout.min(patience);
    }
    if limits.is_written_steadily {
        options = options.written_steadily();
    }
    match DuckDbAdapter::open(options) {
        Ok(adapter) => Ok(Arc::new(adapter)),
        Err(error) => {
            Err(Diagnostic::error(error.code, error.message.clone()).maybe_help(error.help))
        }
    }
}

/// A client of BigQuery. The machine's own server may have to be asked for the project, and the caller
/// may be in a runtime or not: a thread with a runtime of its own asks.
fn connect(
    connection: &BigQueryConnection,
    project: &Project,
    limits: &JobLimits<'_>,
) -> Result<BigQueryClient, BigQueryError> {
    let ask = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime of one thread needs nothing that can lack");
        let client = BigQueryClient::connect_with(connection, &project.root, &project.env, |set| {
            let label = |id: &str| (INVOCATION_LABEL.to_owned(), id.to_owned());
            set.labels.extend(limits.invocation.map(label));
            set.tell = limits.tell.cloned();
            let allowed = limits.max_bytes.and_then(|bytes| i64::try_from(bytes).ok());
            set.maximum_bytes_billed = match (set.maximum_bytes_billed, allowed) {
                (Some(profile), Some(allowed)) => Some(profile.min(allowed)),
                (profile, allowed) => profile.or(allowed),
            };
        });
        runtime.block_on(client)
    };
    std::thread::scope(|scope| match scope.spawn(ask).join() {
        Ok(connected) => connected,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
