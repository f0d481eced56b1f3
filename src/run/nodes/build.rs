//! Models, seeds and snapshots.

use std::sync::Arc;

use chrono::Utc;

use super::{Compile, Failure, NodeRunner, guilty::Guilty, node_hooks::HookTurn};
use crate::{
    adapter::{Cancel, PlanOutcome},
    compile::{CompiledNode, MappedText, Turn},
    diagnostic::{Diagnostic, Span, Weight},
    jinja::Captured,
    manifest::{Microbatch, Node, ResourceType, is_audited},
    plan::{self, CopySource, Needs, Observed, Plan, PlanInput, Step},
    relation::Relation,
    run::{NodeResult, Status},
};

/// What applying a plan starts from.
pub(super) struct Ready<'a> {
    pub node: &'a Arc<Node>,
    pub compiled: &'a CompiledNode,
    pub observed: Observed,
    pub turn: Turn,
}

impl<C: Compile> NodeRunner<C> {
    /// Observes, compiles, plans and applies.
    pub(super) async fn build(
        self: &Arc<Self>,
        node: &Arc<Node>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        if node.config.materialized() == "ephemeral" && node.resource_type == ResourceType::Model {
            // It goes into the SQL of others; what it says is written for people to read.
            self.compile_node(node, Turn::default(), result).await?;
            result.status = Status::NoOp;
            return Ok(());
        }
        let is_custom = self.compile.is_custom(node);
        if is_custom && (is_audited(node) || Microbatch::is_strategy_of(node)) {
            return Err(no_parts(node).into());
        }
        if Microbatch::is_strategy_of(node) {
            return self.build_batches(node, result, cancel).await;
        }
        if is_audited(node) {
            return self.build_audited(node, result, cancel).await;
        }
        let existing = self.cache.find(&node.relation).await;
        let existing = existing.map_err(|error| Failure::of_adapter(&error))?;
        let observed = Observed { existing, ..Observed::default() };
        let turn = Turn::whole(plan::is_incremental(node, &observed, &self.options.plan));
        let compiled = match node.resource_type {
            ResourceType::Seed => no_sql(node),
            _ => self.compile_node(node, turn, result).await?,
        };
        let begun = Utc::now();
        result.relation_name = Some(node.relation.to_string());
        let unenforced = plan::unenforced_constraints(node, self.options.plan.engine);
        self.warn_unenforced(&node.original_file_path, &unenforced)?;
        let mut ready = Ready { node, compiled: &compiled, observed, turn };
        let outcome = if is_custom {
            self.run_custom(&ready, cancel).await
        } else {
            let needs = plan::needs(node, &ready.observed, &self.options.plan);
            self.observe(&mut ready, needs).await?;
            self.apply_plan(&ready, result, cancel).await
        };
        result.execute = Some((begun, Utc::now()));
        outcome
    }

    /// Compiles and notes what came out.
    pub(super) async fn compile_node(
        &self,
        node: &Arc<Node>,
        turn: Turn,
        result: &mut NodeResult,
    ) -> Result<CompiledNode, Failure> {
        let begun = Utc::now();
        let compiled = self.compile_turn(node, turn).await;
        result.compile = Some((begun, Utc::now()));
        let compiled = compiled?;
        result.compiled_code = Some(compiled.code.text().into());
        result.extra_ctes.clone_from(&compiled.extra_ctes);
        Ok(compiled)
    }

    /// Compiles a node, or a batch of it, and writes down what came out.
    pub(super) async fn compile_turn(
        &self,
        node: &Arc<Node>,
        turn: Turn,
    ) -> Result<CompiledNode, Failure> {
        let given = Arc::clone(node);
        let compiled = self.blocking(move |compile| compile.node(&given, turn)).await?;
        self.write_compiled(node, turn.batch.as_ref(), compiled.code.text())?;
        Ok(compiled)
    }

