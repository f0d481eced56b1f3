//! Nodes that are published when their tests pass.

use std::sync::Arc;

use chrono::Utc;

use super::{Compile, Failure, NodeRunner, build::Ready};
use crate::{
    adapter::Cancel,
    compile::{Candidate, CompiledNode, Turn},
    diagnostic::{Diagnostic, Span},
    manifest::{Node, unpublished},
    plan::{self, Observed, Plan},
    relation::Relation,
    run::{
        Event, NodeResult, Status, add_response, node_label, run_parts, scheduler::result_of_panic,
    },
};

impl<C: Compile> NodeRunner<C> {
    /// Builds a node's table beside the old one, tests it there, and puts it in the old one's place
    /// if no test fails. Otherwise the old table stays, and the new one is kept for whoever wants to
    /// see what is wrong with it.
    pub(super) async fn build_audited(
        self: &Arc<Self>,
        node: &Arc<Node>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let existing = self.existing(&node.relation).await?;
        let observed = Observed { existing, ..Observed::default() };
        let incremental = plan::is_incremental(node, &observed, &self.options.plan);
        let turn = Turn::whole(incremental);
        let compiled = self.compile_node(node, turn, result).await?;
        let begun = Utc::now();
        result.relation_name = Some(node.relation.to_string());
        let unenforced = plan::unenforced_constraints(node, self.options.plan.engine);
        self.warn_unenforced(&node.original_file_path, &unenforced)?;
        let ready = Ready { node, compiled: &compiled, observed, turn };
        let outcome = self.build_and_audit(ready, result, cancel).await;
        result.execute = Some((begun, Utc::now()));
        outcome
    }

    async fn build_and_audit(
        self: &Arc<Self>,
        mut ready: Ready<'_>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let node = ready.node;
        let needs = plan::needs(node, &ready.observed, &self.options.plan);
        self.observe(&mut ready, needs).await?;
        let beside = unpublished(&node.relation);
        let rejected = self.existing(&beside).await?;
        let plans = plan::plan_audited(&self.plan_input(&ready), rejected.as_ref())?;
        let shown = format!("{}\n-- the tests of the new table\n\n", plans.build);
        let built = self.apply_with_hooks(&ready, plans.build, [true, false], "", cancel).await?;
        result.rows_affected = built.rows_affected;
        result.response = built.response;
        self.audit_and_publish(&ready, plans.publish, &shown, result, cancel).await
    }

    /// Tests what was built beside the node's table, and publishes it where no test fails.
    pub(super) async fn audit_and_publish(
        self: &Arc<Self>,
        ready: &Ready<'_>,
        publish: Plan,
        before: &str,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let node = ready.node;
        let relation = unpublished(&node.relation);
        let candidate = Arc::new(Candidate { node: node.unique_id.clone(), relation });
        result.audits = self.audit(node, &candidate, result.thread, cancel).await;
        let has_old = ready.observed.existing.is_some();
        judge(node, has_old, &candidate.relation, result, cancel)?;
        let published =
            self.apply_with_hooks(ready, publish, [false, true], before, cancel).await?;
        // What publishing and the hooks behind it cost; the node's own jobs say what was done.
        let mut all = published.response;
        add_response(&mut all, &result.response);
        result.response = all;
        Ok(())
    }

    pub(super) async fn existing(&self, relation: &Relation) -> Result<Option<Relation>, Failure> {
        let found = self.cache.find(relation).await;
        found.map_err(|error| Failure::of_adapter(&error))
    }

    /// Runs the node's tests on its candidate, several at once where threads are spare.
    async fn audit(
        self: &Arc<Self>,
        node: &Node,
        candidate: &Arc<Candidate>,
        thread: usize,
        cancel: &Cancel,
    ) -> Vec<Arc<NodeResult>> {
        let tests = self.audits.get(&node.unique_id).cloned().unwrap_or_default();
        let threads = (&self.threads, thread);
        let parts = run_parts(0..tests.len(), threads, true, cancel, |at, thread| {
            let (runner, test) = (Arc::clone(self), Arc::clone(&tests[at]));
            let (candidate, cancel) = (Arc::clone(candidate), cancel.clone());
            async move {
                let label = node_label(&test);
                (runner.events)(Event::NodeStarted { node: label.clone() });
                let work = async |result: &mut NodeResult| {
                    runner.data_test(&test, Some(&candidate), result, &cancel).await
                };
                runner.finish(label, thread, work).await
            }
        });
        let mut results: Vec<NodeResult> = Vec::with_capacity(tests.len());
        for (at, ended) in parts.await {
            let lost = |error| result_of_panic(node_label(&tests[at]), error);
            results.push(ended.unwrap_or_else(lost));
        }
        for test in &tests {
            if !results.iter().any(|result| result.node.unique_id == test.unique_id) {
                let mut skipped = NodeResult::new(node_label(test), Status::Skipped);
                skipped.message = Some("skipped because the run was interrupted".to_owned());
                results.push(skipped);
            }
        }
        let results: Vec<Arc<NodeResult>> = results.into_iter().map(Arc::new).collect();
        for result in &results {
            (self.events)(Event::NodeFinished { result: Arc::clone(result) });
        }
        results
    }

    /// Compiles a test of a node over its candidate.
    pub(super) async fn compile_audit(
        &self,
        test: &Arc<Node>,
        candidate: &Arc<Candidate>,
        result: &mut NodeResult,
    ) -> Result<CompiledNode, Failure> {
        let begun = Utc::now();
        let (given, candidate) = (Arc::clone(test), Arc::clone(candidate));
        let compiled = self.blocking(move |compile| compile.audit(&given, &candidate)).await;
        result.compile = Some((begun, Utc::now()));
        let compiled = compiled?;
        result.compiled_code = Some(compiled.code.text().into());
        self.write_compiled(test, None, compiled.code.text())?;
        Ok(compiled)
    }
}

/// Whether the tests let the node be published.
///
/// # Errors
/// Why the node is not published.
fn judge(
    node: &Node,
    has_old: bool,
    candidate: &Relation,
    result: &NodeResult,
    cancel: &Cancel,
) -> Result<(), Failure> {
    let failed: Vec<&Arc<NodeResult>> =
        result.audits.iter().filter(|audit| audit.status.is_failure()).collect();
    if failed.is_empty() && !cancel.is_cancelled() {
        return Ok(());
    }
    if failed.is_empty() {
        return Err(Diagnostic::error("interrupted", "interrupted").into());
    }
    let all = result.audits.len();
    let message = format!(
        "`{}` is not published: {} of its {} failed",
        node.name,
        failed.len(),
        if all == 1 { "1 test".to_owned() } else { format!("{all} tests") },
    );
    let names = failed.iter().map(|audit| audit.node.display.as_str());
    let diagnostic = Diagnostic::error("audit-failed", message)
        .at(Span::of_line(&node.source, 1), "")
        .note(format!("failed: {}", names.collect::<Vec<_>>().join(", ")))
        .note(format!("the rejected table is {candidate}; the next build replaces it"))
        .note(match has_old {
            true => format!("{} is as it was", node.relation),
            false => "nothing is published yet".to_owned(),
        });
    Err(diagnostic.into())
}
