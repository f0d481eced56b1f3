//! Models, seeds and snapshots.

use std::sync::Arc;

use chrono::Utc;

use super::{Compile, CompiledSql, Failure, NodeRunner, files::write_run_file};
use crate::{
    adapter::{AdapterError, AdapterErrorKind, Cancel},
    diagnostic::{Diagnostic, SourceFile},
    jinja::LineMap,
    manifest::{Node, ResourceType},
    plan::{self, Observed, Plan, PlanInput, Step},
    run::{HookKind, NodeResult, Status, blame, hooks},
};

/// Materializations that are plans; any other is a macro.
const PLANNED: [&str; 6] =
    ["view", "table", "incremental", "materialized_view", "seed", "snapshot"];

/// A node's hooks as SQL, by when they run.
#[derive(Default)]
struct HookSql {
    /// Before the transaction.
    before: Vec<CompiledSql>,
    /// At its start.
    first: Vec<CompiledSql>,
    /// At its end.
    last: Vec<CompiledSql>,
    /// After it.
    after: Vec<CompiledSql>,
}

impl<C: Compile> NodeRunner<C> {
    /// Observes, compiles, plans and applies.
    pub(super) async fn build(
        &self,
        node: &Arc<Node>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        if node.config.materialized() == "ephemeral" && node.resource_type == ResourceType::Model {
            result.status = Status::NoOp;
            return Ok(());
        }
        let options = &self.options.plan;
        let existing = self.cache.find(&node.relation).await;
        let existing = existing.map_err(|error| Failure::of_adapter(&error))?;
        let mut observed = Observed { existing, ..Observed::default() };
        let incremental = plan::is_incremental(node, &observed, options);
        let compiled = self.compile_node(node, incremental, result).await?;
        let begun = Utc::now();
        result.relation_name = Some(node.relation.to_string());
        let outcome = if PLANNED.contains(&node.config.materialized()) {
            self.observe(node, &compiled, &mut observed).await?;
            self.apply_plan(node, &compiled, &observed, incremental, result, cancel).await
        } else {
            self.run_custom(node, &compiled, &observed, incremental, result).await
        };
        result.execute = Some((begun, Utc::now()));
        outcome
    }

    /// Compiles and notes what came out.
    pub(super) async fn compile_node(
        &self,
        node: &Arc<Node>,
        incremental: bool,
        result: &mut NodeResult,
    ) -> Result<CompiledSql, Failure> {
        if node.resource_type == ResourceType::Seed {
            return Ok(no_sql(node));
        }
        let begun = Utc::now();
        let given = Arc::clone(node);
        let compiled = self.blocking(move |compile| compile.node(&given, incremental)).await;
        result.compile = Some((begun, Utc::now()));
        let compiled = compiled?;
        result.compiled_code = Some(Arc::clone(&compiled.sql));
        self.warn(&compiled.warnings)?;
        Ok(compiled)
    }

    /// Asks the warehouse for what the plan needs to know, and nothing else.
    async fn observe(
        &self,
        node: &Node,
        compiled: &CompiledSql,
        observed: &mut Observed,
    ) -> Result<(), Failure> {
        let needs = plan::needs(node, observed, &self.options.plan);
        if let Some(existing) = &observed.existing
            && needs.existing_columns
        {
            let columns = self.cache.columns(existing).await;
            observed.existing_columns = columns.map_err(|error| Failure::of_adapter(&error))?;
        }
        if needs.query_columns {
            let columns = self.adapter.describe(&compiled.sql).await;
            let blamed = |error| Failure::from(blame(&error, &compiled.sql, &compiled.lines));
            observed.query_columns = Some(columns.map_err(blamed)?);
        }
        Ok(())
    }

    async fn apply_plan(
        &self,
        node: &Arc<Node>,
        compiled: &CompiledSql,
        observed: &Observed,
        incremental: bool,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let options = &self.options.plan;
        let mut plan = plan::plan(&PlanInput { node, sql: &compiled.sql, observed, options })?;
        let hooks = self.hook_sql(node, incremental).await?;
        let statement = |hook: &CompiledSql| Step::Statement { sql: hook.sql.to_string() };
        let own = std::mem::take(&mut plan.steps);
        let own_steps = hooks.first.len()..hooks.first.len() + own.len();
        plan.steps = hooks.first.iter().map(statement).collect();
        plan.steps.extend(own);
        plan.steps.extend(hooks.last.iter().map(statement));
        self.write_run_file(node, &plan)?;
        self.run_statements(node, &hooks.before, cancel).await?;
        let outcome = self.adapter.apply(&plan, cancel).await.map_err(|error| {
            let step = error.step.unwrap_or(own_steps.start);
            let guilty = if step < own_steps.start {
                &hooks.first[step]
            } else {
                hooks.last.get(step.wrapping_sub(own_steps.end)).unwrap_or(compiled)
            };
            blame_step(&error, plan.steps.get(step), guilty, node)
        })?;
        self.cache.wrote(&plan);
        result.rows_affected = outcome.rows_affected;
        result.response = outcome.response;
        self.run_statements(node, &hooks.after, cancel).await
    }

