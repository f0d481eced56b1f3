//! What all kinds of jobs have in common.

use std::time::Duration;

use crate::adapter::bigquery::error::{BigQueryError, BigQueryErrorKind};

/// Characters of a job id (<https://cloud.google.com/bigquery/docs/reference/rest/v2/JobReference>).
const MAX_ID_CHARS: usize = 1024;
/// Room that is left for the number of the attempt.
const ATTEMPT_CHARS: usize = 16;

/// What all kinds of jobs have in common.
#[derive(Clone, Debug, Default)]
pub struct JobOptions {
    /// The id; a random one where there is none. The same id never runs twice, in this process or
    /// another: whoever submits it again is given what it did.
    pub id: Option<JobId>,
    /// Labels, beside the client's; made to fit BigQuery's rules.
    pub labels: Vec<(String, String)>,
    /// How long the job may run, where it is not the client's time.
    pub timeout: Option<Duration>,
    /// Where it runs, where it is not the client's place.
    pub location: Option<String>,
    /// The reservation whose slots it uses, where it is not the client's; `none` is on demand.
    pub reservation: Option<String>,
}

/// The id of a job: letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobId(String);

impl JobId {
    /// An id that no other job has.
    pub fn random() -> Self {
        Self(format!("elt-{}", uuid::Uuid::new_v4()))
    }

    /// An id of the caller's choice.
    ///
    /// # Errors
    /// Where it is empty, too long, or holds other characters.
    pub fn new(text: impl Into<String>) -> Result<Self, BigQueryError> {
        let text = text.into();
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if text.is_empty()
            || text.len() > MAX_ID_CHARS - ATTEMPT_CHARS
            || !text.chars().all(allowed)
        {
            let message = format!("`{text}` cannot be the id of a job");
            return Err(BigQueryError::new(BigQueryErrorKind::Invalid, message));
        }
        Ok(Self(text))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of an attempt, from 1: a job that failed keeps its id for ever.
    pub(super) fn attempt(&self, attempt: u32) -> String {
        match attempt {
            1 => self.0.clone(),
            _ => format!("{}-{attempt}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hold_what_is_allowed() {
        assert!(JobId::new("elt-load_1-ab").is_ok());
        for wrong in ["", "a b", "a/b", "ä", &"x".repeat(1020)] {
            assert!(JobId::new(wrong).is_err(), "{wrong}");
        }
        assert_ne!(JobId::random(), JobId::random());
        let id = JobId::new("a").expect("it is allowed");
        assert_eq!((id.attempt(1), id.attempt(2)), ("a".to_owned(), "a-2".to_owned()));
    }
}
