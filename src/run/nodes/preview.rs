//! What would become of a node: its plan, and what the warehouse estimates of it. Nothing is run.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Compile, Failure, NewerParent, NodeRunner, Work,
    ahead::Ahead,
    build::{Ready, header_step},
    guilty::Guilty,
    hooks_ahead::PreviewHooks,
    unit_test::of_test,
};
use crate::{
    adapter::{Bytes, PlanEstimate},
    compile::{CompiledNode, DataTestQuery, MappedText, Turn},
    diagnostic::Diagnostic,
    manifest::{
        Batch, Microbatch, Node, ResourceType, TimeSpan, UnitTest, is_audited, unpublished,
    },
    plan::{self, BatchInput, Engine, Observed, Plan, PlanInput, PlanOptions, Step},
    relation::RelationKind,
    run::{NodePreview, PreviewStep, partition_span},
};

impl<C: Compile> NodeRunner<C> {
    /// What would become of a node or test; none of ephemeral models, which are parts of others.
    pub(in crate::run) async fn preview(&self, work: &Work, ahead: &Ahead) -> Option<NodePreview> {
        if let Work::Node(node) = work
            && node.config.materialized() == "ephemeral"
        {
            return None;
        }
        let mut preview = NodePreview::of(work.label());
        let looked = match work {
            Work::Node(node) => self.look_ahead(node, ahead, &mut preview).await,
            Work::UnitTest(test) => self.look_at_unit_test(test, &mut preview).await,
        };
        if let Err(failure) = looked {
            preview.diagnostics = failure.0;
        }
        Some(preview)
    }

    /// A unit test reads rows that are written in the project: its query costs nothing, and whether it
    /// is right is asked where what it stands for is there to be described.
    async fn look_at_unit_test(
        &self,
        test: &Arc<UnitTest>,
        preview: &mut NodePreview,
    ) -> Result<(), Failure> {
        preview.why = "test".to_owned();
        let step = |bytes| PreviewStep { what: "query".to_owned(), bytes };
        if !self.knows_inputs(test).await? {
            let bills = self.options.plan.engine == Engine::BigQuery;
            preview.steps.push(step(bills.then_some(Bytes::Exactly(0))));
            return Ok(());
        }
        let (compiled, query) = self.unit_test_query(test).await?;
        let header = compiled.header.as_ref();
        let sql = query.sql.text().to_owned();
        let header_step = header.map(|text| Step::Header { sql: text.text().to_owned() });
        let plan = Plan {
            context: Default::default(),
            unique_id: test.unique_id.clone(),
            materialization: "unit_test".to_owned(),
            steps: header_step.into_iter().chain([Step::Query { sql }]).collect(),
            relation: None,
        };
        preview.statements = plan.to_string();
        let estimate = self.adapter.estimate(&plan).await;
        let estimate = estimate.map_err(|error| Failure::of_adapter(&error))?;
        let found = estimate.into_iter().flat_map(|estimate| estimate.steps).next();
        if let Some(problem) = found.as_ref().and_then(|step| step.problem.as_ref()) {
            let code = header.filter(|_| header.is_some() && problem.step == Some(0));
            return Err(of_test(problem, code.unwrap_or(&query.sql), test));
        }
        preview.steps.push(step(found.map(|step| step.bytes)));
        Ok(())
    }

    async fn look_ahead(
        &self,
        node: &Arc<Node>,
        ahead: &Ahead,
        preview: &mut NodePreview,
    ) -> Result<(), Failure> {
        if node.resource_type == ResourceType::Test {
            preview.why = "test".to_owned();
            let compiled = self.compile_turn(node, Turn::default()).await?;
            let query = DataTestQuery::new(node, &compiled, self.options.store_failures);
            let query = query.map_err(|problem| Failure::from(*problem))?;
            let plan = plan::plan_data_test(node, &query, None);
            let parts = Parts { ahead, hooks: PreviewHooks::default(), times: 1 };
            return self.estimated(node, &compiled, plan, parts, preview).await;
        }
        let existing = self.cache.find(&node.relation).await;
        let existing = existing.map_err(|error| Failure::of_adapter(&error))?;
        let kind = existing.as_ref().and_then(|found| found.kind);
        let observed = Observed { existing, ..Observed::default() };
        let options = &self.options.plan;
        let is_incremental = plan::is_incremental(node, &observed, options);
        preview.why = why(node, kind, is_incremental, options);
        if let Some(book) = ahead.book.as_ref().filter(|_| is_incremental) {
            preview.newer = match book.newer(node, self.adapter.as_ref()).await {
                Ok(newer) => newer,
                // The plan is right without it.
                Err(error) => {
                    if book.is_first_failure() {
                        self.log(format!(
                            "warning: which partitions are new or late is not known: {}",
                            error.message
                        ));
                    }
                    Vec::new()
                }
            };
        }
        if Microbatch::is_strategy_of(node) {
            return self.batches_ahead(node, observed, is_incremental, ahead, preview).await;
        }
        let turn = Turn::whole(is_incremental);
        if self.compile.is_custom(node) {
            return self.custom_ahead(node, turn, ahead, preview).await;
        }
        let compiled = match node.resource_type {
            ResourceType::Seed => super::build::no_sql(node),
            _ => self.compile_turn(node, turn).await?,
        };
        let mut ready = Ready { node, compiled: &compiled, observed, turn };
        let needs = plan::needs(node, &ready.observed, options);
        if let Err(failure) = self.observe(&mut ready, needs).await {
            return not_yet(failure, (self.options.plan.engine, ahead), preview);
        }
        let input = self.plan_input(&ready);
        let plan = match is_audited(node) {
            true => {
                let rejected = self.existing(&unpublished(&node.relation)).await?;
                let audited = plan::plan_audited(&input, rejected.as_ref())?;
                let mut plan = audited.build;
                plan.steps.extend(audited.publish.steps);
                plan
            }
            false => plan::plan(&input)?,
        };
        let hooks = self.hooks_ahead(node, [turn, turn]).await?;
        self.estimated(node, &compiled, plan, Parts { ahead, hooks, times: 1 }, preview).await
    }

