//! Microbatch models: batch by batch, several at once where that is allowed
//! (<https://docs.getdbt.com/docs/build/parallel-batch-execution>).

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use tokio::task::JoinError;

use super::{
    Compile, Failure, NodeRunner,
    batch_outcomes::{BatchOutcome, Ended, summarize},
    build::{Ready, no_sql},
};
use crate::{
    adapter::{Cancel, PlanOutcome},
    compile::Turn,
    diagnostic::{Diagnostic, Span},
    jinja::mentions,
    manifest::{Batch, Microbatch, Node, TimeSpan, is_audited, unpublished},
    plan::{self, BatchInput, BatchRange, Engine, Needs, Observed, PlanOptions},
    relation::{Column, Relation, RelationKind},
    run::{
        BatchResult, Event, NodeResult, Status, node_label, run_parts, scheduler::result_of_panic,
    },
};

/// The batches of one model in one run.
struct BatchRun<C> {
    runner: Arc<NodeRunner<C>>,
    node: Arc<Node>,
    /// The model with the table that its batches are built into.
    target: Arc<Node>,
    batches: Arc<[Batch]>,
    /// What is at the model's place before the first batch.
    existing: Option<Relation>,
    /// Whether the first batch adds to the table that exists; all others do.
    is_incremental: bool,
    /// The table's columns, where no batch changes them.
    columns: OnceLock<Vec<Column>>,
    /// The model's own thread.
    thread: usize,
    cancel: Cancel,
}

impl<C: Compile> NodeRunner<C> {
    /// Builds a microbatch model: the first batch alone, because it may create the table, the last
    /// one alone, because the post-hooks follow it, and those between at once where they may. As in
    /// dbt, none is started after a first one that fails, and otherwise all are.
    pub(super) async fn build_batches(
        self: &Arc<Self>,
        node: &Arc<Node>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let model = Microbatch::of(node)?;
        let audited = is_audited(node);
        let published = self.existing(&node.relation).await?;
        let place = if audited { unpublished(&node.relation) } else { node.relation.clone() };
        let there = if audited { self.existing(&place).await? } else { published.clone() };
        let is_table = |found: &Option<Relation>| {
            found.as_ref().and_then(|found| found.kind) == Some(RelationKind::Table)
        };
        let options = &self.options.batches;
        // What an earlier run has built is gone together with its table.
        let earlier = options.earlier.get(&node.unique_id).filter(|_| is_table(&there));
        let observed = Observed { existing: published, ..Observed::default() };
        let is_incremental = match options.keeps_tables {
            _ if earlier.is_some() => true,
            true => is_table(&observed.existing),
            false => plan::is_incremental(node, &observed, &self.options.plan),
        };
        let mut batches = match earlier {
            Some(earlier) => self.again(node, &model, &earlier.failed)?,
            None => self.batches_of(node, &model, is_incremental)?,
        };
        if is_incremental && earlier.is_none() {
            self.tell_left_behind(node, &batches);
        }
        if self.options.plan.empty {
            // One batch without rows says all that many would.
            batches.drain(..batches.len().saturating_sub(1));
        }
        let unenforced = plan::unenforced_constraints(node, self.options.plan.engine);
        self.warn_unenforced(&node.original_file_path, &unenforced)?;
        result.relation_name = Some(node.relation.to_string());
        let begun = Utc::now();
        let batches: Arc<[Batch]> = batches.into();
        let built_before = earlier.map(|earlier| earlier.successful.clone()).unwrap_or_default();
        (self.events)(Event::BatchesPlanned {
            node: node_label(node),
            batches: Arc::clone(&batches),
            built_before: built_before.clone(),
        });
        let starts_beside = audited && earlier.is_none();
        let mut ready =
            Ready { node, compiled: &no_sql(node), observed, turn: Turn::whole(is_incremental) };
        if starts_beside {
            self.start_beside(&mut ready, there.as_ref(), cancel).await?;
        }
        let existing = match starts_beside {
            true => is_incremental.then(|| place.clone()),
            false => there,
        };
        let target = match audited {
            true => Arc::new(Node { relation: place, ..node.as_ref().clone() }),
            false => Arc::clone(node),
        };
        let run = Arc::new(BatchRun {
            runner: Arc::clone(self),
            node: Arc::clone(node),
            target,
            batches,
            existing,
            is_incremental,
            columns: OnceLock::new(),
            thread: result.thread,
            cancel: cancel.clone(),
        });
        let outcomes = run.all(&model).await;
        summarize(outcomes, &built_before, result);
        let mut published = Ok(());
        if audited && result.status == Status::Success {
            let on_bigquery = self.options.plan.engine == Engine::BigQuery;
            let details = on_bigquery && ready.observed.existing.is_some();
            self.observe(&mut ready, Needs { details, ..Needs::default() }).await?;
            let publish = plan::plan_publish(&self.plan_input(&ready))?;
            published = self.audit_and_publish(&ready, publish, "", result, cancel).await;
        } else if let (true, Some(message)) = (audited, &mut result.message) {
            message.push_str("; nothing is published");
        }
        result.execute = Some((begun, Utc::now()));
        published
    }

