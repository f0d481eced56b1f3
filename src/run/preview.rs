//! What a run would do: each node's plan and what it would read, nothing run.

use super::{NewerParent, NodeLabel, StateReason};
use crate::{adapter::Bytes, diagnostic::Diagnostic, manifest::TimeSpan};

/// What would become of one node.
#[derive(Clone, Debug)]
pub struct NodePreview {
    /// The node.
    pub node: NodeLabel,
    /// Why it would run so (`new`, `full refresh`, `new rows`, …).
    pub why: String,
    /// How it differs from an earlier state of the project, where one was given.
    pub state: Option<StateReason>,
    /// What the node reads by partitions that are newer than its own.
    pub newer: Vec<NewerParent>,
    /// Late partitions that this build leaves out, as spans of time; for microbatch models only, whose
    /// batches are known.
    pub left_out: Vec<TimeSpan>,
    /// What would be done, a step each.
    pub steps: Vec<PreviewStep>,
    /// The statements, as `target/run` would hold them.
    pub statements: String,
    /// What is wrong with the node.
    pub diagnostics: Vec<Diagnostic>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct PreviewStep {
    /// What it does.
    pub what: String,
    /// What it would read; none where the warehouse bills nothing.
    pub bytes: Option<Bytes>,
}

impl NodePreview {
    /// Of what nothing is known yet.
    pub(in crate::run) fn of(node: NodeLabel) -> Self {
        Self {
            node,
            why: String::new(),
            state: None,
            newer: Vec::new(),
            left_out: Vec::new(),
            steps: Vec::new(),
            statements: String::new(),
            diagnostics: Vec::new(),
        }
    }

    /// What its steps would read together; none where the warehouse bills nothing.
    pub fn bytes(&self) -> Option<Bytes> {
        self.steps.iter().filter_map(|step| step.bytes).reduce(Bytes::plus)
    }

    /// Whether what some step would read is not known.
    pub fn is_partial(&self) -> bool {
        self.steps.iter().any(|step| step.bytes == Some(Bytes::Unknown))
    }
}

/// What the nodes would read together; none where the warehouse bills nothing.
pub fn total_bytes<'a>(previews: impl Iterator<Item = &'a NodePreview>) -> Option<Bytes> {
    previews.filter_map(NodePreview::bytes).reduce(Bytes::plus)
}
