//! What would become of a node: its plan, and what the warehouse estimates of it. Nothing is run.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Compile, Failure, NewerParent, NodeRunner, Work,
    build::{Ready, header_step},
    guilty::Guilty,
    partition_book::PartitionBook,
};
use crate::{
    adapter::{Bytes, PlanEstimate},
    compile::{CompiledNode, DataTestQuery, Turn},
    diagnostic::Diagnostic,
    manifest::{Batch, Microbatch, Node, ResourceType, TimeSpan, is_audited, unpublished},
    plan::{self, BatchInput, Observed, Plan, PlanInput, PlanOptions, Step},
    relation::RelationKind,
    run::{NodePreview, PreviewStep, partition_span},
};

impl<C: Compile> NodeRunner<C> {
    /// What would become of a node or test; none of what is neither built nor asked for (ephemeral
    /// models, unit tests, whose rows are written in the project).
    pub(in crate::run) async fn preview(
        &self,
        work: &Work,
        book: Option<&PartitionBook>,
    ) -> Option<NodePreview> {
        let Work::Node(node) = work else { return None };
        if node.config.materialized() == "ephemeral" {
            return None;
        }
        let mut preview = NodePreview {
            node: work.label(),
            why: String::new(),
            state: None,
            newer: Vec::new(),
            left_out: Vec::new(),
            steps: Vec::new(),
            statements: String::new(),
            diagnostics: Vec::new(),
        };
        if let Err(failure) = self.look_ahead(node, book, &mut preview).await {
            preview.diagnostics = failure.0;
        }
        Some(preview)
    }

    async fn look_ahead(
        &self,
        node: &Arc<Node>,
        book: Option<&PartitionBook>,
        preview: &mut NodePreview,
    ) -> Result<(), Failure> {
        if node.resource_type == ResourceType::Test {
            preview.why = "test".to_owned();
            let compiled = self.compile_turn(node, Turn::default()).await?;
            let query = DataTestQuery::new(node, &compiled, self.options.store_failures);
            let query = query.map_err(|problem| Failure::from(*problem))?;
            let plan = plan::plan_data_test(node, &query, None);
            return self.estimated(node, &compiled, plan, 1, preview).await;
        }
        let existing = self.cache.find(&node.relation).await;
        let existing = existing.map_err(|error| Failure::of_adapter(&error))?;
        let kind = existing.as_ref().and_then(|found| found.kind);
        let observed = Observed { existing, ..Observed::default() };
        let options = &self.options.plan;
        let is_incremental = plan::is_incremental(node, &observed, options);
        preview.why = why(node, kind, is_incremental, options);
        if let Some(book) = book.filter(|_| is_incremental) {
            let newer = book.newer(node, self.adapter.as_ref()).await;
            preview.newer = newer.map_err(|error| Failure::of_adapter(&error))?;
        }
        if self.compile.is_custom(node) {
            let what = format!("run the materialization `{}`", node.config.materialized());
            preview.steps.push(PreviewStep { what, bytes: None });
            return Ok(());
        }
        if Microbatch::is_strategy_of(node) {
            return self.batches_ahead(node, observed, is_incremental, preview).await;
        }
        let turn = Turn::whole(is_incremental);
        let compiled = match node.resource_type {
            ResourceType::Seed => super::build::no_sql(node),
            _ => self.compile_turn(node, turn).await?,
        };
        let mut ready = Ready { node, compiled: &compiled, observed, turn };
        let needs = plan::needs(node, &ready.observed, options);
        if let Err(failure) = self.observe(&mut ready, needs).await {
            return not_yet(failure, self.options.plan.engine, preview);
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
        self.estimated(node, &compiled, plan, 1, preview).await
    }

    /// The batches of a microbatch model: the last of them is looked at, and stands for the others.
    async fn batches_ahead(
        &self,
        node: &Arc<Node>,
        observed: Observed,
        is_incremental: bool,
        preview: &mut NodePreview,
    ) -> Result<(), Failure> {
        let model = Microbatch::of(node)?;
        let batches = self.batches_of(node, &model, is_incremental)?;
        let Some(batch) = batches.last().copied() else { return Ok(()) };
        preview.left_out = left_out(&preview.newer, &batches);
        let turn = Turn { is_incremental, batch: Some(batch) };
        let compiled = self.compile_turn(node, turn).await?;
        let mut ready = Ready { node, compiled: &compiled, observed, turn };
        let needs = plan::batch_needs(node, &ready.observed, &self.options.plan, is_incremental);
        if let Err(failure) = self.observe(&mut ready, needs).await {
            return not_yet(failure, self.options.plan.engine, preview);
        }
        let options = PlanOptions { full_refresh: !is_incremental, ..self.options.plan.clone() };
        let input = PlanInput { options: &options, ..self.plan_input(&ready) };
        let batch = BatchInput { batch, is_incremental, is_first: !is_incremental };
        let plan = plan::plan_batch(&input, &batch)?;
        self.estimated(node, &compiled, plan, batches.len() as u64, preview).await
    }

    /// Writes down the plan's statements and steps, and what the warehouse says of them; `times` is how
    /// often the plan would run.
    async fn estimated(
        &self,
        node: &Arc<Node>,
        compiled: &CompiledNode,
        mut plan: Plan,
        times: u64,
        preview: &mut NodePreview,
    ) -> Result<(), Failure> {
        plan.steps.splice(0..0, header_step(compiled));
        preview.statements = plan.to_string();
        let estimate = self.adapter.estimate(&plan).await;
        let estimate = estimate.map_err(|error| Failure::of_adapter(&error))?;
        let worded = |words: &str| match times {
            1 => words.to_owned(),
            times => format!("{words}, {times} batches"),
        };
        let Some(PlanEstimate { steps }) = estimate else {
            let shown = |step: &&Step| !matches!(step, Step::CreateSchema { .. });
            let steps = plan.steps.iter().filter(shown);
            let step = |step: &Step| PreviewStep { what: worded(step.words()), bytes: None };
            preview.steps = steps.map(step).collect();
            return Ok(());
        };
        let mut problems: Vec<Diagnostic> = Vec::new();
        for step in steps {
            if let Some(problem) = &step.problem {
                let compiled_file = Some(self.compiled_file(node, None));
                let guilty_step = plan.steps.get(problem.step.unwrap_or(step.step));
                let code = match (guilty_step, &compiled.header) {
                    (Some(Step::Header { .. }), Some(header)) => header,
                    _ => &compiled.code,
                };
                let guilty = Guilty { node, code, compiled: compiled_file };
                problems.extend(guilty.blame(problem, guilty_step).0);
            }
            let bytes = match step.bytes {
                Bytes::Exactly(bytes) | Bytes::AtMost(bytes) if times > 1 => {
                    Bytes::AtMost(bytes.saturating_mul(times))
                }
                bytes => bytes,
            };
            preview.steps.push(PreviewStep { what: worded(&step.what), bytes: Some(bytes) });
        }
        match problems.is_empty() {
            true => Ok(()),
            false => Err(Failure(problems)),
        }
    }
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

/// What warehouses say of a table that is not there.
const MISSING: [&str; 2] = ["missing-table", "bigquery-not-found"];

/// A node whose query reads what is not there, and may be when its turn comes: its columns, and with
/// them its steps, are known then.
fn not_yet(
    failure: Failure,
    engine: plan::Engine,
    preview: &mut NodePreview,
) -> Result<(), Failure> {
    if !failure.0.iter().all(|problem| MISSING.contains(&problem.code)) {
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
