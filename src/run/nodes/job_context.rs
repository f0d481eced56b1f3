//! The comment and labels of a node's jobs.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Compile, Failure, NodeRunner};
use crate::{
    manifest::Node,
    plan::{Engine, JobContext},
};

impl<C: Compile> NodeRunner<C> {
    /// What the warehouse is told about a node's jobs: dbt's default comment or the project's own, and
    /// the node's `labels`. The embedded engine is told nothing.
    pub(super) async fn job_context(&self, node: &Arc<Node>) -> Result<JobContext, Failure> {
        if self.options.plan.engine == Engine::Embedded {
            return Ok(JobContext::default());
        }
        let setting = &self.options.comment;
        let comment = match &setting.text {
            None => json!({
                "app": "elt",
                "elt_version": env!("CARGO_PKG_VERSION"),
                "target_name": self.options.target_name,
                "node_id": node.unique_id.as_str(),
            })
            .to_string(),
            Some(text) if text.contains("{{") || text.contains("{%") => {
                let (node, text) = (Arc::clone(node), text.clone());
                self.blocking(move |compile| compile.query_comment(&node, &text)).await?
            }
            Some(text) => text.clone(),
        };
        let mut labels = Vec::new();
        if setting.job_label
            && let Ok(Value::Object(entries)) = serde_json::from_str(&comment)
        {
            labels.extend(entries.iter().map(|(key, value)| (key.clone(), text_of(value))));
        }
        if let Some(own) = node.config.get("labels").and_then(Value::as_object) {
            labels.extend(own.iter().map(|(key, value)| (key.clone(), text_of(value))));
        }
        Ok(JobContext { labels, comment: Some(comment), comment_behind: setting.append })
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
