//! What a warehouse is told about jobs: of a plan, of a template that asks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Map, Value};

/// Labels, the comment and the limits of jobs. The embedded engine has no use for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobContext {
    /// Labels.
    pub labels: Vec<(String, String)>,
    /// A comment in each statement, without the marks around it.
    pub comment: Option<String>,
    /// Whether the comment goes behind the statement; else before it.
    pub comment_behind: bool,
    /// How long a job may run, where the node says it.
    pub timeout: Option<Duration>,
    /// The reservation whose slots jobs use, where the node says it.
    pub reservation: Option<String>,
    /// What the jobs of templates have cost so far.
    pub spent: Spent,
}

/// The reports of jobs (`adapter_response`), shared by all who ask for one node. What is in it does not
/// tell one context from another.
#[derive(Clone, Debug, Default)]
pub struct Spent(Arc<Mutex<Vec<Map<String, Value>>>>);

impl PartialEq for Spent {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Spent {}

impl Spent {
    /// Notes the report of a job.
    pub fn note(&self, response: Map<String, Value>) {
        if !response.is_empty() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(response);
        }
    }

    /// The reports since the last call.
    pub fn take(&self) -> Vec<Map<String, Value>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl JobContext {
    /// A statement with the comment, and the lines that the comment puts before it.
    pub fn with_comment(&self, sql: &str) -> (String, u32) {
        let Some(comment) = self.comment.as_deref().filter(|text| !text.trim().is_empty()) else {
            return (sql.to_owned(), 0);
        };
        // The end of a comment inside of it would end it.
        let comment = format!("/* {} */", comment.trim().replace("*/", "* /"));
        match self.comment_behind {
            true => (format!("{}\n{comment}", sql.trim_end().trim_end_matches(';')), 0),
            false => {
                let lines = comment.matches('\n').count() as u32 + 1;
                (format!("{comment}\n{sql}"), lines)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_ends_where_it_ends() {
        let before = JobContext { comment: Some("a */ b\nc".into()), ..JobContext::default() };
        assert_eq!(before.with_comment("select 1"), ("/* a * / b\nc */\nselect 1".into(), 2));
        let behind = JobContext { comment_behind: true, ..before };
        assert_eq!(behind.with_comment("select 1;\n"), ("select 1\n/* a * / b\nc */".into(), 0));
        assert_eq!(JobContext::default().with_comment("x"), ("x".into(), 0));
    }
}
