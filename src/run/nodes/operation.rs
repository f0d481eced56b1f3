//! `on-run-start` and `on-run-end`.

use std::sync::Arc;

use chrono::Utc;

use super::{Compile, Failure, HookSql, NodeRunner, guilty::Guilty};
use crate::{
    adapter::Cancel,
    manifest::Node,
    plan::{Plan, Step},
    run::NodeResult,
};

impl<C: Compile> NodeRunner<C> {
    /// Renders a hook of the run and runs what comes out.
    pub(super) async fn run_operation(
        &self,
        node: &Arc<Node>,
        results: Vec<Arc<NodeResult>>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        // As in dbt, hooks find the schemas of the nodes that will run.
        self.schemas.get_or_try_init(|| self.create_schemas(node, cancel)).await?;
        let begun = Utc::now();
        let given = Arc::clone(node);
        let rendered = self.blocking(move |compile| compile.operation(&given, &results, true));
        let rendered = rendered.await;
        let compiled = Utc::now();
        result.compile = Some((begun, compiled));
        // A hook may only log, or do its work by `run_query`.
        let HookSql::Sql(rendered) = rendered? else {
            result.compiled_code = Some("".into());
            return Ok(());
        };
        self.write_compiled(node, None, rendered.text())?;
        result.compiled_code = Some(rendered.text().into());
        let plan = Plan {
            context: self.job_context(node).await?,
            unique_id: node.unique_id.clone(),
            materialization: "operation".to_owned(),
            steps: vec![Step::Statement { sql: rendered.text().to_owned() }],
            relation: None,
        };
        let outcome = self.adapter.apply(&plan, cancel).await;
        result.execute = Some((compiled, Utc::now()));
        let guilty = Guilty { node, code: &rendered, compiled: None };
        let outcome = outcome.map_err(|error| guilty.blame(&error, plan.steps.first()))?;
        result.response = outcome.response;
        Ok(())
    }

    async fn create_schemas(&self, node: &Arc<Node>, cancel: &Cancel) -> Result<(), Failure> {
        let steps = self.schema_steps();
        if steps.is_empty() {
            return Ok(());
        }
        let plan = Plan {
            context: self.job_context(node).await?,
            unique_id: node.unique_id.clone(),
            materialization: "operation".to_owned(),
            steps,
            relation: None,
        };
        let applied = self.adapter.apply(&plan, cancel).await;
        applied.map(|_| ()).map_err(|error| Failure::of_adapter(&error))
    }
}
