//! Hooks around a node.

use std::sync::Arc;

use super::{Compile, Failure, HookSql, NodeRunner, guilty::Guilty};
use crate::{
    adapter::Cancel,
    compile::{MappedText, Turn},
    manifest::Node,
    plan::{Plan, Step},
    run::{Hook, HookKind, hooks},
};

/// A node's hooks, by when they run.
#[derive(Default)]
pub(super) struct NodeHooks {
    /// At the start of the node's transaction.
    pub first: Vec<MappedText>,
    /// At its end.
    pub last: Vec<MappedText>,
    /// After it, each on its own: SQL, or a hook still to be rendered.
    pub after: Vec<After>,
}

/// Which of a node's hooks run: those of a model that is built in batches come before the first and
/// after the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct HookTurn {
    /// What their templates see.
    pub turn: Turn,
    /// Whether those before the node run.
    pub is_first: bool,
    /// Whether those after it run.
    pub is_last: bool,
}

/// A hook that runs after the node.
pub(super) enum After {
    /// Its SQL.
    Sql(MappedText),
    /// A hook that asks the warehouse, which by then holds what the node has built.
    Render(Hook),
}

impl<C: Compile> NodeRunner<C> {
    /// Renders a node's hooks and runs those that come before its transaction. Hooks inside of the
    /// transaction are part of the plan, so that all of it happens or nothing.
    ///
    /// A `post-hook` that asks the warehouse cannot be rendered before there is an answer: it runs
    /// after the node, in a transaction of its own.
    pub(super) async fn prepare_hooks(
        &self,
        node: &Arc<Node>,
        turn: HookTurn,
        cancel: &Cancel,
    ) -> Result<NodeHooks, Failure> {
        let mut prepared = NodeHooks::default();
        let of = |kind: HookKind| match (kind, turn.is_first, turn.is_last) {
            (HookKind::Pre, true, _) | (HookKind::Post, _, true) => hooks(&node.config, kind),
            _ => Vec::new(),
        };
        let turn = turn.turn;
        let mut has_schema = false;
        for hook in of(HookKind::Pre) {
            let inside = hook.transaction;
            let mut sql = self.render_hook(node, HookKind::Pre, hook.clone(), turn, false).await?;
            let comes_before = !inside && matches!(sql, HookSql::Sql(_));
            if !has_schema && (comes_before || matches!(sql, HookSql::Later)) {
                // The plan makes the schema too, and comes later than they.
                self.create_schema(node, cancel).await?;
                has_schema = true;
            }
            if matches!(sql, HookSql::Later) {
                sql = self.render_hook(node, HookKind::Pre, hook, turn, true).await?;
            }
            match sql {
                HookSql::Sql(code) if inside => prepared.first.push(code),
                HookSql::Sql(code) => self.run_alone(node, &code, cancel).await?,
                HookSql::Nothing | HookSql::Later => {}
            }
        }
        for hook in of(HookKind::Post) {
            let kept = hook.clone();
            let sql = self.render_hook(node, HookKind::Post, hook, turn, false).await?;
            match sql {
                HookSql::Nothing => {}
                HookSql::Later => prepared.after.push(After::Render(kept)),
                // What follows a hook that must wait waits too.
                HookSql::Sql(code) if kept.transaction && prepared.after.is_empty() => {
                    prepared.last.push(code);
                }
                HookSql::Sql(code) => prepared.after.push(After::Sql(code)),
            }
        }
        Ok(prepared)
    }

    /// Runs what comes after the node's transaction.
    pub(super) async fn run_after(
        &self,
        node: &Arc<Node>,
        after: Vec<After>,
        turn: Turn,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        for hook in after {
            let code = match hook {
                After::Sql(code) => HookSql::Sql(code),
                After::Render(hook) => {
                    self.render_hook(node, HookKind::Post, hook, turn, true).await?
                }
            };
            if let HookSql::Sql(code) = code {
                self.run_alone(node, &code, cancel).await?;
            }
        }
        Ok(())
    }

    async fn render_hook(
        &self,
        node: &Arc<Node>,
        kind: HookKind,
        hook: Hook,
        turn: Turn,
        may_ask: bool,
    ) -> Result<HookSql, Failure> {
        let given = Arc::clone(node);
        let rendered =
            self.blocking(move |compile| compile.hook(&given, kind, &hook, turn, may_ask));
        Ok(rendered.await?)
    }

    /// Runs a hook in a transaction of its own.
    async fn run_alone(
        &self,
        node: &Arc<Node>,
        code: &MappedText,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let plan = Plan {
            context: self.job_context(node).await?,
            unique_id: node.unique_id.clone(),
            materialization: node.config.materialized().to_owned(),
            steps: vec![Step::Statement { sql: code.text().to_owned() }],
            relation: Some(node.relation.clone()),
        };
        let outcome = self.adapter.apply(&plan, cancel).await;
        let guilty = Guilty { node, code, compiled: None };
        let outcome = outcome.map_err(|error| guilty.blame(&error, plan.steps.first()))?;
        plan.context.spent.note(outcome.response);
        self.cache.wrote(&plan);
        Ok(())
    }
}
