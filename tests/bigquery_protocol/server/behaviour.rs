//! What a statement does: the server is told.

use std::time::Duration;

use serde_json::{Value, json};

/// What a job does whose statement holds some text.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// How long it is `PENDING`.
    pub pending: Duration,
    /// How long it is `RUNNING` then.
    pub running: Duration,
    /// `reason` and message of its failure.
    pub failure: Option<(String, String)>,
    /// Only so many jobs fail, the next ones do not.
    pub failures: usize,
    /// Whether the failure is the answer to the insertion.
    pub refused: bool,
    /// Columns of its result (`TableFieldSchema`).
    pub fields: Vec<Value>,
    /// Rows of its result; each a list of values as the API writes them.
    pub rows: Vec<Vec<Value>>,
    /// What is added to `statistics.query`.
    pub statistics: Value,
    /// What is added to `statistics`.
    pub more_statistics: Value,
    /// Whether it goes on when it is asked to stop.
    pub stubborn: bool,
    /// Whether its result is what is told here, also where there are tables with rows.
    pub told: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            pending: Duration::ZERO,
            running: Duration::ZERO,
            failure: None,
            failures: usize::MAX,
            refused: false,
            fields: Vec::new(),
            rows: Vec::new(),
            statistics: json!({"statementType": "SELECT"}),
            more_statistics: json!({}),
            stubborn: false,
            told: false,
        }
    }
}

impl Behaviour {
    pub fn takes(millis: u64) -> Self {
        Self { running: Duration::from_millis(millis), ..Self::default() }
    }

    pub fn fails(reason: &str, message: &str) -> Self {
        Self { failure: Some((reason.to_owned(), message.to_owned())), ..Self::default() }
    }

    /// Fails so often, then succeeds.
    pub fn times(self, failures: usize) -> Self {
        Self { failures, ..self }
    }

    /// Answers the insertion with the failure.
    pub fn at_once(self) -> Self {
        Self { refused: true, ..self }
    }

    pub fn gives(fields: Value, rows: Value) -> Self {
        let list = |value: Value| value.as_array().cloned().unwrap_or_default();
        Self {
            fields: list(fields),
            rows: list(rows).into_iter().map(list).collect(),
            told: true,
            ..Self::default()
        }
    }
}
