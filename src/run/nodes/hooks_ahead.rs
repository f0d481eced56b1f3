//! What would become of hooks: those of nodes, and those of the run. None is run.

use std::sync::Arc;

use super::{Ahead, Compile, Failure, HookSql, NodeRunner, guilty::Guilty, node_label};
use crate::{
    adapter::Bytes,
    compile::{MappedText, Turn},
    manifest::Node,
    plan::{Engine, Plan, Step},
    run::{HookKind, NodePreview, NodeResult, PreviewStep, hooks},
};

/// What a step is called that is known only when its turn comes.
const ASKS: &str = "run a hook that asks the warehouse";

/// A node's hooks, by when they run.
#[derive(Default)]
pub(super) struct PreviewHooks {
    pub first: Vec<MappedText>,
    pub last: Vec<MappedText>,
    /// How many cannot be rendered before their turn comes.
    pub asking: usize,
}

impl PreviewHooks {
    /// How many steps of a preview come after the node's own.
    pub fn behind(&self) -> usize {
        self.last.len() + self.asking
    }

    /// Those that cannot be tried.
    pub fn untried(&self, bytes: Option<Bytes>) -> impl Iterator<Item = PreviewStep> + use<> {
        std::iter::repeat_n(PreviewStep { what: ASKS.to_owned(), bytes }, self.asking)
    }
}

/// A hook of the run, where it stands.
pub(in crate::run) enum HookOfRun<'a> {
    /// `on-run-start`, behind these: their statements, none for one that is known only when its turn
    /// comes.
    Start(&'a [Option<String>]),
    /// `on-run-end`, behind the nodes, as if all of them had succeeded.
    End(&'a [Arc<NodeResult>]),
}

impl<C: Compile> NodeRunner<C> {
    /// The node's hooks, as far as they can be rendered without asking the warehouse: those before it
    /// in the first turn, those after it in the last.
    pub(super) async fn hooks_ahead(
        &self,
        node: &Arc<Node>,
        [first, last]: [Turn; 2],
    ) -> Result<PreviewHooks, Failure> {
        let mut ahead = PreviewHooks::default();
        for (kind, turn) in [(HookKind::Pre, first), (HookKind::Post, last)] {
            for hook in hooks(&node.config, kind) {
                let given = Arc::clone(node);
                let rendered =
                    self.blocking(move |compile| compile.hook(&given, kind, &hook, turn, false));
                match (rendered.await?, kind) {
                    (HookSql::Sql(code), HookKind::Pre) => ahead.first.push(code),
                    (HookSql::Sql(code), HookKind::Post) => ahead.last.push(code),
                    (HookSql::Later, _) => ahead.asking += 1,
                    (HookSql::Nothing, _) => {}
                }
            }
        }
        Ok(ahead)
    }

    /// What would become of a hook of the run, as far as it can be rendered without asking the
    /// warehouse; and what it would make: its statement, none where that is not known yet.
    pub(in crate::run) async fn preview_operation(
        &self,
        node: &Arc<Node>,
        place: HookOfRun<'_>,
        ahead: &Ahead,
    ) -> (NodePreview, Option<String>) {
        let mut preview = NodePreview::of(node_label(node));
        preview.why = "hook".to_owned();
        let results = match place {
            HookOfRun::Start(_) => Vec::new(),
            HookOfRun::End(results) => results.to_vec(),
        };
        let given = Arc::clone(node);
        let rendered = self.blocking(move |compile| compile.operation(&given, &results, false));
        let code = match rendered.await {
            Ok(HookSql::Sql(code)) => code,
            Ok(HookSql::Nothing) => return (preview, Some(String::new())),
            Ok(HookSql::Later) => {
                let is_billed = self.options.plan.engine == Engine::BigQuery;
                let bytes = is_billed.then_some(Bytes::Unknown);
                preview.steps.push(PreviewStep { what: ASKS.to_owned(), bytes });
                return (preview, None);
            }
            Err(problems) => {
                preview.diagnostics = problems;
                return (preview, None);
            }
        };
        let is_lost = |message: &str| match place {
            HookOfRun::Start(earlier) => !ahead.may_come_first(message, earlier),
            HookOfRun::End(_) => !ahead.may_come(message),
        };
        if let Err(failure) = self.try_operation(node, &code, is_lost, &mut preview).await {
            preview.diagnostics = failure.0;
        }
        (preview, Some(code.text().to_lowercase()))
    }

    async fn try_operation(
        &self,
        node: &Arc<Node>,
        code: &MappedText,
        is_lost: impl Fn(&str) -> bool,
        preview: &mut NodePreview,
    ) -> Result<(), Failure> {
        let plan = Plan {
            context: Default::default(),
            unique_id: node.unique_id.clone(),
            materialization: "operation".to_owned(),
            steps: vec![Step::Statement { sql: code.text().to_owned() }],
            relation: None,
        };
        preview.statements = plan.to_string();
        let estimate = self.adapter.estimate(&plan).await;
        let estimate = estimate.map_err(|error| Failure::of_adapter(&error))?;
        let Some(step) = estimate.into_iter().flat_map(|estimate| estimate.steps).next() else {
            let what = plan.steps[0].words().to_owned();
            preview.steps.push(PreviewStep { what, bytes: None });
            return Ok(());
        };
        preview.steps.push(PreviewStep { what: step.what, bytes: Some(step.bytes) });
        // A script may make what it reads.
        let is_script = code.text().trim_end().trim_end_matches(';').contains(';');
        let missing = step.missing.filter(|error| !is_script && is_lost(&error.message));
        match step.problem.or(missing) {
            None => Ok(()),
            Some(problem) => {
                Err(Guilty { node, code, compiled: None }.blame(&problem, plan.steps.first()))
            }
        }
    }
}