    /// Asks the warehouse for what the plan needs to know, and nothing else.
    pub(super) async fn observe(&self, ready: &mut Ready<'_>, needs: Needs) -> Result<(), Failure> {
        if let Some(existing) = &ready.observed.existing
            && needs.existing_columns
        {
            let columns = self.cache.columns(existing).await;
            ready.observed.existing_columns =
                columns.map_err(|error| Failure::of_adapter(&error))?;
        }
        if let Some(existing) = &ready.observed.existing
            && needs.details
        {
            let details = self.adapter.details(existing).await;
            ready.observed.details = details.map_err(|error| Failure::of_adapter(&error))?;
        }
        if needs.copied {
            let given = Arc::clone(ready.node);
            let relations = self.blocking(move |compile| compile.copied(&given)).await?;
            for relation in relations {
                let found = self.cache.find(&relation).await;
                let found = found.map_err(|error| Failure::of_adapter(&error))?;
                let columns = self.cache.columns(&relation).await;
                let columns = columns.map_err(|error| Failure::of_adapter(&error))?;
                let kind = found.and_then(|found| found.kind);
                let relation = Relation { kind, ..relation };
                let columns = columns.unwrap_or_default();
                ready.observed.copied.push(CopySource { relation, columns });
            }
            // Its columns are theirs.
            let first = ready.observed.copied.first();
            let columns = first.map(|first| first.columns.clone());
            ready.observed.query_columns = columns.filter(|columns| !columns.is_empty());
        }
        if needs.query_columns {
            let code = &ready.compiled.code;
            let header = ready.compiled.header.as_ref().map_or("", MappedText::text);
            let columns = self.adapter.describe(header, code.text()).await;
            let columns = columns.map_err(|error| {
                let header = ready.compiled.header.as_ref().filter(|_| error.step == Some(0));
                let code = header.unwrap_or(code);
                Guilty { node: ready.node, code, compiled: None }.blame(&error, None)
            })?;
            ready.observed.query_columns = Some(columns);
        }
        Ok(())
    }

    async fn apply_plan(
        &self,
        ready: &Ready<'_>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let plan = plan::plan(&self.plan_input(ready))?;
        let outcome = self.apply_with_hooks(ready, plan, [true, true], "", cancel).await?;
        result.rows_affected = outcome.rows_affected;
        result.response = outcome.response;
        Ok(())
    }

    /// Applies a plan with the node's hooks around it; of a part of its work, those before the first
    /// and after the last (`[is_first, is_last]`). `before` is what the parts before it ran.
    pub(super) async fn apply_with_hooks(
        &self,
        ready: &Ready<'_>,
        mut plan: Plan,
        [is_first, is_last]: [bool; 2],
        before: &str,
        cancel: &Cancel,
    ) -> Result<PlanOutcome, Failure> {
        let Ready { node, compiled, turn, .. } = *ready;
        let batch = turn.batch.as_ref();
        let hook_turn = HookTurn { turn, is_first, is_last };
        // As in dbt, hooks find the node's schema.
        let statement = |hook: &MappedText| Step::Statement { sql: hook.text().to_owned() };
        let (schemas, own): (Vec<Step>, Vec<Step>) = std::mem::take(&mut plan.steps)
            .into_iter()
            .partition(|step| matches!(step, Step::CreateSchema { .. }));
        let prepared = self.prepare_hooks(node, hook_turn, cancel).await?;
        let header = compiled.header.as_ref().filter(|_| own.iter().any(Step::needs_header));
        let before_own: Vec<&MappedText> = prepared.first.iter().chain(header).collect();
        let first_own = schemas.len() + before_own.len();
        let (first_before, own_steps) = (schemas.len(), first_own..first_own + own.len());
        plan.steps = schemas;
        plan.steps.extend(prepared.first.iter().map(statement));
        plan.steps.extend(header.and_then(|_| header_step(compiled)));
        plan.steps.extend(own);
        plan.steps.extend(prepared.last.iter().map(statement));
        self.write_run_file(node, batch, &format!("{before}{plan}"))?;
        plan.context = self.job_context(node).await?;
        let outcome = self.adapter.apply(&plan, cancel).await.map_err(|error| {
            let step = error.step.unwrap_or(own_steps.start);
            let hook = match step.checked_sub(own_steps.end) {
                Some(after) => prepared.last.get(after),
                None => step.checked_sub(first_before).and_then(|at| before_own.get(at).copied()),
            };
            let code = hook.unwrap_or(&compiled.code);
            let compiled = hook.is_none().then(|| self.compiled_file(node, batch));
            Guilty { node, code, compiled }.blame(&error, plan.steps.get(step))
        })?;
        self.cache.wrote(&plan);
        self.run_after(node, prepared.after, turn, cancel).await?;
        Ok(outcome)
    }

