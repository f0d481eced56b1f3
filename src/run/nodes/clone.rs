//! `elt clone`.

use std::{collections::HashMap, sync::Arc};

use chrono::Utc;

use super::{Compile, Failure, NodeRunner};
use crate::{
    adapter::Cancel,
    diagnostic::Diagnostic,
    manifest::{Node, UniqueId},
    plan::{Observed, PlanInput, plan_clone},
    relation::Relation,
    run::{NodeResult, Status},
};

impl<C: Compile> NodeRunner<C> {
    /// Makes a node's relation from the one that an earlier run built, unless there is one already.
    pub(super) async fn clone_node(
        &self,
        node: &Arc<Node>,
        sources: &HashMap<UniqueId, Relation>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let mut nothing = |why: String| {
            result.status = Status::NoOp;
            result.message = Some(why);
            Ok(())
        };
        let own = &node.relation;
        let Some(source) = sources.get(&node.unique_id) else {
            return nothing("the state holds no relation of it".to_owned());
        };
        if source.same_place(own) {
            return nothing("the state's relation is its own".to_owned());
        }
        let find = |relation| self.cache.find(relation);
        let existing = find(own).await.map_err(|error| Failure::of_adapter(&error))?;
        if existing.is_some() && !self.options.plan.full_refresh {
            return nothing("it exists already: `--full-refresh` clones it again".to_owned());
        }
        let found = find(source).await.map_err(|error| Failure::of_adapter(&error))?;
        let Some(found) = found else {
            let message = format!("`{source}` of the state is not in the warehouse");
            let help = "build it there, or leave it out";
            return Err(Diagnostic::error("missing-table", message).help(help).into());
        };
        let source = Relation { kind: found.kind, ..source.clone() };
        let begun = Utc::now();
        result.relation_name = Some(own.to_string());
        let observed = Observed { existing, ..Observed::default() };
        let input = PlanInput { node, sql: "", observed: &observed, options: &self.options.plan };
        let mut plan = plan_clone(&input, &source)?;
        self.write_run_file(node, None, &plan.to_string())?;
        plan.context = self.job_context(node).await?;
        // A clone, whatever a build would make of the node.
        plan.context.labels.retain(|(key, _)| key != "elt_materialization");
        let outcome = self.adapter.apply(&plan, cancel).await;
        result.execute = Some((begun, Utc::now()));
        let outcome = outcome.map_err(|error| Failure::of_adapter(&error))?;
        self.cache.wrote(&plan);
        result.rows_affected = outcome.rows_affected;
        result.response = outcome.response;
        Ok(())
    }
}
