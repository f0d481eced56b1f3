//! What happens during a run, as values. Reporters and artifacts read this one stream.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    compile::ExtraCte,
    diagnostic::Diagnostic,
    jinja::Whither,
    manifest::{Batch, ResourceType, TimeSpan, UniqueId},
    run::{BatchResult, BatchResults},
};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The run starts.
    RunStarted {
        /// What is about to run: how many of each kind, in the order of the plan.
        total: usize,
        /// Nodes at once.
        threads: usize,
        /// `profile.target`, for instance `elt.local`.
        target: String,
    },
    /// A node starts.
    NodeStarted {
        /// The node.
        node: NodeLabel,
    },
    /// A node has ended, or was skipped.
    NodeFinished {
        /// The result.
        result: Arc<NodeResult>,
    },
    /// A microbatch model starts with its batches.
    BatchesPlanned {
        /// The model.
        node: NodeLabel,
        /// Its batches, the earliest first.
        batches: Arc<[Batch]>,
        /// Those that an earlier run has built, where this one takes up what it left.
        built_before: Vec<TimeSpan>,
    },
    /// A batch has ended, or will not be started.
    BatchFinished {
        /// The result.
        result: Arc<BatchResult>,
    },
    /// A line from `log()`, `print()` or a warning of the runner.
    Log {
        /// The text.
        message: String,
        /// Where it goes.
        whither: Whither,
    },
    /// What a feed has done so far.
    FeedCounts {
        /// The feed.
        feed: String,
        /// Its counts by name.
        counts: serde_json::Value,
        /// The same for people.
        summary: String,
    },
    /// The user asked to stop; running statements are being interrupted.
    Interrupted,
    /// The run has ended.
    RunFinished {
        /// Wall time in seconds.
        elapsed_secs: f64,
    },
}

/// How a node is shown.
#[derive(Clone, Debug)]
pub struct NodeLabel {
    /// The node.
    pub unique_id: UniqueId,
    /// Its kind.
    pub resource_type: ResourceType,
    /// Its materialization (`view`, `incremental`, …), or `test`, `unit_test`, `operation`.
    pub materialization: String,
    /// The name people read: `silver.orders`, or the test's name.
    pub display: String,
    /// Its file, relative to the project root.
    pub path: String,
}

/// How a node ended: dbt's statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A node was built.
    Success,
    /// A test passed.
    Pass,
    /// A test found failures at severity warn.
    Warn,
    /// A test found failures.
    Fail,
    /// The node could not run.
    Error,
    /// Not run: something upstream failed, or the run stopped before.
    Skipped,
    /// Nothing to do (for instance an ephemeral model).
    NoOp,
    /// Some batches of a microbatch model were built, others not.
    PartialSuccess,
}

impl Status {
    /// dbt's name of it in `run_results.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Skipped => "skipped",
            Self::NoOp => "no-op",
            Self::PartialSuccess => "partial success",
        }
    }

    /// Whether it makes the command exit with 1.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Fail | Self::Error | Self::PartialSuccess)
    }
}

/// How one node ended.
#[derive(Clone, Debug)]
pub struct NodeResult {
    /// The node.
    pub node: NodeLabel,
    /// The status.
    pub status: Status,
    /// When compiling began and ended.
    pub compile: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// When executing began and ended.
    pub execute: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Wall time in seconds.
    pub elapsed_secs: f64,
    /// The worker, from 1.
    pub thread: usize,
    /// Rows written.
    pub rows_affected: Option<u64>,
    /// Failing rows of a test.
    pub failures: Option<u64>,
    /// One line for people (`skipped because silver.orders failed`).
    pub message: Option<String>,
    /// What went wrong, at the user's line.
    pub diagnostics: Vec<Diagnostic>,
    /// What the engine reported.
    pub response: serde_json::Map<String, serde_json::Value>,
    /// The compiled SQL.
    pub compiled_code: Option<Arc<str>>,
    /// The ephemeral models in it.
    pub extra_ctes: Vec<ExtraCte>,
    /// The relation's name as SQL text.
    pub relation_name: Option<String>,
    /// The batches of a microbatch model.
    pub batches: Option<BatchResults>,
    /// The tests that decided whether it is published. Their events have been told.
    pub audits: Vec<Arc<NodeResult>>,
}

impl NodeResult {
    /// A result with nothing but its status, to be filled.
    pub fn new(node: NodeLabel, status: Status) -> Self {
        Self {
            node,
            status,
            compile: None,
            execute: None,
            elapsed_secs: 0.0,
            thread: 0,
            rows_affected: None,
            failures: None,
            message: None,
            diagnostics: Vec::new(),
            response: serde_json::Map::new(),
            compiled_code: None,
            extra_ctes: Vec::new(),
            relation_name: None,
            batches: None,
            audits: Vec::new(),
        }
    }
}