    pub(super) fn plan_input<'a>(&'a self, ready: &'a Ready<'_>) -> PlanInput<'a> {
        PlanInput {
            node: ready.node,
            sql: ready.compiled.code.text(),
            observed: &ready.observed,
            options: &self.options.plan,
        }
    }

    /// Makes the schema that a node builds into, where it is not there.
    pub(super) async fn create_schema(&self, node: &Node, cancel: &Cancel) -> Result<(), Failure> {
        let relation = &node.relation;
        let schema = Plan {
            context: Default::default(),
            unique_id: node.unique_id.clone(),
            materialization: node.config.materialized().to_owned(),
            steps: vec![Step::CreateSchema {
                database: relation.database.clone(),
                schema: relation.schema.clone(),
            }],
            relation: None,
        };
        let created = self.adapter.apply(&schema, cancel).await;
        created.map(|_| ()).map_err(|error| Failure::of_adapter(&error))
    }

    /// As in dbt, the schema is there before the materialization starts.
    async fn run_custom(&self, ready: &Ready<'_>, cancel: &Cancel) -> Result<(), Failure> {
        self.create_schema(ready.node, cancel).await?;
        let (node, compiled) = (Arc::clone(ready.node), ready.compiled.clone());
        let incremental = ready.turn.is_incremental;
        let built = self
            .blocking(move |compile| compile.custom_materialization(&node, &compiled, incremental))
            .await;
        // It may have made and dropped anything, also before it failed.
        self.cache.forget(&ready.node.relation);
        built?.iter().for_each(|relation| self.cache.forget(relation));
        Ok(())
    }

    /// Tells constraints that nothing enforces, or fails with them where such warnings do.
    pub(super) fn warn_unenforced(
        &self,
        file: &str,
        constraints: &[String],
    ) -> Result<(), Failure> {
        const CODE: &str = "unenforced-constraint";
        let weight = self.options.warnings.weight(CODE);
        if constraints.is_empty() || weight == Weight::Silent {
            return Ok(());
        }
        if weight == Weight::Error {
            let error = |text: &String| Diagnostic::error(CODE, text).note(file);
            return Err(Failure(constraints.iter().map(error).collect()));
        }
        for text in constraints {
            self.log(format!("warning: {text} ({file})"));
        }
        Ok(())
    }
}

/// A macro builds a node as a whole, in the node's own place.
fn no_parts(node: &Node) -> Diagnostic {
    let what = match Microbatch::is_strategy_of(node) {
        true => "is a microbatch model",
        false => "is to be published by `audited`",
    };
    let message =
        format!("`{}` {what}, and its materialization is one of the project's own", node.name);
    Diagnostic::error("unsupported-materialization", message)
        .at(Span::of_line(&node.source, 1), "")
        .help("only the built-in materializations do that")
}

/// The statements that a node's queries need before them.
pub(super) fn header_step(compiled: &CompiledNode) -> Option<Step> {
    compiled.header.as_ref().map(|text| Step::Header { sql: text.text().to_owned() })
}

/// Seeds have rows and no SQL.
pub(super) fn no_sql(node: &Node) -> CompiledNode {
    CompiledNode {
        unique_id: node.unique_id.clone(),
        code: MappedText::default(),
        extra_ctes: Vec::new(),
        relation_name: Some(node.relation.to_string()),
        captured: Captured::default(),
        header: None,
    }
}
