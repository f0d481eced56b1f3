//! A warehouse that only pretends, and templates that are what they are written as.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use super::{Compile, HookSql, KnownSchemas};
use crate::{
    adapter::{Adapter, AdapterError, AdapterErrorKind, BoxFuture, Cancel, PlanOutcome},
    compile::{Candidate, CompiledNode, CompiledUnitTest, MappedText, Turn, UnitTestInput},
    diagnostic::{Diagnostic, SourceFile},
    jinja::{Captured, LineMap},
    manifest::{Node, UniqueId, UnitTest},
    plan::{Plan, Step},
    project::JobContext,
    relation::{Column, Dialect, Relation, Table},
    run::{Hook, HookKind, NodeResult},
};

/// Notes every plan; refuses statements that contain `boom`; gives `table` for every query.
#[derive(Default)]
pub struct Warehouse {
    pub exists: Vec<Relation>,
    pub table: Mutex<HashMap<String, Table>>,
    pub plans: Mutex<Vec<Plan>>,
    pub listings: Mutex<usize>,
}

fn refused(step: Option<usize>, text: &str) -> AdapterError {
    let at = text.find("boom").unwrap_or(0);
    let line = text[..at].matches('\n').count() as u32 + 1;
    let column = at - text[..at].rfind('\n').map_or(0, |end| end + 1);
    AdapterError {
        kind: AdapterErrorKind::Sql,
        code: "unknown-column",
        message: "column `boom` does not exist".to_owned(),
        position: Some((line, column as u32 + 1)),
        step,
        help: None,
    }
}

impl Adapter for Warehouse {
    fn dialect(&self) -> Dialect {
        Dialect::GoogleSql
    }
    fn relations<'a>(
        &'a self,
        _database: Option<&'a str>,
        schema: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Relation>, AdapterError>> {
        Box::pin(async move {
            *self.listings.lock().unwrap() += 1;
            Ok(self.exists.iter().filter(|known| known.schema == schema).cloned().collect())
        })
    }
    fn columns<'a>(
        &'a self,
        _relation: &'a Relation,
    ) -> BoxFuture<'a, Result<Option<Vec<Column>>, AdapterError>> {
        Box::pin(async { Ok(None) })
    }
    fn describe<'a>(
        &'a self,
        _header: &'a str,
        _sql: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Column>, AdapterError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    fn explain<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<String, AdapterError>> {
        Box::pin(async move { Ok(sql.to_owned()) })
    }
    fn apply<'a>(
        &'a self,
        plan: &'a Plan,
        _cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<PlanOutcome, AdapterError>> {
        Box::pin(async move {
            let mut outcome = PlanOutcome { rows_affected: Some(7), ..PlanOutcome::default() };
            for (at, step) in plan.steps.iter().enumerate() {
                let text = match step {
                    Step::Statement { sql } | Step::Query { sql } => sql.clone(),
                    Step::CreateTable { query, .. } | Step::CreateView { query, .. } => {
                        query.clone()
                    }
                    _ => String::new(),
                };
                if text.contains("boom") {
                    return Err(refused(Some(at), &text));
                }
                if matches!(step, Step::Query { .. }) {
                    outcome.table = self.table.lock().unwrap().get("counts").cloned();
                }
            }
            self.plans.lock().unwrap().push(plan.clone());
            Ok(outcome)
        })
    }
    fn query<'a>(
        &'a self,
        sql: &'a str,
        _limit: Option<usize>,
        _cancel: &'a Cancel,
    ) -> BoxFuture<'a, Result<Table, AdapterError>> {
        Box::pin(async move { Ok(self.table.lock().unwrap()[sql].clone()) })
    }
}

/// The code as it is, hooks too; a materialization called `mine` exists.
pub struct Templates;

fn mapped(file: &Arc<SourceFile>, sql: &str) -> MappedText {
    let lines = (1..=sql.lines().count().max(1) as u32).collect();
    MappedText::rendered(sql, &LineMap { file: Arc::clone(file), lines })
}

impl Compile for Templates {
    fn node(&self, node: &Arc<Node>, turn: Turn) -> Result<CompiledNode, Vec<Diagnostic>> {
        let code = node.raw_code();
        if code.contains("nonsense") {
            return Err(vec![Diagnostic::error("jinja-error", "this is nonsense")]);
        }
        let captured = Captured::default();
        let mut code = mapped(&node.source, code);
        if turn.is_incremental {
            code.push("\nwhere new");
        }
        Ok(CompiledNode {
            header: None,
            unique_id: node.unique_id.clone(),
            code,
            extra_ctes: Vec::new(),
            relation_name: None,
            captured,
        })
    }
    fn audit(
        &self,
        test: &Arc<Node>,
        _candidate: &Candidate,
    ) -> Result<CompiledNode, Vec<Diagnostic>> {
        self.node(test, Turn::default())
    }
    fn unit_test_inputs(&self, _test: &UnitTest) -> Result<Vec<UnitTestInput>, Vec<Diagnostic>> {
        Ok(Vec::new())
    }
    fn unit_test(
        &self,
        _test: &UnitTest,
        _schemas: &KnownSchemas,
    ) -> Result<CompiledUnitTest, Vec<Diagnostic>> {
        Err(vec![Diagnostic::error("unknown-ref", "no such model")])
    }
    fn hook(
        &self,
        _node: &Arc<Node>,
        _kind: HookKind,
        hook: &Hook,
        _turn: Turn,
        may_ask: bool,
    ) -> Result<HookSql, Vec<Diagnostic>> {
        let file = SourceFile::new("dbt_project.yml", hook.sql.clone());
        Ok(match hook.sql.as_str() {
            "" => HookSql::Nothing,
            sql if sql.contains("asks") && !may_ask => HookSql::Later,
            sql => HookSql::Sql(mapped(&file, sql)),
        })
    }
    fn operation(
        &self,
        node: &Arc<Node>,
        _results: &[Arc<NodeResult>],
        _may_ask: bool,
    ) -> Result<HookSql, Vec<Diagnostic>> {
        Ok(HookSql::Sql(mapped(&node.source, node.raw_code())))
    }
    fn spent(&self, _: &UniqueId) -> Vec<serde_json::Map<String, serde_json::Value>> {
        Vec::new()
    }
    fn job_context(&self, _: Option<&Arc<Node>>) -> Result<JobContext, Vec<Diagnostic>> {
        Ok(JobContext::default())
    }

    fn copied(&self, _: &Node) -> Result<Vec<Relation>, Vec<Diagnostic>> {
        Ok(Vec::new())
    }
    fn is_custom(&self, node: &Node) -> bool {
        node.config.materialized() == "mine"
    }
    fn custom_materialization(
        &self,
        node: &Arc<Node>,
        _compiled: &CompiledNode,
        _incremental: bool,
    ) -> Result<Vec<Relation>, Vec<Diagnostic>> {
        Ok(vec![node.relation.clone()])
    }
}