    /// A materialization of the project's own may do anything with the node's query: that is what can
    /// be tried.
    async fn custom_ahead(
        &self,
        node: &Arc<Node>,
        turn: Turn,
        ahead: &Ahead,
        preview: &mut NodePreview,
    ) -> Result<(), Failure> {
        let compiled = self.compile_turn(node, turn).await?;
        let plan = Plan {
            context: Default::default(),
            unique_id: node.unique_id.clone(),
            materialization: node.config.materialized().to_owned(),
            steps: vec![Step::Query { sql: compiled.code.text().to_owned() }],
            relation: None,
        };
        let parts = Parts { ahead, hooks: PreviewHooks::default(), times: 1 };
        self.estimated(node, &compiled, plan, parts, preview).await?;
        preview.steps.truncate(1);
        for step in &mut preview.steps {
            step.what = format!("run the materialization `{}`", node.config.materialized());
        }
        Ok(())
    }

    /// The batches of a microbatch model: the last of them is looked at, and stands for the others.
    async fn batches_ahead(
        &self,
        node: &Arc<Node>,
        observed: Observed,
        is_incremental: bool,
        ahead: &Ahead,
        preview: &mut NodePreview,
    ) -> Result<(), Failure> {
        let model = Microbatch::of(node)?;
        let batches = self.batches_of(node, &model, is_incremental)?;
        let (Some(first), Some(batch)) = (batches.first().copied(), batches.last().copied()) else {
            return Ok(());
        };
        preview.left_out = left_out(&preview.newer, &batches);
        let turn = Turn { is_incremental, batch: Some(batch) };
        let compiled = self.compile_turn(node, turn).await?;
        let mut ready = Ready { node, compiled: &compiled, observed, turn };
        let needs = plan::batch_needs(node, &ready.observed, &self.options.plan, is_incremental);
        if let Err(failure) = self.observe(&mut ready, needs).await {
            return not_yet(failure, (self.options.plan.engine, ahead), preview);
        }
        let options = PlanOptions { full_refresh: !is_incremental, ..self.options.plan.clone() };
        let input = PlanInput { options: &options, ..self.plan_input(&ready) };
        let batch = BatchInput { batch, is_incremental, is_first: !is_incremental };
        let plan = plan::plan_batch(&input, &batch)?;
        // Hooks come before the first batch and after the last.
        let of_first = Turn { is_incremental, batch: Some(first) };
        let of_last = Turn { is_incremental: is_incremental || batches.len() > 1, ..turn };
        let hooks = self.hooks_ahead(node, [of_first, of_last]).await?;
        let behind = hooks.behind();
        let parts = Parts { ahead, hooks, times: batches.len() as u64 };
        let estimated = self.estimated(node, &compiled, plan, parts, preview).await;
        if is_audited(node) {
            // All batches are built beside the table first.
            let bytes = preview.steps.last().and_then(|step| step.bytes.map(|_| Bytes::Exactly(0)));
            let at = preview.steps.len().saturating_sub(behind);
            preview.steps.insert(at, PreviewStep { what: "publish".to_owned(), bytes });
        }
        estimated
    }