    /// Makes the table that the batches of an audited model are built into: empty, or as the
    /// published one is.
    async fn start_beside(
        &self,
        ready: &mut Ready<'_>,
        rejected: Option<&Relation>,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let adds = ready.turn.is_incremental;
        let needs = Needs { existing_columns: adds, ..Needs::default() };
        self.observe(ready, needs).await?;
        let mut plan = plan::plan_beside(&self.plan_input(ready), rejected, adds)?;
        plan.context = self.job_context(ready.node).await?;
        let applied = self.adapter.apply(&plan, cancel).await;
        let outcome = applied.map_err(|error| Failure::of_adapter(&error))?;
        plan.context.spent.note(outcome.response);
        self.cache.wrote(&plan);
        Ok(())
    }

    /// The batches that this run builds of a model.
    pub(super) fn batches_of(
        &self,
        node: &Node,
        model: &Microbatch,
        is_incremental: bool,
    ) -> Result<Vec<Batch>, Failure> {
        let options = &self.options.batches;
        let window = options.sample.or(options.window);
        let range = BatchRange { is_incremental, window, until: options.until };
        plan::batches(model, range).map_err(|error| {
            Diagnostic::error("too-many-batches", format!("`{}` has {error}", node.name))
                .at(Span::of_line(&node.source, 1), "")
                .help("take a larger `batch_size` or a later `begin`, or build a part at a time with `--event-time-start` and `--event-time-end`")
                .into()
        })
    }

    /// Batches that the last run did not build and this one does not either would stay a hole that
    /// nobody knows of.
    fn tell_left_behind(&self, node: &Node, batches: &[Batch]) {
        let left = self.options.batches.left_behind.get(&node.unique_id);
        let is_built = |span: &TimeSpan| {
            batches.iter().any(|one| one.span.start <= span.start && span.end <= one.span.end)
        };
        let left: Vec<&TimeSpan> =
            left.into_iter().flatten().filter(|span| !is_built(span)).collect();
        let (Some(start), Some(end)) =
            (left.iter().map(|span| span.start).min(), left.iter().map(|span| span.end).max())
        else {
            return;
        };
        let (count, verb) = match left.len() {
            1 => ("1 batch".to_owned(), "was"),
            count => (format!("{count} batches"), "were"),
        };
        let text = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S").to_string();
        self.log(format!(
            "warning: {count} of `{}` {verb} not built by the last run, nor by this one: elt backfill --select {} --from {} --to {}",
            node.name, node.name, text(start), text(end)
        ));
    }

    /// The batches that hold these times: those of the earlier run, unless `batch_size` has changed
    /// since.
    fn again(
        &self,
        node: &Node,
        model: &Microbatch,
        spans: &[TimeSpan],
    ) -> Result<Vec<Batch>, Failure> {
        let mut batches: Vec<Batch> = Vec::new();
        for span in spans {
            let range = BatchRange { is_incremental: true, window: Some(*span), until: span.end };
            let found = plan::batches(model, range).map_err(|error| {
                let message = format!("`{}` has {error}", node.name);
                Failure::from(Diagnostic::error("too-many-batches", message))
            })?;
            batches.extend(found);
        }
        batches.sort_by_key(|batch| batch.span);
        batches.dedup();
        Ok(batches)
    }
}

impl<C: Compile> BatchRun<C> {
    async fn all(self: &Arc<Self>, model: &Microbatch) -> Vec<BatchOutcome> {
        // None are left where a run was killed after its last batch.
        let Some(last) = self.batches.len().checked_sub(1) else { return Vec::new() };
        let mut outcomes = vec![self.one(0).await];
        let goes_on = matches!(outcomes[0].ended, Ended::Built(_));
        if goes_on && last > 1 {
            // dbt's rule: batches that may read what the others write wait for each other.
            let at_once =
                model.concurrent_batches.unwrap_or_else(|| !mentions(self.node.raw_code(), "this"));
            outcomes.extend(self.between(1..last, at_once).await);
        }
        if goes_on && last > 0 && !self.cancel.is_cancelled() {
            outcomes.push(self.one(last).await);
        }
        for at in 0..=last {
            if !outcomes.iter().any(|outcome| outcome.batch == self.batches[at]) {
                outcomes.push(self.skip(at));
            }
        }
        outcomes
    }

