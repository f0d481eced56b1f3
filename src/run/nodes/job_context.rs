//! The comment and labels of a node's jobs.

use std::sync::Arc;

use super::{Compile, Failure, NodeRunner};
use crate::{
    manifest::{Node, UnitTest},
    plan::Engine,
    project::JobContext,
};

impl<C: Compile> NodeRunner<C> {
    /// What the warehouse is told about a node's jobs: dbt's default comment or the project's own, and
    /// the node's `labels`. The embedded engine is told nothing.
    pub(super) async fn job_context(&self, node: &Arc<Node>) -> Result<JobContext, Failure> {
        if self.options.plan.engine == Engine::Embedded {
            return Ok(JobContext::default());
        }
        let node = Arc::clone(node);
        Ok(self.blocking(move |compile| compile.job_context(Some(&node))).await?)
    }

    /// The same of a unit test.
    pub(super) async fn unit_test_context(&self, test: &UnitTest) -> Result<JobContext, Failure> {
        if self.options.plan.engine == Engine::Embedded {
            return Ok(JobContext::default());
        }
        let mut context = self.blocking(|compile| compile.job_context(None)).await?;
        context.labels.push(("elt_node".to_owned(), test.unique_id.to_string()));
        Ok(context)
    }
}
