//! The jobs that are under way, so that none is left running.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::adapter::bigquery::resource::JobRef;

/// The jobs that were submitted and have not ended, as far as is known.
#[derive(Clone, Debug, Default)]
pub(in crate::adapter::bigquery) struct Running {
    jobs: Arc<Mutex<HashMap<String, JobRef>>>,
}

/// A job under way. Dropped without [`Underway::ended`] (its future was), the job stays in the list.
#[derive(Debug)]
pub(super) struct Underway {
    running: Running,
    id: String,
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, JobRef>> {
        // A panic elsewhere leaves the map as it was before or after one insertion.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a job, before it is submitted.
    pub(super) fn add(&self, job: &JobRef) -> Underway {
        self.lock().insert(job.id.clone(), job.clone());
        Underway { running: self.clone(), id: job.id.clone() }
    }

    /// How many there are.
    pub(in crate::adapter::bigquery) fn count(&self) -> usize {
        self.lock().len()
    }

    /// All of them.
    pub(in crate::adapter::bigquery) fn all(&self) -> Vec<JobRef> {
        self.lock().values().cloned().collect()
    }

    /// Forgets a job.
    pub(in crate::adapter::bigquery) fn remove(&self, id: &str) {
        self.lock().remove(id);
    }
}

impl Underway {
    /// Notes where it runs.
    pub(super) fn located(&self, job: &JobRef) {
        self.running.lock().insert(self.id.clone(), job.clone());
    }

    /// The job ended.
    pub(super) fn ended(self) {
        self.running.remove(&self.id);
    }
}