    /// The batches between the first and the last.
    async fn between(
        self: &Arc<Self>,
        range: std::ops::Range<usize>,
        at_once: bool,
    ) -> Vec<BatchOutcome> {
        let threads = (&self.runner.threads, self.thread);
        let parts = run_parts(range, threads, at_once, &self.cancel, |at, _thread| {
            let run = Arc::clone(self);
            async move { run.one(at).await }
        });
        let outcome = |(at, ended): (usize, Result<BatchOutcome, JoinError>)| {
            ended.unwrap_or_else(|error| {
                let result = result_of_panic(node_label(&self.node), error);
                self.ended(at, Duration::ZERO, Err(Failure(result.diagnostics)))
            })
        };
        parts.await.into_iter().map(outcome).collect()
    }

    /// Builds one batch.
    async fn one(&self, at: usize) -> BatchOutcome {
        let begun = Instant::now();
        let built = self.build(at).await;
        self.ended(at, begun.elapsed(), built)
    }

    async fn build(&self, at: usize) -> Result<PlanOutcome, Failure> {
        let (runner, node, batch) = (&self.runner, &self.node, self.batches[at]);
        let [is_first, is_last] = [at == 0, at + 1 == self.batches.len()];
        let is_incremental = self.is_incremental || !is_first;
        let turn = Turn { is_incremental, batch: Some(batch) };
        let compiled = runner.compile_turn(node, turn).await?;
        let table = || Relation { kind: Some(RelationKind::Table), ..self.target.relation.clone() };
        let existing = if is_first { self.existing.clone() } else { Some(table()) };
        let observed = Observed {
            existing,
            existing_columns: self.columns.get().cloned(),
            ..Observed::default()
        };
        let mut ready = Ready { node, compiled: &compiled, observed, turn };
        let options = &runner.options.plan;
        let mut needs = plan::batch_needs(node, &ready.observed, options, is_incremental);
        needs.existing_columns &= ready.observed.existing_columns.is_none();
        let keeps_columns = !needs.query_columns;
        runner.observe(&mut ready, needs).await?;
        if let (Some(columns), true) = (&ready.observed.existing_columns, keeps_columns) {
            // Whoever was first has seen the same.
            let _ = self.columns.set(columns.clone());
        }
        let mut written = batch;
        if let Some(sample) = runner.options.batches.sample {
            // The rows around the sample were not read: those that are there stay.
            written.span = written.span.intersection(sample);
        }
        let input = BatchInput { batch: written, is_incremental, is_first };
        let options = PlanOptions {
            // A table that is replaced by the first batch is kept by the others.
            full_refresh: !is_incremental,
            // Batches that run at once share no staging table.
            staging_suffix: format!("{}_{}", options.staging_suffix, batch.id()),
            ..options.clone()
        };
        let node = self.target.as_ref();
        let plan_input = plan::PlanInput { node, options: &options, ..runner.plan_input(&ready) };
        let plan = plan::plan_batch(&plan_input, &input)?;
        // What comes after an audited model comes after its publishing.
        let hooks = [is_first, is_last && !is_audited(node)];
        runner.apply_with_hooks(&ready, plan, hooks, "", &self.cancel).await
    }

    fn ended(
        &self,
        at: usize,
        elapsed: Duration,
        built: Result<PlanOutcome, Failure>,
    ) -> BatchOutcome {
        let ended = match built {
            Ok(outcome) => Ended::Built(outcome),
            Err(failure) => Ended::Failed(failure),
        };
        self.told(at, elapsed, ended)
    }

    fn skip(&self, at: usize) -> BatchOutcome {
        self.told(at, Duration::ZERO, Ended::NotStarted)
    }

    fn told(&self, at: usize, elapsed: Duration, ended: Ended) -> BatchOutcome {
        let (status, rows_affected, message) = match &ended {
            Ended::Built(outcome) => (Status::Success, outcome.rows_affected, None),
            Ended::Failed(failure) => (Status::Error, None, failure.message()),
            Ended::NotStarted => (Status::Skipped, None, None),
        };
        let batch = self.batches[at];
        let result = BatchResult {
            node: node_label(&self.node),
            batch,
            place: at + 1,
            total: self.batches.len(),
            status,
            rows_affected,
            elapsed_secs: elapsed.as_secs_f64(),
            message,
        };
        (self.runner.events)(Event::BatchFinished { result: Arc::new(result) });
        BatchOutcome { batch, ended }
    }
}
