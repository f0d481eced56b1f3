//! What a warehouse is told about the jobs of a node, and of templates that ask it things: a comment in
//! each statement, and labels
//! (<https://docs.getdbt.com/reference/project-configs/query-comment>).

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use minijinja::Value;
use serde_json::{Value as Json, json};

use super::{
    compiler::{Changes, node_scope, root_scope},
    host::{NodeHost, SharedHost},
    node_value::model_value,
};
use crate::{
    diagnostic::{Diagnostic, SourceFile},
    jinja::{Engine, Globals, Marks},
    manifest::{Node, ResourceType, UniqueId},
    project::{JobContext, QueryComment, Spent},
};

/// The name of the comment's template, for messages.
const TEMPLATE: &str = "query-comment of dbt_project.yml";
/// dbt's name of what asks outside of any node.
const NO_NODE: &str = "master";

/// What is told of each job of a run.
#[derive(Clone, Debug)]
pub struct JobNotes {
    /// What is written beside each statement.
    pub comment: QueryComment,
    /// The target's name.
    pub target_name: String,
}

/// Writes the comment and the labels of jobs.
pub(super) struct NoteWriter {
    /// None where the engine has no jobs.
    pub notes: Option<JobNotes>,
    pub engine: Engine,
    pub globals: Arc<Globals>,
    pub host: Arc<SharedHost>,
    /// What the jobs of templates have cost, by node.
    pub spent: Mutex<HashMap<UniqueId, Spent>>,
}

impl NoteWriter {
    /// What is told of the jobs of a node, or of a macro outside any.
    ///
    /// # Errors
    /// What the template of the comment did wrong.
    pub fn context(&self, node: Option<&Arc<Node>>) -> Result<JobContext, Vec<Diagnostic>> {
        let Some(JobNotes { comment: setting, target_name }) = &self.notes else {
            return Ok(JobContext::default());
        };
        let comment = match &setting.text {
            None => default_comment(target_name, node),
            Some(text) if text.contains("{{") || text.contains("{%") => self.render(text, node)?,
            Some(text) => text.clone(),
        };
        let mut labels = Vec::new();
        if setting.job_label
            && let Ok(Json::Object(entries)) = serde_json::from_str(&comment)
        {
            labels.extend(entries.iter().map(|(key, value)| (key.clone(), text_of(value))));
        }
        let own = node.and_then(|node| node.config.get("labels")).and_then(Json::as_object);
        labels.extend(own.into_iter().flatten().map(|(key, value)| (key.clone(), text_of(value))));
        if let Some(node) = node {
            labels.push(("elt_node".to_owned(), node.unique_id.to_string()));
            labels.push(("elt_materialization".to_owned(), materialization(node).to_owned()));
        }
        let own = |key: &str| node.and_then(|node| node.config.get(key));
        let timeout = own("job_execution_timeout_seconds").and_then(Json::as_f64);
        let spent = node.map(|node| self.spent(&node.unique_id)).unwrap_or_default();
        Ok(JobContext {
            labels,
            comment: Some(comment),
            comment_behind: setting.append,
            timeout: timeout.and_then(|secs| Duration::try_from_secs_f64(secs).ok()),
            reservation: own("reservation").and_then(Json::as_str).map(str::to_owned),
            spent,
        })
    }

    /// What the jobs of a node's templates have cost.
    pub fn spent(&self, node: &UniqueId) -> Spent {
        let mut all = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(node.clone()).or_default().clone()
    }

    /// The comment as the node's template would see it; what it asks of the warehouse is told nothing.
    fn render(&self, text: &str, node: Option<&Arc<Node>>) -> Result<String, Vec<Diagnostic>> {
        let file = SourceFile::new(TEMPLATE, text);
        let host = Arc::new(NodeHost::new(Arc::clone(&self.host), None));
        let name = node.map_or(NO_NODE, |node| node.unique_id.as_str());
        let names = BTreeMap::from([
            ("node".to_owned(), node.map_or(Value::from(()), model_value)),
            ("connection_name".to_owned(), Value::from(name)),
        ]);
        let scope = match node {
            Some(node) => node_scope(&self.globals, node, &Changes::default(), &host, names),
            None => root_scope(&self.globals, &host, TEMPLATE, names),
        };
        let rendered = self.engine.render(&file, 0..text.len(), &scope, Marks::None);
        rendered.map(|rendered| rendered.text).map_err(|error| vec![error.diagnostic])
    }
}

fn default_comment(target_name: &str, node: Option<&Arc<Node>>) -> String {
    let mut comment = json!({
        "app": "elt",
        "elt_version": env!("CARGO_PKG_VERSION"),
        "target_name": target_name,
    });
    if let Some(node) = node {
        comment["node_id"] = node.unique_id.as_str().into();
    }
    comment.to_string()
}

fn materialization(node: &Node) -> &str {
    match node.resource_type {
        ResourceType::Model => node.config.materialized(),
        other => other.as_str(),
    }
}

fn text_of(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