    async fn run_custom(
        &self,
        node: &Arc<Node>,
        compiled: &CompiledSql,
        observed: &Observed,
        incremental: bool,
        result: &mut NodeResult,
    ) -> Result<(), Failure> {
        let (given, sql) = (Arc::clone(node), compiled.clone());
        let built = self
            .blocking(move |compile| compile.custom_materialization(&given, &sql, incremental))
            .await;
        let Some(built) = built else {
            // Refused by name, with what is near.
            let options = &self.options.plan;
            plan::plan(&PlanInput { node, sql: &compiled.sql, observed, options })?;
            return Ok(());
        };
        // It may have made and dropped anything, also before it failed.
        self.cache.forget(&node.relation);
        let built = built?;
        built.relations.iter().for_each(|relation| self.cache.forget(relation));
        result.rows_affected = built.rows_affected;
        Ok(())
    }

    /// Renders a node's hooks. They are rendered before anything runs, so that those inside the
    /// transaction are part of the plan.
    async fn hook_sql(&self, node: &Arc<Node>, incremental: bool) -> Result<HookSql, Failure> {
        let mut sql = HookSql::default();
        for kind in [HookKind::Pre, HookKind::Post] {
            for hook in hooks(&node.config, kind) {
                let (given, asked) = (Arc::clone(node), hook.clone());
                let rendered =
                    self.blocking(move |compile| compile.hook(&given, &asked, incremental)).await;
                let Some(rendered) = rendered? else { continue };
                self.warn(&rendered.warnings)?;
                let list = match (kind, hook.transaction) {
                    (HookKind::Pre, false) => &mut sql.before,
                    (HookKind::Pre, true) => &mut sql.first,
                    (HookKind::Post, true) => &mut sql.last,
                    (HookKind::Post, false) => &mut sql.after,
                };
                list.push(rendered);
            }
        }
        Ok(sql)
    }

    /// Runs hooks outside of the node's transaction, each in its own.
    async fn run_statements(
        &self,
        node: &Node,
        statements: &[CompiledSql],
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        for statement in statements {
            let plan = Plan {
                unique_id: node.unique_id.clone(),
                materialization: node.config.materialized().to_owned(),
                steps: vec![Step::Statement { sql: statement.sql.to_string() }],
                relation: Some(node.relation.clone()),
            };
            let outcome = self.adapter.apply(&plan, cancel).await;
            outcome.map_err(|error| blame_step(&error, plan.steps.first(), statement, node))?;
            self.cache.wrote(&plan);
        }
        Ok(())
    }

    /// Keeps the statements for the user to read.
    pub(super) fn write_run_file(&self, node: &Node, plan: &Plan) -> Result<(), Failure> {
        write_run_file(&self.options.target_path, node, plan).map_err(|error| {
            let shown = self.options.target_path.display();
            let message =
                format!("cannot write the statements of `{}` to `{shown}`: {error}", node.name);
            Failure::from(Diagnostic::error("cannot-write-target", message))
        })
    }
}

/// Says an error of a step at the user's line. The step's text may wrap the user's query in lines
/// of its own: those before it are taken off.
pub(super) fn blame_step(
    error: &AdapterError,
    step: Option<&Step>,
    guilty: &CompiledSql,
    node: &Node,
) -> Failure {
    if error.kind == AdapterErrorKind::Cancelled {
        return Failure::of_adapter(error);
    }
    let mut error = error.clone();
    let text = match step {
        Some(Step::Query { sql } | Step::Statement { sql }) => Some(sql),
        Some(Step::CreateTable { query, .. } | Step::CreateView { query, .. }) => Some(query),
        _ => None,
    };
    if let (Some(text), Some((line, column))) = (text, error.position)
        && let Some(at) = text.find(guilty.sql.trim())
    {
        let before = text[..at].matches('\n').count() as u32;
        let blank = guilty.sql.len() - guilty.sql.trim_start().len();
        let blank = guilty.sql[..blank].matches('\n').count() as u32;
        error.position = Some(((line + blank).saturating_sub(before).max(1), column));
    }
    let mut diagnostic = blame(&error, &guilty.sql, &guilty.lines);
    if let Some(file) = &guilty.file {
        diagnostic = diagnostic.note(format!("compiled code: {}", file.display()));
    }
    if diagnostic.labels.is_empty() {
        diagnostic = diagnostic.note(format!("in `{}` ({})", node.name, node.original_file_path));
    }
    diagnostic.into()
}

/// Seeds have rows and no SQL.
fn no_sql(node: &Node) -> CompiledSql {
    let file = SourceFile::new(node.original_file_path.clone(), "");
    CompiledSql {
        sql: "".into(),
        lines: LineMap { file, lines: Vec::new() },
        file: None,
        warnings: Vec::new(),
    }
}