    /// Writes down the plan's statements and steps, and what the warehouse says of them.
    async fn estimated(
        &self,
        node: &Arc<Node>,
        compiled: &CompiledNode,
        mut plan: Plan,
        Parts { ahead, hooks, times }: Parts<'_>,
        preview: &mut NodePreview,
    ) -> Result<(), Failure> {
        let statement = |hook: &MappedText| Step::Statement { sql: hook.text().to_owned() };
        plan.steps.splice(0..0, header_step(compiled));
        plan.steps.splice(0..0, hooks.first.iter().map(statement));
        let own = hooks.first.len()..plan.steps.len();
        plan.steps.extend(hooks.last.iter().map(statement));
        preview.statements = plan.to_string();
        let estimate = self.adapter.estimate(&plan).await;
        let estimate = estimate.map_err(|error| Failure::of_adapter(&error))?;
        // Of hooks there is one turn, whatever the number of batches.
        let worded = |at: usize, words: &str| match times {
            2.. if own.contains(&at) => format!("{words}, {times} batches"),
            _ => words.to_owned(),
        };
        let Some(PlanEstimate { steps }) = estimate else {
            let shown = |(_, step): &(usize, &Step)| !matches!(step, Step::CreateSchema { .. });
            let steps = plan.steps.iter().enumerate().filter(shown);
            let step = |(at, step): (usize, &Step)| PreviewStep {
                what: worded(at, step.words()),
                bytes: None,
            };
            preview.steps = steps.map(step).chain(hooks.untried(None)).collect();
            return Ok(());
        };
        let mut problems: Vec<Diagnostic> = Vec::new();
        for step in steps {
            let at = step.step;
            let hook = match at.checked_sub(own.end) {
                Some(after) => hooks.last.get(after),
                None => hooks.first.get(at),
            };
            // Hooks may make what they and the node read.
            let is_plain = hook.is_none() && hooks.first.is_empty();
            let missing = step.missing.filter(|error| is_plain && !ahead.may_come(&error.message));
            if let Some(problem) = step.problem.or(missing) {
                let guilty_step = plan.steps.get(problem.step.unwrap_or(at));
                let code = match (hook, guilty_step, &compiled.header) {
                    (Some(hook), ..) => hook,
                    (None, Some(Step::Header { .. }), Some(header)) => header,
                    _ => &compiled.code,
                };
                let compiled = hook.is_none().then(|| self.compiled_file(node, None));
                let guilty = Guilty { node, code, compiled };
                problems.extend(guilty.blame(&problem, guilty_step).0);
            }
            let bytes = match step.bytes {
                Bytes::Exactly(bytes) | Bytes::AtMost(bytes) if times > 1 && hook.is_none() => {
                    Bytes::AtMost(bytes.saturating_mul(times))
                }
                bytes => bytes,
            };
            preview.steps.push(PreviewStep { what: worded(at, &step.what), bytes: Some(bytes) });
        }
        preview.steps.extend(hooks.untried(Some(Bytes::Unknown)));
        match problems.is_empty() {
            true => Ok(()),
            false => Err(Failure(problems)),
        }
    }
}

/// What belongs to a node's plan besides its steps.
struct Parts<'a> {
    ahead: &'a Ahead,
    hooks: PreviewHooks,
    /// How often the plan would run.
    times: u64,
}

/// The late partitions that no batch holds, each once.
fn left_out(newer: &[NewerParent], batches: &[Batch]) -> Vec<TimeSpan> {
    let late = newer.iter().flat_map(|parent| &parent.newer.late);
    let spans: BTreeSet<TimeSpan> = late.filter_map(|name| partition_span(name)).collect();
    let is_built = |span: &TimeSpan| {
        // Batches come without a gap.
        let first = batches.first().is_some_and(|first| first.span.start <= span.start);
        first && batches.last().is_some_and(|last| span.end <= last.span.end)
    };
    spans.into_iter().filter(|span| !is_built(span)).collect()
}

/// Whether a problem is a table that is not there, or may not be.
fn is_missing(problem: &Diagnostic) -> bool {
    let is_hidden = problem.message.contains("perhaps it does not exist");
    matches!(problem.code, "missing-table" | "bigquery-not-found")
        || (problem.code == "bigquery-access-denied" && is_hidden)
}

/// A node whose query reads what is not there, and may be when its turn comes: its columns, and with
/// them its steps, are known then.
fn not_yet(
    failure: Failure,
    (engine, ahead): (plan::Engine, &Ahead),
    preview: &mut NodePreview,
) -> Result<(), Failure> {
    let may_come = |problem: &Diagnostic| is_missing(problem) && ahead.may_come(&problem.message);
    if !failure.0.iter().all(may_come) {
        return Err(failure);
    }
    let what = "build it, once what it reads is there".to_owned();
    let bytes = (engine == plan::Engine::BigQuery).then_some(Bytes::Unknown);
    preview.steps.push(PreviewStep { what, bytes });
    Ok(())
}

/// Why a node would be built as it would.
fn why(
    node: &Node,
    existing: Option<RelationKind>,
    is_incremental: bool,
    options: &PlanOptions,
) -> String {
    let is_model = node.resource_type == ResourceType::Model;
    let wanted = match node.config.materialized() {
        _ if !is_model => RelationKind::Table,
        "view" => RelationKind::View,
        "materialized_view" if options.engine == plan::Engine::BigQuery => {
            RelationKind::MaterializedView
        }
        _ => RelationKind::Table,
    };
    match existing {
        None => "new".to_owned(),
        Some(kind) if kind != wanted => format!("was a {}", kind.as_str().replace('_', " ")),
        Some(_) if is_incremental => "new rows".to_owned(),
        Some(_) if node.config.materialized() == "incremental" => "full refresh".to_owned(),
        Some(_) if node.resource_type == ResourceType::Snapshot => "changed rows".to_owned(),
        Some(_) => "rebuilt".to_owned(),
    }
}
